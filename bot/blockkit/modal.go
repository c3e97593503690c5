package blockkit

import (
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// Question is what a modal with one field asks.
type Question struct {
	CallbackID    string
	Metadata      string // private_metadata: what comes back with the answer
	Title, Submit string // at most 24 UTF-16 units, as Slack takes
	About         *Paragraph
	Block         string // block_id of the field
	Label, Hint   string
	Limit         int // of what is typed, in characters
}

// Modal is a modal that asks.
func Modal(q Question) slack.ModalViewRequest {
	field := slack.NewPlainTextInputBlockElement(nil, q.Block)
	field.Multiline, field.MaxLength, field.FocusOnLoad = true, q.Limit, true
	return slack.ModalViewRequest{
		Type:            slack.VTModal,
		CallbackID:      q.CallbackID,
		PrivateMetadata: q.Metadata,
		Title:           PlainText(textutil.CutUnits(q.Title, 24)),
		Submit:          PlainText(q.Submit),
		Close:           PlainText("Cancel"),
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			RichText("about", q.About.Section()),
			slack.NewInputBlock(q.Block, PlainText(q.Label), PlainText(q.Hint), field),
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
	says := StripMrkdwn(m.Text)
	return textutil.Units(says) > maxLine || strings.Contains(says, "\n")
}

// AnswerModal shows an answer in a modal, under its own headline when it has one.
func AnswerModal(m Message) slack.ModalViewRequest {
	const maxTitle = 24 // Slack's
	title, blocks := "Signalbook", m.Blocks
	if len(blocks) == 0 {
		blocks = TextMessage(m.Text).Blocks
	}
	if head, ok := blocks[0].(*slack.HeaderBlock); ok && len(blocks) > 1 && textutil.Units(head.Text.Text) <= maxTitle {
		title, blocks = head.Text.Text, blocks[1:]
	}
	return slack.ModalViewRequest{Type: slack.VTModal, CallbackID: "answer", Title: PlainText(title), Close: PlainText("Close"), Blocks: slack.Blocks{BlockSet: blocks}}
}

// ShortModal is a form that Slack refused with that word, in a short form: its fields
// as plain as they can be, with which people can do what it is for.
func ShortModal(view slack.ModalViewRequest, word string) slack.ModalViewRequest {
	fields := []slack.Block{
		slack.NewSectionBlock(PlainText("⚠️ Shortened: Slack refused the full form ("+Neutralise(textutil.CutUnits(Line(word), 60))+")."), nil, nil, slack.SectionBlockOptionBlockID("shortened")),
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
