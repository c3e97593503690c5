package incident_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// TestTimesThatCannotBe: whatever nonsense a sender gives as times, a firing copy
// opens the incident once, and a sane resolve that comes later ends it.
func TestTimesThatCannotBe(t *testing.T) {
	far, long := time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC), time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct{ startsAt, endStart, endsAt time.Time }{
		"a start far ahead, a sane resolve":       {far, epoch, epoch.Add(time.Hour)},
		"a start two days ahead, a sane resolve":  {epoch.Add(48 * time.Hour), epoch, epoch.Add(time.Hour)},
		"a start far ahead, and again to the end": {far, far, epoch.Add(time.Hour)},
		"both far ahead":                          {far, far, far},
		"no start, no end":                        {time.Time{}, time.Time{}, time.Time{}},
		"a start in 1970":                         {long, long, epoch.Add(time.Hour)},
		"a start in 1970, and an end then":        {long, long, long},
		"an end before its start":                 {epoch, epoch, long},
		"an end far ahead":                        {epoch, epoch, far},
		"a resolve without an end":                {epoch, epoch, time.Time{}},
		"a clock an hour ahead":                   {epoch.Add(time.Hour), epoch.Add(time.Hour), epoch.Add(2 * time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "playbook")
			fires := notice("db", 0, alert("a", c.startsAt, alerts.Firing), alert("b", epoch, alerts.Firing))
			for range 3 {
				w.do(incident.Event{Notification: fires})
				w.pass(5 * time.Minute)
			}
			w.pass(45 * time.Minute)
			ended := span("a", c.endStart, c.endsAt)
			w.do(incident.Event{Notification: notice("db", 0, ended, span("b", epoch, epoch.Add(time.Hour)))})
			i, _ := w.newest(fires.GroupID())
			if i.State != incident.Resolved || i.Opening != 1 || len(w.numbers()) != 1 {
				w.failf("got %d incidents, the newest %s in opening %d: %+v; want one, resolved, in its first", len(w.numbers()), i.State, i.Opening, i.Alerts)
			}
			// It fires again, an hour later, with a start that everybody believes.
			w.pass(time.Hour)
			w.do(incident.Event{Notification: notice("db", 0, alert("a", w.now, alerts.Firing), span("b", epoch, epoch.Add(time.Hour)))})
			if i, _ = w.newest(fires.GroupID()); !i.Active() {
				w.failf("it fires again, and the incident is %s: %+v", i.State, i.Alerts)
			}
		})
	}
}

// TestOddStartIsNoted: the timeline says once, and with the time as it was given,
// that a start is not believed.
func TestOddStartIsNoted(t *testing.T) {
	w := newWorld(t, "playbook")
	odd := alert("a", time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC), alerts.Firing)
	var notes []incident.Change
	hear := func(list ...alerts.Alert) {
		for _, r := range w.do(incident.Event{Notification: notice("db", 0, list...)}).Results {
			notes = append(notes, slices.DeleteFunc(r.Changes, func(c incident.Change) bool { return c.Kind != incident.KindOddStart })...)
		}
	}
	hear(odd)
	w.pass(5 * time.Minute)
	hear(odd)
	if len(notes) != 1 || notes[0].Alert != "a" || !strings.HasPrefix(notes[0].Text, "2099-01-01") {
		t.Fatalf("got %+v, want one note about 2099", notes)
	}
	odd.Fingerprint = "b"
	hear(alert("a", epoch, alerts.Firing), odd)
	if len(notes) != 2 {
		t.Errorf("got %d notes after a second alert joined with such a start, want 2", len(notes))
	}
}

// TestOddStartOfAnEarlierBinary: what an earlier binary kept as it came does not
// hold the incident open.
func TestOddStartOfAnEarlierBinary(t *testing.T) {
	w := newWorld(t, "playbook")
	w.do(incident.Event{Notification: notice("db", 0, alert("a", epoch, alerts.Firing))})
	i := w.load(1)
	i.Alerts[0].StartsAt = time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)
	document, err := i.Encode()
	if err != nil {
		t.Fatal(err)
	}
	w.documents[1] = string(document)
	w.pass(time.Hour)
	w.do(incident.Event{Notification: notice("db", 0, span("a", epoch, w.now))})
	if i = w.load(1); i.State != incident.Resolved {
		t.Errorf("got the incident %s, want it resolved", i.State)
	}
}

// TestMoved: alerts whose times a copy moved, or that lead elsewhere, are shown anew; new ones,
// forgotten ones and all else are told of as changes.
func TestMoved(t *testing.T) {
	t0 := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)
	alert := func(fingerprint string, starts, ends int) incident.Alert {
		return incident.Alert{Fingerprint: fingerprint, StartsAt: t0.Add(time.Duration(starts) * time.Second), EndsAt: t0.Add(time.Duration(ends) * time.Second)}
	}
	before := incident.Incident{Alerts: []incident.Alert{alert("a", 0, 0), alert("b", 1, 9), alert("c", 2, 0)}}
	for name, c := range map[string]struct {
		alerts []incident.Alert
		want   bool
	}{
		"as it was":            {[]incident.Alert{alert("a", 0, 0), alert("b", 1, 9), alert("c", 2, 0)}, false},
		"one more":             {[]incident.Alert{alert("a", 0, 0), alert("b", 1, 9), alert("c", 2, 0), alert("d", 5, 0)}, false},
		"one forgotten":        {[]incident.Alert{alert("b", 1, 9), alert("c", 2, 0)}, false},
		"a later start":        {[]incident.Alert{alert("a", 3, 0), alert("b", 1, 9), alert("c", 2, 0)}, true},
		"a later end":          {[]incident.Alert{alert("a", 0, 0), alert("b", 1, 12), alert("c", 2, 0)}, true},
		"another runbook":      {[]incident.Alert{{Fingerprint: "a", StartsAt: t0, EndsAt: t0, Links: []playbooks.Link{{Title: "Runbook", URL: "https://x.example"}}}}, true},
		"another expression":   {[]incident.Alert{{Fingerprint: "a", StartsAt: t0, EndsAt: t0, URL: "https://x.example"}}, true},
		"behind one that left": {[]incident.Alert{alert("b", 1, 9), alert("c", 4, 0)}, true},
	} {
		after := incident.Incident{Alerts: c.alerts}
		if got := after.Moved(&before); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}
