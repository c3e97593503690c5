package message

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
)

// The longest words that the modals take, in characters.
const (
	MaxReason = 500
	maxTyped  = 2_000
)

// Form is what is asked for before an action is done, of an incident or one of its
// steps; ok is false when nothing is.
func Form(a action.Action, v View, s incident.Step) (form slack.ModalViewRequest, ok bool) {
	i := v.Incident
	switch a {
	case action.IncidentStart:
		return StartForm(), true
	case action.TimelineAdd:
		return ToTimeline(""), true
	case action.IncidentResolve:
		return resolveModal(i), true
	case action.IncidentAssign:
		return assignModal(i), true
	case action.IncidentNote:
		return noteModal(i), true
	case action.StepSkip:
		return skipModal(i, s), true
	case action.StepHow:
		return howModal(v, s), true
	case action.StepDone:
		return doneModal(i, s), true
	}
	return form, false
}

// skipModal asks why a step is skipped. Its submission has callback_id
// "step:skip", private_metadata "INC-1/step-id" and the reason in block
// "reason".
func skipModal(i incident.Incident, s incident.Step) slack.ModalViewRequest {
	return blockkit.Modal(blockkit.Question{
		CallbackID: action.StepSkip.ID, Metadata: i.ID() + "/" + s.ID,
		Title: fmt.Sprintf("Skip step %d", s.Number), Submit: "Skip",
		About: (&blockkit.Paragraph{}).Bold(stepTitle(s)).Text("\n" + ifDrill(i) + i.ID() + " · " + title(i)),
		Block: action.StepSkip.Form.Block, Label: "Why is it skipped?", Hint: "Everybody sees it beside the step. Undo brings the step back.", Limit: MaxReason,
	})
}

// assignModal asks who leads. Its submission has callback_id "incident:assign",
// private_metadata "INC-1" and the person in block "lead".
func assignModal(i incident.Incident) slack.ModalViewRequest {
	block := action.IncidentAssign.Form.Block
	people := slack.NewOptionsSelectBlockElement(slack.OptTypeUser, blockkit.PlainText("Choose somebody"), block)
	if blockkit.IsUserID(i.Lead.ID) {
		people.InitialUser = i.Lead.ID
	}
	hint := blockkit.PlainText("Somebody else is told in the thread. Whoever takes the lead acknowledges with it.")
	about := (&blockkit.Paragraph{}).Text(ifDrill(i)).Bold(i.ID()).Text(" · " + title(i))
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: action.IncidentAssign.ID, PrivateMetadata: i.ID(),
		Title: blockkit.PlainText("Lead of " + i.ID()), Submit: blockkit.PlainText("Assign"), Close: blockkit.PlainText("Cancel"),
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			blockkit.RichText("about", about.Section()), slack.NewInputBlock(block, blockkit.PlainText("Who leads?"), hint, people),
		}},
	}
}

// noteModal asks for a note. Its submission has callback_id "incident:note",
// private_metadata "INC-1" and the note in block "note".
func noteModal(i incident.Incident) slack.ModalViewRequest {
	return blockkit.Modal(blockkit.Question{
		CallbackID: action.IncidentNote.ID, Metadata: i.ID(),
		Title: "Note on " + i.ID(), Submit: "Add",
		About: (&blockkit.Paragraph{}).Text(ifDrill(i)).Bold(i.ID()).Text(" · " + title(i)),
		Block: action.IncidentNote.Form.Block, Label: "What should others know?", Hint: "The newest note stands in the incident's message, all are in its timeline.", Limit: maxTyped,
	})
}
