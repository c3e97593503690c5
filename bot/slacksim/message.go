package slacksim

import (
	"maps"
	"slices"
	"time"
)

// Metadata is what an app hid in a message.
type Metadata struct {
	EventType string         `json:"event_type"`
	Payload   map[string]any `json:"event_payload"`
}

// block is a Block Kit block or anything inside one, as sent.
type block = map[string]any

type message struct {
	channel     *channel
	ts          stamp
	parent      *message // the root of the thread it replies to; nil for roots
	user        *user
	byApp       bool
	slackbot    bool // Slack's own word to a user
	text        string
	blocks      []block
	before      []block // what it showed until its last change: somebody's screen may still
	attachments []any
	metadata    *Metadata
	edited      bool
	broadcast   bool
	deleted     bool  // a tombstone: its replies are still there
	onlyFor     *user // ephemeral: nobody else sees it
	revision    int   // counts changes
}

// post puts a new message into a channel. The caller holds the lock.
func (s *Sim) post(m *message, now time.Time) {
	m.ts = m.channel.stamp(now.Add(s.skew))
	if m.onlyFor != nil {
		s.ephemerals = append(s.ephemerals, m)
		return
	}
	m.channel.messages = append(m.channel.messages, m)
	s.notify(m)
}

// find finds a message by its ts; tombstones are not found.
func (c *channel) find(ts string) *message {
	want, ok := parseStamp(ts)
	if !ok {
		return nil
	}
	for _, m := range c.messages {
		if m.ts == want && !m.deleted {
			return m
		}
	}
	return nil
}

// root finds the message a thread hangs on: a root, tombstones included.
func (c *channel) root(ts string) *message {
	want, ok := parseStamp(ts)
	if !ok {
		return nil
	}
	for _, m := range c.messages {
		if m.ts == want && m.parent == nil {
			return m
		}
	}
	return nil
}

func (c *channel) replies(root *message) []*message {
	var replies []*message
	for _, m := range c.messages {
		if m.parent == root {
			replies = append(replies, m)
		}
	}
	return replies
}

// remove deletes a message. A root with replies stays as a tombstone.
func (c *channel) remove(m *message) {
	if m.parent == nil && len(c.replies(m)) > 0 {
		m.deleted, m.text, m.blocks, m.metadata = true, "This message was deleted.", nil, nil
		m.revision++
		return
	}
	c.messages = slices.DeleteFunc(c.messages, func(other *message) bool { return other == m })
	if m.parent != nil && m.parent.deleted && len(c.replies(m.parent)) == 0 {
		c.remove(m.parent)
	}
}

// findEphemeral finds what only this user sees. The caller holds the lock.
func (s *Sim) findEphemeral(u *user, ts string) *message {
	for _, m := range s.ephemerals {
		if m.onlyFor == u && m.ts.String() == ts {
			return m
		}
	}
	return nil
}

func (s *Sim) removeEphemeral(m *message) {
	s.ephemerals = slices.DeleteFunc(s.ephemerals, func(other *message) bool { return other == m })
}

// wire is the message as the Web API and interaction payloads show it. Without
// allMetadata only the metadata's type is told (Slack: include_all_metadata).
func (s *Sim) wire(m *message, allMetadata bool) answer {
	w := answer{"type": "message", "text": m.text, "ts": m.ts.String(), "team": s.opts.TeamID}
	if m.user != nil && s.external(m.user) && !m.slackbot {
		w["team"], w["user_team"], w["source_team"] = m.user.team, m.user.team, m.user.team
	}
	if m.user != nil {
		w["user"] = m.user.id
	}
	if m.byApp {
		w["bot_id"], w["app_id"] = botID, appID
		w["bot_profile"] = answer{"id": botID, "app_id": appID, "name": s.bot.name, "team_id": s.opts.TeamID, "deleted": false}
	}
	if len(m.blocks) > 0 {
		w["blocks"] = m.blocks
	}
	if len(m.attachments) > 0 {
		w["attachments"] = m.attachments
	}
	if m.edited {
		w["edited"] = answer{"user": m.user.id, "ts": m.ts.String()}
	}
	if m.metadata != nil {
		meta := answer{"event_type": m.metadata.EventType}
		if allMetadata {
			meta["event_payload"] = m.metadata.Payload
		}
		w["metadata"] = meta
	}
	if m.deleted {
		w["subtype"], w["hidden"] = "tombstone", true
		w["user"] = "USLACKBOT"
	}
	s.wireThread(m, w)
	return w
}

func (s *Sim) wireThread(m *message, w answer) {
	if m.parent != nil {
		w["thread_ts"] = m.parent.ts.String()
		w["parent_user_id"] = m.parent.user.id
		if m.broadcast {
			w["subtype"] = "thread_broadcast"
		}
		return
	}
	if m.onlyFor != nil {
		return
	}
	replies := m.channel.replies(m)
	if len(replies) == 0 {
		return
	}
	users := map[string]bool{}
	for _, r := range replies {
		users[r.user.id] = true
	}
	w["thread_ts"] = m.ts.String()
	w["reply_count"] = len(replies)
	w["reply_users_count"] = len(users)
	w["reply_users"] = slices.Sorted(maps.Keys(users))
	w["latest_reply"] = replies[len(replies)-1].ts.String()
	w["is_locked"], w["subscribed"] = false, false
}
