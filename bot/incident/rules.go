package incident

import (
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/playbooks"
)

// The windows in which copies of one alert are judged: a firing copy that is received
// within copyWindow of its resolve is held for holdFor.
const (
	copyWindow = 30 * time.Second
	holdFor    = 60 * time.Second
)

// TogetherWithin is how close deadlines fall due to share one ping.
const TogetherWithin = 5 * time.Minute

// Rules are the parts of the configuration that the state machine needs.
type Rules struct {
	ReopenWithin time.Duration
	StaleAfter   time.Duration
	// Remind is how long before a later tier's deadline its people are told; 0: they are not.
	Remind time.Duration
	// FollowUpsAfter is how long what nobody touches has to last before its follow-ups are worth doing; 0: no time.
	FollowUpsAfter time.Duration
	SeverityLabel  string
	SeverityOrder  []string // worst first; anything else comes last
	Storm          Limit
}

// Handle decides what an event means. When the outcome asks for more ([Outcome.Needs]),
// it says nothing else: load that, and handle the event again. Everything in the outcome has its Version
// raised by one.
func (r Rules) Handle(s StepInput, ev Event) Outcome {
	var out Outcome
	var needs Needs
	s.needs = &needs
	switch {
	case ev.Notification != nil:
		out = r.receive(s, *ev.Notification, ev.At)
	case ev.Act != nil:
		out = r.handleAct(s, *ev.Act, ev.At)
	case ev.Start != nil:
		out = r.start(s, *ev.Start, ev.At)
	case ev.Diverted != nil:
		out = r.divert(s, *ev.Diverted, ev.At)
	case ev.Paged != nil:
		out = r.paged(s, *ev.Paged, ev.At)
	case ev.StormTimer != nil:
		out = r.handleStorm(s, ev.StormTimer.Storm, ev.At)
	case ev.Timer != nil:
		out = r.handleTimer(s, ev.At)
	default:
		out.Reason = "the event says nothing"
	}
	r.updateStorms(&out, s, ev.At)
	score(&out, s, ev.At)
	if !needs.None() {
		return Outcome{Needs: needs}
	}
	if s.Current != nil && s.Current.Drill && !s.Hidden || ev.Start != nil && ev.Start.Drill() {
		out.Answer.Drill = out.Answer.Kind != AnswerNone
	}
	for k := range out.Results {
		out.Results[k].Incident.Version++
		out.Results[k].Incident.Logged += len(out.Results[k].Changes)
	}
	return out
}

// Transition moves one incident by one event at the time now. It knows nothing of
// other incidents: Handle does.
func (r Rules) Transition(i Incident, ev Event, now time.Time) (Incident, []Change, Answer) {
	i = i.clone()
	m := &move{rules: r, i: &i, now: now}
	var answer Answer
	switch {
	case ev.Notification != nil:
		m.applyNotification(*ev.Notification)
	case ev.Act != nil:
		answer = m.act(*ev.Act)
	case ev.Timer != nil:
		m.timers()
	}
	return i, m.changes, answer
}

// move is one incident on its way from one value to the next.
type move struct {
	rules   Rules
	i       *Incident
	now     time.Time
	changes []Change
	dropped []string              // fingerprints of alerts whose firing copy is not held any more
	book    *playbooks.Playbook   // the incident's own; nil: not known
	own     *playbooks.AlertLinks // its links, where they differ from alert to alert
	odd     *Change               // the first alert that fires since a time that cannot be believed
	// superseded: the group fires again, too late to reopen this incident.
	superseded bool
}

func (m *move) change(c Change) {
	c.At = m.now
	m.changes = append(m.changes, c)
}

// clone copies what a move writes to, so that the value that came in stays.
func (i Incident) clone() Incident {
	i.Alerts = slices.Clone(i.Alerts)
	i.Tiers = slices.Clone(i.Tiers)
	i.Steps = slices.Clone(i.Steps)
	return i
}

func (r Rules) handleAct(s StepInput, act Act, now time.Time) Outcome {
	if s.Current == nil || s.Current.Quiet || s.Hidden {
		return Outcome{Answer: Answer{Kind: AnswerGone, Verb: act.Verb, Incident: act.Incident}, Reason: "no such incident"}
	}
	if s.Refusal != "" {
		return Outcome{Answer: Answer{Kind: AnswerForbidden, Verb: act.Verb, Incident: act.Incident, Text: s.Refusal}, Reason: "not allowed: " + s.Refusal}
	}
	next, changes, answer := r.Transition(*s.Current, Event{Act: &act}, now)
	if len(changes) == 0 {
		return Outcome{Answer: answer, Reason: string(answer.Kind)}
	}
	return Outcome{Results: []Result{{next, s.noted(changes, now)}}, Answer: answer}
}

// noted adds to what a person changed what could not be checked before.
func (s StepInput) noted(changes []Change, now time.Time) []Change {
	if s.Note == "" {
		return changes
	}
	return append(changes, Change{Kind: KindUnchecked, At: now, Text: s.Note})
}

func (r Rules) handleTimer(s StepInput, now time.Time) Outcome {
	if s.Current == nil {
		return Outcome{Reason: "no such incident"}
	}
	if s.Current.Quiet {
		return r.releaseQuiet(s, now)
	}
	next, changes, _ := r.Transition(*s.Current, Event{Timer: &Timer{}}, now)
	if len(changes) == 0 {
		return Outcome{Reason: "nothing is due"}
	}
	out := Outcome{Results: []Result{{next, changes}}}
	if next.Show != ShowListed && slices.ContainsFunc(changes, func(c Change) bool { return c.Kind == KindDeadline && c.Step == "" && c.Other == next.Number }) {
		r.collectNeighbours(&out, s.Neighbours, now)
	}
	return out
}

// severity finds the worst severity among label sets, and whether it is the
// first of the configured order.
func (r Rules) severity(sets []map[string]string) (worst string, critical bool) {
	least := len(r.SeverityOrder) + 1
	for _, labels := range sets {
		known, rank := r.SeverityRank(labels[r.SeverityLabel])
		if known != "" && rank < least {
			least, worst = rank, known
		}
	}
	return worst, least == 0 && len(r.SeverityOrder) > 0
}

// SeverityRank returns a severity as the configured order spells it, and its place
// there, 0 for the worst. Case and blanks around it do not count: rules say Critical
// and CRITICAL too. One that the order does not name stays as it is, without the
// blanks, and comes last: its place is the order's length.
func (r Rules) SeverityRank(severity string) (known string, rank int) {
	severity = strings.TrimSpace(severity)
	for k, s := range r.SeverityOrder {
		if strings.EqualFold(s, severity) {
			return s, k
		}
	}
	return severity, len(r.SeverityOrder)
}
