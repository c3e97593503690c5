package message

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
)

// maxAlike is how many names one question offers.
const maxAlike = 10

// Taken says that a name was found although it was typed in part or not quite right,
// in mrkdwn.
func Taken(typed, name string) string {
	return fmt.Sprintf("“%s” was taken to mean `%s`.", blockkit.EscapeMrkdwn(textutil.CutUnits(blockkit.Line(typed), 100)), blockkit.EscapeMrkdwn(textutil.CutUnits(blockkit.Line(name), 100)))
}

// Which asks which of several names was meant, in mrkdwn. What is a word for them, such
// as "playbook".
func Which(what, typed string, names []string) string {
	var shown []string
	for _, n := range names[:min(len(names), maxAlike)] {
		shown = append(shown, "`"+blockkit.EscapeMrkdwn(textutil.CutUnits(blockkit.Line(n), 100))+"`")
	}
	if rest := len(names) - len(shown); rest > 0 {
		shown = append(shown, "one of "+textutil.Thousands(rest)+" more")
	}
	last := len(shown) - 1
	return fmt.Sprintf("There is no %s “%s”. Did you mean %s or %s?", what, blockkit.EscapeMrkdwn(textutil.CutUnits(blockkit.Line(typed), 100)), strings.Join(shown[:last], ", "), shown[last])
}

// WithNote puts a sentence (mrkdwn, from [Taken]) before an answer; an empty one changes
// nothing.
func WithNote(m blockkit.Message, note string) blockkit.Message {
	if note == "" {
		return m
	}
	m.Text = blockkit.CutMrkdwn(note+" "+m.Text, blockkit.MaxText)
	if len(m.Blocks) < blockkit.MaxBlocks && len(m.Blocks) > 0 {
		m.Blocks = slices.Insert(slices.Clone(m.Blocks), 0, slack.Block(blockkit.Context("taken", blockkit.Mrkdwn(note))))
	}
	return m
}
