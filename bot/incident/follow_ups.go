package incident

import (
	"time"

	"github.com/signalbook/signalbook/playbooks"
)

// Untouched is why follow-ups are dropped of what ended by itself soon, and nobody had
// touched. The other whys are reasons.
const Untouched = "untouched"

// DropsFollowUps reports whether what is over for this reason needs no follow-ups: there
// was nothing, or nothing worth waking anybody.
func (r Reason) DropsFollowUps() bool { return r == ReasonFalseAlarm || r == ReasonNoise }

// untouched reports whether nobody has done anything about the incident.
func (i Incident) untouched() bool {
	if i.Group == "" || i.Opening > 1 || i.AckedAt != (time.Time{}) || i.Note.Text != "" {
		return false
	}
	for _, s := range i.Steps {
		if s.Holder.ID != "" || s.By.ID != "" || s.From != 0 {
			return false
		}
	}
	return true
}

// dropUntouched drops the follow-ups of what ended by itself so soon after it began that
// nobody had a hand in it.
func (m *move) dropUntouched() {
	i := m.i
	if after := m.rules.FollowUpsAfter; after > 0 && i.ResolvedBy == (User{}) && i.ResolvedAt.Sub(i.OpeningAt) <= after && i.untouched() {
		m.dropFollowUps(Untouched)
	}
}

// dropFollowUps ends the steps of later tiers that nobody has, and says why. Those that
// were taken over from an earlier incident are that one's, and stay.
func (m *move) dropFollowUps(why string) {
	i := m.i
	dropped := false
	for k := range i.Steps {
		s := &i.Steps[k]
		if s.Tier == playbooks.Immediate || s.State != StepOpen || s.Hidden || s.From != 0 || s.To != 0 {
			continue
		}
		m.end(s, Standing{State: StepDropped, At: m.now})
		m.change(Change{Kind: KindStepDropped, Step: s.ID, Text: why})
		dropped = true
	}
	if dropped {
		i.Dropped = why
	}
	m.closeIfDone()
}

// droppedFollowUp reports whether a step of a later tier is no longer needed, and can be
// brought back.
func (s Step) droppedFollowUp() bool {
	return s.Tier != playbooks.Immediate && s.State == StepDropped && s.To == 0 && s.Before != nil
}

// keepFollowUps brings the follow-ups back that were dropped.
func (m *move) keepFollowUps(by User, via string) {
	i := m.i
	i.Dropped = ""
	for k := range i.Steps {
		s := &i.Steps[k]
		if !s.droppedFollowUp() {
			continue
		}
		s.Standing, s.Before = *s.Before, nil
		m.change(Change{Kind: KindStepReopened, Step: s.ID, By: by, Via: via})
	}
	m.branch()
	if i.State == Closed && !i.allEnded() {
		i.State, i.ClosedAt = Resolved, time.Time{}
	}
}
