package workspace

import (
	"strings"
	"unicode"

	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim/mrkdwn"
)

// notify notes whom a new message pings: mentions in its text and in its mrkdwn and
// rich_text.
func (w *Workspace) notify(m *Message) {
	var pieces []mrkdwn.Piece
	add := func(ps []mrkdwn.Paragraph) {
		for _, p := range ps {
			pieces = append(pieces, p.Pieces...)
		}
	}
	add(mrkdwn.Parse(m.Text))
	for _, b := range m.Blocks {
		switch blockkit.Kind(b) {
		case "section":
			add(blockkit.ParseText(b["text"]))
			for _, f := range blockkit.Items(b["fields"]) {
				add(blockkit.ParseText(f))
			}
		case "context":
			for _, e := range blockkit.Items(b["elements"]) {
				add(blockkit.ParseText(e))
			}
		case "rich_text":
			add(blockkit.ParseRichText(b))
		}
	}
	seen := map[string]bool{}
	for _, p := range pieces {
		mention, users := w.reaches(m.Channel, p)
		if mention == "" || seen[mention] {
			continue
		}
		seen[mention] = true
		n := Notification{Channel: m.Channel.Name, TS: m.TS.String(), Mention: mention, Users: users}
		if m.Parent != nil {
			n.Thread = m.Parent.TS.String()
		}
		w.Notifications = append(w.Notifications, n)
	}
}

// reaches is whom a piece of text mentions.
func (w *Workspace) reaches(c *Channel, p mrkdwn.Piece) (mention string, users []string) {
	switch p.Kind {
	case mrkdwn.User:
		if u := w.User(p.Target); u != nil && u.ID == p.Target && !u.Bot {
			return "@" + u.Name, []string{u.Name}
		}
	case mrkdwn.Group:
		if g := w.Group(p.Target); g != nil && g.ID == p.Target {
			if g.Disabled {
				return "", nil
			}
			return "@" + g.Handle, w.Names(g.Members)
		}
	case mrkdwn.Broadcast:
		return "@" + p.Target, w.Names(c.MemberIDs())
	}
	return "", nil
}

// LinkTyped turns @names, @groups, @here, #channels and the like of escaped typed
// text into mentions.
func (w *Workspace) LinkTyped(text string) string {
	return w.replaceNames(text, func(mark byte, name string) string {
		if mark == '#' {
			if c := w.Channel(name); c != nil && c.Name == name {
				return "<#" + c.ID + "|" + c.Name + ">"
			}
			return ""
		}
		if u := w.User(name); u != nil && u.Name == name {
			return "<@" + u.ID + ">"
		}
		return w.groupMention(name)
	})
}

// LinkNames is what link_names and parse=full do: user groups and the broadcasts
// are linked, users no more (Slack: chat.postMessage).
func (w *Workspace) LinkNames(text string) string {
	return w.replaceNames(text, func(mark byte, name string) string {
		if mark == '#' {
			return ""
		}
		return w.groupMention(name)
	})
}

func (w *Workspace) groupMention(name string) string {
	if g := w.Group(name); g != nil && g.Handle == name {
		return "<!subteam^" + g.ID + "|@" + g.Handle + ">"
	}
	if name == "channel" || name == "here" || name == "everyone" {
		return "<!" + name + ">"
	}
	return ""
}

// replaceNames replaces @name and #name where with gives something for them.
func (w *Workspace) replaceNames(text string, with func(mark byte, name string) string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		if (text[i] == '@' || text[i] == '#') && (i == 0 || !mrkdwn.InWord(rune(text[i-1])) && text[i-1] != '<') {
			end := i + 1
			for end < len(text) && (text[end] < 0x80 && mrkdwn.InWord(rune(text[end])) || strings.IndexByte("-_.", text[end]) >= 0) {
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
