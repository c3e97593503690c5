package config

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLoadHandbook(t *testing.T) {
	const own = "overrides:\n  - {id: T4, field: monthly_cost, value: $180K, by: anna, on: 2026-11-01}\n"
	const more = "overrides:\n  - {id: L2, field: api_p95, value: 90ms, by: ben, on: 2026-11-02}\n"
	for _, test := range []struct {
		name     string
		section  string
		files    map[string]string
		scale    []string // what the answer about 75M users must hold
		problems string
	}{
		{name: "the sheet alone", scale: []string{"Monthly cost: $150K\n"}},
		{
			name:    "several files, relative to the configuration",
			section: `handbook: {files: ["own/*.yml", own/a.yml]}`,
			files:   map[string]string{"own/a.yml": own, "own/b.yml": more},
			scale:   []string{"Monthly cost: $180K, own figure by anna, 1 Nov 2026 (sheet: $150K)", "API p95 90 ms"},
		},
		{
			name:     "nothing there",
			section:  `handbook: {files: ["own/*.yml", own.yml]}`,
			scale:    []string{"Monthly cost: $150K\n"},
			problems: "signalbook.yml:4:20: warning: no file matches \"own/*.yml\"\nsignalbook.yml:4:33: there is no file \"own.yml\"\n",
		},
		{
			name:    "every problem of every file, and the good file counts",
			section: `handbook: {files: [own/*.yml]}`,
			files: map[string]string{
				"own/a.yml": "overrides:\n  - {id: T9, field: monthly_cost, value: $180K, by: anna, on: 2026-11-01}\n  - {id: T4, field: monthly_cost, value: dear, by: anna, on: 2026-11-01}\n",
				"own/b.yml": more, "own/c.yml": "facts: []\n",
			},
			scale:    []string{"Monthly cost: $150K\n", "API p95 90 ms"},
			problems: "own/a.yml:2:10: ",
		},
		{
			name:     "a folder",
			section:  `handbook: {files: [own]}`,
			files:    map[string]string{"own/a.yml": own},
			scale:    []string{"Monthly cost: $150K\n"},
			problems: "own: the team's facts cannot be read: is a directory\n",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			all := secrets()
			all["signalbook.yml"] = least + test.section
			maps.Copy(all, test.files)
			inFolder(t, all)
			c, found := Load("signalbook.yml")
			if err := found.Err(); err != nil {
				t.Fatal(err)
			}
			book, found := c.LoadHandbook()
			if got := list(found); !strings.HasPrefix(got, test.problems) || test.problems == "" && got != "" {
				t.Errorf("problems: got\n%s\nwant them to begin with\n%s", got, test.problems)
			}
			text := book.Scale(75e6).Text()
			for _, want := range test.scale {
				if !strings.Contains(text, want) {
					t.Errorf("got\n%s\nwant it to contain %q", text, want)
				}
			}
		})
	}
}

// TestHandbookProblemsAreAll: two wrong facts and an unknown key in two files are
// three problems.
func TestHandbookProblemsAreAll(t *testing.T) {
	all := secrets()
	all["signalbook.yml"] = least + `handbook: {files: [own/*.yml]}`
	all["own/a.yml"] = "overrides:\n  - {id: T9, field: monthly_cost, value: $180K, by: anna, on: 2026-11-01}\n  - {id: T4, field: monthly_cost, value: dear, by: anna, on: 2026-11-01}\n"
	all["own/c.yml"] = "facts: []\n"
	inFolder(t, all)
	c, _ := Load("signalbook.yml")
	_, found := c.LoadHandbook()
	var places []string
	for _, p := range found {
		place, _, _ := strings.Cut(p.String(), ": ")
		places = append(places, place)
	}
	if diff := cmp.Diff([]string{"own/a.yml:2:10", "own/a.yml:3:42", "own/c.yml:1:1"}, places); diff != "" {
		t.Errorf("places of the problems (-want +got):\n%s\n%s", diff, list(found))
	}
}

func TestGlobalConsistency(t *testing.T) {
	for text, want := range map[string]*bool{"true": new(true), "false": new(false)} {
		c := mustLoad(t, least+"organisation: {global_consistency: "+text+"}\n")
		if diff := cmp.Diff(want, c.Organisation.GlobalConsistency); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
	if c := mustLoad(t, least+"organisation: {teams: 3}\n"); c.Organisation.GlobalConsistency != nil {
		t.Error("what was not said is known")
	}
}
