package incident

import (
	"slices"
	"time"

	"github.com/signalbook/signalbook/playbooks"
)

// StepState is where a step stands.
type StepState string

// The states of a step, in the words that every surface uses.
const (
	StepOpen         StepState = "open"
	StepAcknowledged StepState = "acknowledged"
	StepDone         StepState = "done"
	StepSkipped      StepState = "skipped"
	StepDropped      StepState = "dropped" // no longer needed
)

// Step is one step of the playbook in this incident. Detail and Commands are
// kept only where the playbook templates them (a command that it does not is
// empty here); the rest the playbook has. Shown puts both together.
type Step struct {
	ID       string             `json:"id"`
	Number   int                `json:"number"`
	Tier     playbooks.TierName `json:"tier"`
	Title    string             `json:"title"`
	Filled   bool               `json:"filled,omitempty"` // Detail and Commands below are its own where the playbook has templates
	Detail   string             `json:"detail,omitempty"`
	Commands []string           `json:"commands,omitempty"`
	Hidden   bool               `json:"hidden,omitempty"` // does not apply here; with When: not by the answers so far
	When     []string           `json:"when,omitempty"`   // the answers that show it; of a step that never applies there is none
	Ask      *playbooks.Ask     `json:"ask,omitempty"`    // what whoever has done it is asked
	Second   bool               `json:"second,omitempty"` // a second person has to say so, too
	From     int                `json:"from,omitempty"`   // taken over from that incident
	To       int                `json:"to,omitempty"`     // taken over by that incident
	Due      time.Time          `json:"due,omitzero"`     // its own deadline, when taken over

	Standing
	Before *Standing `json:"before,omitempty"` // what undo leads back to
}

// Standing is what people have made of a step.
type Standing struct {
	State  StepState `json:"state"`
	Holder User      `json:"holder,omitzero"` // who took it
	By     User      `json:"by,omitzero"`     // who ended it
	At     time.Time `json:"at,omitzero"`
	Note   string    `json:"note,omitempty"`
	Answer string    `json:"answer,omitempty"` // to what it asks; it counts once the step is done
	// First is who says that it is done, of a step that needs a second person, and FirstAt since when.
	First   User      `json:"first,omitzero"`
	FirstAt time.Time `json:"first_at,omitzero"`
}

// AwaitsSecond reports whether somebody has done the step, and a second person has to say
// so, too.
func (s Standing) AwaitsSecond() bool { return s.State == StepAcknowledged && !s.FirstAt.IsZero() }

// Ended reports whether nobody has to do a step any more that stands so.
func (s Standing) Ended() bool {
	return s.State == StepDone || s.State == StepSkipped || s.State == StepDropped
}

// newStep is a step of a new incident; source is what its playbook says of it.
func newStep(f playbooks.FilledStep, source *playbooks.Step) Step {
	s := Step{ID: f.ID, Number: f.Number, Tier: f.Tier, Title: f.Title, Hidden: !f.Applies, Standing: Standing{State: StepOpen}}
	if source != nil {
		s.Ask, s.Second = source.Ask, source.Approvals > 1
		if f.Applies {
			s.When = source.When
		}
	}
	if f.Templated {
		s.fill(f, source)
	}
	return s
}

// fill keeps what the playbook has as templates; the rest it has itself.
func (s *Step) fill(f playbooks.FilledStep, source *playbooks.Step) {
	s.Filled = true
	if source == nil || playbooks.IsTemplate(source.Detail) {
		s.Detail = f.Detail
	}
	if source != nil && !slices.ContainsFunc(source.Commands, playbooks.IsTemplate) {
		return
	}
	s.Commands = slices.Clone(f.Commands)
	for k := range s.Commands {
		if source != nil && !playbooks.IsTemplate(source.Commands[k]) {
			s.Commands[k] = ""
		}
	}
}

// Shown returns detail and commands of a step as people see them: its own where
// the playbook's are templates, else the playbook's. Without a playbook's step it
// is what the incident has.
func (s Step) Shown(source *playbooks.Step) (detail string, commands []string) {
	switch {
	case source == nil:
		return s.Detail, slices.DeleteFunc(slices.Clone(s.Commands), func(c string) bool { return c == "" })
	case !s.Filled:
		return source.Detail, source.Commands
	}
	detail, commands = s.Detail, slices.Clone(source.Commands)
	if detail == "" && !playbooks.IsTemplate(source.Detail) {
		detail = source.Detail
	}
	for k, command := range commands {
		if k < len(s.Commands) && (s.Commands[k] != "" || playbooks.IsTemplate(command)) {
			commands[k] = s.Commands[k]
		}
	}
	return detail, commands
}
