package coordinator_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
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
		r.put(event.Event{At: at, Notification: &n})
		if k%500 == 499 {
			r.put(event.Event{Op: fmt.Sprint("note-", k), At: at, Act: &incident.Act{Verb: incident.VerbNote, Incident: 1, Text: "again", User: incident.User{ID: "U0SIM00001", Name: "anna"}, Via: "command"}})
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
	r.put(event.Event{Op: "last", At: at, Act: &incident.Act{Verb: incident.VerbNote, Incident: 1, Text: "and again", User: incident.User{ID: "U0SIM00001", Name: "anna"}, Via: "command"}})
	r.eventually("the ledger has no pings of long past openings", func() bool {
		return r.raw.HExists(t.Context(), deadBase+"ledger:1", "root").Val() && !r.raw.HExists(t.Context(), deadBase+"ledger:1", "reopened:7").Val() && !r.raw.HExists(t.Context(), deadBase+"ledger:1", "resolved:7").Val()
	})
}
