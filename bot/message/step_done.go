package message

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// The blocks that are filled in when a step is done.
const (
	DoneAnswer = "answer" // to what the step asks; the choice itself, or words
	DoneNote   = "note"
)

// doneModal asks what a step asks whoever has done it. Its submission has callback_id
// "step:done", private_metadata "INC-1/step-id", the answer in block "answer" and words in
// block "note".
func doneModal(i incident.Incident, s incident.Step) slack.ModalViewRequest {
	about := (&blockkit.Paragraph{}).Bold(stepTitle(s)).Text("\n" + ifDrill(i) + i.ID() + " · " + title(i))
	if s.Second {
		about.Text("\nA second person has to confirm it.")
	}
	blocks := []slack.Block{blockkit.RichText("about", about.Section())}
	if s.Ask != nil {
		blocks = append(blocks, answerInput(*s.Ask, blockkit.PlainText("Everybody sees it beside the step."), !s.Ask.Required))
	}
	note := slack.NewPlainTextInputBlockElement(nil, DoneNote)
	note.Multiline, note.MaxLength = true, MaxReason
	field := slack.NewInputBlock(DoneNote, blockkit.PlainText("Note"), nil, note)
	field.Optional = true
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: action.StepDone.ID, PrivateMetadata: i.ID() + "/" + s.ID,
		Title: blockkit.PlainText(fmt.Sprintf("Step %d of %s", s.Number, i.ID())), Submit: blockkit.PlainText("Done"), Close: blockkit.PlainText("Cancel"),
		Blocks: slack.Blocks{BlockSet: append(blocks, field)},
	}
}

// answerInput takes an answer: one of the choices, or words on a line.
func answerInput(ask playbooks.Ask, hint *slack.TextBlockObject, optional bool) slack.Block {
	var element slack.BlockElement
	if len(ask.Choices) > 0 {
		var options []*slack.OptionBlockObject
		for _, c := range ask.Choices {
			options = append(options, slack.NewOptionBlockObject(c, blockkit.PlainText(c), nil))
		}
		element = slack.NewRadioButtonsBlockElement(DoneAnswer, options...)
	} else {
		words := slack.NewPlainTextInputBlockElement(nil, DoneAnswer)
		words.MaxLength = playbooks.MaxAnswer
		element = words
	}
	field := slack.NewInputBlock(DoneAnswer, blockkit.PlainText(blockkit.Line(ask.Text)), hint, element)
	field.Optional = optional
	return field
}
