package api

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"github.com/signalbook/signalbook/bot/slacksim/wire"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

const (
	defaultPage = 100
	maxPage     = 999 // Slack: conversations.history and conversations.list, limit
	threadPage  = 1000
)

func (s *Server) conversationMethods() map[string]method {
	return map[string]method{
		"conversations.list":    {tier: tier2, needs: ofTypes, run: s.listConversations},
		"conversations.info":    {tier: tier3, needs: ofChannel("read"), run: s.conversationInfo},
		"conversations.history": {tier: tier3, needs: ofChannel("history"), run: s.history},
		"conversations.replies": {tier: tier3, needs: ofChannel("history"), run: s.repliesOf},
		"conversations.join":    {tier: tier3, needs: scope("channels:join"), run: s.joinConversation},
		"conversations.members": {tier: tier4, needs: ofChannel("read"), run: s.conversationMembers},
	}
}

func (s *Server) listConversations(r *request) (wire.Object, *wire.Refusal) {
	var all []any
	wanted := conversationTypes(r.args)
	for _, c := range s.w.Channels {
		if s.w.Known(c.ID) != nil && slices.Contains(wanted, listedAs(c)) && !(c.Archived && r.args.Flag("exclude_archived")) {
			all = append(all, wire.Channel(s.w, c))
		}
	}
	if n, err := strconv.Atoi(r.args.Text("limit")); err == nil && n > maxPage {
		return nil, wire.Refuse("invalid_limit") // Slack: "an integer under 1000"
	}
	page, next, refused := paginate(all, r.args, defaultPage, maxPage)
	if refused != nil {
		return nil, refused
	}
	return wire.Object{"channels": page, "response_metadata": wire.Object{"next_cursor": next}}, nil
}

// conversationTypes are the kinds of channel that conversations.list is asked for.
func conversationTypes(a wire.Args) []string {
	types := a.Text("types")
	if types == "" {
		types = "public_channel"
	}
	return strings.Split(strings.ReplaceAll(types, " ", ""), ",")
}

// listedAs is the channel's kind in the types of conversations.list.
func listedAs(c *workspace.Channel) string {
	if c.Private {
		return "private_channel"
	}
	return "public_channel"
}

func (s *Server) conversationInfo(r *request) (wire.Object, *wire.Refusal) {
	c := s.w.KnownByID(r.args.Text("channel"))
	if c == nil {
		return nil, wire.Refuse("channel_not_found")
	}
	return wire.Object{"channel": wire.Channel(s.w, c)}, nil
}

func (s *Server) joinConversation(r *request) (wire.Object, *wire.Refusal) {
	c := s.w.KnownByID(r.args.Text("channel"))
	switch {
	case c == nil:
		return nil, wire.Refuse("channel_not_found")
	case c.Archived:
		return nil, wire.Refuse("is_archived")
	}
	ans := wire.Object{}
	if c.Members[s.w.Bot.ID] {
		ans["warning"] = "already_in_channel"
		ans["response_metadata"] = wire.Object{"warnings": []string{"already_in_channel"}}
	}
	c.Join(s.w.Bot)
	ans["channel"] = wire.Channel(s.w, c)
	return ans, nil
}

func (s *Server) conversationMembers(r *request) (wire.Object, *wire.Refusal) {
	c := s.w.KnownByID(r.args.Text("channel"))
	if c == nil {
		return nil, wire.Refuse("channel_not_found")
	}
	var all []any
	for _, id := range c.MemberIDs() {
		all = append(all, id)
	}
	page, next, refused := paginate(all, r.args, defaultPage, 1000)
	if refused != nil {
		return nil, refused
	}
	return wire.Object{"members": page, "response_metadata": wire.Object{"next_cursor": next}}, nil
}

// readable finds the channel whose messages a bot may read.
func (s *Server) readable(r *request) (*workspace.Channel, *wire.Refusal) {
	c := s.w.KnownByID(r.args.Text("channel"))
	if c == nil {
		return nil, wire.Refuse("channel_not_found")
	}
	if !c.Members[s.w.Bot.ID] {
		return nil, wire.Refuse("not_in_channel")
	}
	return c, nil
}

// between keeps the messages that oldest and latest ask for.
func between(messages []*workspace.Message, a wire.Args) ([]*workspace.Message, *wire.Refusal) {
	for _, bound := range []struct {
		arg, code string
		keep      func(at, bound workspace.Stamp) bool
	}{
		{"oldest", "invalid_ts_oldest", func(at, b workspace.Stamp) bool { return at > b }},
		{"latest", "invalid_ts_latest", func(at, b workspace.Stamp) bool { return at < b }},
	} {
		if a.Text(bound.arg) == "" {
			continue
		}
		limit, ok := workspace.ParseStamp(a.Text(bound.arg))
		if !ok {
			return nil, wire.Refuse(bound.code)
		}
		messages = slices.DeleteFunc(messages, func(m *workspace.Message) bool {
			return !bound.keep(m.TS, limit) && !(a.Flag("inclusive") && m.TS == limit)
		})
	}
	return messages, nil
}

func (s *Server) history(r *request) (wire.Object, *wire.Refusal) {
	c, refused := s.readable(r)
	if refused != nil {
		return nil, refused
	}
	var seen []*workspace.Message
	for _, m := range c.Messages {
		if m.Parent == nil || m.Broadcast {
			seen = append(seen, m)
		}
	}
	if seen, refused = between(seen, r.args); refused != nil {
		return nil, refused
	}
	slices.Reverse(seen) // newest first
	return s.pageOfMessages(seen, r.args, defaultPage, maxPage)
}

func (s *Server) repliesOf(r *request) (wire.Object, *wire.Refusal) {
	c, refused := s.readable(r)
	if refused != nil {
		return nil, refused
	}
	// Any message of the thread names it, and a root without replies is a thread of one.
	root := c.Root(r.args.Text("ts"))
	if root == nil {
		if m := c.Find(r.args.Text("ts")); m != nil {
			root = m.Parent
		}
	}
	if root == nil {
		return nil, wire.Refuse("thread_not_found")
	}
	replies, refused := between(c.Replies(root), r.args)
	if refused != nil {
		return nil, refused
	}
	// The root comes first whatever oldest says, as from Slack.
	return s.pageOfMessages(append([]*workspace.Message{root}, replies...), r.args, threadPage, threadPage)
}

// pageOfMessages cuts a page. The cursor names the message the next page starts
// with, so that posts made between two pages lose or repeat nothing.
func (s *Server) pageOfMessages(messages []*workspace.Message, a wire.Args, usual, most int) (wire.Object, *wire.Refusal) {
	limit, refused := pageSize(a, usual, most)
	if refused != nil {
		return nil, refused
	}
	start := 0
	if cursor := a.Text("cursor"); cursor != "" {
		ts, ok := readCursor(cursor, "next_ts:")
		if start = slices.IndexFunc(messages, func(m *workspace.Message) bool { return m.TS.String() == ts }); !ok || start < 0 {
			return nil, wire.Refuse("invalid_cursor")
		}
	}
	end := min(start+limit, len(messages))
	page := []wire.Object{}
	for _, m := range messages[start:end] {
		page = append(page, wire.Message(s.w, m, a.Flag("include_all_metadata")))
	}
	ans := wire.Object{"messages": page, "has_more": end < len(messages)}
	if end < len(messages) {
		ans["response_metadata"] = wire.Object{"next_cursor": writeCursor("next_ts:", messages[end].TS.String())}
	}
	return ans, nil
}

func pageSize(a wire.Args, usual, most int) (int, *wire.Refusal) {
	text := a.Text("limit")
	if text == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(text)
	switch {
	case err != nil || n < 0:
		return 0, wire.Refuse("invalid_limit")
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
func paginate(all []any, a wire.Args, usual, most int) (page []any, next string, refused *wire.Refusal) {
	limit, refused := pageSize(a, usual, most)
	if refused != nil {
		return nil, "", refused
	}
	start := 0
	if cursor := a.Text("cursor"); cursor != "" {
		text, ok := readCursor(cursor, "next:")
		n, err := strconv.Atoi(text)
		if !ok || err != nil || n < 0 || n > len(all) {
			return nil, "", wire.Refuse("invalid_cursor")
		}
		start = n
	}
	end := min(start+limit, len(all))
	if end < len(all) {
		next = writeCursor("next:", strconv.Itoa(end))
	}
	return append([]any{}, all[start:end]...), next, nil
}
