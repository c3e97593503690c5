package interaction_test

import (
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/slacksim/people"
)

// TestHow: the form of a step shows all of it and takes what becomes of it; what is
// wrong is said beside the field, and nothing typed is lost.
func TestHow(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.folded = true
	r.keep()
	_, immediate := r.open()

	r.click("anna", immediate, "step:how", "INC-1/scale-up")
	r.modal("anna")
	if modal, _ := r.sim.OpenModal("anna"); !strings.Contains(modal.PlainText(), "3. Scale up") || strings.Contains(immediate.PlainText(), "modify-db-instance") || !strings.Contains(modal.PlainText(), "modify-db-instance") {
		t.Errorf("the form says:\n%s\nthe message:\n%s", modal.PlainText(), immediate.PlainText())
	}
	for _, tt := range []struct {
		name, what, words, field, want string
	}{
		{"a skip without words", "skip", " ", "words", "say why"},
		{"words that would be lost", "ack", "on it", "words", "Done or Skip"},
	} {
		errs, err := r.sim.People.SubmitView(t.Context(), "anna", map[string]string{"what": tt.what, "words": tt.words})
		if err != nil || !strings.Contains(errs[tt.field], tt.want) {
			t.Errorf("%s got %v, %v", tt.name, errs, err)
		}
	}
	submit := func(user, what, words string) {
		t.Helper()
		if errs, err := r.sim.People.SubmitView(t.Context(), user, map[string]string{"what": what, "words": words}); err != nil || len(errs) > 0 {
			t.Fatalf("%s got %v, %v", what, errs, err)
		}
	}
	step := func(id string) incident.Step {
		s, _, _ := r.incident(1).FindStep(id)
		return s
	}
	submit("anna", "skip", "no larger size")
	if s := step("scale-up"); s.State != incident.StepSkipped || s.Note != "no larger size" || s.By.Name != "anna" {
		t.Errorf("got %+v, want it skipped with its reason", s.Standing)
	}

	r.click("ben", immediate, "step:how", "INC-1/pool-connections")
	r.modal("ben")
	submit("ben", "ack", "")
	if s := step("pool-connections"); s.State != incident.StepAcknowledged || s.Holder.Name != "ben" {
		t.Errorf("got %+v, want ben to have it", s.Standing)
	}
	r.click("ben", immediate, "step:how", "INC-1/pool-connections")
	r.modal("ben")
	submit("ben", "done", "pooled")
	if s := step("pool-connections"); s.State != incident.StepDone || s.Note != "pooled" {
		t.Errorf("got %+v, want it done with its note", s.Standing)
	}
}

// TestStepMenu: what a line's menu offers does what its button would.
func TestStepMenu(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.folded = true
	r.keep()
	root, _ := r.open()
	later := r.sim.Thread("incidents", root.TS)[2]
	state := func(id string) incident.StepState {
		s, _, _ := r.incident(1).FindStep(id)
		return s.State
	}
	choose := func(value string) {
		t.Helper()
		eventually(t, "the menu offers "+value, func() bool {
			return r.sim.People.Choose(t.Context(), people.Choice{User: "anna", Channel: later.Channel, TS: later.TS, ActionID: "step:menu", Value: value}) == nil
		})
	}
	becomes := func(id string, want incident.StepState) {
		t.Helper()
		eventually(t, id+" is "+string(want), func() bool { return state(id) == want })
	}
	choose("ack/INC-1/add-indices")
	becomes("add-indices", incident.StepAcknowledged)
	choose("release/INC-1/add-indices")
	becomes("add-indices", incident.StepOpen)
	choose("done/INC-1/cache-queries")
	becomes("cache-queries", incident.StepDone)
	choose("skip/INC-1/fix-n-plus-one")
	r.modal("anna")
	if errs, err := r.sim.People.SubmitView(t.Context(), "anna", map[string]string{"reason": "no ORM here"}); err != nil || len(errs) > 0 {
		t.Fatalf("a reason got %v, %v", errs, err)
	}
	becomes("fix-n-plus-one", incident.StepSkipped)
	choose("how/INC-1/add-indices")
	r.modal("anna")
}

// TestResolveAsksBack: while alerts fire the button opens a form; "Not yet" changes
// nothing, a reason is needed, and it drops or keeps the follow-ups. The typed word does
// not ask, and says what still fires.
func TestResolveAsksBack(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	root, _ := r.open()

	r.click("anna", root, "incident:resolve", "INC-1")
	r.modal("anna")
	if modal, _ := r.sim.OpenModal("anna"); !strings.Contains(modal.PlainText(), "1 alert still firing") {
		t.Errorf("the form says:\n%s", modal.PlainText())
	}
	if errs, err := r.sim.People.SubmitView(t.Context(), "anna", map[string]string{"reason": "", "note": "late"}); err != nil || errs["reason"] == "" {
		t.Errorf("no reason got %v, %v", errs, err)
	}
	if i := r.incident(1); !i.Active() {
		t.Errorf("it is %s before anybody said so", i.State)
	}
	if errs, err := r.sim.People.SubmitView(t.Context(), "anna", map[string]string{"reason": "noise", "note": "the probe again"}); err != nil || len(errs) > 0 {
		t.Fatalf("noise got %v, %v", errs, err)
	}
	if i := r.incident(1); i.State != incident.Closed || i.Reason != incident.ReasonNoise || i.Note.Text != "the probe again" {
		t.Errorf("it is %s, %q, with the note %q", i.State, i.Reason, i.Note.Text)
	}
	is := func(want incident.State) {
		t.Helper()
		eventually(t, "it is "+string(want), func() bool { return r.incident(1).State == want })
	}
	press := func(action string) {
		t.Helper()
		eventually(t, action+" is offered", func() bool {
			return r.sim.People.Click(t.Context(), people.Click{User: "ben", Channel: root.Channel, TS: root.TS, ActionID: action, Value: "INC-1"}) == nil
		})
	}
	press("incident:keep")
	is(incident.Resolved)
	press("incident:reopen")
	is(incident.Open)
	if got := r.slash("ben", "resolve 1 we know"); !strings.Contains(got, "1 alert is still firing") {
		t.Errorf("resolve was answered %q", got)
	}
	is(incident.Resolved)
}
