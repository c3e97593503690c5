package message

import (
	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/blockkit"
)

// Unread tells a person that something cannot be shown, because what is stored of
// it is broken, or written by a newer binary.
func Unread(what string, newer bool) string {
	if newer {
		return blockkit.Escape(what) + " was written by a newer Signalbook, which the one that answers here cannot read. Nothing is lost: please try again when the upgrade is through."
	}
	return blockkit.Escape(what) + " cannot be read: what is stored of it is broken. Nothing else is harmed. An operator finds the details on `/-/ready` and in the log."
}

// WithUnread adds to a list the names of what is missing in it.
func WithUnread(m blockkit.Message, names string) blockkit.Message {
	says := "Missing here, because what is stored cannot be read: " + names + ". An operator finds the details on `/-/ready` and in the log."
	if len(m.Blocks) == 0 {
		m.Text += "\n" + blockkit.Escape(says)
		return m
	}
	m.Blocks = append(append([]slack.Block{}, m.Blocks...), blockkit.Context("unread", blockkit.Mrkdwn(blockkit.Escape(says))))
	return m
}
