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

// Waits are, by the number of a step that is hidden, the numbers of the steps whose answers
// may show it: those that it names and that somebody may still answer, now or once they
// are shown themselves. A step that is not there does not apply.
func (i Incident) Waits() map[int][]int {
	waits := map[int][]int{}
	mayAnswer := map[string]int{} // by question: the step
	for _, s := range i.Steps {   // questions come before the steps that look at their answers
		if s.Hidden {
			for _, id := range playbooks.WaitsFor(s.When) {
				if n, ok := mayAnswer[id]; ok {
					waits[s.Number] = append(waits[s.Number], n)
				}
			}
			slices.Sort(waits[s.Number])
		}
		if s.Ask != nil && !s.Ended() && (!s.Hidden || len(waits[s.Number]) > 0) {
			mayAnswer[s.Ask.ID] = s.Number
		}
	}
	return waits
}
