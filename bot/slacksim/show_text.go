package slacksim

import (
	"html/template"
	"slices"
	"strings"
	"time"
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
func (s *Sim) paragraphs(ps []paragraph, reader *user) []showParagraph {
	var out []showParagraph
	for _, p := range ps {
		shown := showParagraph{Kind: p.kind, Indent: p.indent, Number: p.number}
		for _, piece := range p.pieces {
			shown.Pieces = append(shown.Pieces, s.piece(piece, reader))
		}
		out = append(out, shown)
	}
	return out
}

func (s *Sim) piece(p inline, reader *user) showPiece {
	shown := showPiece{Kind: "text", Text: s.words(p)}
	var classes []string
	for name, on := range map[string]bool{"b": p.bold, "i": p.italic, "s": p.strike} {
		if on {
			classes = append(classes, name)
		}
	}
	switch p.kind {
	case userPiece:
		shown.Kind = "pill"
		if u := s.user(p.target); u != nil {
			shown.Title = u.realName
			if u == reader {
				classes = append(classes, "me")
			}
		}
	case groupPiece:
		shown.Kind = "pill"
		if g := s.group(p.target); g != nil {
			shown.Title = "Members: " + strings.Join(s.names(g.members), ", ")
			if reader != nil && slices.Contains(g.members, reader.id) {
				classes = append(classes, "me")
			}
		}
	case channelPiece:
		shown.Kind = "pill"
	case broadcastPiece:
		shown.Kind = "pill"
		classes = append(classes, "me")
	case linkPiece:
		if safeURL(p.target) {
			shown.Kind, shown.URL, shown.Title = "link", template.URL(p.target), p.target
		}
	case datePiece:
		shown.Kind, shown.At, shown.Format, shown.Title = "date", p.at, p.target, time.Unix(p.at, 0).UTC().Format(time.RFC3339)
	case emojiPiece:
		if e := emoji(p.target); e != "" {
			shown.Kind, shown.Title = "emoji", p.text
		}
	}
	if p.code {
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
