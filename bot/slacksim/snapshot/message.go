package snapshot

import (
	"slices"

	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

// Message is a message as it is shown now.
type Message struct {
	Channel   string // name without #
	ChannelID string
	TS        string
	Thread    string // ts of the root it replies to; empty for roots
	User      string // name of the author
	UserID    string
	Bot       bool // by the app
	Text      string
	Blocks    []map[string]any // as the app sent them, ids filled in
	Metadata  *workspace.Metadata
	Edited    bool // shows the "(edited)" mark
	Revision  int  // how often it was changed
	Broadcast bool // a reply shown in the channel too
	Replies   int  // of a root
	Tombstone bool // deleted, but its replies are there
	OnlyFor   string

	plain    string
	controls []blockkit.Control
}

// Modal is a modal somebody has open.
type Modal struct {
	ID         string
	CallbackID string
	Title      string
	Submit     string // the label of the submit button; empty when there is none
	Private    string // private_metadata
	Inputs     []blockkit.Control
	Errors     map[string]string
	Blocks     []map[string]any
	plain      string
}

// PlainText is all a person reads in the modal.
func (m Modal) PlainText() string { return m.plain }

// Home is what the app shows a user in its Home tab.
type Home struct {
	Hash   string // another one after each time that it was published
	Blocks []map[string]any
	plain  string
}

// PlainText is all a person reads there.
func (h Home) PlainText() string { return h.plain }

// Controls are what can be pressed there, in the order shown.
func (h Home) Controls() []blockkit.Control { return blockkit.Controls(h.Blocks) }

// PlainText is all of a message's visible text, as a person reads it: the blocks
// when there are any, else the text.
func (m Message) PlainText() string { return m.plain }

// Buttons are the message's buttons, in the order shown.
func (m Message) Buttons() []blockkit.Control {
	return m.pick(func(c blockkit.Control) bool { return c.Kind == "button" })
}

// Menus are the message's overflow menus and selects, in the order shown.
func (m Message) Menus() []blockkit.Control {
	return m.pick(func(c blockkit.Control) bool { return c.Kind != "button" })
}

func (m Message) pick(keep func(blockkit.Control) bool) []blockkit.Control {
	var kept []blockkit.Control
	for _, c := range m.controls {
		if keep(c) {
			kept = append(kept, c)
		}
	}
	return kept
}

// Of copies a message. The caller holds the lock.
func Of(w *workspace.Workspace, m *workspace.Message) Message {
	shot := Message{Channel: m.Channel.Name, ChannelID: m.Channel.ID, TS: m.TS.String(), Bot: m.ByApp, Text: m.Text,
		Blocks: slices.Clone(m.Blocks), Metadata: m.Metadata, Edited: m.Edited, Revision: m.Revision, Broadcast: m.Broadcast,
		Tombstone: m.Deleted, User: m.User.Name, UserID: m.User.ID}
	if m.Parent != nil {
		shot.Thread = m.Parent.TS.String()
	} else if m.OnlyFor == nil {
		shot.Replies = len(m.Channel.Replies(m))
	}
	if m.OnlyFor != nil {
		shot.OnlyFor = m.OnlyFor.Name
	}
	shot.plain = w.Read(m)
	shot.controls = blockkit.Controls(m.Blocks)
	return shot
}
