package incident_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// world is the least of a coordinator that random events need: it keeps incidents as
// Redis would, in their JSON form.
type world struct {
	t         *testing.T
	rules     incident.Rules
	book      *playbooks.Playbook
	now       time.Time
	documents map[int]string
	groups    map[string]int
	log       []string
}

func newWorld(t *testing.T, playbook string) *world {
	return &world{
		t: t, book: scenarioPlaybook(t, playbook), now: epoch, documents: map[int]string{}, groups: map[string]int{},
		rules: incident.Rules{ReopenWithin: 4 * time.Hour, StaleAfter: 24 * time.Hour, SeverityLabel: "severity", SeverityOrder: []string{"critical", "warning", "info"}},
	}
}

var epoch = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func (w *world) plan(alerts.Notification) incident.Plan {
	filled, _ := w.book.Fill(playbooks.Data{})
	return incident.Plan{
		Channel: "C1", Owners: []string{"@db"}, Playbook: w.book, Hash: w.book.Hash(), Filled: filled, Reason: "the test's",
		Escalate: []incident.Escalation{{After: 10 * time.Minute, Mention: []string{"@leads"}}, {After: 30 * time.Minute, Mention: []string{"@cto"}}},
	}
}

func (w *world) numbers() []int { return slices.Sorted(maps.Keys(w.documents)) }

func (w *world) load(n int) incident.Incident {
	i, err := incident.Decode([]byte(w.documents[n]))
	if err != nil {
		w.t.Fatalf("INC-%d: %v", n, err)
	}
	return i
}

func (w *world) newest(group string) (incident.Incident, bool) {
	n, ok := w.groups[group]
	if !ok {
		return incident.Incident{}, false
	}
	return w.load(n), true
}

// failf ends the test with the events that led here.
func (w *world) failf(format string, args ...any) {
	w.t.Helper()
	w.t.Fatalf("%s\nafter:\n%s", fmt.Sprintf(format, args...), strings.Join(w.log, "\n"))
}

// do lets the state machine decide about an event and checks what may never be
// otherwise.
func (w *world) do(ev incident.Event) incident.Outcome {
	w.t.Helper()
	ev.At = w.now
	scene, was := w.scene(ev)
	input := encoded(w.t, ev) + encoded(w.t, scene.Current) + encoded(w.t, scene.Neighbours)
	w.log = append(w.log, fmt.Sprintf("%s %s", w.now.Sub(epoch), brief(ev)))
	out := handled(w.t, w.rules, scene, ev, func(needs incident.Needs, into *incident.Loaded) {
		if needs.Plan != nil {
			plan := w.plan(*needs.Plan)
			into.Plan = &plan
		}
	})
	if after := encoded(w.t, ev) + encoded(w.t, scene.Current) + encoded(w.t, scene.Neighbours); after != input {
		w.failf("Handle changed what it was given:\n%s\nnow\n%s", input, after)
	}
	for _, r := range out.Results {
		w.keep(r, was)
	}
	return out
}

// brief is an event on one line, for people.
func brief(ev incident.Event) string {
	switch {
	case ev.Notification != nil:
		n := ev.Notification
		var text strings.Builder
		text.WriteString(fmt.Sprintf("%s %s:", n.GroupKey, n.Status))
		for _, a := range n.Alerts {
			text.WriteString(fmt.Sprintf(" %s@%s %s", a.Fingerprint, a.StartsAt.Sub(epoch), a.Status))
		}
		return text.String() + fmt.Sprintf("; truncated %d", n.Truncated)
	case ev.Act != nil:
		return fmt.Sprintf("%s %s INC-%d %q %.10q", ev.Act.User.Name, ev.Act.Verb, ev.Act.Incident, ev.Act.Step, ev.Act.Text)
	case ev.Timer != nil:
		return fmt.Sprintf("timer of INC-%d", ev.Timer.Incident)
	}
	return "start"
}

func (w *world) scene(ev incident.Event) (s incident.StepInput, was map[int]incident.Incident) {
	s = incident.StepInput{Next: len(w.documents) + 1}
	at := 0
	switch {
	case ev.Notification != nil:
		at = w.groups[ev.Notification.GroupID()]
	case ev.Act != nil:
		at = ev.Act.Incident
	case ev.Start != nil:
		plan := w.plan(alerts.Notification{})
		s.StartPlan = &plan
	case ev.Timer != nil:
		at = ev.Timer.Incident
		for _, n := range w.numbers() {
			if n != at {
				s.Neighbours = append(s.Neighbours, w.load(n))
			}
		}
	}
	was = map[int]incident.Incident{}
	for _, i := range s.Neighbours {
		was[i.Number] = i
	}
	if _, ok := w.documents[at]; ok {
		i := w.load(at)
		s.Current, was[at] = &i, w.load(at)
	}
	return s, was
}

func encoded(t *testing.T, v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// keep stores one result and checks it.
func (w *world) keep(r incident.Result, was map[int]incident.Incident) {
	w.t.Helper()
	i := r.Incident
	old, known := was[i.Number]
	if i.Version != old.Version+1 {
		w.failf("%s went from version %d to %d, want one more", i.ID(), old.Version, i.Version)
	}
	document, err := i.Encode()
	if err != nil {
		w.failf("%s cannot be encoded: %v", i.ID(), err)
	}
	back, err := incident.Decode(document)
	if err != nil {
		w.failf("%s cannot be decoded: %v", i.ID(), err)
	}
	if before, after := encoded(w.t, i), encoded(w.t, back); before != after {
		w.failf("%s is another after Redis had it:\n%s\nnow\n%s", i.ID(), before, after)
	}
	for _, c := range r.Changes {
		entry, err := c.Encode()
		if err != nil {
			w.failf("%s: %+v cannot be encoded: %v", i.ID(), c, err)
		}
		if back, err := incident.DecodeChange(entry); err != nil || encoded(w.t, c) != encoded(w.t, back) {
			w.failf("%s: got %+v, %v of the entry %s, want %+v", i.ID(), back, err, entry, c)
		}
	}
	if again, err := back.Encode(); err != nil || !bytes.Equal(again, document) {
		w.failf("%s does not survive Redis: %v\n%s\n%s", i.ID(), err, document, again)
	}
	w.documents[i.Number] = string(document)
	if i.Group != "" && i.FollowedBy == 0 {
		w.groups[i.Group] = i.Number
	}
	w.check(i)
	if known {
		w.checkStep(old, i, r.Changes)
	}
}

// check is what holds of every incident at any time.
func (w *world) check(i incident.Incident) {
	w.t.Helper()
	left := 0
	for _, tier := range i.Tiers {
		tally := i.Tally(tier.Name)
		if tally.Left() < 0 {
			w.failf("%s: the steps of %s are counted as %+v", i.ID(), tier.Name, tally)
		}
		left += tally.Left()
	}
	if !i.Quiet && i.Over() && (i.State == incident.Closed) != (left == 0) {
		w.failf("%s is %s with %d steps left", i.ID(), i.State, left)
	}
	if i.Over() == i.ResolvedAt.IsZero() {
		w.failf("%s is %s, resolved at %s", i.ID(), i.State, i.ResolvedAt)
	}
	if (i.State == incident.Closed) == i.ClosedAt.IsZero() {
		w.failf("%s is %s, closed at %s", i.ID(), i.State, i.ClosedAt)
	}
	if i.State == incident.Acknowledged && (i.AckedBy.ID == "" || i.Lead.ID == "" || i.AckedAt.IsZero()) {
		w.failf("%s is acknowledged by %q, led by %q, at %s", i.ID(), i.AckedBy.ID, i.Lead.ID, i.AckedAt)
	}
	if i.State == incident.Open && (i.AckedBy.ID != "" || i.Lead.ID != "") {
		w.failf("%s is open, yet acknowledged by %q and led by %q", i.ID(), i.AckedBy.ID, i.Lead.ID)
	}
	if i.ByHand && !i.Over() {
		w.failf("%s was resolved by hand, but it is %s", i.ID(), i.State)
	}
	if i.Escalated < 0 || i.Escalated > len(i.Escalate) {
		w.failf("%s: %d levels told of %d", i.ID(), i.Escalated, len(i.Escalate))
	}
	if len(i.Alerts) > alerts.MaxAlerts {
		w.failf("%s keeps %d alerts", i.ID(), len(i.Alerts))
	}
	for _, a := range i.Alerts {
		if a.Firing && (!a.HeldUntil.IsZero() || !a.EndsAt.IsZero()) || !a.Firing && a.Unreported {
			w.failf("%s: alert %+v contradicts itself", i.ID(), a)
		}
	}
	for _, s := range i.Steps {
		w.checkStanding(i, s)
	}
}

func (w *world) checkStanding(i incident.Incident, s incident.Step) {
	w.t.Helper()
	ok := true
	switch s.State {
	case incident.StepOpen:
		ok = s.Holder.ID == "" && s.By.ID == "" && s.Note == ""
	case incident.StepAcknowledged:
		ok = s.Holder.ID != "" && s.By.ID == ""
	case incident.StepDone:
		ok = s.By.ID != ""
	case incident.StepSkipped:
		ok = s.By.ID != "" && strings.TrimSpace(s.Note) != ""
	case incident.StepDropped:
		ok = s.By.ID == ""
	default:
		ok = false
	}
	if !ok {
		w.failf("%s: step %s contradicts itself: %+v", i.ID(), s.ID, s.Standing)
	}
	if s.Hidden && (s.State != incident.StepOpen || s.To != 0 || s.From != 0) {
		w.failf("%s: the hidden step %s is %s", i.ID(), s.ID, s.State)
	}
	if s.Ask != nil && s.Ask.Required && s.State == incident.StepDone && s.Answer == "" || s.Answer != "" && s.Ask == nil {
		w.failf("%s: step %s is done, answered %q", i.ID(), s.ID, s.Answer)
	}
	if twice := s.Second && s.State == incident.StepDone; s.First.ID == s.By.ID && (twice || s.First.ID != "") {
		w.failf("%s: step %s is done by %s and %s", i.ID(), s.ID, s.First.ID, s.By.ID)
	}
	if i.Active() && s.State == incident.StepDropped {
		w.failf("%s is %s, yet its step %s is no longer needed", i.ID(), i.State, s.ID)
	}
	if s.To != 0 && s.State != incident.StepDropped {
		w.failf("%s: step %s is %s here and was taken over by INC-%d", i.ID(), s.ID, s.State, s.To)
	}
}

// checkStep is what holds between an incident and what it was before.
func (w *world) checkStep(old, i incident.Incident, changes []incident.Change) {
	w.t.Helper()
	if i.Opening < old.Opening || i.Opening > old.Opening+1 {
		w.failf("%s went from opening %d to %d", i.ID(), old.Opening, i.Opening)
	}
	if i.Opening == old.Opening && old.AckedBy.ID != "" && (i.AckedBy != old.AckedBy || i.Lead != old.Lead || !i.AckedAt.Equal(old.AckedAt)) {
		w.failf("%s: %s acknowledged first, now it says %s", i.ID(), old.AckedBy.ID, i.AckedBy.ID)
	}
	if old.Over() && i.Active() && i.Opening == old.Opening {
		w.failf("%s is active again without a new opening", i.ID())
	}
	for k, s := range old.Steps {
		if now := i.Steps[k]; s.State == incident.StepAcknowledged && now.State == incident.StepAcknowledged && s.Holder != now.Holder {
			w.failf("%s: step %s was taken from %s by %s", i.ID(), s.ID, s.Holder.ID, now.Holder.ID)
		}
	}
	if len(changes) == 0 && i.State != old.State {
		w.failf("%s went from %s to %s without a word in its timeline", i.ID(), old.State, i.State)
	}
}

// pass lets time pass; whatever becomes due happens, and changes something.
func (w *world) pass(length time.Duration) {
	w.t.Helper()
	end := w.now.Add(length)
	for fired := 0; ; fired++ {
		who, due := w.ripest()
		if who == 0 || due.After(end) {
			break
		}
		if fired > 1000 {
			w.failf("timers do not come to rest: INC-%d at %s", who, due)
		}
		if due.After(w.now) {
			w.now = due
		}
		w.do(incident.Event{Timer: &incident.Timer{Incident: who}})
		next := w.rules.NextDue(w.load(who))
		if !next.IsZero() && !next.After(due) {
			w.failf("the timer of INC-%d at %s leads to one at %s", who, due, next)
		}
	}
	w.now = end
}

func (w *world) ripest() (who int, due time.Time) {
	for _, n := range w.numbers() {
		if at := w.rules.NextDue(w.load(n)); !at.IsZero() && (who == 0 || at.Before(due)) {
			who, due = n, at
		}
	}
	return who, due
}

// notice is a notification of group about alerts "name@minute status".
func notice(group string, truncated int, list ...alerts.Alert) *alerts.Notification {
	n := &alerts.Notification{
		Source: "default", Receiver: "bot", GroupKey: group, Status: alerts.Resolved, Truncated: truncated,
		GroupLabels: map[string]string{"alertname": "Hot", "service": group}, CommonLabels: map[string]string{"alertname": "Hot", "service": group},
		CommonAnnotations: map[string]string{"summary": group + " is hot"},
	}
	for _, a := range list {
		if a.Status == alerts.Firing {
			n.Status = alerts.Firing
			n.Firing++
		} else {
			n.Resolved++
		}
		n.Alerts = append(n.Alerts, a)
	}
	return n
}

func alert(name string, startsAt time.Time, status alerts.Status) alerts.Alert {
	a := alerts.Alert{Fingerprint: name, Status: status, StartsAt: startsAt, Labels: map[string]string{"alertname": "Hot", "instance": name, "severity": "warning"}}
	if status == alerts.Resolved {
		a.EndsAt = startsAt.Add(time.Minute)
	}
	return a
}

// TestRandomHistories plays random notifications, acts and pauses, and checks
// after each what may never be otherwise.
func TestRandomHistories(t *testing.T) {
	histories := 100
	if testing.Short() {
		histories = 30
	}
	for seed := range histories {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			randomHistory(newWorld(t, []string{"playbook", "branches"}[seed%2]), rand.New(rand.NewPCG(uint64(seed), 7)))
		})
	}
}

func randomHistory(w *world, r *rand.Rand) {
	var sent []*alerts.Notification
	for range 60 {
		switch r.IntN(10) {
		case 0, 1, 2:
			sent = append(sent, randomNotice(r, w.now))
			w.do(incident.Event{Notification: sent[len(sent)-1]})
		case 3: // a copy, late and out of order
			if len(sent) > 0 {
				w.do(incident.Event{Notification: sent[r.IntN(len(sent))]})
			}
		case 4:
			w.pass(time.Duration(r.IntN(90)) * time.Second)
		case 5:
			w.pass([]time.Duration{5 * time.Minute, time.Hour, 5 * time.Hour, 25 * time.Hour, 8 * 24 * time.Hour}[r.IntN(5)])
		case 6:
			if r.IntN(4) == 0 {
				w.do(incident.Event{Start: &incident.Start{Playbook: w.book.Name, User: user("anna"), Labels: map[string]string{"severity": "critical"}}})
			}
		default:
			w.do(incident.Event{Act: randomAct(r, len(w.documents))})
		}
	}
}

func randomNotice(r *rand.Rand, now time.Time) *alerts.Notification {
	var list []alerts.Alert
	for _, name := range []string{"a", "b", "c"} {
		status := alerts.Firing
		switch r.IntN(4) {
		case 0:
			continue
		case 1, 2:
			status = alerts.Resolved
		}
		startsAt := epoch.Add(time.Duration(r.IntN(3)) * time.Minute)
		if r.IntN(4) == 0 {
			startsAt = now.Truncate(time.Minute)
		}
		list = append(list, alert(name, startsAt, status))
	}
	if len(list) == 0 {
		list = append(list, alert("a", epoch, alerts.Firing))
	}
	truncated := 0
	if r.IntN(6) == 0 {
		truncated = 1 + r.IntN(3)
	}
	return notice([]string{"db", "web"}[r.IntN(2)], truncated, list...)
}

func randomAct(r *rand.Rand, incidents int) *incident.Act {
	verbs := []incident.Verb{
		incident.VerbAcknowledge, incident.VerbAcknowledge, incident.VerbDone, incident.VerbSkip, incident.VerbRelease, incident.VerbUndo,
		incident.VerbResolve, incident.VerbReopen, incident.VerbNote, "", "dance",
	}
	steps := []string{"", "1", "2", "3", "4", "add-replicas", "pool", "indices", "shard", "5", "6", "failover", "0", "-1", "99", "no such", "<!channel>", "\x00"}
	texts := []string{"", " ", "\n", "because", "low", "high: rising", "import-orders", strings.Repeat("x", 3000), "<!channel> *_~`", "\u202e"}
	return &incident.Act{
		Verb: verbs[r.IntN(len(verbs))], Incident: r.IntN(incidents + 2), Step: steps[r.IntN(len(steps))],
		User: user([]string{"anna", "ben", "chris"}[r.IntN(3)]), Text: texts[r.IntN(len(texts))], Via: "button",
	}
}
