package source

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// TestRecencyMetadata: days that it says are not complete are left out, and named; what
// is no such metadata, or damaged, changes nothing.
func TestRecencyMetadata(t *testing.T) {
	sector := func(start, end string, complete bool) string {
		return fmt.Sprintf(`{"TimeSectorStart":%q,"TimeSectorEnd":%q,"TimeSectorComplete":%t}`, start, end, complete)
	}
	sectors := func(all ...string) string { return `{"TimeSectors":[` + strings.Join(all, ",") + `]}` }
	open := sector("2026-11-10T00:00:00Z", "2026-11-11T00:00:00Z", false)
	done := sector("2026-11-01T0:00:00z", "2026-11-10T0:00:00z", true)
	for name, test := range map[string]struct {
		files map[string]string
		want  string
		note  string
	}{
		"an open day":                  {map[string]string{"recency.json": sectors(done, open)}, sumOf(1, 9), "the export's metadata says that 2026-11-10 is not complete: left out until it is"},
		"an open hour":                 {map[string]string{"metadata/recency/recency-1234.json": sectors(done, sector("2026-11-10T23:00:00Z", "2026-11-11T00:00:00Z", false), sector("2026-11-10T00:00:00Z", "2026-11-10T01:00:00Z", true))}, sumOf(1, 9), "2026-11-10 is not complete"},
		"inside of all metadata":       {map[string]string{"focus-metadata.json": `{"Recency":` + sectors(open) + `}`}, sumOf(1, 9), "2026-11-10 is not complete"},
		"a list of it":                 {map[string]string{"focus-metadata.json": `{"Recency":[` + sectors(done) + `,` + sectors(open) + `]}`}, sumOf(1, 9), "2026-11-10 is not complete"},
		"an older word beside a newer": {map[string]string{"recency-1.json": sectors(open), "recency-2.json": sectors(sector("2026-11-01T00:00:00Z", "2026-11-11T00:00:00Z", true))}, sumOf(1, 10), ""},
		"all complete":                 {map[string]string{"recency.json": sectors(done)}, sumOf(1, 10), ""},
		"another file":                 {map[string]string{"manifest-x.json": sectors(open)}, sumOf(1, 10), ""},
		"not said":                     {map[string]string{"recency.json": `{"TimeSectors":[{"TimeSectorStart":"2026-11-10T00:00:00Z","TimeSectorEnd":"2026-11-11T00:00:00Z"}]}`}, sumOf(1, 10), ""},
		"nonsense":                     {map[string]string{"recency.json": sectors(sector("2000-01-01T00:00:00Z", "2099-01-01T00:00:00Z", false), sector("x", "y", false))}, sumOf(1, 10), ""},
		"damaged":                      {map[string]string{"recency.json": `{"TimeSectors":`}, sumOf(1, 10), "recency.json is passed over (it is not JSON of the right shape)"},
	} {
		folder := t.TempDir()
		write(t, filepath.Join(folder, "a.csv"), csvOf(t, billOf(1, 10, nil)))
		for path, data := range test.files {
			write(t, filepath.Join(folder, path), []byte(data))
		}
		r := read(t, Files{Patterns: []string{filepath.Join(folder, "*.csv")}})
		if got := totalOf(r); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
		if test.note == "" {
			wantNotes(t, r)
		} else {
			wantNotes(t, r, test.note)
		}
	}
}
