package interaction_test

import (
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/people"
)

// TestStartForm: a playbook is started by mouse, from the Home or by typing that something
// starts; what is typed wrong is said beside its field, and nothing is started then.
func TestStartForm(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	r.opensHome("anna", "Nothing is open")
	r.clickHome("anna", "home:start", "")
	r.modal("anna")
	found, err := r.sim.People.Suggest(t.Context(), people.Suggest{User: "anna", ActionID: "incident:start", Query: "cpu data"})
	if err != nil || len(found) != 1 || found[0].Value != "database-cpu" || !strings.Contains(found[0].Text, "Database") {
		t.Fatalf("suggested %+v, %v", found, err)
	}
	for labels, want := range map[string]string{"engine postgres": "engine=postgres", "a=1 a=2": "twice", `a="open`: "quotation mark"} {
		errs, err := r.sim.People.SubmitView(t.Context(), "anna", map[string]string{"playbook": "database-cpu", "labels": labels})
		if err != nil || !strings.Contains(errs["labels"], want) {
			t.Errorf("%s: got %v, %v, want %q", labels, errs, err, want)
		}
	}
	errs, err := r.sim.People.SubmitView(t.Context(), "anna", map[string]string{"playbook": "database-cpu", "title": "Checkout is slow", "labels": "severity=critical engine=postgres"})
	if err != nil || len(errs) > 0 {
		t.Fatal(errs, err)
	}
	r.homeReads("anna", "Open now: 1", "Checkout is slow", "critical")
	if i := r.incident(1); i.Title != "Checkout is slow" || i.Labels["engine"] != "postgres" {
		t.Errorf("started %+v", i)
	}
	if got := r.slash("ben", "start"); got != "" {
		t.Errorf("told %q beside the form", got)
	}
	r.modal("ben")
	if errs, err := r.sim.People.SubmitView(t.Context(), "ben", map[string]string{"title": "x"}); err != nil || errs["playbook"] == "" {
		t.Errorf("without a playbook: %v, %v", errs, err)
	}
}

// TestStartFormIsForMembers: a guest is told that playbooks are none of his, and is suggested
// none.
func TestStartFormIsForMembers(t *testing.T) {
	t.Parallel()
	r := &rig{t: t, furnish: func(s *slacksim.Sim) { s.Admin.AddGuest("gus", "gus@example.com", "incidents") }}
	r.start()
	gus, _ := r.sim.User("gus")
	if got := r.slash("gus", "start"); !strings.Contains(got, "only full members") && !strings.Contains(got, "Only full members") {
		t.Errorf("told %q", got)
	}
	if _, open := r.sim.OpenModal("gus"); open {
		t.Error("the form is open")
	}
	if got := r.handler.Suggest(t.Context(), slackapi.Suggestion{ActionID: "incident:start", UserID: gus.ID}); len(got) > 0 {
		t.Errorf("suggested %v", got)
	}
}
