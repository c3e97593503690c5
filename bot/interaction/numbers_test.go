package interaction_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
)

// began starts an incident by command and gives its id.
func (r *rig) began(title string) string {
	r.t.Helper()
	r.slash("anna", "start triage "+title)
	id := ""
	eventually(r.t, title+" is open", func() bool {
		n, err := r.store.Newest(r.t.Context())
		if err != nil || n == 0 {
			return false
		}
		i, ok, err := r.store.Incident(r.t.Context(), n)
		id = i.ID()
		return err == nil && ok && i.Title == title
	})
	return id
}

// TestNumbersAfterLostData: in a Redis that was replaced by an empty one, numbers
// go on above those that Slack shows.
func TestNumbersAfterLostData(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.past(made(41, incident.Closed, ""))
	end := r.keep()
	if got := r.began("first"); got != "INC-42" {
		t.Fatalf("got %s, want INC-42", got)
	}
	eventually(t, "INC-42 has its thread", func() bool {
		for _, m := range r.sim.Messages("incidents") {
			if strings.Contains(m.PlainText(), "INC-42") && m.Replies > 0 {
				return true
			}
		}
		return false
	})
	// What people write moves nothing, and neither does an alert's title.
	if _, err := r.sim.People.Say("ben", "incidents", "", `see INC-9000, {"value":"INC-9001"}`); err != nil {
		t.Fatal(err)
	}
	r.fire("loud", map[string]string{"alertname": `INC-7777","value":"INC-7778"`})
	eventually(t, "INC-43 has its thread", func() bool {
		for _, m := range r.sim.Messages("incidents") {
			if strings.Contains(m.PlainText(), "INC-43") && m.Replies > 0 {
				return true
			}
		}
		return false
	})
	end()

	// A backup of the day before is a server of its own that knows less.
	raw := redis.NewClient(&redis.Options{Addr: r.address, Protocol: 2})
	defer raw.Close()
	const base = "test:{T0SIM00001}:"
	if err := raw.MSet(t.Context(), base+"next", 41, base+"compared", "server of the day before").Err(); err != nil {
		t.Fatal(err)
	}
	end = r.keep()
	if got := r.began("restored"); got != "INC-44" {
		t.Errorf("after a backup: got %s, want INC-44", got)
	}
	eventually(t, "INC-44 has its thread", func() bool {
		return slices.ContainsFunc(r.sim.Messages("incidents"), func(m snapshot.Message) bool { return strings.Contains(m.PlainText(), "INC-44") })
	})
	end()
	r.lose()
	r.keep()
	if got := r.began("second"); got != "INC-45" {
		t.Errorf("after the loss: got %s, want INC-45", got)
	}
}

// TestNumbersAfterLostDataOfAStorm: a storm's incidents have no roots; its list
// tells how far the numbers went.
func TestNumbersAfterLostDataOfAStorm(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	storm := r.blow()
	eventually(t, "the list is posted", func() bool {
		for _, m := range r.sim.Thread("incidents", storm.TS) {
			if strings.Contains(m.PlainText(), "to INC-8") {
				return true
			}
		}
		return false
	})
	r.lose()
	if got := r.began("after the storm"); got != "INC-9" {
		t.Errorf("got %s, want INC-9", got)
	}
}

// TestNumbersWhenSlackDoesNotSay: an empty Redis and a Slack that does not answer:
// numbers begin beyond anything that can have been.
func TestNumbersWhenSlackDoesNotSay(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.sim.Faults.Fail(fault.Fault{Method: "conversations.history", Kind: fault.HTTP503})
	r.keep()
	n := 0
	eventually(t, "an incident is opened", func() bool {
		found, err := r.store.Newest(t.Context())
		if err != nil || found == 0 {
			return false
		}
		n = found
		return true
	})
	if n < 400_000 {
		t.Errorf("numbers begin above %d, want far above", n)
	}
}

// rooted waits for the thread of an incident and gives its root and its first reply.
func (r *rig) rooted(id string) (root, first snapshot.Message) {
	r.t.Helper()
	eventually(r.t, id+" has its thread", func() bool {
		for _, m := range r.sim.Messages("incidents") {
			if m.Bot && m.Replies > 0 && strings.Contains(m.PlainText(), id) {
				root = m
			}
		}
		return root.TS != ""
	})
	return root, r.sim.Thread("incidents", root.TS)[1]
}

// TestDataLostUnderARunningBot: a Redis that is emptied while the bot runs. Numbers go
// on above those of before, no button, menu or form of before does anything, also
// where its number exists anew, and the new ones work.
func TestDataLostUnderARunningBot(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	root, immediate := r.open()
	r.click("ben", immediate, "step:skip", "INC-1/scale-up")
	r.modal("ben")
	r.lose()
	r.refused("the old root", func() { r.click("anna", root, "incident:ack", "INC-1") })
	r.refused("the old step", func() { r.click("anna", immediate, "step:done", "INC-1/add-read-replicas") })
	errs, err := r.sim.People.SubmitView(t.Context(), "ben", map[string]string{"reason": "not here"})
	if err != nil || !strings.Contains(errs["reason"], older) {
		t.Errorf("the form of before got %v, %v, want it refused", errs, err)
	}
	r.fire("web", map[string]string{"alertname": "Web"})
	anew, first := r.rooted("INC-2")
	r.click("anna", anew, "incident:ack", "INC-2") // after a step is done it would be answered, some time
	eventually(t, "INC-2 is acknowledged", func() bool { return r.incident(2).Lead.Name == "anna" })
	r.click("anna", first, "step:done", "INC-2/find-impact")
	eventually(t, "its step is done", func() bool { s, _, _ := r.incident(2).FindStep("find-impact"); return s.By.Name == "anna" })
	// The worst case: the same number exists anew, whoever brought it there.
	raw := redis.NewClient(&redis.Options{Addr: r.address, Protocol: 2})
	defer raw.Close()
	const base = "test:{T0SIM00001}:"
	copied := strings.Replace(raw.Get(t.Context(), base+"inc:2").Val(), `"number":2`, `"number":1`, 1)
	if err := raw.Set(t.Context(), base+"inc:1", copied, 0).Err(); err != nil {
		t.Fatal(err)
	}
	before := r.incident(1)
	for _, action := range []string{"incident:ack", "incident:resolve"} {
		r.refused(action, func() { r.click("anna", root, action, "INC-1") })
	}
	if got := r.incident(1); got.Version != before.Version {
		t.Errorf("the other INC-1 has version %d, want it as it was", got.Version)
	}
}

// TestNumbersGoOnWhileSlackIsSilent: what this coordinator knew of numbers it knows also
// when Redis is emptied and Slack does not say.
func TestNumbersGoOnWhileSlackIsSilent(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	r.fire("web", map[string]string{"alertname": "Web"})
	r.rooted("INC-1")
	r.sim.Faults.Fail(fault.Fault{Method: "chat.postMessage", Kind: fault.HTTP503})
	if got := r.began("nobody saw it"); got != "INC-2" {
		t.Fatalf("got %s, want INC-2", got)
	}
	r.lose()
	if got := r.began("after"); got != "INC-3" {
		t.Errorf("got %s, want INC-3", got)
	}
}
