package workspace

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
)

// Metadata is what an app hid in a message.
type Metadata struct {
	EventType string         `json:"event_type"`
	Payload   map[string]any `json:"event_payload"`
}

// Message is a message, shown or deleted.
type Message struct {
	Channel     *Channel
	TS          Stamp
	Parent      *Message // the root of the thread it replies to; nil for roots
	User        *User
	ByApp       bool
	Slackbot    bool // Slack's own word to a user
	Text        string
	Blocks      []blockkit.Block
	Before      []blockkit.Block // what it showed until its last change: somebody's screen may still
	Attachments []any
	Files       []*File // shared with it
	Metadata    *Metadata
	Edited      bool
	Broadcast   bool
	Deleted     bool  // a tombstone: its replies are still there
	OnlyFor     *User // ephemeral: nobody else sees it
	Revision    int   // counts changes
}

// Post puts a new message into a channel.
func (w *Workspace) Post(m *Message, now time.Time) {
	m.TS = m.Channel.stamp(now.Add(w.Skew))
	if m.OnlyFor != nil {
		w.Ephemerals = append(w.Ephemerals, m)
		return
	}
	m.Channel.Messages = append(m.Channel.Messages, m)
	w.notify(m)
}

// Find finds a message by its ts; tombstones are not found.
func (c *Channel) Find(ts string) *Message {
	want, ok := ParseStamp(ts)
	if !ok {
		return nil
	}
	return find(c.Messages, func(m *Message) bool { return m.TS == want && !m.Deleted })
}

// Root finds the message a thread hangs on: a root, tombstones included.
func (c *Channel) Root(ts string) *Message {
	want, ok := ParseStamp(ts)
	if !ok {
		return nil
	}
	return find(c.Messages, func(m *Message) bool { return m.TS == want && m.Parent == nil })
}

// Replies are the replies to a root, in order.
func (c *Channel) Replies(root *Message) []*Message {
	var replies []*Message
	for _, m := range c.Messages {
		if m.Parent == root {
			replies = append(replies, m)
		}
	}
	return replies
}

// Remove deletes a message. A root with replies stays as a tombstone.
func (c *Channel) Remove(m *Message) {
	if m.Parent == nil && len(c.Replies(m)) > 0 {
		m.Deleted, m.Text, m.Blocks, m.Metadata = true, "This message was deleted.", nil, nil
		m.Revision++
		return
	}
	c.Messages = slices.DeleteFunc(c.Messages, func(other *Message) bool { return other == m })
	if m.Parent != nil && m.Parent.Deleted && len(c.Replies(m.Parent)) == 0 {
		c.Remove(m.Parent)
	}
}

// FindEphemeral finds what only this user sees.
func (w *Workspace) FindEphemeral(u *User, ts string) *Message {
	return find(w.Ephemerals, func(m *Message) bool { return m.OnlyFor == u && m.TS.String() == ts })
}

// RemoveEphemeral takes away what only one user saw.
func (w *Workspace) RemoveEphemeral(m *Message) {
	w.Ephemerals = slices.DeleteFunc(w.Ephemerals, func(other *Message) bool { return other == m })
}

// Permalink is a message's address, as Slack writes it.
func (w *Workspace) Permalink(c *Channel, m *Message) string {
	link := w.Base + "/archives/" + c.ID + "/p" + strings.Replace(m.TS.String(), ".", "", 1)
	if m.Parent != nil {
		link += "?" + url.Values{"thread_ts": {m.Parent.TS.String()}, "cid": {c.ID}}.Encode()
	}
	return link
}
