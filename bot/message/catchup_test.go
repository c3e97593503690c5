package message

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
)

// TestCatchup: what others did since somebody last acted, within a time, or at all; ten
// lines at most, the newest kept and the rest counted.
func TestCatchup(t *testing.T) {
	i := opened(t).incident
	at := func(minute int) time.Time { return night.Add(time.Duration(minute) * time.Minute) }
	changes := []incident.Change{
		{Kind: incident.KindOpened, At: at(0)},
		{Kind: incident.KindAcknowledged, At: at(1), By: anna},
		{Kind: incident.KindStepDone, At: at(5), By: ben, Step: "add-read-replicas", Text: "two replicas"},
		{Kind: incident.KindStepAcknowledged, At: at(6), By: anna, Step: "pool-connections"},
		{Kind: incident.KindNoted, At: at(8), By: ben, Text: "the job <!channel> started twice"},
		{Kind: incident.KindStepDropped, At: at(9), Step: "scale-up"},
	}
	var many []incident.Change
	for k := range 30 {
		many = append(many, incident.Change{Kind: incident.KindNoted, At: at(k), By: ben, Text: fmt.Sprintf("note %d.", k)})
	}
	for _, tt := range []struct {
		name    string
		changes []incident.Change
		who     string
		within  time.Duration
		says    []string
		not     []string
	}{
		{"since she acted", changes, anna.ID, 0, []string{"when you last acted", "started twice", "Now: "}, []string{"two replicas", "opened", "not needed"}},
		{"within a time, without her own", changes, anna.ID, 8 * time.Minute, []string{"two replicas", "started twice"}, []string{"opened", "last acted"}},
		{"she never acted", changes, "U0CARLA", 0, []string{"its beginning", "opened", "two replicas", "started twice"}, nil},
		{"nothing happened", changes[:1], "U0CARLA", time.Minute, []string{"Nothing happened since."}, []string{"opened"}},
		{"more than fits", many, "U0CARLA", 0, []string{"23 earlier changes are left out", "note 29.", "note 23."}, []string{"note 22."}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := blockkit.Terminal(Catchup(i, tt.changes, tt.who, tt.within, at(12), "/playbook"))
			for _, want := range tt.says {
				if !strings.Contains(got, want) {
					t.Errorf("no %q:\n%s", want, got)
				}
			}
			for _, other := range tt.not {
				if strings.Contains(got, other) {
					t.Errorf("%q is there:\n%s", other, got)
				}
			}
			if lines := strings.Count(strings.TrimSpace(got), "\n") + 1; lines > 11 {
				t.Errorf("%d lines:\n%s", lines, got)
			}
		})
	}
}
