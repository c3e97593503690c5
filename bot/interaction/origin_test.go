package interaction_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
	"github.com/signalbook/signalbook/bot/topic"
)

const older = "This thread is older than what I remember"

// lose empties Redis.
func (r *rig) lose() {
	r.t.Helper()
	raw := redis.NewClient(&redis.Options{Addr: r.address, Protocol: 2})
	defer raw.Close()
	if err := raw.FlushAll(r.t.Context()).Err(); err != nil {
		r.t.Fatal(err)
	}
}

// refused clicks what do does and wants to hear that the thread is older.
func (r *rig) refused(what string, do func()) {
	r.t.Helper()
	if got := r.after("anna", do); !strings.Contains(got, older) {
		r.t.Errorf("%s was answered %q, want it refused", what, got)
	}
}

// TestButtonsOfLostData: in a Redis that was replaced INC-1 is another incident; no
// button, menu or form of the old thread does anything to it.
func TestButtonsOfLostData(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	end := r.keep()
	root, immediate := r.open()
	r.click("ben", immediate, "step:skip", "INC-1/scale-up")
	r.modal("ben")
	end()
	another := r.incident(1)
	r.lose()
	r.past(another)
	r.keep()

	for action, value := range map[string]string{"incident:ack": "INC-1", "incident:resolve": "INC-1"} {
		r.refused(action, func() { r.click("anna", root, action, value) })
	}
	for _, action := range []string{"step:ack", "step:done", "step:skip"} {
		r.refused(action, func() { r.click("anna", immediate, action, "INC-1/add-read-replicas") })
	}
	for _, choice := range []string{"note/INC-1", "timeline/INC-1"} {
		r.refused(choice, func() { choose(t, r, "anna", root, choice) })
	}
	if m, open := r.sim.OpenModal("anna"); open && m.Submit != "" {
		t.Error("a form was opened")
	}
	errs, err := r.sim.People.SubmitView(t.Context(), "ben", map[string]string{"reason": "not here"})
	if err != nil || !strings.Contains(errs["reason"], older) {
		t.Errorf("the form of before got %v, %v, want it refused", errs, err)
	}
	if got := r.incident(1); got.Version != another.Version || got.State != incident.Open {
		t.Errorf("the other INC-1 is %s, version %d, want it as it was", got.State, got.Version)
	}
}

// TestStormMenuOfLostData: neither does the menu of a storm, which offers nothing.
func TestStormMenuOfLostData(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	storm := r.blow()
	r.lose()
	if got := r.find("anna", storm, ""); len(got) != 0 {
		t.Errorf("got %v offered, want nothing", got)
	}
}

// TestDigestButtonsOfLostData: nor the buttons of a digest.
func TestDigestButtonsOfLostData(t *testing.T) {
	t.Parallel()
	r := startReviewRig(t, nil, "weekly")
	end := r.keep()
	m := r.post()
	end()
	r.lose()
	r.keep()
	for _, action := range []string{"digest:adopt", "digest:snooze"} {
		r.refused(action, func() { r.click("anna", m, action, "DIG-1/C1") })
	}
}

// TestButtonsInAnotherChannel: a value that is sent from any other message does
// nothing, be it one of the bot's own.
func TestButtonsInAnotherChannel(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	r.open()
	r.fire("web", map[string]string{"alertname": "Web"})
	var other snapshot.Message
	eventually(t, "INC-2 has its thread", func() bool {
		for _, m := range r.sim.Messages("incidents") {
			if m.Replies > 0 && strings.Contains(m.PlainText(), "INC-2") {
				other = m
			}
		}
		return other.TS != ""
	})
	anna, _ := r.sim.User("anna")
	r.refused("another message", func() {
		r.handler.Action(t.Context(), clickOn("replayed", "incident:ack", "INC-1", anna.ID, other))
	})
	r.refused("no message", func() {
		r.handler.Action(t.Context(), clickOn("nowhere", "incident:ack", "INC-1", anna.ID, snapshot.Message{Channel: other.Channel}))
	})
	if got := r.incident(1); got.State != incident.Open {
		t.Errorf("INC-1 is %s, want it open", got.State)
	}
}

// TestClickBeforeTheMessageIsRecorded: whoever clicks on a message whose post had
// an unknown outcome, before it is found, is not sent away.
func TestClickBeforeTheMessageIsRecorded(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.sim.Faults.Fail(fault.Fault{Method: "chat.postMessage", Kind: fault.LostAnswer, After: 1, Times: 1})
	r.keep()
	r.fire("db", map[string]string{"alertname": "DatabaseHighCPU", "engine": "postgres"})
	var immediate snapshot.Message
	eventually(t, "a step can be clicked whose message is not recorded", func() bool {
		for _, m := range r.sim.Messages("incidents") {
			for _, reply := range r.sim.Thread("incidents", m.TS) {
				if reply.TS != m.TS && slices.ContainsFunc(reply.Buttons(), func(c blockkit.Control) bool { return c.ActionID == "step:done" }) {
					immediate = reply
				}
			}
		}
		return immediate.TS != ""
	})
	has, err := r.store.Ledger(t.Context(), topic.Incident(1))
	if err != nil || has["tier:immediate"].TS != "" {
		t.Fatalf("got %+v, %v, want a message whose ts is not known", has, err)
	}
	r.click("anna", immediate, "step:done", "INC-1/add-read-replicas")
	eventually(t, "the step is done", func() bool {
		s, _, _ := r.incident(1).FindStep("add-read-replicas")
		return s.State == incident.StepDone
	})
}
