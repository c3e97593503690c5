package message

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/incident"
)

// The longest words that the modals take, in characters.
const (
	MaxReason = 500
	MaxNote   = 2_000
)

// SkipModal asks why a step is skipped. Its submission has callback_id
// "step:skip", private_metadata "INC-1/step-id" and the reason in block
// "reason".
func SkipModal(i incident.Incident, s incident.Step) slack.ModalViewRequest {
	return modal(form{
		action: action.StepSkip, metadata: i.ID() + "/" + s.ID,
		title: fmt.Sprintf("Skip step %d", s.Number), submit: "Skip",
		about: (&paragraph{}).bold(stepTitle(s)).text("\n" + ifDrill(i) + i.ID() + " · " + title(i)),
		label: "Why is it skipped?", hint: "Everybody sees it beside the step. Undo brings the step back.", limit: MaxReason,
	})
}

// NoteModal asks for a note. Its submission has callback_id "incident:note",
// private_metadata "INC-1" and the note in block "note".
func NoteModal(i incident.Incident) slack.ModalViewRequest {
	return modal(form{
		action: action.IncidentNote, metadata: i.ID(),
		title: "Note on " + i.ID(), submit: "Add",
		about: (&paragraph{}).text(ifDrill(i)).bold(i.ID()).text(" · " + title(i)),
		label: "What should others know?", hint: "The newest note stands in the incident's message, all are in its timeline.", limit: MaxNote,
	})
}

// form is a modal with one field.
type form struct {
	action             action.Action
	metadata           string
	title, submit      string // Slack: 24 characters
	about              *paragraph
	field, label, hint string // field: its block, when that is not the one that the action cannot do without
	limit              int
}

func modal(f form) slack.ModalViewRequest {
	block := cmp.Or(f.field, f.action.Form.Block)
	field := slack.NewPlainTextInputBlockElement(nil, block)
	field.Multiline, field.MaxLength, field.FocusOnLoad = true, f.limit, true
	return slack.ModalViewRequest{
		Type:            slack.VTModal,
		CallbackID:      f.action.ID,
		PrivateMetadata: f.metadata,
		Title:           plain(textutil.CutUnits(f.title, 24)),
		Submit:          plain(f.submit),
		Close:           plain("Cancel"),
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			rich("about", f.about.section()),
			slack.NewInputBlock(block, plain(f.label), plain(f.hint), field),
		}},
	}
}

// maxLine is about how much Slack shows on one line of a channel, in characters.
const maxLine = 80

// Long reports whether an answer takes more than a line.
func (m Message) Long() bool {
	if slices.ContainsFunc(m.Blocks, func(b slack.Block) bool { return b.BlockType() != slack.MBTSection }) {
		return true
	}
	says := Plain(m.Text)
	return textutil.Units(says) > maxLine || strings.Contains(says, "\n")
}

// AnswerModal shows an answer in a modal, under its own headline when it has one.
func AnswerModal(m Message) slack.ModalViewRequest {
	const maxTitle = 24 // Slack's
	title, blocks := "Signalbook", m.Blocks
	if len(blocks) == 0 {
		blocks = Text(m.Text).Blocks
	}
	if head, ok := blocks[0].(*slack.HeaderBlock); ok && len(blocks) > 1 && textutil.Units(head.Text.Text) <= maxTitle {
		title, blocks = head.Text.Text, blocks[1:]
	}
	return slack.ModalViewRequest{Type: slack.VTModal, CallbackID: "answer", Title: plain(title), Close: plain("Close"), Blocks: slack.Blocks{BlockSet: blocks}}
}

// ShortModal is a form that Slack refused with that word, in a short form: its fields
// as plain as they can be, with which people can do what it is for.
func ShortModal(view slack.ModalViewRequest, word string) slack.ModalViewRequest {
	fields := []slack.Block{
		slack.NewSectionBlock(plain("⚠️ Shortened: Slack refused the full form ("+Neutralise(textutil.CutUnits(Line(word), 60))+")."), nil, nil, slack.SectionBlockOptionBlockID("shortened")),
	}
	for _, block := range view.Blocks.BlockSet {
		input, ok := block.(*slack.InputBlock)
		if !ok {
			continue
		}
		short := slack.NewInputBlock(input.BlockID, input.Label, nil, input.Element)
		short.Optional = input.Optional
		switch element := input.Element.(type) {
		case *slack.PlainTextInputBlockElement:
			field := slack.NewPlainTextInputBlockElement(nil, element.ActionID)
			field.Multiline, field.MaxLength = element.Multiline, element.MaxLength
			short.Element = field
		case *slack.SelectBlockElement:
			short.Element = slack.NewOptionsSelectBlockElement(element.Type, element.Placeholder, element.ActionID, element.Options...)
		}
		fields = append(fields, short)
	}
	view.Blocks.BlockSet = fields
	return view
}
