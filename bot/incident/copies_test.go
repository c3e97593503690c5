package incident_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/incident"
)

// copyModel is what is promised of one alert whose notifications come late or out of
// order, told a second time and in other words: it keeps all the copies that it heard
// of the present occurrence. Copies belong to one occurrence while their spans overlap, and a firing one has no end; a resolve wins over a
// firing copy that comes within 30 s of it; the copy is held, and reopens unless
// another resolve comes within 60 s; a firing copy that comes later reopens at once.
type copyModel struct {
	copies   []alerts.Alert // of the present occurrence
	firing   bool
	resolved time.Time // when a resolve of it was last received
	held     time.Time // until when; zero: nothing is held
	openings int       // how often it began to fire
}

func (m *copyModel) fire() {
	if !m.firing {
		m.openings++
	}
	m.firing, m.held = true, time.Time{}
}

// reaches lets time pass up to now.
func (m *copyModel) reaches(now time.Time) {
	if !m.held.IsZero() && !m.held.After(now) {
		m.fire()
	}
}

// newest is the latest start and the latest end that copies gave.
func (m *copyModel) newest() (start, end time.Time) {
	for _, c := range m.copies {
		if c.StartsAt.After(start) {
			start = c.StartsAt
		}
		if c.EndsAt.After(end) {
			end = c.EndsAt
		}
	}
	return start, end
}

func (m *copyModel) hears(a alerts.Alert, now time.Time) {
	m.reaches(now)
	firing := a.Status == alerts.Firing
	start, end := m.newest()
	switch {
	case len(m.copies) == 0 || !m.firing && a.StartsAt.After(end): // another occurrence
		m.copies, m.held = []alerts.Alert{a}, time.Time{}
		if firing {
			m.fire()
		} else {
			m.firing, m.resolved = false, now
		}
		return
	case !firing && a.EndsAt.Before(start): // of an occurrence before this one
		return
	}
	m.copies = append(m.copies, a)
	switch {
	case !firing:
		m.firing, m.held, m.resolved = false, time.Time{}, now
	case m.firing || !m.held.IsZero():
	case now.Sub(m.resolved) <= 30*time.Second:
		m.held = now.Add(60 * time.Second)
	default:
		m.fire()
	}
}

// span is a resolved alert.
func span(name string, startsAt, endsAt time.Time) alerts.Alert {
	a := alert(name, startsAt, alerts.Resolved)
	a.EndsAt = endsAt
	return a
}

// TestCopiesInAnyOrder sends copies of one alert's notifications in every order
// and at several paces, and compares with the model after each.
func TestCopiesInAnyOrder(t *testing.T) {
	s1, s2 := epoch, epoch.Add(5*time.Minute)
	f1, r1, f2, r2 := alert("a", s1, alerts.Firing), alert("a", s1, alerts.Resolved), alert("a", s2, alerts.Firing), alert("a", s2, alerts.Resolved)
	sets := map[string][]alerts.Alert{
		"two occurrences":        {f1, r1, f2, r2},
		"one, everything twice":  {f1, f1, r1, r1},
		"one, resolved by three": {f1, r1, r1, r1},
		"the second is repeated": {f1, f2, r2, f2},
		// Two Prometheus servers: the start goes back, and forward, and the resolve names either.
		"two starts, resolved by the earlier": {f1, f2, span("a", s1, s2.Add(time.Minute))},
		"two starts and two resolves":         {f1, f2, span("a", s1, s2.Add(time.Minute)), span("a", s2, s2.Add(2*time.Minute))},
		"the second starts inside the first":  {f1, span("a", s1, s2), f2, r2},
		"the first ends as the second starts": {f1, span("a", s1, s2.Add(-time.Millisecond)), f2, f2},
	}
	for name, set := range sets {
		t.Run(name, func(t *testing.T) {
			for _, order := range orders(set) {
				steps := []time.Duration{time.Second, 40 * time.Second, 100 * time.Second}
				if len(order) > 3 && strings.Contains(name, "start") {
					steps = steps[:2] // the race detector is slow, and starts are not about time
				}
				for _, gaps := range paces(len(set)-1, steps...) {
					playCopies(t, order, gaps)
				}
			}
		})
	}
}

func playCopies(t *testing.T, order []alerts.Alert, gaps []time.Duration) {
	w, m := newWorld(t, "playbook"), &copyModel{}
	for k, a := range order {
		if k > 0 {
			w.pass(gaps[k-1])
			m.reaches(w.now)
		}
		w.do(incident.Event{Notification: notice("db", 0, a)})
		m.hears(a, w.now)
		compareCopies(t, w, m)
	}
	w.pass(3 * time.Minute)
	m.reaches(w.now)
	compareCopies(t, w, m)
}

func compareCopies(t *testing.T, w *world, m *copyModel) {
	t.Helper()
	shown, firing, openings := 0, false, 0
	for _, n := range w.numbers() {
		if i := w.load(n); !i.Quiet {
			shown, firing, openings = shown+1, i.Active(), i.Opening
		}
	}
	roots := min(m.openings, 1)
	got, want := fmt.Sprintf("roots %d, active %v, openings %d", shown, firing, openings), fmt.Sprintf("roots %d, active %v, openings %d", roots, m.firing, m.openings)
	if got != want {
		t.Errorf("got %s, want %s\nafter:\n%s", got, want, strings.Join(w.log, "\n"))
		t.FailNow()
	}
}

// orders are the different orders of a set; two that differ only in which of two equal
// alerts comes first are one.
func orders(set []alerts.Alert) (all [][]alerts.Alert) {
	if len(set) == 0 {
		return [][]alerts.Alert{nil}
	}
	for k, first := range set {
		if slices.ContainsFunc(set[:k], func(a alerts.Alert) bool { return reflect.DeepEqual(a, first) }) {
			continue
		}
		for _, rest := range orders(slices.Delete(slices.Clone(set), k, k+1)) {
			all = append(all, append([]alerts.Alert{first}, rest...))
		}
	}
	return all
}

func paces(n int, of ...time.Duration) [][]time.Duration {
	all := [][]time.Duration{nil}
	for range n {
		var longer [][]time.Duration
		for _, have := range all {
			for _, gap := range of {
				longer = append(longer, append(append([]time.Duration(nil), have...), gap))
			}
		}
		all = longer
	}
	return all
}

// TestLateResolveOfAnOlderOccurrenceDoesNotStrandTheIncident: the whole group is
// resolved, and one of its alerts is listed with an older startsAt than we know
// (peers of one cluster may keep different ones).
func TestAllKnownResolvedResolves(t *testing.T) {
	w := newWorld(t, "playbook")
	s1, s2 := epoch, epoch.Add(5*time.Minute)
	w.do(incident.Event{Notification: notice("db", 0, alert("a", s2, alerts.Firing), alert("b", s1, alerts.Firing))})
	w.pass(10 * time.Minute)
	w.do(incident.Event{Notification: notice("db", 0, alert("a", s2, alerts.Resolved), alert("b", s1, alerts.Firing))})
	w.pass(time.Minute)
	w.do(incident.Event{Notification: notice("db", 0, alert("a", s1, alerts.Resolved), alert("b", s1, alerts.Resolved))})
	w.pass(time.Minute)
	w.do(incident.Event{Notification: notice("db", 0, alert("a", s2, alerts.Resolved), alert("b", s1, alerts.Resolved))})
	i, _ := w.newest(notice("db", 0).GroupID())
	if got, want := i.State, incident.Resolved; got != want {
		t.Errorf("nothing fires and the group is resolved, but the incident is %s, want %s", got, want)
	}
}

// TestLargeGroupIsQuiet: a repeat of a group at the bound of what is kept is no
// news, whichever of its alerts resolved before.
func TestLargeGroupIsQuiet(t *testing.T) {
	w := newWorld(t, "playbook")
	var list []alerts.Alert
	for k := range 600 {
		list = append(list, alert(fmt.Sprintf("a%04d", k), epoch, alerts.Firing))
	}
	send := func(list []alerts.Alert) incident.Outcome {
		n := notice("db", 0, list...)
		n.Alerts = n.Alerts[:alerts.MaxAlerts] // as the decoder keeps them
		return w.do(incident.Event{Notification: n})
	}
	send(list)
	w.pass(time.Minute)
	var rest []alerts.Alert
	for k, a := range list {
		if k >= 100 && k < 130 {
			list[k] = alert(a.Fingerprint, epoch, alerts.Resolved)
			continue
		}
		rest = append(rest, a)
	}
	send(list)
	w.pass(5 * time.Minute)
	send(rest)
	for range 3 {
		w.pass(5 * time.Minute)
		out := send(rest)
		if n := len(out.Results[0].Changes); n != 0 {
			t.Fatalf("a repeat brought %d changes, want none; the first is %+v", n, out.Results[0].Changes[0])
		}
	}
}

// TestTakenOverStepKeepsItsDeadline: a follow-up that an incident took over is
// due when it was due before, not when the new incident's tier is.
func TestTakenOverStepKeepsItsDeadline(t *testing.T) {
	w := newWorld(t, "playbook")
	group := notice("db", 0).GroupID()
	w.do(incident.Event{Notification: notice("db", 0, alert("a", epoch, alerts.Firing))})
	w.do(incident.Event{Notification: notice("db", 0, alert("a", epoch, alerts.Resolved))})
	w.pass(6 * 24 * time.Hour)
	w.do(incident.Event{Notification: notice("db", 0, alert("a", w.now, alerts.Firing))})
	w.do(incident.Event{Act: &incident.Act{Verb: incident.VerbAcknowledge, Incident: 2, User: user("anna")}})
	w.pass(25 * time.Hour)
	i, _ := w.newest(group)
	tier, _ := i.Tier("short_term")
	if s, _, _ := i.FindStep("indices"); !tier.Overdue || !i.Deadline(s).Before(w.now) {
		t.Errorf("the follow-up was due at %s, now it is %s, yet its tier is not overdue", i.Deadline(s), w.now)
	}
}

// TestReplayedNotificationIsLate: a notification that was received before what is
// known by now, and is handled only now, neither reopens nor ages the incident.
func TestReplayedNotificationIsLate(t *testing.T) {
	w := newWorld(t, "playbook")
	fires := incident.Event{Notification: notice("db", 0, alert("a", epoch, alerts.Firing))}
	w.do(fires)
	w.pass(10 * time.Minute)
	w.do(incident.Event{Notification: notice("db", 0, alert("a", epoch, alerts.Resolved))})
	heard, _ := w.newest(notice("db", 0).GroupID())
	w.now = w.now.Add(-5 * time.Minute) // as the endpoint wrote down
	w.do(fires)
	w.now = w.now.Add(10 * time.Minute)
	i, _ := w.newest(notice("db", 0).GroupID())
	if i.State != incident.Resolved || i.FiringCount() != 0 || !w.rules.NextDue(i).Equal(w.rules.NextDue(heard)) {
		t.Errorf("got the incident %s with %d alerts that fire, due %v; want it resolved as before, due %v", i.State, i.FiringCount(), w.rules.NextDue(i), w.rules.NextDue(heard))
	}
	if !i.LastHeard.Equal(heard.LastHeard) {
		t.Errorf("last heard at %v, want still %v", i.LastHeard, heard.LastHeard)
	}
}
