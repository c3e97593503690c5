package message

import (
	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/blockkit"
)

// ToTimeline asks to which incident's timeline a message is added. Its submission has
// callback_id "timeline:add", the note in private_metadata, and the incident in block
// "incident".
func ToTimeline(note string) slack.ModalViewRequest {
	about := blockkit.CutNamed(blockkit.Line(blockkit.StripMrkdwn(note)), maxReason)
	if about == "" {
		about = "A message"
	}
	return blockkit.Modal(blockkit.Question{
		CallbackID: action.TimelineAdd.ID, Metadata: note, Title: "Add to timeline", Submit: "Add",
		About: (&blockkit.Paragraph{}).Text(about),
		Block: action.TimelineAdd.Form.Block, Label: "Which incident?", Hint: "As INC-142. In an incident's own thread it is not asked.", Limit: 40,
	})
}
