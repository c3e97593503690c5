package incident_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/incident"
)

// handled handles an event; what it asks for read loads, or nothing of it is there.
func handled(t testing.TB, rules incident.Rules, in incident.StepInput, ev incident.Event, read func(incident.Needs, *incident.Loaded)) incident.Outcome {
	t.Helper()
	out, err := rules.Settle(in, ev, func(needs incident.Needs, into *incident.Loaded) error {
		if read != nil {
			read(needs, into)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestWhatIsNeededIsAskedFor: an event that cannot be decided about says what is needed
// and nothing else, and is decided about once that is there, or known to be gone.
func TestWhatIsNeededIsAskedFor(t *testing.T) {
	t.Parallel()
	rules := incident.Rules{Storm: incident.Limit{Above: 3, Per: 1}}
	n := notice("db", 0, alert("a", epoch, alerts.Firing))
	ev := incident.Event{At: epoch, Notification: n}
	in := incident.StepInput{Next: 1}
	out := rules.Handle(in, ev)
	if out.Needs.Plan == nil || len(out.Results) > 0 {
		t.Errorf("got %+v, want it to ask for a plan and say nothing else", out)
	}
	in.Loaded.Plan = &incident.Plan{Channel: "#c", Playbook: scenarioPlaybook(t, "playbook")}
	out = rules.Handle(in, ev)
	if !slices.Equal(out.Needs.Channels, []string{"#c"}) || len(out.Results) > 0 {
		t.Errorf("got %+v, want it to ask for the channel and say nothing else", out)
	}
	incident.Keep(&in.Loaded.Channels, "#c", nil)
	if out = rules.Handle(in, ev); !out.Needs.None() || len(out.Results) != 1 {
		t.Errorf("got %+v, want an incident although nothing is known of its channel", out)
	}
	broken := errors.New("Redis does not answer")
	if _, err := rules.Settle(incident.StepInput{Next: 1}, ev, func(incident.Needs, *incident.Loaded) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("got %v, want what the reader said", err)
	}
	if _, err := rules.Settle(incident.StepInput{Next: 1}, ev, func(incident.Needs, *incident.Loaded) error { return nil }); err == nil {
		t.Error("a notification opened an incident without a plan")
	}
}
