package slacksim

import (
	"slices"
	"strings"
	"unicode"
)

// Notification is a ping: a new message that mentioned somebody. Edits and
// ephemeral messages never notify.
type Notification struct {
	Channel string // name without #
	TS      string
	Thread  string
	Mention string   // "@anna", "@db-oncall", "@channel", "@here" or "@everyone"
	Users   []string // names of those it reached, sorted
}

// Notifications are the pings so far, in order.
func (v *View) Notifications() []Notification {
	v.sim.mu.Lock()
	defer v.sim.mu.Unlock()
	return slices.Clone(v.sim.notifications)
}

// notify notes whom a new message pings: mentions in its text and in its mrkdwn and
// rich_text. The caller holds the lock.
func (s *Sim) notify(m *message) {
	var pieces []inline
	add := func(ps []paragraph) {
		for _, p := range ps {
			pieces = append(pieces, p.pieces...)
		}
	}
	add(parseMrkdwn(m.text))
	for _, b := range m.blocks {
		switch kind(b) {
		case "section":
			add(parseTextObject(b["text"]))
			for _, f := range items(b["fields"]) {
				add(parseTextObject(f))
			}
		case "context":
			for _, e := range items(b["elements"]) {
				add(parseTextObject(e))
			}
		case "rich_text":
			add(parseRichText(b))
		}
	}
	seen := map[string]bool{}
	for _, p := range pieces {
		mention, users := s.reaches(m.channel, p)
		if mention == "" || seen[mention] {
			continue
		}
		seen[mention] = true
		n := Notification{Channel: m.channel.name, TS: m.ts.String(), Mention: mention, Users: users}
		if m.parent != nil {
			n.Thread = m.parent.ts.String()
		}
		s.notifications = append(s.notifications, n)
	}
}

// reaches is whom a piece of text mentions.
func (s *Sim) reaches(c *channel, p inline) (mention string, users []string) {
	switch p.kind {
	case userPiece:
		if u := s.user(p.target); u != nil && u.id == p.target && !u.bot {
			return "@" + u.name, []string{u.name}
		}
	case groupPiece:
		if g := s.group(p.target); g != nil && g.id == p.target {
			if g.disabled {
				return "", nil
			}
			return "@" + g.handle, s.names(g.members)
		}
	case broadcastPiece:
		return "@" + p.target, s.names(c.memberIDs())
	}
	return "", nil
}

// mentions turns @names, @groups, @here, #channels and the like of escaped typed
// text into mentions. The caller holds the lock.
func (s *Sim) mentions(text string) string {
	return s.replaceNames(text, func(mark byte, name string) string {
		if mark == '#' {
			if c := s.channel(name); c != nil && c.name == name {
				return "<#" + c.id + "|" + c.name + ">"
			}
			return ""
		}
		if u := s.user(name); u != nil && u.name == name {
			return "<@" + u.id + ">"
		}
		return s.groupMention(name)
	})
}

// linkNames is what link_names and parse=full do: user groups and the broadcasts
// are linked, users no more (Slack: chat.postMessage). The caller holds the lock.
func (s *Sim) linkNames(text string) string {
	return s.replaceNames(text, func(mark byte, name string) string {
		if mark == '#' {
			return ""
		}
		return s.groupMention(name)
	})
}

func (s *Sim) groupMention(name string) string {
	if g := s.group(name); g != nil && g.handle == name {
		return "<!subteam^" + g.id + "|@" + g.handle + ">"
	}
	if name == "channel" || name == "here" || name == "everyone" {
		return "<!" + name + ">"
	}
	return ""
}

// replaceNames replaces @name and #name where with gives something for them.
func (s *Sim) replaceNames(text string, with func(mark byte, name string) string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		if (text[i] == '@' || text[i] == '#') && (i == 0 || !wordRune(rune(text[i-1])) && text[i-1] != '<') {
			end := i + 1
			for end < len(text) && (text[end] < 0x80 && wordRune(rune(text[end])) || strings.IndexByte("-_.", text[end]) >= 0) {
				end++
			}
			name := strings.TrimRightFunc(text[i+1:end], unicode.IsPunct)
			if mention := with(text[i], name); name != "" && mention != "" {
				b.WriteString(mention)
				i += 1 + len(name)
				continue
			}
		}
		b.WriteByte(text[i])
		i++
	}
	return b.String()
}
