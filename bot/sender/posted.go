package sender

import (
	"slices"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/outbox"
)

// shownPosted is what is posted of a message. It shows nobody as a person whom a note or
// a reason mentions, and one that takes the place of another, which somebody deleted,
// notifies nobody at all: whom it concerns has been told. An edit brings the mentions
// back, and edits never notify.
func (t thread) shownPosted(c outbox.Call, slot ledger.Record, command string) blockkit.Message {
	shown := c.Slot.Shown()
	anew := len(slot.Old) > 0 || c.Slot.Thread && len(t.root().Old) > 0
	render := t.unnamed
	if anew {
		render = t.uncalled
	}
	if c.Slot.Once || render == nil {
		return shown
	}
	all := render()
	at := slices.IndexFunc(all, func(other message.Slot) bool { return other.Name == c.Slot.Name })
	if at < 0 {
		return shown
	}
	calm := all[at]
	calm.Picture, calm.File = c.Slot.Picture, c.Slot.File
	calm.Message = calm.Message.Short(c.Slot.Form, t.how(command), c.Word)
	return calm.Shown()
}
