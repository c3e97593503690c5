package incident

import (
	"slices"
	"strings"

	"github.com/signalbook/signalbook/playbooks"
)

// Answers are the answers given so far, by the ids of their questions. What a step that is
// not done was answered does not count yet.
func (i Incident) Answers() map[string]string {
	all := map[string]string{}
	for _, s := range i.Steps {
		if s.Ask != nil && s.State == StepDone && s.Answer != "" {
			all[s.Ask.ID] = s.Answer
		}
	}
	return all
}

// branch shows and hides the steps that answers show, and returns which it changed. What
// somebody has touched stays: nobody's work is hidden.
func (i *Incident) branch() (changed []int) {
	var answers map[string]string
	for k := range i.Steps {
		s := &i.Steps[k]
		if len(s.When) == 0 {
			continue
		}
		if answers == nil {
			answers = i.Answers() // hidden steps have none
		}
		hide := !playbooks.Shown(s.When, answers)
		if hide == s.Hidden || hide && (s.State != StepOpen || s.From != 0) {
			continue
		}
		s.Hidden = hide
		changed = append(changed, k)
	}
	return changed
}

// branch does the same in a move. What is shown too late to be needed is dropped, as its
// like was when the incident ended.
func (m *move) branch() {
	i := m.i
	for _, k := range i.branch() {
		s := &i.Steps[k]
		if s.Hidden {
			m.change(Change{Kind: KindStepHidden, Step: s.ID, Text: strings.Join(s.When, ", ")})
			continue
		}
		m.change(Change{Kind: KindStepShown, Step: s.ID, Text: strings.Join(s.When, ", ")})
		if i.Over() && s.State == StepOpen && (s.Tier == playbooks.Immediate || i.Drill || i.Dropped != "") {
			m.end(s, Standing{State: StepDropped, At: m.now})
			m.change(Change{Kind: KindStepDropped, Step: s.ID})
		}
	}
}

// WaitsFor are the numbers of the steps whose answers may show a step that is hidden: those
// that it names and that somebody may still answer. None: it does not apply.
func (i Incident) WaitsFor(hidden Step) []int {
	if !hidden.Hidden || len(hidden.When) == 0 {
		return nil
	}
	named := playbooks.WaitsFor(hidden.When)
	var numbers []int
	for _, s := range i.Steps {
		if s.Number < hidden.Number && s.Ask != nil && slices.Contains(named, s.Ask.ID) && !s.Ended() && (!s.Hidden || i.WaitsFor(s) != nil) {
			numbers = append(numbers, s.Number)
		}
	}
	return numbers
}
