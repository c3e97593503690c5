package incident

import (
	"slices"

	"github.com/signalbook/signalbook/playbooks"
)

// Tally counts the steps that a tier shows, by what became of them.
type Tally struct {
	Shown   int // those that apply here
	Done    int
	Skipped int
	Dropped int // no longer needed
}

// Left is how many somebody still has to do.
func (t Tally) Left() int { return t.Shown - t.Done - t.Skipped - t.Dropped }

// Tally counts the steps of one tier.
func (i Incident) Tally(name playbooks.TierName) Tally {
	var t Tally
	for _, s := range i.Steps {
		if s.Tier != name || s.Hidden {
			continue
		}
		t.Shown++
		switch s.State {
		case StepDone:
			t.Done++
		case StepSkipped:
			t.Skipped++
		case StepDropped:
			t.Dropped++
		}
	}
	return t
}

// Left returns the steps of a tier that somebody still has to do.
func (i Incident) Left(name playbooks.TierName) []Step {
	return slices.DeleteFunc(slices.Clone(i.Steps), func(s Step) bool { return s.Tier != name || s.Hidden || s.Ended() })
}

// left counts the steps of a tier that somebody still has to do.
func (i Incident) left(name playbooks.TierName) int { return i.Tally(name).Left() }
