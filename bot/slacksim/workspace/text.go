package workspace

import (
	"fmt"
	"strings"

	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim/mrkdwn"
)

// Read is a message's visible text.
func (w *Workspace) Read(m *Message) string {
	if len(m.Blocks) == 0 {
		var text strings.Builder
		text.WriteString(w.PlainText(mrkdwn.Parse(m.Text)))
		for _, a := range blockkit.Items(m.Attachments) {
			text.WriteString("\n" + blockkit.Field(a, "title") + "\n" + blockkit.Field(a, "text"))
		}
		for _, f := range m.Files {
			text.WriteString("\n📎 " + f.Name)
		}
		return strings.TrimSpace(text.String())
	}
	return w.ReadBlocks(m.Blocks)
}

// ReadBlocks is the visible text of blocks, buttons in brackets.
func (w *Workspace) ReadBlocks(blocks []blockkit.Block) string {
	var lines []string
	add := func(ps []mrkdwn.Paragraph) {
		if text := w.PlainText(ps); text != "" {
			lines = append(lines, text)
		}
	}
	for _, b := range blocks {
		switch blockkit.Kind(b) {
		case "header", "section":
			add(blockkit.ParseText(b["text"]))
			for _, f := range blockkit.Items(b["fields"]) {
				add(blockkit.ParseText(f))
			}
		case "context":
			var parts []string
			for _, e := range blockkit.Items(b["elements"]) {
				if blockkit.Kind(e) == "image" {
					parts = append(parts, blockkit.Field(e, "alt_text"))
					continue
				}
				parts = append(parts, w.PlainText(blockkit.ParseText(e)))
			}
			lines = append(lines, strings.Join(parts, " "))
		case "rich_text":
			add(blockkit.ParseRichText(b))
		case "markdown":
			lines = append(lines, blockkit.Field(b, "text"))
		case "image":
			lines = append(lines, strings.TrimSpace(blockkit.TextOf(b, "title")+" "+blockkit.Field(b, "alt_text")))
		case "input":
			add(blockkit.ParseText(b["label"]))
		}
		for _, c := range blockkit.Controls([]blockkit.Block{b}) {
			if c.Kind == "button" {
				lines = append(lines, "["+c.Text+"]")
			}
		}
	}
	return strings.Join(lines, "\n")
}

// PlainText is what a person reads in paragraphs.
func (w *Workspace) PlainText(paragraphs []mrkdwn.Paragraph) string {
	var lines []string
	for _, p := range paragraphs {
		var b strings.Builder
		switch {
		case p.Kind == "item" && p.Number > 0:
			fmt.Fprintf(&b, "%s%d. ", strings.Repeat("  ", p.Indent), p.Number)
		case p.Kind == "item":
			b.WriteString(strings.Repeat("  ", p.Indent) + "• ")
		case p.Kind == "quote":
			b.WriteString("> ")
		}
		for _, piece := range p.Pieces {
			b.WriteString(w.Words(piece))
		}
		lines = append(lines, b.String())
	}
	return strings.Join(lines, "\n")
}

// Words is what a person reads for one piece.
func (w *Workspace) Words(p mrkdwn.Piece) string {
	switch p.Kind {
	case mrkdwn.User:
		return "@" + w.userName(p.Target)
	case mrkdwn.Group:
		if g := w.Group(p.Target); g != nil {
			return "@" + g.Handle
		}
		return "@" + strings.TrimPrefix(p.Text, "@")
	case mrkdwn.Channel:
		if c := w.Channel(p.Target); c != nil {
			return "#" + c.Name
		}
		return "#" + p.Text
	case mrkdwn.Broadcast:
		return "@" + p.Target
	case mrkdwn.Date:
		return mrkdwn.FormatDate(p.Target, p.At, p.Text, w.Now().In(w.Opts.Location))
	case mrkdwn.Emoji:
		if e := mrkdwn.EmojiOf(p.Target); e != "" {
			return e
		}
	}
	return p.Text
}
