package keeper

import (
	"slices"

	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
)

// shownPosted is what is posted of a message. It shows nobody as a person whom a note or
// a reason mentions, and one that takes the place of another, which somebody deleted,
// notifies nobody at all: whom it concerns has been told. An edit brings the mentions
// back, and edits never notify.
func (s sight) shownPosted(c call, slot ledger.Slot, command string) message.Message {
	shown := c.slot.Shown()
	anew := len(slot.Old) > 0 || c.slot.Thread && len(s.root().Old) > 0
	render := s.unnamed
	if anew {
		render = s.uncalled
	}
	if c.slot.Once || render == nil {
		return shown
	}
	all := render()
	at := slices.IndexFunc(all, func(other message.Slot) bool { return other.Name == c.slot.Name })
	if at < 0 {
		return shown
	}
	calm := all[at]
	calm.Picture, calm.File = c.slot.Picture, c.slot.File
	calm.Message = calm.Message.Short(c.slot.Form, s.how(command), c.word)
	return calm.Shown()
}
