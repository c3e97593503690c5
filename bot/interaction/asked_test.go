package interaction_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/slacksim/people"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
	"github.com/signalbook/signalbook/playbooks"
)

// startAsking is a rig with a playbook that asks, as much as it may.
func startAsking(t *testing.T) *rig {
	t.Helper()
	var long strings.Builder
	for k := range 10 {
		fmt.Fprintf(&long, "%q, ", fmt.Sprint(k)+strings.Repeat("é", 74))
	}
	book, problems := playbooks.Parse("asking.yml", []byte(`name: asking
title: Database is hot
match: ['alertname="DatabaseHighCPU"']
tiers:
  - name: immediate
    within: 1h
    steps:
      - {id: check-lag, title: Look at the lag, ask: {id: lag, text: "How is the lag?", choices: [low, high]}}
      - {id: add, title: Add replicas, when: ['lag="low"'], ask: {id: host, text: "`+strings.Repeat("w", 149)+`?", required: true}}
      - {id: long, title: Choose, ask: {id: long, text: How, choices: [`+long.String()+`]}}
      - {id: failover, title: Fail over, approvals: 2}
  - name: short_term
    within: 1w
    steps: [{id: later, title: Later, ask: {id: later, text: What now, required: true}}]
  - name: long_term
    within: 30d
    steps: [{id: last, title: Last}]
`))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, folded: true, own: []*playbooks.Playbook{book}}
	r.start()
	return r
}

// reply is the message in a thread that says something.
func reply(t *testing.T, r *rig, root snapshot.Message, says string) (found snapshot.Message) {
	t.Helper()
	eventually(t, "the thread has "+says, func() bool {
		for _, m := range r.sim.Thread("incidents", root.TS)[1:] {
			if strings.Contains(m.PlainText(), says) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

// TestDoneAsks: Done of a step that asks opens a form, by its button, its menu and How…;
// typed, the answer begins the note. What is no answer is said where it was given.
func TestDoneAsks(t *testing.T) {
	t.Parallel()
	r := startAsking(t)
	r.keep()
	root, immediate := r.open()
	step := func(id string) incident.Step {
		s, _, _ := r.incident(1).FindStep(id)
		return s
	}
	submit := func(values map[string]string) map[string]string {
		t.Helper()
		errs, err := r.sim.People.SubmitView(t.Context(), "anna", values)
		if err != nil {
			t.Fatal(err)
		}
		return errs
	}

	r.click("anna", immediate, "step:done", "INC-1/check-lag")
	r.modal("anna")
	if modal, _ := r.sim.OpenModal("anna"); !strings.Contains(modal.PlainText(), "How is the lag?") || modal.Submit != "Done" {
		t.Errorf("the form says:\n%s", modal.PlainText())
	}
	if s := step("check-lag"); s.Ended() {
		t.Errorf("it is %s before anybody answered", s.State)
	}
	if errs := submit(map[string]string{"answer": "low", "note": "2 s"}); len(errs) > 0 {
		t.Fatalf("an answer got %v", errs)
	}
	if s := step("check-lag"); s.State != incident.StepDone || s.Answer != "low" || s.Note != "2 s" || step("add").Hidden {
		t.Errorf("got %+v, and the next step hidden %v, want it answered", s.Standing, step("add").Hidden)
	}

	if got := r.slash("ben", "done 1 2"); !strings.Contains(got, "Step 2 of INC-1 asks") {
		t.Errorf("done without an answer was answered %q", got)
	}
	if got := r.slash("ben", "done 1 3 so so"); !strings.Contains(got, "“so so” is no answer") {
		t.Errorf("a wrong choice was answered %q", got)
	}
	if got := r.slash("ben", "done 1 2 db-7"); !strings.Contains(got, "Done: step 2") || step("add").Answer != "db-7" {
		t.Errorf("an answer was answered %q and is %q", got, step("add").Answer)
	}

	r.click("anna", immediate, "step:how", "INC-1/long")
	r.modal("anna")
	if errs := submit(map[string]string{"what": "done", "answer": "0" + strings.Repeat("é", 74), "words": "the first"}); len(errs) > 0 {
		t.Fatalf("an answer got %v", errs)
	}
	if s := step("long"); s.State != incident.StepDone || s.Answer != "0"+strings.Repeat("é", 74) || s.Note != "the first" {
		t.Errorf("got %+v, want it answered", s.Standing)
	}

	later := reply(t, r, root, "Later")
	eventually(t, "the menu offers How…", func() bool {
		return r.sim.People.Choose(t.Context(), people.Choice{User: "anna", Channel: later.Channel, TS: later.TS, ActionID: "step:menu", Value: "how/INC-1/later"}) == nil
	})
	r.modal("anna")
	if errs := submit(map[string]string{"what": "done", "answer": " ", "words": "because"}); !strings.Contains(errs["answer"], "asks: “What now”") {
		t.Errorf("no answer got %v", errs)
	}
	if errs := submit(map[string]string{"what": "done", "answer": "nothing", "words": "because"}); len(errs) > 0 || step("later").Answer != "nothing" {
		t.Errorf("an answer got %v", errs)
	}
}

// TestSecondPerson: the first Done of a step that takes two says so, the same person's next
// one is told so, another person's ends it.
func TestSecondPerson(t *testing.T) {
	t.Parallel()
	r := startAsking(t)
	r.keep()
	root, _ := r.open()
	immediate := reply(t, r, root, "Fail over")
	stands := func() incident.Standing {
		s, _, _ := r.incident(1).FindStep("failover")
		return s.Standing
	}
	r.click("anna", immediate, "step:done", "INC-1/failover")
	eventually(t, "a second person is awaited", func() bool { return stands().AwaitsSecond() })
	r.click("anna", immediate, "step:done", "INC-1/failover")
	r.told("anna", "it takes a second person")
	if got := r.slash("ben", "done 1 4"); !strings.Contains(got, "Done: step 4") {
		t.Errorf("the second was answered %q", got)
	}
	if s := stands(); s.State != incident.StepDone || s.First.Name != "anna" || s.By.Name != "ben" {
		t.Errorf("got %+v, want it done by both", s)
	}
}
