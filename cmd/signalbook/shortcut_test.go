package main

import (
	"strings"
	"testing"
)

// TestShortcut: the running bot notes a message that somebody chose, however Slack reaches it.
func TestShortcut(t *testing.T) {
	t.Parallel()
	for name, http := range map[string]bool{"Socket Mode": false, "HTTP": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startRig(t, options{http: http})
			b := r.startBot()
			if got := r.slash("anna", "incidents", "/playbook start database-cpu Checkout is slow"); !strings.Contains(got, "is open") {
				t.Fatal(got)
			}
			b.settled()
			root := r.roots("incidents")[0]
			ts, err := r.sim.People.Say("ben", "incidents", root.TS, "the replica lags")
			if err != nil {
				t.Fatal(err)
			}
			if err := r.sim.People.Shortcut(t.Context(), "anna", "incidents", ts, "timeline:add"); err != nil {
				t.Fatal(err)
			}
			eventually(t, "the message is in the timeline", func() bool {
				return strings.Contains(r.slash("anna", "incidents", "/playbook timeline INC-1"), "the replica lags")
			})
		})
	}
}
