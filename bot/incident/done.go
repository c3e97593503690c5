package incident

// done does what Done means for a step: what it asks is answered, and a step that needs a
// second person is done once another one says so, too. What the first answered holds. Any
// kind but AnswerApplied is why nothing changed.
func (m *move) done(a Act, s *Step) AnswerKind {
	if s.AwaitsSecond() {
		if a.User.ID == s.First.ID {
			return AnswerAlready
		}
		m.finish(a, s, s.Answer)
		return AnswerApplied
	}
	answer := ""
	if s.Ask != nil {
		ok := false
		if answer, a.Text, ok = answered(a, *s); !ok {
			return AnswerAsks
		}
		if answer != "" {
			m.change(Change{Kind: KindStepAnswered, By: a.User, Via: a.Via, Step: s.ID, Text: answer})
		}
	}
	if !s.Second {
		m.finish(a, s, answer)
		return AnswerApplied
	}
	holder := s.Holder
	if holder.ID == "" {
		holder = a.User
	}
	m.end(s, Standing{State: StepAcknowledged, Holder: holder, At: m.now, Note: a.Text, Answer: answer, First: a.User, FirstAt: m.now})
	m.stepChange(KindStepFirstDone, a, s)
	return AnswerApplied
}

// finish ends a step as done. The first person's note stays when the second has none.
func (m *move) finish(a Act, s *Step, answer string) {
	note := a.Text
	if note == "" && s.AwaitsSecond() {
		note = s.Note
	}
	m.end(s, Standing{State: StepDone, Holder: s.Holder, By: a.User, At: m.now, Note: note, Answer: answer, First: s.First, FirstAt: s.FirstAt})
	m.stepChange(KindStepDone, a, s)
}

// answered is the answer that an act gives to what a step asks, and its note. It is not ok
// when it is none, when there has to be one, and when whoever clicked can be asked.
func answered(a Act, s Step) (answer, note string, ok bool) {
	if a.Answer != nil {
		answer, ok = s.Ask.Answer(*a.Answer)
		note = a.Text
	} else {
		answer, note, ok = s.Ask.Typed(a.Text)
	}
	if answer == "" && (s.Ask.Required || a.CanAsk) {
		ok = false
	}
	return answer, note, ok
}

// notDone is why a step is not done.
func (m *move) notDone(a Act, s *Step, kind AnswerKind) Answer {
	answer := m.stepAnswer(a, *s, kind)
	if kind == AnswerAlready {
		answer.Who, answer.When = s.First, s.FirstAt
		return answer
	}
	answer.Asks, answer.Text = s.Ask, a.Text
	if a.Answer != nil {
		answer.Text = *a.Answer
	}
	return answer
}

// takeBack undoes the first done of a step that needs a second person: it stands as it
// did before, or is its holder's.
func (m *move) takeBack(a Act, s *Step) {
	back := Standing{State: StepAcknowledged, Holder: s.Holder, At: s.At}
	if s.Before != nil {
		back = *s.Before
	}
	s.Standing, s.Before = back, nil
	m.stepChange(KindStepUndone, a, s)
}
