package api

import (
	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim/wire"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

const (
	maxText       = 40000 // Slack: chat.postMessage truncates longer text
	maxUpdateText = 4000  // bytes of UTF-8 (measured): chat.update refuses longer text with msg_too_long
)

func (s *Server) chatMethods() map[string]method {
	return map[string]method{
		"chat.postMessage":   {tier: tierPost, needs: scope("chat:write"), run: s.postMessage},
		"chat.update":        {tier: tier3, needs: scope("chat:write"), run: s.updateMessage},
		"chat.delete":        {tier: tier3, needs: scope("chat:write"), run: s.deleteMessage},
		"chat.postEphemeral": {tier: tier4, needs: scope("chat:write"), run: s.postEphemeral},
		"chat.getPermalink":  {tier: tier4, run: s.getPermalink},
	}
}

// writable finds the channel a bot may write to.
func (s *Server) writable(c *workspace.Channel) *wire.Refusal {
	switch {
	case c == nil:
		return wire.Refuse("channel_not_found")
	case c.Archived:
		return wire.Refuse("is_archived")
	case !c.Members[s.w.Bot.ID]:
		return wire.Refuse("not_in_channel")
	}
	return nil
}

func (s *Server) postMessage(r *request) (wire.Object, *wire.Refusal) {
	c := s.w.Known(r.args.Text("channel"))
	if refused := s.writable(c); refused != nil {
		return nil, refused
	}
	said, refused := wire.ReadContent(s.w, r.args)
	if refused != nil {
		return nil, refused
	}
	if said.Empty() {
		return nil, wire.Refuse("no_text")
	}
	m := &workspace.Message{Channel: c, User: s.w.Bot, ByApp: true, Text: blockkit.Truncate(said.Text, maxText),
		Blocks: said.Blocks, Attachments: said.Attachments, Metadata: said.Metadata}
	// Slack does not refuse a reply to a message that is gone or that is a reply
	// itself: it silently posts it to the channel, and the answer has no thread_ts.
	if m.Parent = c.Root(r.args.Text("thread_ts")); m.Parent != nil {
		m.Broadcast = r.args.Flag("reply_broadcast")
	}
	if r.args.Flag("link_names") || r.args.Text("parse") == "full" {
		m.Text = s.w.LinkNames(m.Text)
	}
	s.w.Post(m, r.now)
	return said.Warn(wire.Object{"channel": c.ID, "ts": m.TS.String(), "message": wire.Message(s.w, m, true)}), nil
}

func (s *Server) updateMessage(r *request) (wire.Object, *wire.Refusal) {
	c := s.w.KnownByID(r.args.Text("channel"))
	switch {
	case c == nil:
		return nil, wire.Refuse("channel_not_found")
	case c.Archived: // chat.update knows no is_archived
		return nil, wire.Refuse("is_inactive")
	case !c.Members[s.w.Bot.ID]:
		return nil, wire.Refuse("channel_not_found") // nor not_in_channel
	}
	m := c.Find(r.args.Text("ts"))
	if m == nil {
		return nil, wire.Refuse("message_not_found")
	}
	if !m.ByApp {
		return nil, wire.Refuse("cant_update_message")
	}
	said, refused := wire.ReadContent(s.w, r.args)
	if refused != nil {
		return nil, refused
	}
	if len(said.Text) > maxUpdateText {
		return nil, wire.Refuse("msg_too_long")
	}
	if said.Empty() {
		return nil, wire.Refuse("no_text")
	}
	if said.Mismatches(m) {
		return nil, wire.Refuse("block_mismatch")
	}
	said.Rewrite(m)
	if r.args.Flag("reply_broadcast") && m.Parent != nil {
		m.Broadcast = true
	}
	return said.Warn(wire.Object{"channel": c.ID, "ts": m.TS.String(), "text": m.Text, "message": wire.Message(s.w, m, true)}), nil
}

func (s *Server) deleteMessage(r *request) (wire.Object, *wire.Refusal) {
	c := s.w.KnownByID(r.args.Text("channel"))
	if c == nil {
		return nil, wire.Refuse("channel_not_found")
	}
	m := c.Find(r.args.Text("ts"))
	if m == nil {
		return nil, wire.Refuse("message_not_found")
	}
	if !m.ByApp {
		return nil, wire.Refuse("cant_delete_message")
	}
	c.Remove(m)
	return wire.Object{"channel": c.ID, "ts": m.TS.String()}, nil
}

func (s *Server) postEphemeral(r *request) (wire.Object, *wire.Refusal) {
	c := s.w.Known(r.args.Text("channel"))
	if refused := s.writable(c); refused != nil {
		return nil, refused
	}
	u := s.w.User(r.args.Text("user"))
	if u == nil || u.ID != r.args.Text("user") {
		return nil, wire.Refuse("user_not_found")
	}
	if !c.Members[u.ID] {
		return nil, wire.Refuse("user_not_in_channel")
	}
	said, refused := wire.ReadContent(s.w, r.args)
	if refused != nil {
		return nil, refused
	}
	if said.Empty() {
		return nil, wire.Refuse("no_text")
	}
	m := &workspace.Message{Channel: c, User: s.w.Bot, ByApp: true, OnlyFor: u, Parent: c.Root(r.args.Text("thread_ts")),
		Text: blockkit.Truncate(said.Text, maxText), Blocks: said.Blocks, Attachments: said.Attachments}
	s.w.Post(m, r.now)
	return wire.Object{"message_ts": m.TS.String()}, nil
}

// getPermalink answers chat.getPermalink, which needs no scope.
func (s *Server) getPermalink(r *request) (wire.Object, *wire.Refusal) {
	c := s.w.Channel(r.args.Text("channel"))
	if c == nil {
		return nil, wire.Refuse("channel_not_found")
	}
	for _, m := range c.Messages {
		if m.TS.String() == r.args.Text("message_ts") {
			return wire.Object{"channel": c.ID, "permalink": s.w.Permalink(c, m)}, nil
		}
	}
	return nil, wire.Refuse("message_not_found")
}
