package incident

import (
	"slices"
	"time"

	"github.com/signalbook/signalbook/playbooks"
)

// Reached is a moment of a later tier of which its people are told once, and the opening
// in which it was.
type Reached struct {
	Opening int       `json:"opening"`
	At      time.Time `json:"at"`
}

// laterDue is when the people of a later tier are told that steps are overdue: at the
// first deadline that passes while the incident is ours. What was overdue when it was
// taken over was told of in the incident before. Zero: nothing is left, or they are told.
func (i Incident) laterDue(t Tier) time.Time {
	if t.Name == playbooks.Immediate || t.Passed.Opening != 0 {
		return time.Time{}
	}
	var due time.Time
	for _, s := range i.Steps {
		if s.Tier != t.Name || s.Hidden || s.Ended() {
			continue
		}
		if at := i.Deadline(s); at.After(i.OpenedAt) && (due.IsZero() || at.Before(due)) {
			due = at
		}
	}
	return due
}

// DueBy returns the steps of a tier that are due by a time, and that nobody has ended.
func (i Incident) DueBy(name playbooks.TierName, at time.Time) []Step {
	return slices.DeleteFunc(i.Left(name), func(s Step) bool { return i.Deadline(s).After(at) })
}

// remindAt is when they are told that this deadline is near. A deadline that is nearer
// than that from the beginning needs no word.
func (r Rules) remindAt(i Incident, t Tier) time.Time {
	due := i.laterDue(t)
	if r.Remind <= 0 || t.Near.Opening != 0 || due.IsZero() {
		return time.Time{}
	}
	if at := due.Add(-r.Remind); at.After(i.OpenedAt) {
		return at
	}
	return time.Time{}
}

// laterDeadlines notes which later tiers are due, and which soon will be. Whoever is told
// of a deadline that has passed needs no reminder of it.
func (m *move) laterDeadlines() {
	i := m.i
	reached := func(at time.Time) bool { return !at.IsZero() && !m.now.Before(at) }
	for k := range i.Tiers {
		t := &i.Tiers[k]
		switch {
		case reached(i.laterDue(*t)):
			t.Passed = Reached{i.Opening, m.now}
			if said := (Change{Kind: KindDeadline, At: m.now, Text: string(t.Name)}); !slices.Contains(m.changes, said) {
				m.change(said)
			}
		case reached(m.rules.remindAt(*i, *t)):
			t.Near = Reached{i.Opening, m.now}
			m.change(Change{Kind: KindDeadlineNear, Text: string(t.Name)})
		}
	}
}
