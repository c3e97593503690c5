package incident

import (
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/playbooks"
)

// act does what a person asked for, or answers why not. Whoever comes second is
// told who was first and when.
func (m *move) act(a Act) Answer {
	defer func() {
		if len(m.changes) > 0 {
			m.i.name(a.Named)
			if a.Verb != VerbExport { // whoever only looks shows nothing
				m.show(a.User, a.Via)
			}
		}
	}()
	if a.Step == "" {
		return m.actOnIncident(a)
	}
	answer := m.actOnOne(a)
	for _, step := range a.More {
		a.Step = step
		answer.More = append(answer.More, m.actOnOne(a))
	}
	return answer
}

// actOnOne does to one step what a person asked for.
func (m *move) actOnOne(a Act) Answer {
	s, at, ok := m.i.FindStep(a.Step)
	switch {
	case !ok:
		return Answer{Kind: AnswerNoStep, Verb: a.Verb, Incident: m.i.Number, Text: a.Step}
	case s.Hidden:
		answer := m.stepAnswer(a, s, AnswerHidden)
		answer.WaitsFor = m.i.Waits()[s.Number]
		return answer
	}
	return m.actOnStep(a, &m.i.Steps[at])
}

func (m *move) actOnIncident(a Act) Answer {
	i := m.i
	answer := Answer{Kind: AnswerApplied, Verb: a.Verb, Incident: i.Number, Title: i.Title}
	switch a.Verb {
	case VerbAcknowledge:
		switch {
		case i.Over():
			answer.Kind, answer.Who, answer.When = AnswerOver, i.ResolvedBy, i.ResolvedAt
		case i.State == Acknowledged:
			answer.Kind, answer.Who, answer.When = taken(i.AckedBy, a.User), i.AckedBy, i.AckedAt
		default:
			m.acknowledge(a.User, a.Via)
		}
	case VerbResolve:
		if i.Over() {
			answer.Kind, answer.Who, answer.When = AnswerOver, i.ResolvedBy, i.ResolvedAt
			break
		}
		m.resolve(a.User, a.Via, a.Text)
		answer.Firing = i.FiringCount()
		m.note(a)
		if a.Reason != "" {
			m.reason(a)
		}
	case VerbReason:
		switch {
		case !i.Over():
			answer.Kind = AnswerActive
		case !a.Reason.Known():
			answer.Kind = AnswerNoReason
		case i.Reason == a.Reason:
			answer.Kind, answer.Who = taken(i.ReasonBy, a.User), i.ReasonBy
		default:
			m.reason(a)
		}
		answer.Text = string(a.Reason)
	case VerbKeep:
		switch {
		case i.FollowedBy != 0:
			answer.Kind, answer.Text = AnswerContinued, ID(i.FollowedBy)
		case i.Dropped == "":
			answer.Kind = AnswerKept
		default:
			m.keepFollowUps(a.User, a.Via)
		}
	case VerbReopen:
		switch {
		case i.FollowedBy != 0:
			answer.Kind, answer.Text = AnswerContinued, ID(i.FollowedBy)
		case !i.Over():
			answer.Kind = AnswerActive
		default:
			m.reopen(a.User, a.Via)
		}
	case VerbAssign:
		switch {
		case a.Whom.ID == "":
			answer.Kind = AnswerNoReason
		case i.Over():
			answer.Kind, answer.Who, answer.When = AnswerOver, i.ResolvedBy, i.ResolvedAt
		case i.Lead.ID == a.Whom.ID:
			answer.Kind, answer.Who = AnswerAlready, i.Lead
		default:
			m.assign(a)
			answer.Who = i.Lead
		}
	case VerbNote:
		if strings.TrimSpace(a.Text) == "" {
			answer.Kind = AnswerNoReason
			break
		}
		m.note(a)
		m.change(Change{Kind: KindNoted, By: a.User, Via: a.Via, Text: a.Text})
	case VerbExport:
		answer = m.export(a, answer)
	case VerbShow:
		answer.Text = i.Channel
		if i.Show == ShowAll {
			answer.Kind = AnswerShown
			break
		}
		m.show(a.User, a.Via)
	default:
		answer.Kind, answer.Text = AnswerNoStep, ""
	}
	answer.State = string(i.State)
	return answer
}

// note keeps what a person wrote as the newest note.
func (m *move) note(a Act) {
	if strings.TrimSpace(a.Text) != "" {
		m.i.Note = Note{By: a.User, At: m.now, Text: a.Text}
	}
}

func taken(first, second User) AnswerKind {
	if first.ID == second.ID {
		return AnswerAlready
	}
	return AnswerTaken
}

func (m *move) stepAnswer(a Act, s Step, kind AnswerKind) Answer {
	return Answer{Kind: kind, Verb: a.Verb, Incident: m.i.Number, Step: s.Number, Title: s.Title, State: string(s.State)}
}

// actOnStep is the table of a step's states against what people do.
func (m *move) actOnStep(a Act, s *Step) Answer {
	refuse := func(kind AnswerKind) Answer {
		answer := m.stepAnswer(a, *s, kind)
		answer.Who, answer.When = s.By, s.At
		if s.State == StepAcknowledged {
			answer.Who = s.Holder
		}
		return answer
	}
	if s.To != 0 || (a.Verb == VerbUndo && m.i.FollowedBy != 0) {
		answer := m.stepAnswer(a, *s, AnswerContinued)
		answer.Text = ID(m.i.FollowedBy)
		return answer
	}
	held := s.State != StepOpen && !s.Ended()
	if a.Verb.May() == access.Holder && held && a.User.ID != s.Holder.ID && a.User.ID != m.i.Lead.ID {
		return refuse(AnswerNotYours)
	}
	switch a.Verb {
	case VerbAcknowledge:
		switch s.State {
		case StepOpen:
			m.end(s, Standing{State: StepAcknowledged, Holder: a.User, At: m.now})
			m.stepChange(KindStepAcknowledged, a, s)
		case StepAcknowledged:
			return refuse(taken(s.Holder, a.User))
		case StepDropped:
			return m.late(a, s)
		default:
			return refuse(taken(s.By, a.User))
		}
	case VerbDone:
		switch s.State {
		case StepDone:
			return refuse(taken(s.By, a.User))
		case StepSkipped:
			return refuse(AnswerEnded)
		default:
			if kind := m.done(a, s); kind != AnswerApplied {
				return m.notDone(a, s, kind)
			}
		}
	case VerbSkip:
		switch {
		case strings.TrimSpace(a.Text) == "":
			return refuse(AnswerNoReason)
		case s.State == StepSkipped:
			return refuse(taken(s.By, a.User))
		case s.State == StepDone:
			return refuse(AnswerEnded)
		default:
			m.end(s, Standing{State: StepSkipped, Holder: s.Holder, By: a.User, At: m.now, Note: a.Text})
			m.stepChange(KindStepSkipped, a, s)
		}
	case VerbRelease:
		switch {
		case s.Ended():
			return refuse(AnswerEnded)
		case s.State == StepOpen:
			return refuse(AnswerNotTaken)
		default:
			m.end(s, Standing{State: StepOpen, At: m.now})
			s.Before = nil
			m.stepChange(KindStepReleased, a, s)
		}
	case VerbUndo:
		switch {
		case s.AwaitsSecond():
			m.takeBack(a, s)
			m.afterStep(a)
			return m.stepAnswer(a, *s, AnswerApplied)
		case !s.Ended() || s.Before == nil:
			return refuse(AnswerNotEnded)
		case m.i.Drill && s.State == StepDropped:
			return m.late(a, s) // an exercise leaves no follow-ups
		}
		m.needAgain(s)
		s.Standing, s.Before = *s.Before, nil
		m.stepChange(KindStepUndone, a, s)
		if !slices.ContainsFunc(m.i.Steps, Step.droppedFollowUp) {
			m.i.Dropped = ""
		}
	default:
		return Answer{Kind: AnswerFailed, Verb: a.Verb, Incident: m.i.Number, Text: "a step cannot be told to " + string(a.Verb)}
	}
	m.afterStep(a)
	return m.stepAnswer(a, *s, AnswerApplied)
}

func (m *move) stepChange(kind Kind, a Act, s *Step) {
	m.change(Change{Kind: kind, By: a.User, Via: a.Via, Step: s.ID, Text: a.Text})
}

// needAgain starts the deadline of the immediate tier anew when the first of its
// steps comes back as a follow-up of what is over: the old one was about an
// emergency that has ended. The later tiers keep theirs.
func (m *move) needAgain(s *Step) {
	if s.Tier != playbooks.Immediate || !m.i.Over() || s.Before.Ended() || m.i.left(s.Tier) > 0 {
		return
	}
	at := slices.IndexFunc(m.i.Tiers, func(t Tier) bool { return t.Name == s.Tier })
	if at >= 0 {
		t := &m.i.Tiers[at]
		t.Due, t.Overdue = m.now.Add(time.Duration(t.Within)), false
	}
}

// late records a click on a step that is no longer needed: it reopens nothing.
func (m *move) late(a Act, s *Step) Answer {
	m.change(Change{Kind: KindLateClick, By: a.User, Via: a.Via, Step: s.ID, Text: string(a.Verb)})
	return m.stepAnswer(a, *s, AnswerLate)
}

// afterStep keeps the incident in line with its steps: any step action
// acknowledges it, the last one ended closes it, an undo opens it again for
// follow-ups.
func (m *move) afterStep(a Act) {
	i := m.i
	m.acknowledge(a.User, a.Via)
	m.branch()
	if i.State == Closed && !i.allEnded() {
		i.State, i.ClosedAt = Resolved, time.Time{}
	}
	m.closeIfDone()
}
