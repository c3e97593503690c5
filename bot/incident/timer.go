package incident

import (
	"time"

	"github.com/signalbook/signalbook/playbooks"
)

// NextDue returns when time alone changes something in the incident; zero when
// nothing does. rules give the age at which a silent group counts as stale.
func (r Rules) NextDue(i Incident) time.Time {
	var due time.Time
	consider := func(t time.Time) {
		if !t.IsZero() && (due.IsZero() || t.Before(due)) {
			due = t
		}
	}
	for _, a := range i.Alerts {
		consider(a.HeldUntil)
	}
	if i.Quiet {
		return due
	}
	if i.State == Open && i.Escalated < len(i.Escalate) {
		consider(i.OpeningAt.Add(i.Escalate[i.Escalated].After))
	}
	for _, t := range i.Tiers {
		if !t.Overdue && i.left(t.Name) > 0 {
			consider(i.tierDue(t))
		}
		consider(r.remindAt(i, t))
		consider(i.laterDue(t))
	}
	if i.Active() && i.Group != "" && !i.Stale {
		consider(i.LastHeard.Add(r.StaleAfter))
	}
	return due
}

// tierDue is when the first deadline of a tier passes: a step that was taken over
// keeps the one it had.
func (i Incident) tierDue(t Tier) time.Time {
	due := t.Due
	for _, s := range i.Steps {
		if s.Tier == t.Name && t.Name != playbooks.Immediate && !s.Hidden && !s.Ended() && !s.Due.IsZero() && s.Due.Before(due) {
			due = s.Due
		}
	}
	return due
}

// timers does everything that is due by now.
func (m *move) timers() {
	m.releaseHeld()
	m.escalate()
	m.deadlines()
	m.laterDeadlines()
	if i := m.i; i.Active() && i.Group != "" && !i.Stale && !m.now.Before(i.LastHeard.Add(m.rules.StaleAfter)) {
		i.Stale = true
		m.change(Change{Kind: KindStale})
	}
}

// releaseHeld believes the firing copies that no resolve contradicted.
func (m *move) releaseHeld() {
	i := m.i
	fired := false
	for k := range i.Alerts {
		a := &i.Alerts[k]
		if a.HeldUntil.IsZero() || a.HeldUntil.After(m.now) {
			continue
		}
		a.HeldUntil, a.Firing, a.EndsAt, a.ChangedAt = time.Time{}, true, time.Time{}, m.now
		m.change(Change{Kind: KindAlertFiredAgain, Alert: a.Fingerprint})
		fired = true
	}
	if fired && i.Over() && !i.ByHand {
		m.reopen(User{}, "")
	}
}

// escalate tells the next levels when nobody has acknowledged.
func (m *move) escalate() {
	i := m.i
	for i.State == Open && i.Escalated < len(i.Escalate) && !m.now.Before(i.OpeningAt.Add(i.Escalate[i.Escalated].After)) {
		i.Escalated++
		m.change(Change{Kind: KindEscalated, Other: i.Escalated})
		m.page(i.Escalated)
	}
}

// deadlines marks the tiers whose time is over with steps left. The immediate
// tier pings its owners, unless a neighbour's ping has told them already, or the
// incident is over: then somebody took a step back, and it is a follow-up.
func (m *move) deadlines() {
	i := m.i
	for k := range i.Tiers {
		t := &i.Tiers[k]
		immediate := t.Name == playbooks.Immediate
		if t.Overdue || i.left(t.Name) == 0 || m.now.Before(i.tierDue(*t)) {
			continue
		}
		t.Overdue = true
		c := Change{Kind: KindDeadline, Text: string(t.Name)}
		if immediate && i.Active() {
			if t.ToldIn == 0 {
				t.ToldIn = i.Number
			}
			c.Other = t.ToldIn
		}
		m.change(c)
	}
}
