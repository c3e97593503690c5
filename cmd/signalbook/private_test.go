package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestDigestsOfTwoReaders: what the running bot tells of the week's incidents depends
// on where it is read: those of a private channel stand in that channel's digest alone.
func TestDigestsOfTwoReaders(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{extra: `
route:
  channel: "#incidents"
  owners: ["@sre-oncall"]
  routes: [{matchers: ['team="security"'], channel: "#secrets"}]
digests:
  - {name: open, schedule: "0 9 * * MON", time_zone: UTC, channel: "#cost-review", costs: [{focus: {files: ["costs/*.csv"]}}]}
  - {name: closed, schedule: "0 9 * * MON", time_zone: UTC, channel: "#secrets", costs: [{focus: {files: ["costs/*.csv"]}}]}
`})
	r.sim.Admin.AddPrivateChannel("secrets", "anna")
	if err := r.sim.Admin.InviteBot("secrets"); err != nil {
		t.Fatal(err)
	}
	// Incidents of today are those of the week that a digest of next week tells of.
	clock := moved{t, filepath.Join(r.dir, "clock")}
	clock.set(time.Now().AddDate(0, 0, 7))
	b := r.reviewer(r.config, clock)
	for _, command := range []string{"start database-cpu Burglary team=security", "start database-cpu Crowds team=web"} {
		if got := r.slash("anna", "secrets", "/playbook "+command); !strings.Contains(got, "is open") {
			t.Fatalf("%q was answered %q", command, got)
		}
	}
	b.settled()
	const silent = "Incidents of other channels that are private"
	for name, want := range map[string]struct{ incidents, overdue string }{"open": {"Incidents: 1", "6 steps overdue"}, "closed": {"Incidents: 2", "12 steps overdue"}} {
		said := ""
		eventually(t, "the figures are there", func() bool {
			said = r.slash("anna", "secrets", "/playbook digest preview "+name)
			return strings.Contains(said, "verdue")
		})
		if !strings.Contains(said, want.incidents) || !strings.Contains(said, want.overdue) || strings.Contains(said, silent) == (name == "closed") {
			t.Errorf("the digest %s, in which are to be %+v, reads:\n%s", name, want, said)
		}
	}
	r.slash("anna", "secrets", "/playbook digest post open")
	eventually(t, "the digest is posted", func() bool { return len(r.roots("cost-review")) > 0 })
	if said := r.roots("cost-review")[0].PlainText(); !strings.Contains(said, silent) {
		t.Errorf("the posted digest does not say what it leaves out:\n%s", said)
	}
}
