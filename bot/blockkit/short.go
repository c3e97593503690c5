package blockkit

import (
	"regexp"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// Form is how much of a message is sent. Slack may refuse the whole one: then a
// short form takes its place, so that nothing goes unsaid.
type Form string

// The forms of a message.
const (
	FormWhole Form = ""
	FormText  Form = "text" // text alone: the simplest that Slack takes
	// FormRich is text in one rich_text block. Slack replaces a rich_text block by nothing else (chat.update, block_mismatch).
	FormRich Form = "rich"
	// FormBare is FormRich without metadata.
	FormBare Form = "bare"
)

// maxShort is how much of a message's text its short form keeps, in UTF-16 units.
const maxShort = 1_200

// plainBlock is the block_id of a short form's block.
const plainBlock = "plain"

// maxRecipients bounds how many a short form calls.
const maxRecipients = 20

// mentions are who a message notifies when it is posted.
var mentions = regexp.MustCompile(`<(@[UW][A-Z0-9]{1,30}|!subteam\^S[A-Z0-9]{1,30})>`)

// Short is the message in a short form: whom it calls, its text, how to act by
// command, and that Slack refused the rest with that word.
func (m Message) Short(form Form, how, word string) Message {
	if form == FormWhole {
		return m
	}
	parts := []string{CutMrkdwn(m.Text, maxShort)}
	if called := m.recipients(); len(called) > 0 {
		parts[0] = strings.Join(called, " ") + ": " + parts[0]
	}
	if how != "" {
		parts = append(parts, how)
	}
	parts = append(parts, "⚠️ Shortened: Slack refused the full message ("+EscapeMrkdwn(textutil.CutUnits(word, 60))+").")
	short := Message{Text: strings.Join(parts, "\n")}
	if form != FormText {
		short.Blocks = []slack.Block{RichText(plainBlock, (&Paragraph{}).Text(Neutralise(StripMrkdwn(short.Text))).Section())}
	}
	return short
}

// recipients are the mentions in the message's sections, each once.
func (m Message) recipients() []string {
	var all []string
	for _, b := range m.Blocks {
		section, ok := b.(*slack.SectionBlock)
		if !ok || section.Text == nil || section.Text.Type != slack.MarkdownType {
			continue
		}
		for _, mention := range mentions.FindAllString(section.Text.Text, maxRecipients) {
			if len(all) < maxRecipients && !slices.Contains(all, mention) {
				all = append(all, mention)
			}
		}
	}
	return all
}
