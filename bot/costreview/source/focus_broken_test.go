package source

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// TestNullsAreToldByProvider: which rows have no amount is said by provider, because
// BilledCost may stand in for that of one; and apart those that BilledCost has nothing of,
// because nothing stands in for these.
func TestNullsAreToldByProvider(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	write(t, path, []byte(wide+line()+line("EffectiveCost=")+line("EffectiveCost=NULL")+line("EffectiveCost=", "BilledCost=")+line("ProviderName=Oracle", "EffectiveCost=")))
	r := read(t, Files{Patterns: []string{path}})
	const advice = ": nothing is counted there, so choose a column that the export fills."
	want := []money.Note{
		{Text: "2 rows of AWS have no EffectiveCost" + advice, Partial: true, Empty: true, Provider: "AWS"},
		{Text: "1 row of AWS has no EffectiveCost and no BilledCost: nothing is counted there, so mend the export.", Partial: true},
		{Text: "1 row of Oracle has no EffectiveCost" + advice, Partial: true, Empty: true, Provider: "Oracle"},
	}
	for _, note := range want {
		if !slices.Contains(r.Notes, note) {
			t.Errorf("got %+v, want %+v among them", r.Notes, note)
		}
	}
	// Where BilledCost is the one that counts, nothing else is said to lack.
	r = read(t, Files{Patterns: []string{path}, Column: "BilledCost"})
	if want := (money.Note{Text: "1 row of AWS has no BilledCost: nothing is counted there, so mend the export.", Partial: true}); !slices.Contains(r.Notes, want) {
		t.Errorf("got %+v, want %+v among them", r.Notes, want)
	}
}
