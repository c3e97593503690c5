package source

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestSplitChargesCountOnce: a charge that stands beside what it was split into counts
// by its parts; what only looks so counts, too. CSV and Parquet alike.
func TestSplitChargesCountOnce(t *testing.T) {
	const header = "AllocatedMethodId,AllocatedResourceId,ResourceId,SkuId,"
	row := func(method, part, resource, cost string, more ...string) string {
		return method + "," + part + "," + resource + ",sku," + line(append([]string{"EffectiveCost=" + cost, "BilledCost=" + cost}, more...)...)
	}
	for name, test := range map[string]struct {
		rows []string
		want string
		note string
	}{
		"beside its parts":            {[]string{row("", "", "cluster", "100"), row("m", "pod-a", "cluster", "60"), row("m", "pod-b", "cluster", "40"), row("", "", "disk", "7")}, "107", "1 row stands beside what a charge was split into"},
		"after its parts":             {[]string{row("m", "pod-a", "cluster", "60"), row("m", "pod-b", "cluster", "40"), row("NULL", "", "cluster", "100")}, "100", "1 row stands"},
		"in binary fractions":         {[]string{row("", "", "cluster", "0.3"), row("m", "a", "cluster", "0.1"), row("m", "b", "cluster", "0.20000000000000001")}, "0.30000000000000001", "1 row stands"},
		"a month of it":               {[]string{row("", "", "c", "30", "ChargePeriodStart=2026-10-01", "ChargePeriodEnd=2026-11-01"), row("m", "a", "c", "20", "ChargePeriodStart=2026-10-01", "ChargePeriodEnd=2026-11-01"), row("m", "b", "c", "10", "ChargePeriodStart=2026-10-01", "ChargePeriodEnd=2026-11-01")}, "30", "1 row stands"},
		"parts alone":                 {[]string{row("m", "pod-a", "cluster", "60"), row("m", "pod-b", "cluster", "40")}, "100", ""},
		"what is left unsplit":        {[]string{row("", "", "cluster", "15"), row("m", "pod-a", "cluster", "60"), row("m", "pod-b", "cluster", "25")}, "100", ""},
		"another hour's parts":        {[]string{row("", "", "cluster", "100"), row("m", "pod-a", "cluster", "100", "ChargePeriodStart=2026-11-20T11:00:00Z", "ChargePeriodEnd=2026-11-20T12:00:00Z")}, "200", ""},
		"no resource":                 {[]string{row("", "", "", "100"), row("m", "pod-a", "", "100")}, "200", ""},
		"nothing split in the column": {[]string{row("", "", "cluster", "100"), row("", "", "cluster", "100")}, "200", ""},
	} {
		text := header + wide + strings.Join(test.rows, "")
		var records [][]string
		for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
			records = append(records, strings.Split(line, ","))
		}
		for form, data := range map[string][]byte{"a.csv": []byte(text), "a.parquet": parquetOf(t, records, nil, 2, plain)} {
			path := filepath.Join(t.TempDir(), form)
			write(t, path, data)
			a := again{Files: Files{Patterns: []string{path}}}
			a.read(t)
			r := a.read(t)
			if got := totalOf(r); got != test.want {
				t.Errorf("%s, %s: got %s, want %s", name, form, got, test.want)
			}
			if test.note == "" {
				wantNotes(t, r)
			} else {
				wantNotes(t, r, test.note)
			}
		}
	}
}
