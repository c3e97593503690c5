package interaction

import (
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/store"
)

// notRead says why something could not be read: the store does not answer, or what
// it has is broken or a newer binary's.
func (h *Handler) notRead(err error) string {
	h.Logger.Warn("what somebody asked for could not be read", "error", err)
	if u := store.UnreadableOf(err); u != nil {
		return message.Unread(u.What, u.Newer())
	}
	return textUnread
}

// withUnread adds to a list what is missing in it.
func (h *Handler) withUnread(m blockkit.Message, unread []*store.Unreadable) blockkit.Message {
	h.tellUnread(unread)
	if len(unread) == 0 {
		return m
	}
	return message.WithUnread(m, store.Named(unread))
}

// tellUnread tells the operator in full what readers are told in short.
func (h *Handler) tellUnread(unread []*store.Unreadable) {
	for _, u := range unread {
		h.Logger.Warn("a stored document is left out", "error", u)
	}
}
