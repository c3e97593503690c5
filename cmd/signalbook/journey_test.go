package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/people"
)

// TestJourney is the main job over both of Slack's ways in: a captured
// notification becomes a thread, people take its steps, the alert resolves.
func TestJourney(t *testing.T) {
	t.Parallel()
	for name, http := range map[string]bool{"socket mode": false, "signed http": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			journey(t, startRig(t, options{http: http, sim: slacksim.Options{Limits: true}}))
		})
	}
}

func journey(t *testing.T, r *rig) {
	b := r.startBot()
	b.mustNotify(payload(t, "v0.34.0-e2e-1-database-high-cpu-firing"))
	root := r.root("incidents", 0)
	if got := root.PlainText(); !strings.Contains(got, "Database is at 90% CPU") || !strings.Contains(got, "INC-1") || !strings.Contains(got, "immediate 0/3 · short-term 0/3 · long-term 0/3") {
		t.Errorf("the root does not say what it should:\n%s", got)
	}
	tiers := r.replies(root)
	if len(tiers) != 3 {
		t.Fatalf("got %d replies, want 3 tiers", len(tiers))
	}
	var notified []string
	for _, n := range r.sim.Notifications() {
		notified = append(notified, n.Mention)
	}
	immediate := tiers[0]

	// The first click wins; the second is told who was first.
	r.click("anna", immediate, "step:ack", "INC-1/pool-connections")
	r.reads(immediate, "anna")
	r.reads(root, "Acknowledged")
	if err := r.sim.People.Click(t.Context(), people.Click{User: "ben", Channel: "incidents", TS: immediate.TS, ActionID: "step:ack", Value: "INC-1/add-read-replicas"}); err != nil {
		t.Fatal(err)
	}
	r.reads(immediate, "ben")
	if got := r.slash("ben", "incidents", "/playbook ack INC-1 2"); !strings.Contains(got, "anna") {
		t.Errorf("ben was answered %q, want to hear of anna", got)
	}

	// Words do what buttons do.
	if got := r.slash("ben", "incidents", "/playbook done INC-1 2 pooled"); got == "" {
		t.Error("done was answered with nothing")
	}
	r.reads(immediate, "pooled")
	r.reads(root, "immediate 1/3")
	if got := r.slash("chris", "incidents", "/playbook status INC-1"); !strings.Contains(got, "INC-1") || !strings.Contains(got, "pooled") {
		t.Errorf("status reads:\n%s", got)
	}

	// A modal shows all of a step, and asks why it is skipped.
	r.click("anna", immediate, "step:how", "INC-1/scale-up")
	r.modal("anna")
	errs, err := r.sim.People.SubmitView(t.Context(), "anna", map[string]string{"what": "skip", "words": "no larger size exists"})
	if err != nil || len(errs) > 0 {
		t.Fatalf("submit: %v, %v", errs, err)
	}
	r.reads(immediate, "no larger size exists")

	// In the thread the ID is left out.
	if _, err := r.sim.People.Say("chris", "incidents", root.TS, "@signalbook done 4 indices are there"); err != nil {
		t.Fatal(err)
	}
	r.reads(tiers[1], "indices are there")

	b.mustNotify(payload(t, "v0.34.0-e2e-7-database-resolved"))
	r.reads(root, "Resolved")
	r.reads(immediate, "no longer needed")
	if want := []string{"@sre-oncall"}; !slices.Equal(notified, want) {
		t.Errorf("the opening notified %v, want %v", notified, want)
	}
	if refused := r.sim.Refusals(); len(refused) > 0 {
		t.Errorf("Slack refused: %v", refused)
	}
}
