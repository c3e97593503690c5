package page

import (
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/slacksim/mrkdwn"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

// The show types are what the page's templates draw. They hold plain strings only:
// the templates escape.

type showParagraph struct {
	Kind   string // "text", "code", "quote" or "item"
	Indent int
	Number int
	Pieces []showPiece
}

type showPiece struct {
	Kind   string // "text", "code", "pill", "link", "date" or "emoji"
	Class  string // styles, and "me" for a mention of the reader
	Text   string
	Title  string
	URL    template.URL
	At     int64
	Format string
}

// paragraphs shows text to a reader. The caller holds the lock.
func (pg *Page) paragraphs(ps []mrkdwn.Paragraph, reader *workspace.User) []showParagraph {
	var out []showParagraph
	for _, p := range ps {
		shown := showParagraph{Kind: p.Kind, Indent: p.Indent, Number: p.Number}
		for _, piece := range p.Pieces {
			shown.Pieces = append(shown.Pieces, pg.piece(piece, reader))
		}
		out = append(out, shown)
	}
	return out
}

func (pg *Page) piece(p mrkdwn.Piece, reader *workspace.User) showPiece {
	shown := showPiece{Kind: "text", Text: pg.w.Words(p)}
	var classes []string
	for name, on := range map[string]bool{"b": p.Bold, "i": p.Italic, "s": p.Strike} {
		if on {
			classes = append(classes, name)
		}
	}
	switch p.Kind {
	case mrkdwn.User:
		shown.Kind = "pill"
		if u := pg.w.User(p.Target); u != nil {
			shown.Title = u.RealName
			if u == reader {
				classes = append(classes, "me")
			}
		}
	case mrkdwn.Group:
		shown.Kind = "pill"
		if g := pg.w.Group(p.Target); g != nil {
			shown.Title = "Members: " + strings.Join(pg.w.Names(g.Members), ", ")
			if reader != nil && slices.Contains(g.Members, reader.ID) {
				classes = append(classes, "me")
			}
		}
	case mrkdwn.Channel:
		shown.Kind = "pill"
	case mrkdwn.Broadcast:
		shown.Kind = "pill"
		classes = append(classes, "me")
	case mrkdwn.Link:
		if safeURL(p.Target) {
			shown.Kind, shown.URL, shown.Title = "link", template.URL(p.Target), p.Target
		}
	case mrkdwn.Date:
		shown.Kind, shown.At, shown.Format, shown.Title = "date", p.At, p.Target, time.Unix(p.At, 0).UTC().Format(time.RFC3339)
	case mrkdwn.Emoji:
		if e := mrkdwn.EmojiOf(p.Target); e != "" {
			shown.Kind, shown.Title = "emoji", p.Text
		}
	}
	if p.Code {
		shown.Kind = "code"
	}
	shown.Class = strings.Join(classes, " ")
	return shown
}

// safeURL is whether the page may link there.
func safeURL(url string) bool {
	for _, scheme := range []string{"https://", "http://", "mailto:", "tel:"} {
		if len(url) > len(scheme) && strings.EqualFold(url[:len(scheme)], scheme) {
			return true
		}
	}
	return false
}
