package sender

import (
	"slices"
	"testing"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/playbooks"
)

// TestPastPings: of an incident that begins again for ever, the ledger keeps the pings
// of the newest openings, and older ones of which not all is known, or that others
// rely on.
func TestPastPings(t *testing.T) {
	t.Parallel()
	i := incident.Incident{Number: 1, Opening: 100, Tiers: []incident.Tier{{Name: playbooks.Immediate, Earlier: []incident.Told{{Opening: 5, Together: []incident.Neighbour{{Number: 2}}}}}}}
	sent := ledger.Record{State: ledger.Sent, TS: "1.0"}
	has := ledger.Ledger{
		"root": sent, "tier:immediate": sent, "tier:immediate:2": sent, "evidence": sent,
		"resolved:100": sent, "reopened:91": sent, "resolved:90": sent, "escalation:2:90": {State: ledger.Superseded}, "reopened:1": sent,
		"reopened:2": {State: ledger.Sending}, "reopened:3": {State: ledger.Sent, TS: "3.0", Sweeps: 1}, "reopened:4": {State: ledger.Parked}, "reopened:6": {State: ledger.Unreadable},
		"deadline:immediate:5": sent, "deadline:immediate:7": sent,
		"of_tomorrow:8": sent, "reopened": sent, "reopened:": sent, "reopened:x": sent,
	}
	got := thread{subject: subject{incident: &i}, ledger: has}.pastPings()
	slices.Sort(got)
	if want := []string{"deadline:immediate:7", "escalation:2:90", "reopened:1", "resolved:90"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
