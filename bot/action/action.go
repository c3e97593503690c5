// Package action is the one list of what people can click, choose or fill in: rendering
// takes the ids from it, handling the meaning and who may. It is values alone.
package action

import (
	"cmp"
	"slices"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/incident"
)

// Value is what the value of a button names.
type Value int

// The values, as INC-142, INC-142/step-id, DIG-7/C1.
const (
	OfIncident Value = iota
	OfStep
	OfDigest
	OfNothing // what is about no incident yet
)

// Action is one thing that people can do in Slack without typing a command.
type Action struct {
	ID     string // action_id of the button or the menu, and callback_id of its form
	Value  Value
	Via    string        // what it is, as timelines say it: button, menu; empty: a form alone
	Act    incident.Verb // what it asks of an incident; empty: of a digest, or its choice says what
	Digest report.Verb   // what it asks of a digest, or of digests; empty: of an incident
	May    access.Right  // who may; add takes it from the verb
	Form   Form          // whose words are asked for first; the zero Form: it acts at once
	Late   bool          // Form is asked for only when it acted, and the answer is that it asks
}

// Form is what is asked for before something is done.
type Form struct {
	Block string // block_id of the answer that it cannot do without
	Empty string // what is said when that one is missing
}

// Acts reports whether a click acts at once, as far as it goes.
func (a Action) Acts() bool { return a.Late || a.Form.IsZero() }

// IsZero reports whether nothing is asked for.
func (f Form) IsZero() bool { return f == Form{} }

var (
	all     []Action
	why     = Form{"reason", "Please say why, so that the next reader knows."}
	howLong = Form{"until", "Please choose for how long."}
	what    = Form{"answer", "Please answer."}
)

// What people can do.
var (
	IncidentAck     = add(Action{ID: "incident:ack", Via: "button", Act: incident.VerbAcknowledge})
	IncidentResolve = add(Action{ID: "incident:resolve", Via: "button", Act: incident.VerbResolve, Form: Form{"reason", "Please choose what it was."}}) // it asks only when it does not look over
	IncidentReopen  = add(Action{ID: "incident:reopen", Via: "button", Act: incident.VerbReopen})
	IncidentKeep    = add(Action{ID: "incident:keep", Via: "button", Act: incident.VerbKeep})
	IncidentExport  = add(Action{ID: "incident:export", Via: "button", Act: incident.VerbExport})
	IncidentReason  = add(Action{ID: "incident:reason", Via: "menu", Act: incident.VerbReason}) // its value begins with the reason
	IncidentMenu    = add(Action{ID: "incident:menu", Via: "menu", May: access.Reader})         // its value begins with a Choice
	IncidentNote    = add(Action{ID: "incident:note", Act: incident.VerbNote, Form: Form{"note", "Please write a note."}})
	IncidentAssign  = add(Action{ID: "incident:assign", Act: incident.VerbAssign, Form: Form{"lead", "Please choose who leads."}})
	TimelineOlder   = add(Action{ID: "timeline:older", Via: "button", May: access.Reader}) // its value begins with how many entries are newer
	StormPick       = add(Action{ID: "storm:pick", Via: "menu", Act: incident.VerbShow})

	HomeStart     = add(Action{ID: "home:start", Value: OfNothing, Via: "button", May: access.Insider})
	IncidentStart = add(Action{ID: "incident:start", Value: OfNothing, May: access.Insider, Form: Form{"playbook", "Please choose a playbook."}})

	TimelineAdd = add(Action{ID: "timeline:add", Via: "shortcut", Act: incident.VerbNote, Form: Form{"incident", "Please say which incident."}}) // of a message; elsewhere than in an incident's thread it asks

	StepMenu    = add(Action{ID: "step:menu", Value: OfStep, Via: "menu", May: access.Reader}) // its value begins with a Choice
	StepHow     = add(Action{ID: "step:how", Value: OfStep, Via: "button", May: access.Reader, Form: Form{"what", "Please choose what becomes of the step."}})
	StepAck     = add(Action{ID: "step:ack", Value: OfStep, Via: "button", Act: incident.VerbAcknowledge})
	StepDone    = add(Action{ID: "step:done", Value: OfStep, Via: "button", Act: incident.VerbDone, Form: what, Late: true}) // a step that asks
	StepSkip    = add(Action{ID: "step:skip", Value: OfStep, Via: "button", Act: incident.VerbSkip, Form: why})
	StepRelease = add(Action{ID: "step:release", Value: OfStep, Via: "button", Act: incident.VerbRelease})
	StepUndo    = add(Action{ID: "step:undo", Value: OfStep, Via: "button", Act: incident.VerbUndo})

	DigestExpected    = add(Action{ID: "digest:expected", Value: OfDigest, Via: "button", Digest: report.VerbExpected, Form: why})
	DigestInvestigate = add(Action{ID: "digest:investigate", Value: OfDigest, Via: "button", Digest: report.VerbInvestigate})
	DigestAdopt       = add(Action{ID: "digest:adopt", Value: OfDigest, Via: "button", Digest: report.VerbAdopt})
	DigestSnooze      = add(Action{ID: "digest:snooze", Value: OfDigest, Via: "button", Digest: report.VerbSnooze, Form: howLong})
	DigestUndo        = add(Action{ID: "digest:undo", Value: OfDigest, Via: "button", Digest: report.VerbUndo})
	DigestAgain       = add(Action{ID: "digest:again", Value: OfDigest, Via: "button", Digest: report.VerbPost}) // posts another one of the same week
)

// The choices of the incident's menu.
const (
	ChoiceAssign   = "assign"
	ChoiceNote     = "note"
	ChoiceTimeline = "timeline"
	ChoiceCatchup  = "catchup"
	ChoiceExport   = "export"
)

// The choices of a step's menu and of its form.
const (
	ChoiceAck     = "ack"
	ChoiceDone    = "done"
	ChoiceSkip    = "skip"
	ChoiceRelease = "release"
	ChoiceHow     = "how"
)

// OfChoice is what a choice in a step's menu or form stands for.
func OfChoice(choice string) (a Action, ok bool) {
	switch choice {
	case ChoiceAck:
		return StepAck, true
	case ChoiceDone:
		return StepDone, true
	case ChoiceSkip:
		return StepSkip, true
	case ChoiceRelease:
		return StepRelease, true
	case ChoiceHow:
		return StepHow, true
	}
	return a, false
}

func add(a Action) Action {
	a.May = cmp.Or(a.May, a.Act.May(), a.Digest.May())
	all = append(all, a)
	return a
}

// All is the whole list.
func All() []Action { return slices.Clone(all) }

// Find is the action of an action_id or a callback_id.
func Find(id string) (Action, bool) {
	k := slices.IndexFunc(all, func(a Action) bool { return a.ID == id })
	if k < 0 {
		return Action{}, false
	}
	return all[k], true
}
