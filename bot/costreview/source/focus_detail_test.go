package source

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// detailed is a file whose rows name regions and SKUs.
func detailed(t *testing.T, skus int) string {
	t.Helper()
	var text strings.Builder
	text.WriteString(strings.TrimSuffix(wide, "\n") + ",RegionName,RegionId,SkuMeter\n")
	for n := range skus {
		text.WriteString(strings.TrimSuffix(line(fmt.Sprintf("ChargePeriodStart=2026-11-%02dT00:00:00Z", 1+n%20)), "\n") + fmt.Sprintf(",Frankfurt,eu-%d,meter %d\n", n%2, n))
	}
	path := filepath.Join(t.TempDir(), "a.csv")
	write(t, path, []byte(text.String()))
	return path
}

// TestRegionsAndSKUsAreToldApart, as far as they are few; of too many the sums stay.
func TestRegionsAndSKUsAreToldApart(t *testing.T) {
	t.Parallel()
	for skus, want := range map[int]map[string]string{
		3:      {"Frankfurt meter 0": "1.25", "Frankfurt meter 1": "1.25", "Frankfurt meter 2": "1.25"},
		20_000: {"Frankfurt ": "25000"},
	} {
		r := read(t, Files{Patterns: []string{detailed(t, skus)}})
		got := total(r, func(_ money.Day, g money.Group) string { return g.Region + " " + g.SKU })
		for what, sum := range want {
			if got[what].String() != sum {
				t.Errorf("%d SKUs: %q costs %s, want %s", skus, what, got[what], sum)
			}
		}
		if len(got) != len(want) || r.Rows != int64(skus) {
			t.Errorf("%d SKUs: got %d sums of %d rows, want %d", skus, len(got), r.Rows, len(want))
		}
		wantNotes(t, r)
	}
}
