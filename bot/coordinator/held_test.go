package coordinator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
	"github.com/signalbook/signalbook/bot/topic"
	"github.com/signalbook/signalbook/playbooks"
)

// TestHeldDeadlinePingOfAReopenedIncident: Slack takes nothing while the deadlines of
// two incidents pass, the ping of the first speaks of both, and then the first ends
// and begins again. Once Slack is back the owners are told of the second, once.
func TestHeldDeadlinePingOfAReopenedIncident(t *testing.T) {
	t.Parallel()
	r := startStrayRig(t)
	book, problems := playbooks.Parse("soon.yml", []byte("{name: soon, title: It is soon due, match: ['alertname=\"DatabaseHighCPU\"'], tiers: [{name: immediate, within: 1s, steps: [{id: look, title: Look}]}]}"))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	r.books = []*playbooks.Playbook{book}
	r.sim.Faults.Fail(fault.Fault{Method: "chat.postMessage", Kind: fault.HTTP503})
	r.fireGroup("db", "a")
	r.fireGroup("web", "b")
	r.impatient()
	load := func(n int) incident.Incident {
		i, _, err := r.store.Incident(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	immediate := func(n int) incident.Tier { tier, _ := load(n).Tier(playbooks.Immediate); return tier }
	r.eventually("the second is told of in the first", func() bool { return immediate(2).ToldIn == 1 && immediate(2).Overdue })
	anna := incident.User{ID: "U0SIM00001", Name: "anna"}
	for k, act := range []incident.Act{{Verb: incident.VerbResolve}, {Verb: incident.VerbReopen}, {Verb: incident.VerbDone, Step: "look"}} {
		act.Incident, act.User, act.Via = 1, anna, "button"
		if _, _, err := r.store.Put(t.Context(), event.Event{Op: string(act.Verb), At: time.Now().UTC().Truncate(time.Millisecond), Act: &act}); err != nil {
			t.Fatal(k, err)
		}
	}
	r.eventually("the first began again", func() bool {
		i := load(1)
		return i.Opening == 2 && i.Tally(playbooks.Immediate).Done == 1
	})
	r.sim.Faults.Clear()
	r.eventually("both threads are there", func() bool { return len(r.roots()) == 2 })
	r.settled()
	var pings []snapshot.Message
	for _, root := range r.roots() {
		for _, m := range r.sim.Thread("incidents", root.TS) {
			if strings.HasPrefix(m.PlainText(), "@sre-oncall: ") {
				pings = append(pings, m)
			}
		}
	}
	if len(pings) != 1 || !strings.Contains(pings[0].PlainText(), "INC-2") {
		t.Errorf("got %d deadline pings, want one that tells @sre-oncall of INC-2: %+v", len(pings), pings)
	}
	has, err := r.store.Ledger(t.Context(), topic.Incident(1))
	if err != nil {
		t.Fatal(err)
	}
	if got := has[message.DeadlinePing+":1"]; len(pings) == 1 && got.TS != pings[0].TS {
		t.Errorf("the ledger has %+v, the ping is %s", got, pings[0].TS)
	}
}
