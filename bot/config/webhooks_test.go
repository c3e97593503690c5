package config

import (
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/incident"
)

// TestUnknownEventsAreHelped: what is like an event is taken for it, all others are told
// what there is.
func TestUnknownEventsAreHelped(t *testing.T) {
	t.Parallel()
	if got := nearestKind("step_dne", incident.Kinds()); !strings.Contains(got, `did you mean "step_done"`) {
		t.Errorf("got %q", got)
	}
	got := nearestKind("whatever", incident.Kinds())
	for _, kind := range incident.Kinds() {
		if !strings.Contains(got, string(kind)) {
			t.Errorf("%s is not in %q", kind, got)
		}
	}
}
