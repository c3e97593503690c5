package message

import (
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
)

// The blocks of a step's modal that are filled in.
const (
	HowWhat  = "what"  // what becomes of the step: an action's choice
	HowWords = "words" // a note, or why it is skipped
)

// howModal shows all there is to do a step, and takes what becomes of it. Its submission
// has callback_id "step:how", private_metadata "INC-1/step-id", the choice in block
// "what" (ack, done, skip), words in block "words" and, of a step that asks, the answer in block
// "answer".
func howModal(v View, s incident.Step) slack.ModalViewRequest {
	i := v.Incident
	c := viewOf(v, s)
	about := (&blockkit.Paragraph{}).Bold(stepTitle(s)).Text("\n" + ifDrill(i) + title(i) + " · " + stepWord(s.State))
	if s.State == incident.StepAcknowledged {
		about.Text(" by ").User(s.Holder.ID, PersonName(s.Holder)).Text(" since ").Date(s.At)
	}
	switch says := given(s); {
	case s.AwaitsSecond():
		about.Text("\nDone, says ").User(s.First.ID, PersonName(s.First)).Text(": a second person confirms it.")
		if says != "" {
			about.Text("\n" + says)
		}
		if note := blockkit.Line(s.Note); note != "" {
			addWords(about.Text("\n“"), blockkit.CutNamed(note, maxReason), i.Named).Text("”")
		}
	case s.Second:
		about.Text("\nA second person has to confirm it.")
	}
	blocks := []slack.Block{blockkit.RichText("about", about.Section())}
	if c.detail != "" {
		blocks = append(blocks, blockkit.ExpandedSection("detail", c.detail))
	}
	if commands := c.commandParts(i.Playbook.Name); len(commands) > 0 {
		blocks = append(blocks, blockkit.RichText("commands", commands...))
	}
	words := slack.NewPlainTextInputBlockElement(nil, HowWords)
	words.Multiline, words.MaxLength = true, MaxReason
	field := slack.NewInputBlock(HowWords, blockkit.PlainText("Note, or why it is skipped"), blockkit.PlainText("Everybody sees it beside the step."), words)
	field.Optional = true
	blocks = append(blocks, slack.NewInputBlock(HowWhat, blockkit.PlainText("What now?"), nil, howChoices(s)))
	if s.Ask != nil && !s.AwaitsSecond() {
		blocks = append(blocks, answerInput(*s.Ask, blockkit.PlainText("Goes with Done."), true))
	}
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: action.StepHow.ID, PrivateMetadata: i.ID() + "/" + s.ID,
		Title: blockkit.PlainText(fmt.Sprintf("Step %d of %s", s.Number, i.ID())), Submit: blockkit.PlainText("Save"), Close: blockkit.PlainText("Close"),
		Blocks: slack.Blocks{BlockSet: append(blocks, field)},
	}
}

// howChoices are what can become of a step; what is most likely is chosen already.
func howChoices(s incident.Step) *slack.RadioButtonsBlockElement {
	take := slack.NewOptionBlockObject(action.ChoiceAck, blockkit.PlainText("I take it"), blockkit.PlainText("Everybody sees that you have it"))
	done := slack.NewOptionBlockObject(action.ChoiceDone, blockkit.PlainText(strings.TrimSuffix(doneLabel(s), "…")), nil)
	skip := slack.NewOptionBlockObject(action.ChoiceSkip, blockkit.PlainText("Skip"), blockkit.PlainText("Needs a reason"))
	options := []*slack.OptionBlockObject{take, done, skip}
	if s.State != incident.StepOpen {
		options = options[1:]
	}
	radio := slack.NewRadioButtonsBlockElement(HowWhat, options...)
	radio.InitialOption = options[0]
	return radio
}
