package keeper_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/keeper"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/playbooks"
)

// TestThousandFlaps: an alert that comes and goes a thousand times has a timeline of
// bounded length in Redis, whose entries stand for all that happened, and what a person
// did among it is still told.
func TestThousandFlaps(t *testing.T) {
	t.Parallel()
	r := startDeadRig(t)
	r.keep()
	at := time.Now().Add(-50 * time.Minute).UTC().Truncate(time.Second)
	labels := map[string]string{"alertname": "Broken"}
	for k := range 2000 {
		at = at.Add(time.Second)
		a := alerts.Alert{Status: alerts.Firing, Labels: labels, Fingerprint: "a", StartsAt: at}
		n := alerts.Notification{Source: "default", Receiver: "bot", GroupKey: "g", Status: alerts.Firing, Firing: 1, GroupLabels: labels, CommonLabels: labels}
		if k%2 == 1 {
			a.Status, a.StartsAt, a.EndsAt = alerts.Resolved, at.Add(-time.Second), at
			n.Status, n.Firing = alerts.Resolved, 0
		}
		n.Alerts = []alerts.Alert{a}
		r.put(incident.Event{At: at, Notification: &n})
		if k%500 == 499 {
			r.put(incident.Event{Op: fmt.Sprint("note-", k), At: at, Act: &incident.Act{Verb: incident.VerbNote, Incident: 1, Text: "again", User: incident.User{ID: "U0SIM00001", Name: "anna"}, Via: "command"}})
			r.handled()
		}
	}
	i, ok, err := r.store.Incident(t.Context(), 1)
	if err != nil || !ok || i.Opening != 1000 {
		t.Fatalf("got %v, %v, and opening %d, want a thousand", ok, err, i.Opening)
	}
	timeline, err := r.store.WholeTimeline(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	all, notes := 0, 0
	for _, c := range timeline {
		all += c.Stands()
		if c.Kind == incident.KindNoted {
			notes++
		}
	}
	if len(timeline) > incident.MaxTimeline+2*incident.FoldEvery || all != i.Logged || all < 5000 || notes != 4 || timeline[0].Kind != incident.KindOpened {
		t.Errorf("got %d entries that stand for %d of %d, %d notes, and %+v first", len(timeline), all, i.Logged, notes, timeline[0])
	}
	document, err := i.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if len(document) > 4_000 {
		t.Errorf("the document has %d bytes:\n%s", len(document), document)
	}
	past := []any{"reopened:7", `{"channel":"C1","ts":"7.0","state":"sent"}`, "resolved:7", `{"state":"moot"}`}
	if err := r.raw.HSet(t.Context(), deadBase+"ledger:1", past...).Err(); err != nil {
		t.Fatal(err)
	}
	r.put(incident.Event{Op: "last", At: at, Act: &incident.Act{Verb: incident.VerbNote, Incident: 1, Text: "and again", User: incident.User{ID: "U0SIM00001", Name: "anna"}, Via: "command"}})
	r.eventually("the ledger has no pings of long past openings", func() bool {
		return r.raw.HExists(t.Context(), deadBase+"ledger:1", "root").Val() && !r.raw.HExists(t.Context(), deadBase+"ledger:1", "reopened:7").Val() && !r.raw.HExists(t.Context(), deadBase+"ledger:1", "resolved:7").Val()
	})
}

// TestPastPings: of an incident that begins again for ever, the ledger keeps the pings
// of the newest openings, and older ones of which not all is known, or that others
// rely on.
func TestPastPings(t *testing.T) {
	t.Parallel()
	i := incident.Incident{Number: 1, Opening: 100, Tiers: []incident.Tier{{Name: playbooks.Immediate, Earlier: []incident.Told{{Opening: 5, Together: []incident.Neighbour{{Number: 2}}}}}}}
	sent := ledger.Slot{State: ledger.Sent, TS: "1.0"}
	has := ledger.Ledger{
		"root": sent, "tier:immediate": sent, "tier:immediate:2": sent, "evidence": sent,
		"resolved:100": sent, "reopened:91": sent, "resolved:90": sent, "escalation:2:90": {State: ledger.Superseded}, "reopened:1": sent,
		"reopened:2": {State: ledger.Sending}, "reopened:3": {State: ledger.Sent, TS: "3.0", Sweeps: 1}, "reopened:4": {State: ledger.Parked}, "reopened:6": {State: ledger.Unreadable},
		"deadline:immediate:5": sent, "deadline:immediate:7": sent,
		"of_tomorrow:8": sent, "reopened": sent, "reopened:": sent, "reopened:x": sent,
	}
	got := keeper.PastPings(i, has)
	slices.Sort(got)
	if want := []string{"deadline:immediate:7", "escalation:2:90", "reopened:1", "resolved:90"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
