package interaction_test

import (
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/slacksim/people"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
)

func TestReadingCommandsBeforeAnythingHappened(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	for text, want := range map[string]string{
		"":                  "followed by one of these",
		"help done":         "done ID STEP [note]",
		"list":              "database-cpu",
		"show database-cpu": "Database is at 90% CPU",
		"show no-such":      "There is no playbook",
		"incidents":         "No incident is open",
		"incidents mine":    "Nothing is waiting for you",
		"incidents overdue": "Nothing is overdue",
		"incidents all":     "no incidents yet",
		"status INC-99":     "There is no INC-99",
		"timeline 99":       "There is no INC-99",
		"status":            "Which incident",
		"statsu INC-1":      "did you mean status",
		"status <!channel>": "is no incident",
	} {
		if got := r.slash("anna", text); !strings.Contains(got, want) {
			t.Errorf("%q was answered\n%s\nwant %q", text, got, want)
		}
	}
	if n := len(r.sim.Notifications()); n != 0 {
		t.Errorf("%d people or channels were notified, want none", n)
	}
}

// TestPlaybooksByANearName: the only one that is like what was typed is taken and said;
// of several nothing is done before it is known which.
func TestPlaybooksByANearName(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	for text, wants := range map[string][]string{
		"show databse-cpu":   {"“databse-cpu” was taken to mean database-cpu.", "Database is at 90% CPU"},
		"show Database CPU":  {"Database is at 90% CPU"},
		"show database_cpu":  {"Database is at 90% CPU"},
		"show inference":     {"“inference” was taken to mean inference-latency.", "playbook inference-latency"},
		"show cost":          {"There is no playbook “cost”. Did you mean cdn-cost or cost-optimisation?"},
		"start cost it is a": {"There is no playbook “cost”. Did you mean cdn-cost or cost-optimisation?"},
		"drill cost":         {"There is no playbook “cost”."},
		"start kafka":        {"There is no playbook “kafka”. /playbook list names them all."},
	} {
		got := r.slash("anna", text)
		for _, want := range wants {
			if !strings.Contains(got, want) {
				t.Errorf("%q was answered\n%s\nwant %q", text, got, want)
			}
		}
		if _, near, _ := strings.Cut(text, " "); !strings.Contains(wants[0], "taken") && strings.Contains(got, "taken to mean") {
			t.Errorf("%q was taken for another:\n%s", near, got)
		}
	}
	got := r.slash("anna", "start databse-cpu orders are slow")
	if !strings.Contains(got, "“databse-cpu” was taken to mean database-cpu.") || !strings.Contains(got, "INC-1 is open: orders are slow") {
		t.Errorf("got %q", got)
	}
	if i := r.incident(1); i.Playbook.Name != "database-cpu" {
		t.Errorf("the incident has the playbook %s", i.Playbook.Name)
	}
	if _, err := r.sim.People.Say("ben", "incidents", "", "@signalbook drill inferense-latency"); err != nil {
		t.Fatal(err)
	}
	r.told("ben", "“inferense-latency” was taken to mean inference-latency.")
	r.told("ben", "INC-2 is open")
	if _, err := r.sim.People.Say("ben", "incidents", "", "@signalbook start cost"); err != nil {
		t.Fatal(err)
	}
	r.told("ben", "Did you mean cdn-cost or cost-optimisation?")
}

func TestUnknownIncidentByEveryWay(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	if got, want := r.slash("anna", "done INC-99 1"), "There is no INC-99"; !strings.Contains(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := r.sim.People.Say("ben", "incidents", "", "@signalbook ack INC-99"); err != nil {
		t.Fatal(err)
	}
	r.told("ben", "There is no INC-99")
}

func TestStoreDown(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	root, immediate := r.open()
	r.redis.Kill()
	const unknown, unread = "not known whether this was recorded", "cannot be read at the moment"
	for text, want := range map[string]string{
		"done INC-1 1": unknown, "start triage": unknown, "resolve INC-1": unknown,
		"status INC-1": unread, "incidents": unread, "timeline INC-1": unread,
		"list": "database-cpu", "show triage": "triage", "help": "followed by",
	} {
		if got := r.slash("anna", text); !strings.Contains(got, want) {
			t.Errorf("%q was answered\n%s\nwant %q", text, got, want)
		}
	}
	r.click("ben", immediate, "step:ack", "INC-1/add-read-replicas")
	r.told("ben", unknown)
	r.click("chris", immediate, "step:skip", "INC-1/add-read-replicas")
	r.told("chris", unread)
	if _, err := r.sim.People.Say("anna", "incidents", root.TS, "@signalbook done 1"); err != nil {
		t.Fatal(err)
	}
	r.told("anna", "not recorded yet")
}

func TestModals(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	root, immediate := r.open()

	r.click("anna", immediate, "step:skip", "INC-1/scale-up")
	r.modal("anna")
	if errs, err := r.sim.People.SubmitView(t.Context(), "anna", map[string]string{"reason": "  "}); err != nil || !strings.Contains(errs["reason"], "say why") {
		t.Errorf("a blank reason got %v, %v", errs, err)
	}
	if errs, err := r.sim.People.SubmitView(t.Context(), "anna", map[string]string{"reason": "<!channel> no *larger* size"}); err != nil || len(errs) > 0 {
		t.Fatalf("a reason got %v, %v", errs, err)
	}
	s, _, _ := r.incident(1).FindStep("scale-up")
	if s.State != incident.StepSkipped || s.Note != "<!channel> no *larger* size" {
		t.Errorf("got step %+v, want it skipped with its reason", s.Standing)
	}

	// The second to skip is told in the modal who was first.
	r.click("ben", immediate, "step:skip", "INC-1/pool-connections")
	r.modal("ben")
	r.slash("chris", "skip INC-1 pool-connections we have none")
	errs, err := r.sim.People.SubmitView(t.Context(), "ben", map[string]string{"reason": "me too"})
	if err != nil || !strings.Contains(errs["reason"], "chris") {
		t.Errorf("the second to skip got %v, %v, want to hear of chris", errs, err)
	}
	if err := r.sim.People.CloseModal(t.Context(), "ben"); err != nil {
		t.Fatal(err)
	}

	choose(t, r, "anna", root, "note/INC-1")
	r.modal("anna")
	if errs, err := r.sim.People.SubmitView(t.Context(), "anna", map[string]string{"note": "failover at 14:05"}); err != nil || len(errs) > 0 {
		t.Fatalf("a note got %v, %v", errs, err)
	}
	if got, want := r.incident(1).Note.Text, "failover at 14:05"; got != want {
		t.Errorf("got note %q, want %q", got, want)
	}
	choose(t, r, "anna", root, "timeline/INC-1")
	r.told("anna", "failover at 14:05")
	for _, n := range r.sim.Notifications() {
		if strings.Contains(n.Mention, "channel") {
			t.Errorf("typed words notified: %+v", n)
		}
	}
}

// TestModalSentAgainAfterARefusal: the second time the same words are judged anew.
func TestModalSentAgainAfterARefusal(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	_, immediate := r.open()
	r.click("ben", immediate, "step:skip", "INC-1/scale-up")
	r.modal("ben")
	r.slash("chris", "skip INC-1 scale-up we are at the largest")
	words := map[string]string{"reason": "no larger size"}
	for range 2 { // as long as what stands in its way is there, the answer is the same
		if errs, err := r.sim.People.SubmitView(t.Context(), "ben", words); err != nil || !strings.Contains(errs["reason"], "chris") {
			t.Fatalf("got %v, %v, want to hear of chris", errs, err)
		}
	}
	r.slash("chris", "undo INC-1 scale-up")
	if errs, err := r.sim.People.SubmitView(t.Context(), "ben", words); err != nil || len(errs) > 0 {
		t.Fatalf("got %v, %v, want it taken: nothing stands in its way any more", errs, err)
	}
	if s, _, _ := r.incident(1).FindStep("scale-up"); s.State != incident.StepSkipped || s.Note != "no larger size" {
		t.Errorf("got step %+v, want it skipped with ben's reason", s.Standing)
	}
}

// TestModalDeliveredTwiceIsOneNote: what Slack repeats by itself is written once.
func TestModalDeliveredTwiceIsOneNote(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	root, _ := r.open()
	choose(t, r, "anna", root, "note/INC-1")
	r.modal("anna")
	r.sim.Faults.Fail(fault.Fault{Method: "interactive", Kind: fault.Duplicate, Times: 1})
	if errs, err := r.sim.People.SubmitView(t.Context(), "anna", map[string]string{"note": "failover at 14:05"}); err != nil || len(errs) > 0 {
		t.Fatalf("a note got %v, %v", errs, err)
	}
	if got := strings.Count(r.slash("anna", "timeline INC-1"), "failover at 14:05"); got != 1 {
		t.Errorf("the timeline has the note %d times, want once", got)
	}
}

func choose(t *testing.T, r *rig, user string, m snapshot.Message, value string) {
	t.Helper()
	if err := r.sim.People.Choose(t.Context(), people.Choice{User: user, Channel: m.Channel, TS: m.TS, ActionID: "incident:menu", Value: value}); err != nil {
		t.Fatal(err)
	}
}

func TestMentions(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	root, _ := r.open()
	say := func(user, thread, text string) {
		t.Helper()
		if _, err := r.sim.People.Say(user, "incidents", thread, text); err != nil {
			t.Fatal(err)
		}
	}
	say("anna", root.TS, "@signalbook done 2 pooling is on")
	r.told("anna", "Done: step 2 of INC-1")
	say("chris", root.TS, "@signalbook thread")
	r.told("chris", "INC-1 has its thread in #incidents already.")
	if got, want := r.slash("anna", "thread INC-1"), "INC-1 has its thread in #incidents already."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	say("ben", "", "@signalbook done 3")
	r.told("ben", "Which step") // outside a thread the first number is the incident's
	say("chris", "", "@signalbook status INC-1")
	r.told("chris", "pooling is on")
}

// TestRespondersByEveryWay: ben is in @db-oncall, chris is not.
func TestRespondersByEveryWay(t *testing.T) {
	t.Parallel()
	r := startRig(t, "@db-oncall")
	r.keep()
	root, immediate := r.open()
	const refused = "only @db-oncall may act here"
	for _, text := range []string{
		"ack INC-1", "ack INC-1 1", "done INC-1 1", "skip INC-1 1 because", "release INC-1 1", "undo INC-1 1", "note INC-1 words",
		"resolve INC-1", "reopen INC-1", "start triage", "drill triage",
	} {
		if got := r.slash("chris", text); !strings.Contains(strings.ToLower(got), refused) {
			t.Errorf("%q was answered %q, want a refusal", text, got)
		}
	}
	turned := func(do func()) {
		t.Helper()
		if got := r.after("chris", do); !strings.Contains(strings.ToLower(got), refused) {
			t.Errorf("chris was answered %q, want a refusal", got)
		}
	}
	for _, c := range []struct {
		in            snapshot.Message
		action, value string
	}{
		{immediate, "step:ack", "INC-1/add-read-replicas"}, {immediate, "step:done", "INC-1/add-read-replicas"},
		{root, "incident:ack", "INC-1"},
	} {
		turned(func() { r.click("chris", c.in, c.action, c.value) })
	}
	r.click("chris", immediate, "step:skip", "INC-1/scale-up")
	r.modal("chris")
	if errs, err := r.sim.People.SubmitView(t.Context(), "chris", map[string]string{"reason": "why not"}); err != nil || !strings.Contains(strings.ToLower(errs["reason"]), refused) {
		t.Errorf("the modal said %v, %v, want a refusal", errs, err)
	}
	if err := r.sim.People.CloseModal(t.Context(), "chris"); err != nil {
		t.Fatal(err)
	}
	if errs := r.resolves("chris", root); !strings.Contains(strings.ToLower(errs["reason"]), refused) {
		t.Errorf("the form that resolves said %v, want a refusal", errs)
	}
	turned(func() {
		if _, err := r.sim.People.Say("chris", "incidents", root.TS, "@signalbook done 1"); err != nil {
			t.Fatal(err)
		}
	})
	if i := r.incident(1); i.State != incident.Open || i.Note.Text != "" {
		t.Errorf("the incident is %s with note %q, want it untouched", i.State, i.Note.Text)
	}
	if got := r.slash("ben", "ack INC-1 1"); !strings.Contains(got, "You have step 1") {
		t.Errorf("ben was answered %q", got)
	}
}

// TestLateAnswers: no coordinator is there when somebody acts; the result follows once
// one is.
func TestLateAnswers(t *testing.T) {
	t.Parallel()
	r := &rig{t: t, impatient: true}
	r.start()
	if got, want := r.slash("anna", "done INC-7 1"), "The result follows"; !strings.Contains(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	r.keep()
	r.told("anna", "There is no INC-7")
}

// TestLateRefusalOfAModal: the modal was closed before anybody knew that its
// words would be refused; whoever sent it is told all the same.
func TestLateRefusalOfAModal(t *testing.T) {
	t.Parallel()
	r := &rig{t: t, impatient: true}
	r.start()
	stop := r.keep()
	_, immediate := r.open()
	r.click("anna", immediate, "step:skip", "INC-1/scale-up")
	r.modal("anna")
	r.slash("ben", "done INC-1 scale-up")
	stop()
	if errs, err := r.sim.People.SubmitView(t.Context(), "anna", map[string]string{"reason": "no larger size"}); err != nil || len(errs) > 0 {
		t.Fatalf("the modal got %v, %v, want it closed: what was sent is recorded", errs, err)
	}
	r.keep()
	r.told("anna", "INC-1")
}
