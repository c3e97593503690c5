package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestDivert: a digest that begins elsewhere says where it belongs and why, and no
// more once it is back; its incidents were for the readers of the first channel.
func TestDivert(t *testing.T) {
	t.Parallel()
	const untold = "The week's incidents are not told here, because the digest was made for another channel."
	missing := make([]string, 1, 8) // with room behind it: what it shares with the version before must not change
	missing[0] = "no costs"
	for name, c := range map[string]struct{ was, want Document }{
		"elsewhere": {
			Document{Number: 7, Version: 3, Channel: "#costs", Report: Report{Missing: missing, Incidents: &WeekOfAlerts{}}},
			Document{Number: 7, Version: 4, Channel: "#ops", Belongs: "#costs", BelongsWhy: "is archived", Report: Report{Missing: []string{"no costs", untold}}},
		},
		"back": {
			Document{Number: 7, Version: 4, Channel: "#costs", Belongs: "#ops", BelongsWhy: "was archived", Report: Report{Missing: missing}},
			Document{Number: 7, Version: 5, Channel: "#ops", Report: Report{Missing: missing}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, c.was.Divert("#ops", "is archived"), cmpopts.IgnoreUnexported(Document{})); diff != "" {
				t.Errorf("want, got:\n%s", diff)
			}
			if got := missing[:2][1]; got != "" {
				t.Errorf("the version before now misses %q too", got)
			}
		})
	}
}
