package coordinator_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
)

// TestTwoOfOneKindInOneBatch: what people do at the same moment waits in the inbox
// together and is read at once. The first wins, and the second learns of the first,
// whatever it is that they do; and two who start a playbook get an incident each.
func TestTwoOfOneKindInOneBatch(t *testing.T) {
	t.Parallel()
	r := startDeadRig(t)
	people := []incident.User{{ID: "U0SIM00001", Name: "anna"}, {ID: "U0SIM00002", Name: "ben"}}
	r.fires("first", "firing")
	var wants []incident.AnswerKind
	both := func(ev func(by incident.User) event.Event, first, second incident.AnswerKind) {
		for k, want := range []incident.AnswerKind{first, second} {
			e := ev(people[k])
			e.Op, e.At = fmt.Sprint("op-", len(wants)), time.Now().UTC().Truncate(time.Millisecond)
			r.put(e)
			wants = append(wants, want)
		}
	}
	act := func(verb incident.Verb, step string) func(by incident.User) event.Event {
		return func(by incident.User) event.Event {
			return event.Event{Act: &incident.Act{Verb: verb, Incident: 1, Step: step, User: by, Via: "button"}}
		}
	}
	start := func(by incident.User) event.Event {
		return event.Event{Start: &incident.Start{Playbook: "triage", User: by, Via: "command"}}
	}
	both(act(incident.VerbAcknowledge, "look"), incident.AnswerApplied, incident.AnswerTaken)
	both(act(incident.VerbDone, "look"), incident.AnswerApplied, incident.AnswerTaken)
	both(start, incident.AnswerStarted, incident.AnswerStarted)
	both(act(incident.VerbResolve, ""), incident.AnswerApplied, incident.AnswerOver)
	both(act(incident.VerbReopen, ""), incident.AnswerApplied, incident.AnswerActive)
	both(act(incident.VerbAcknowledge, ""), incident.AnswerApplied, incident.AnswerTaken)
	r.keep()
	started := map[int]bool{}
	for k, want := range wants {
		var got incident.Answer
		r.eventually(fmt.Sprintf("act %d is answered", k), func() bool {
			answer, ok, err := r.store.Answered(t.Context(), fmt.Sprint("op-", k))
			got = answer.Incident
			return err == nil && ok
		})
		if got.Kind != want || (want == incident.AnswerTaken || want == incident.AnswerOver) && got.Who != people[0] {
			t.Errorf("act %d was answered %+v, want %s", k, got, want)
		}
		if want == incident.AnswerStarted {
			started[got.Incident] = true
		}
	}
	if !started[2] || !started[3] || len(started) != 2 {
		t.Errorf("the two who started a playbook got %v, want INC-2 and INC-3", started)
	}
}
