package incident

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/playbooks"
)

// receive decides what a notification means for its group: nothing new, news
// for the current incident, a new incident, or one that follows an old one.
func (r Rules) receive(s StepInput, n alerts.Notification, now time.Time) Outcome {
	switch {
	case s.Current == nil && n.AllResolved():
		return r.remember(s, n, now)
	case s.Current == nil:
		return r.open(s, n, now, nil)
	case s.Current.Quiet:
		return r.receiveQuiet(s, n, now)
	}
	i := s.Current.clone()
	m := &move{rules: r, i: &i, now: now}
	m.book = s.book(i.Playbook.Hash)
	m.applyNotification(n)
	if m.superseded {
		return r.open(s, n, now, s.Current)
	}
	out := Outcome{Results: []Result{{i, m.changes}}}
	if len(m.changes) == 0 {
		out.Reason = "a repeat: heard, nothing new"
	}
	return out
}

// remember keeps a group that we first hear of when it is resolved, without
// showing it: a firing copy of the same alerts may still be on its way.
func (r Rules) remember(s StepInput, n alerts.Notification, now time.Time) Outcome {
	i := Incident{
		Schema: Schema, Number: s.Next, State: Closed, Quiet: true, Drill: IsDrill(n), Group: GroupOf(n),
		OpenedAt: now, OpeningAt: now, ResolvedAt: now, ClosedAt: now,
	}
	m := &move{rules: r, i: &i, now: now}
	m.applyNotification(n)
	m.changes = nil
	m.change(Change{Kind: KindRemembered})
	return Outcome{Results: []Result{{i, m.changes}}, Reason: "resolved before it was known: remembered, not shown"}
}

// receiveQuiet hears more about a group that is only remembered.
func (r Rules) receiveQuiet(s StepInput, n alerts.Notification, now time.Time) Outcome {
	i := s.Current.clone()
	m := &move{rules: r, i: &i, now: now}
	if m.firesAnew(n) {
		return r.open(s, n, now, nil)
	}
	i.LastHeard = now
	m.merge(n)
	switch {
	case !slices.ContainsFunc(i.Alerts, func(a Alert) bool { return !a.HeldUntil.IsZero() }):
		i.Pending = nil
	case slices.ContainsFunc(n.Alerts, func(a alerts.Alert) bool { return i.holds(a) }):
		i.Pending = &Pending{n}
	}
	return Outcome{Results: []Result{{i, nil}}, Reason: "a copy of what is resolved: not shown"}
}

// releaseQuiet opens a remembered group whose firing copy stood its hold.
func (r Rules) releaseQuiet(s StepInput, now time.Time) Outcome {
	i := s.Current.clone()
	due := false
	for k := range i.Alerts {
		if a := &i.Alerts[k]; !a.HeldUntil.IsZero() && !a.HeldUntil.After(now) {
			a.HeldUntil, a.Firing, a.EndsAt, a.ChangedAt = time.Time{}, true, time.Time{}, now
			due = true
		}
	}
	if !due || i.Pending == nil {
		return Outcome{Reason: "nothing is due"}
	}
	s.Current = &i
	return r.open(s, i.Pending.Notification, now, nil)
}

// holds reports whether a is a firing copy that is held.
func (i Incident) holds(a alerts.Alert) bool {
	return a.Status == alerts.Firing && slices.ContainsFunc(i.Alerts, func(known Alert) bool {
		return known.Fingerprint == a.Fingerprint && !known.HeldUntil.IsZero()
	})
}

// open makes a new incident out of a notification. A remembered group opens
// under the number it was remembered with; one that follows an old incident
// takes over its follow-ups.
func (r Rules) open(s StepInput, n alerts.Notification, now time.Time, old *Incident) Outcome {
	plan := s.plan(received(n, now))
	if plan == nil {
		return Outcome{}
	}
	i := r.incident(*plan, s.Next, now)
	if s.Current != nil && s.Current.Quiet {
		i.Number, i.Version, i.Alerts, i.unknown = s.Current.Number, s.Current.Version, s.Current.clone().Alerts, s.Current.unknown
	}
	i.Group, i.Drill, i.LastHeard = GroupOf(n), IsDrill(n), now
	i.Title = Title(i.Title, i.Playbook.Name, n)
	m := &move{rules: r, i: &i, now: now, book: plan.Playbook}
	w := m.merge(n)
	m.changes = nil
	m.change(Change{Kind: KindOpened, Text: i.Playbook.Reason})
	if i.Playbook.Note != "" {
		m.change(Change{Kind: KindPlaybookNote, Text: i.Playbook.Note})
	}
	if m.odd != nil {
		m.change(*m.odd)
	}
	opened := m.changes
	m.describe(n, w)
	m.changes = opened
	if len(i.Labels) == 0 {
		i.Labels = n.CommonLabels
	}
	if old == nil {
		return Outcome{Results: []Result{{i, m.changes}}}
	}
	past, changes := takeOver(m, old.clone())
	return Outcome{Results: []Result{{past, changes}, {i, m.changes}}}
}

// start opens an incident that a person began by hand.
func (r Rules) start(s StepInput, st Start, now time.Time) Outcome {
	if s.StartPlan == nil {
		return Outcome{Answer: Answer{Kind: AnswerNoPlaybook, Text: st.Playbook}, Reason: "no such playbook"}
	}
	if s.Refusal != "" {
		return Outcome{Answer: Answer{Kind: AnswerForbidden, Text: s.Refusal}, Reason: "not allowed: " + s.Refusal}
	}
	i := r.incident(*s.StartPlan, s.Next, now)
	i.Labels, i.Drill = st.Labels, st.Drill()
	if playbooks.Shows(st.Title) {
		i.Title = st.Title
	}
	i.Severity, i.Critical = r.severity([]map[string]string{st.Labels})
	m := &move{rules: r, i: &i, now: now}
	m.change(Change{Kind: KindOpened, By: st.User, Via: st.Via, Text: cmp.Or(st.Found, "started by hand")})
	answer := Answer{Kind: AnswerStarted, Incident: i.Number, Title: i.Title}
	if i.Drill {
		answer.Text = i.Channel // maybe not where it was asked for
	}
	return Outcome{Results: []Result{{i, s.noted(m.changes, now)}}, Answer: answer}
}

// incident is the new incident that a plan describes.
func (r Rules) incident(p Plan, number int, now time.Time) Incident {
	i := Incident{
		Schema: Schema, Number: number, State: Open, Title: p.Playbook.Title,
		Channel: p.Channel, Belongs: p.Belongs, BelongsWhy: p.BelongsWhy, Owners: p.Owners, Responders: p.Responders, Escalate: p.Escalate,
		Playbook: PlaybookRef{Name: p.Playbook.Name, Hash: p.Hash, Reason: p.Reason, Note: p.Note},
		Links:    p.Filled.Links,
		OpenedAt: now, Opening: 1, OpeningAt: now,
	}
	for _, t := range p.Playbook.Tiers {
		owners := t.Owners
		if len(owners) == 0 {
			owners = p.Owners
		}
		i.Tiers = append(i.Tiers, Tier{Name: t.Name, Within: t.Within, Due: now.Add(time.Duration(t.Within)), Owners: owners})
	}
	source := map[string]*playbooks.Step{}
	for _, n := range p.Playbook.Steps() {
		source[n.Step.ID] = n.Step
	}
	for _, f := range p.Filled.Steps {
		i.Steps = append(i.Steps, newStep(f, source[f.ID]))
	}
	i.branch()
	return i
}

// takeOver moves the open follow-ups of past to the incident that m opens, so
// that nobody has the same step twice.
func takeOver(m *move, past Incident) (Incident, []Change) {
	i := m.i
	i.Follows = past.Number
	o := &move{rules: m.rules, i: &past, now: m.now}
	past.FollowedBy = i.Number
	o.change(Change{Kind: KindContinued, Other: i.Number})
	for k := range past.Steps {
		was := &past.Steps[k]
		if was.Ended() || was.Hidden {
			continue
		}
		at := slices.IndexFunc(i.Steps, func(s Step) bool { return s.ID == was.ID && s.Tier == was.Tier && (!s.Hidden || len(s.When) > 0) })
		if at < 0 {
			continue
		}
		step := &i.Steps[at]
		step.Standing, step.Before = was.Standing, was.Before
		step.From, step.Hidden = past.Number, false // an answer of before showed it: somebody owes it
		if step.Tier != playbooks.Immediate {       // whose deadline starts anew, as when an incident reopens
			step.Due = past.Deadline(*was)
		}
		m.change(Change{Kind: KindStepTaken, Step: step.ID, Other: past.Number})
		was.To = i.Number
		o.end(was, Standing{State: StepDropped, Holder: was.Holder, At: m.now})
		o.change(Change{Kind: KindStepDropped, Step: was.ID, Other: i.Number})
	}
	o.closeIfDone()
	return past, o.changes
}

// maxTitleLabels is how many labels stand in a title.
const maxTitleLabels = 4

// Title names an incident: the playbook's title and what tells the group apart;
// under the playbook for everything else, the alert's own name, or its labels when it
// has none.
func Title(title, playbook string, n alerts.Notification) string {
	name := n.GroupLabels["alertname"]
	if name == "" {
		name = n.CommonLabels["alertname"]
	}
	if playbook == playbooks.Triage {
		if playbooks.Shows(name) {
			title = name
		} else if pairs := telling(n); len(pairs) > 0 {
			return strings.Join(pairs, ", ")
		}
	}
	var parts []string
	for _, label := range tellingLabels(n.GroupLabels) {
		parts = append(parts, withoutTestPort(n.GroupLabels[label]))
	}
	if len(parts) > 0 {
		title += ": " + strings.Join(parts, ", ")
	}
	return title
}

// tellingLabels are the labels that a title names, in order: the most telling, and the
// cluster only when nothing else tells the group apart.
func tellingLabels(labels map[string]string) []string {
	names := slices.DeleteFunc(alerts.TellingLabels(labels), func(name string) bool { return !playbooks.Shows(labels[name]) })
	if len(names) > 1 {
		names = slices.DeleteFunc(names, func(name string) bool { return name == "cluster" })
	}
	return slices.Sorted(slices.Values(names[:min(len(names), maxTitleLabels)]))
}

// telling names a group whose alerts have no name, as host=db-7.
func telling(n alerts.Notification) []string {
	labels := n.CommonLabels
	if len(tellingLabels(labels)) == 0 && len(n.Alerts) > 0 {
		labels = n.Alerts[0].Labels
	}
	var pairs []string
	for _, name := range tellingLabels(labels) {
		pairs = append(pairs, name+"="+withoutTestPort(labels[name]))
	}
	return pairs
}

// withoutTestPort cuts the port off an address of this very machine: tests choose it
// anew each time.
func withoutTestPort(value string) string {
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]"} {
		if strings.HasPrefix(value, host+":") {
			return host
		}
	}
	return value
}
