package ingest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/config"
)

// TestASourceThatIsGivenTwiceCountsOnce: its stored days would be added to themselves.
func TestASourceThatIsGivenTwiceCountsOnce(t *testing.T) {
	files := func(pattern string) config.CostSource {
		return config.CostSource{FOCUS: &config.FOCUSFiles{Files: []string{pattern}}}
	}
	all, err := Sources(config.Digest{Costs: []config.CostSource{files("/a/*.csv"), files("/b/*.csv"), files("/a/*.csv")}}, nil)
	if err != nil || len(all) != 2 || all[0].Name == all[1].Name {
		t.Errorf("got %d sources, %v, want 2", len(all), err)
	}
}

// TestAFileOfTwoSourcesCountsOnce: it is the first one's, by whatever way, and that is
// said; sources that share no file keep the name that their days are stored under.
func TestAFileOfTwoSourcesCountsOnce(t *testing.T) {
	folder := t.TempDir()
	row := func(service string) string {
		return "BilledCost,EffectiveCost,ChargePeriodStart,BillingCurrency,ServiceName,ProviderName\n1.5,1.25,2026-11-20T10:00:00Z,USD," + service + ",AWS\n"
	}
	for name, text := range map[string]string{"aws/a.csv": row("EC2"), "aws/b.csv": row("S3"), "azure/c.csv": row("AKS")} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(folder, "aws", "b.csv"), filepath.Join(folder, "azure", "link.csv")); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		patterns [][]string
		column   string // of the last
		rows     []int64
		note     string // of the last
		renamed  bool
	}{
		"one of the other's":   {patterns: [][]string{{"aws/*.csv"}, {"aws/b.csv"}}, rows: []int64{2, 0}, note: "b.csv is counted once, by FOCUS files ", renamed: true},
		"the other way round":  {patterns: [][]string{{"aws/b.csv"}, {"aws/*.csv"}}, rows: []int64{1, 1}, note: "b.csv is counted once", renamed: true},
		"all but one":          {patterns: [][]string{{"aws/*.csv"}, {"a*/*.csv"}}, rows: []int64{2, 1}, note: "a.csv and 1 more are counted once", renamed: true},
		"of another column":    {patterns: [][]string{{"aws/*.csv"}, {"aws/[ab].csv"}}, column: "BilledCost", rows: []int64{2, 0}, note: "a.csv and 1 more are counted once", renamed: true},
		"nothing of the other": {patterns: [][]string{{"aws/*.csv"}, {"azure/c.csv"}}, rows: []int64{2, 1}},
		"three":                {patterns: [][]string{{"aws/a.csv"}, {"aws/b.csv"}, {"*/*.csv"}}, rows: []int64{1, 1, 1}, note: "a.csv is counted once", renamed: true},
	} {
		t.Run(name, func(t *testing.T) {
			var d config.Digest
			for _, patterns := range test.patterns {
				var files []string
				for _, p := range patterns {
					files = append(files, filepath.Join(folder, p))
				}
				d.Costs = append(d.Costs, config.CostSource{FOCUS: &config.FOCUSFiles{Files: files}})
			}
			last := len(d.Costs) - 1
			d.Costs[last].FOCUS.Cost = test.column
			sources, err := Sources(d, nil)
			if err != nil || len(sources) != len(test.rows) {
				t.Fatalf("got %d sources, %v", len(sources), err)
			}
			readings, err := ReadAll(t.Context(), sources, 0, time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC), nil)
			if err != nil {
				t.Fatal(err)
			}
			var said strings.Builder
			for k, r := range readings {
				if r.Rows != test.rows[k] {
					t.Errorf("source %d: got %d rows, want %d", k, r.Rows, test.rows[k])
				}
			}
			for _, n := range readings[last].Notes {
				if strings.Contains(n.Text, "counted once, by") {
					said.WriteString(n.Text)
				}
			}
			if !strings.Contains(said.String(), test.note) || (said.String() == "") != (test.note == "") {
				t.Errorf("got %q, want %q", said.String(), test.note)
			}
			alone, err := Sources(config.Digest{Costs: d.Costs[last:]}, nil)
			if err != nil || (alone[0].ID != sources[last].ID) != test.renamed {
				t.Errorf("%s alone is %s, %v", sources[last].ID, alone[0].ID, err)
			}
		})
	}
}
