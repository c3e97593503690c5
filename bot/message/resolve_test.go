package message

import (
	"strings"
	"testing"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
)

// TestAsksToResolve: resolving asks back while alerts fire or somebody has a step.
func TestAsksToResolve(t *testing.T) {
	over := untouched(t)
	for _, tt := range []struct {
		name  string
		scene *scene
		asks  bool
		label string
	}{
		{"alerts fire", opened(t), true, "[Resolve…]"},
		{"started by hand", started(t), false, "[Resolve]"},
		{"started by hand, and somebody has a step", started(t).act(anna, incident.VerbAcknowledge, "4", ""), true, "[Resolve…]"},
		{"a step is done", started(t).act(anna, incident.VerbDone, "1", ""), false, "[Resolve]"},
		{"over", over, false, "[Reopen]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := tt.scene.view()
			if got := AsksToResolve(v.Incident); got != tt.asks {
				t.Errorf("asks: %t, want %t", got, tt.asks)
			}
			if got := blockkit.Terminal(root(v)); !strings.Contains(got, tt.label) {
				t.Errorf("no %s:\n%s", tt.label, got)
			}
		})
	}
}

// TestResolveSaysWhatIsNotOver: what fires and who has what stand in the form, and what
// each reason does to the follow-ups.
func TestResolveSaysWhatIsNotOver(t *testing.T) {
	i := newScene(t, hotDatabase(t)).hears(database(night, alerts.Firing, alerts.Firing)).act(anna, incident.VerbAcknowledge, "2", "").incident
	view := resolveModal(i)
	got := blockkit.Terminal(blockkit.Message{Blocks: view.Blocks.BlockSet[:1]})
	for _, want := range []string{"It does not look over", "2 alerts still firing, `instance=orders-db-1:9187`", " has 2. Enable connection pooling since "} {
		if !strings.Contains(got, want) {
			t.Errorf("the form does not say %q:\n%s", want, got)
		}
	}
	for _, o := range resolveReasons(i).Options {
		if drops := strings.Contains(o.Description.Text, "Drops"); drops != incident.Reason(o.Value).DropsFollowUps() {
			t.Errorf("%s says %q", o.Value, o.Description.Text)
		}
	}
}
