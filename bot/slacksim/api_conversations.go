package slacksim

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
)

const (
	defaultPage = 100
	maxPage     = 999 // Slack: conversations.history and conversations.list, limit
	threadPage  = 1000
)

func (s *Sim) conversationMethods() map[string]method {
	return map[string]method{
		"conversations.list":    {tier: tier2, needs: ofTypes, run: s.listConversations},
		"conversations.info":    {tier: tier3, needs: ofChannel("read"), run: s.conversationInfo},
		"conversations.history": {tier: tier3, needs: ofChannel("history"), run: s.history},
		"conversations.replies": {tier: tier3, needs: ofChannel("history"), run: s.repliesOf},
		"conversations.join":    {tier: tier3, needs: scope("channels:join"), run: s.joinConversation},
		"conversations.members": {tier: tier4, needs: ofChannel("read"), run: s.conversationMembers},
	}
}

func (s *Sim) wireChannel(c *channel) answer {
	return answer{
		"id": c.id, "name": c.name, "name_normalized": c.name, "created": 1700000000, "creator": s.users[1].id,
		// Slack: a private channel is a group when it was created before March 2021.
		"is_channel": true, "is_group": false, "is_im": false, "is_mpim": false, "is_private": c.private,
		"is_archived": c.archived, "is_general": c.name == "general", "is_shared": c.shared(), "is_ext_shared": c.shared(),
		"is_org_shared": false, "is_pending_ext_shared": false, "is_frozen": false,
		"is_member": c.members[s.bot.id], "num_members": len(c.members),
		"topic": answer{"value": c.topic, "creator": "", "last_set": 0}, "purpose": answer{"value": "", "creator": "", "last_set": 0},
		"context_team_id": s.opts.TeamID, "conversation_host_id": s.opts.TeamID, "internal_team_ids": []string{s.opts.TeamID},
		"connected_team_ids": append([]string{}, c.partners...), "shared_team_ids": append([]string{s.opts.TeamID}, c.partners...),
	}
}

func (s *Sim) listConversations(r *request) (answer, *refusal) {
	var all []any
	wanted := conversationTypes(r.args)
	for _, c := range s.channels {
		if s.known(c.id) != nil && slices.Contains(wanted, c.listedAs()) && !(c.archived && r.args.flag("exclude_archived")) {
			all = append(all, s.wireChannel(c))
		}
	}
	if n, err := strconv.Atoi(r.args.text("limit")); err == nil && n > maxPage {
		return nil, refuse("invalid_limit") // Slack: "an integer under 1000"
	}
	page, next, refused := paginate(all, r.args, defaultPage, maxPage)
	if refused != nil {
		return nil, refused
	}
	return answer{"channels": page, "response_metadata": answer{"next_cursor": next}}, nil
}

// conversationTypes are the kinds of channel that conversations.list is asked for.
func conversationTypes(a args) []string {
	types := a.text("types")
	if types == "" {
		types = "public_channel"
	}
	return strings.Split(strings.ReplaceAll(types, " ", ""), ",")
}

// listedAs is the channel's kind in the types of conversations.list.
func (c *channel) listedAs() string {
	if c.private {
		return "private_channel"
	}
	return "public_channel"
}

func (s *Sim) conversationInfo(r *request) (answer, *refusal) {
	c := s.knownByID(r.args.text("channel"))
	if c == nil {
		return nil, refuse("channel_not_found")
	}
	return answer{"channel": s.wireChannel(c)}, nil
}

func (s *Sim) joinConversation(r *request) (answer, *refusal) {
	c := s.knownByID(r.args.text("channel"))
	switch {
	case c == nil:
		return nil, refuse("channel_not_found")
	case c.archived:
		return nil, refuse("is_archived")
	}
	ans := answer{}
	if c.members[s.bot.id] {
		ans["warning"] = "already_in_channel"
		ans["response_metadata"] = answer{"warnings": []string{"already_in_channel"}}
	}
	c.members[s.bot.id] = true
	ans["channel"] = s.wireChannel(c)
	return ans, nil
}

func (s *Sim) conversationMembers(r *request) (answer, *refusal) {
	c := s.knownByID(r.args.text("channel"))
	if c == nil {
		return nil, refuse("channel_not_found")
	}
	var all []any
	for _, id := range c.memberIDs() {
		all = append(all, id)
	}
	page, next, refused := paginate(all, r.args, defaultPage, 1000)
	if refused != nil {
		return nil, refused
	}
	return answer{"members": page, "response_metadata": answer{"next_cursor": next}}, nil
}

// readable finds the channel whose messages a bot may read.
func (s *Sim) readable(r *request) (*channel, *refusal) {
	c := s.knownByID(r.args.text("channel"))
	if c == nil {
		return nil, refuse("channel_not_found")
	}
	if !c.members[s.bot.id] {
		return nil, refuse("not_in_channel")
	}
	return c, nil
}

// between keeps the messages that oldest and latest ask for.
func between(messages []*message, a args) ([]*message, *refusal) {
	for _, bound := range []struct {
		arg, code string
		keep      func(at, bound stamp) bool
	}{
		{"oldest", "invalid_ts_oldest", func(at, b stamp) bool { return at > b }},
		{"latest", "invalid_ts_latest", func(at, b stamp) bool { return at < b }},
	} {
		if a.text(bound.arg) == "" {
			continue
		}
		limit, ok := parseStamp(a.text(bound.arg))
		if !ok {
			return nil, refuse(bound.code)
		}
		messages = slices.DeleteFunc(messages, func(m *message) bool {
			return !bound.keep(m.ts, limit) && !(a.flag("inclusive") && m.ts == limit)
		})
	}
	return messages, nil
}

func (s *Sim) history(r *request) (answer, *refusal) {
	c, refused := s.readable(r)
	if refused != nil {
		return nil, refused
	}
	var seen []*message
	for _, m := range c.messages {
		if m.parent == nil || m.broadcast {
			seen = append(seen, m)
		}
	}
	if seen, refused = between(seen, r.args); refused != nil {
		return nil, refused
	}
	slices.Reverse(seen) // newest first
	return s.pageOfMessages(seen, r.args, defaultPage, maxPage)
}

func (s *Sim) repliesOf(r *request) (answer, *refusal) {
	c, refused := s.readable(r)
	if refused != nil {
		return nil, refused
	}
	// Any message of the thread names it, and a root without replies is a thread of one.
	root := c.root(r.args.text("ts"))
	if root == nil {
		if m := c.find(r.args.text("ts")); m != nil {
			root = m.parent
		}
	}
	if root == nil {
		return nil, refuse("thread_not_found")
	}
	replies, refused := between(c.replies(root), r.args)
	if refused != nil {
		return nil, refused
	}
	// The root comes first whatever oldest says, as from Slack.
	return s.pageOfMessages(append([]*message{root}, replies...), r.args, threadPage, threadPage)
}

// pageOfMessages cuts a page. The cursor names the message the next page starts
// with, so that posts made between two pages lose or repeat nothing.
func (s *Sim) pageOfMessages(messages []*message, a args, usual, most int) (answer, *refusal) {
	limit, refused := pageSize(a, usual, most)
	if refused != nil {
		return nil, refused
	}
	start := 0
	if cursor := a.text("cursor"); cursor != "" {
		ts, ok := readCursor(cursor, "next_ts:")
		if start = slices.IndexFunc(messages, func(m *message) bool { return m.ts.String() == ts }); !ok || start < 0 {
			return nil, refuse("invalid_cursor")
		}
	}
	end := min(start+limit, len(messages))
	page := []answer{}
	for _, m := range messages[start:end] {
		page = append(page, s.wire(m, a.flag("include_all_metadata")))
	}
	ans := answer{"messages": page, "has_more": end < len(messages)}
	if end < len(messages) {
		ans["response_metadata"] = answer{"next_cursor": writeCursor("next_ts:", messages[end].ts.String())}
	}
	return ans, nil
}

func pageSize(a args, usual, most int) (int, *refusal) {
	text := a.text("limit")
	if text == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(text)
	switch {
	case err != nil || n < 0:
		return 0, refuse("invalid_limit")
	case n == 0:
		return usual, nil
	}
	return min(n, most), nil
}

func writeCursor(kind, text string) string {
	return base64.StdEncoding.EncodeToString([]byte(kind + text))
}

func readCursor(cursor, kind string) (string, bool) {
	raw, err := base64.StdEncoding.DecodeString(cursor)
	if err != nil {
		return "", false
	}
	return strings.CutPrefix(string(raw), kind)
}

// paginate cuts the page of a list that limit and cursor ask for.
func paginate(all []any, a args, usual, most int) (page []any, next string, refused *refusal) {
	limit, refused := pageSize(a, usual, most)
	if refused != nil {
		return nil, "", refused
	}
	start := 0
	if cursor := a.text("cursor"); cursor != "" {
		text, ok := readCursor(cursor, "next:")
		n, err := strconv.Atoi(text)
		if !ok || err != nil || n < 0 || n > len(all) {
			return nil, "", refuse("invalid_cursor")
		}
		start = n
	}
	end := min(start+limit, len(all))
	if end < len(all) {
		next = writeCursor("next:", strconv.Itoa(end))
	}
	return append([]any{}, all[start:end]...), next, nil
}
