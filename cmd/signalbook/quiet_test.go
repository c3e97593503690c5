package main

import (
	"fmt"
	"testing"
)

// mostNotifying is how many messages of a normal incident may notify anybody: Slack tells
// whoever follows a thread of every new message in it, and of no edit.
const mostNotifying = 5

// TestNormalIncidentIsQuiet: an incident fires, three people take and do its nine steps,
// its alerts resolve. Everything but the opening and the end is an edit.
func TestNormalIncidentIsQuiet(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{})
	b := r.startBot()
	b.mustNotify(payload(t, "v0.34.0-e2e-1-database-high-cpu-firing"))
	root := r.root("incidents", 0)
	b.settled()
	who := []string{"anna", "ben", "chris"}
	steps := stepsOf(r.replies(root))
	if len(steps) != 9 {
		t.Fatalf("got %d steps, want 9", len(steps))
	}
	for n := 1; n <= 3; n++ {
		r.slash(who[n-1], "incidents", fmt.Sprintf("/playbook ack INC-1 %d", n))
		r.slash(who[n-1], "incidents", fmt.Sprintf("/playbook done INC-1 %d it holds", n))
	}
	b.settled()
	b.mustNotify(payload(t, "v0.34.0-e2e-7-database-resolved"))
	r.reads(root, "Resolved")
	for n := 4; n <= 9; n++ {
		r.slash(who[n%3], "incidents", fmt.Sprintf("/playbook ack INC-1 %d", n))
		r.slash(who[n%3], "incidents", fmt.Sprintf("/playbook done INC-1 %d", n))
	}
	r.reads(root, "Closed")
	b.settled()
	calls, mentions := r.tally(), len(r.sim.Notifications())
	t.Logf("Slack calls: %v; messages that mention somebody: %d", calls, mentions)
	if posts := calls["chat.postMessage"]; posts > mostNotifying || mentions > posts {
		t.Errorf("%d messages were posted, %d of them mention somebody: want at most %d", posts, mentions, mostNotifying)
	}
}
