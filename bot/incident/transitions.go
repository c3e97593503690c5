package incident

import (
	"time"

	"github.com/signalbook/signalbook/playbooks"
)

// resolve ends the incident: by hand when by is set, else because its alerts
// resolved. What nobody did of the immediate tier is no longer needed, and of a
// drill nothing is: an exercise leaves no follow-ups.
func (m *move) resolve(by User, via, note string) {
	i := m.i
	i.State, i.ResolvedAt, i.ResolvedBy = Resolved, m.now, by
	i.ByHand = by.ID != "" && i.FiringCount() > 0
	m.change(Change{Kind: KindResolved, By: by, Via: via, Text: note})
	for k := range i.Steps {
		s := &i.Steps[k]
		if (s.Tier == playbooks.Immediate || i.Drill) && !s.Ended() && !s.Hidden {
			m.end(s, Standing{State: StepDropped, Holder: s.Holder, At: m.now})
			m.change(Change{Kind: KindStepDropped, Step: s.ID})
		}
	}
	m.dropUntouched()
	m.closeIfDone()
}

// reopen begins the next opening in the same thread: done steps stay done,
// dropped ones come back, the immediate deadline and the escalation start anew.
func (m *move) reopen(by User, via string) {
	i := m.i
	i.State, i.Opening, i.OpeningAt = Open, i.Opening+1, m.now
	i.AckedAt, i.AckedBy, i.Lead, i.AssignedBy = time.Time{}, User{}, User{}, User{}
	i.ResolvedAt, i.ResolvedBy, i.ByHand, i.ClosedAt, i.Escalated = time.Time{}, User{}, false, time.Time{}, 0
	i.Reason, i.ReasonBy, i.Score, i.Dropped = "", User{}, nil, ""
	m.change(Change{Kind: KindReopened, By: by, Via: via})
	for k := range i.Tiers {
		if t := &i.Tiers[k]; t.Name == playbooks.Immediate {
			t.keepTelling(i.Opening - 1)
			t.Due, t.Overdue, t.ToldIn, t.Together = m.now.Add(time.Duration(t.Within)), false, 0, nil
		}
	}
	for k := range i.Steps {
		s := &i.Steps[k]
		if s.State == StepDropped && s.To == 0 {
			s.Standing, s.Before = Standing{State: StepOpen}, nil
			m.change(Change{Kind: KindStepReopened, Step: s.ID})
		}
		if s.Before != nil && s.Before.State == StepDropped {
			s.Before = &Standing{State: StepOpen} // somebody ended it after all: undo leads to where it would be now
		}
	}
	m.branch()
}

// acknowledge records that somebody is on it. The first to do so leads.
func (m *move) acknowledge(by User, via string) {
	i := m.i
	if i.State != Open {
		return
	}
	i.State, i.AckedAt, i.AckedBy = Acknowledged, m.now, by
	if i.Lead.ID == "" {
		i.Lead = by
	}
	m.change(Change{Kind: KindAcknowledged, By: by, Via: via})
}

// assign lets somebody lead. Whoever takes the lead himself has acknowledged; somebody
// else has not yet, and is told.
func (m *move) assign(a Act) {
	i := m.i
	i.Lead, i.AssignedBy = a.Whom, User{}
	if a.Whom.ID != a.User.ID {
		i.AssignedBy, i.Assigned = a.User, i.Assigned+1
	}
	m.change(Change{Kind: KindAssigned, By: a.User, Via: a.Via, Whom: a.Whom})
	if a.Whom.ID == a.User.ID {
		m.acknowledge(a.User, a.Via)
	}
}

// end brings a step to a new standing and remembers the one before, for undo.
func (m *move) end(s *Step, to Standing) {
	before := s.Standing
	s.Before, s.Standing = &before, to
}

// closeIfDone closes a resolved incident when no step is left.
func (m *move) closeIfDone() {
	if i := m.i; i.State == Resolved && i.allEnded() {
		i.State, i.ClosedAt = Closed, m.now
		m.change(Change{Kind: KindClosed})
	}
}
