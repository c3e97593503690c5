// Package mrkdwn reads text as Slack's clients show it, mrkdwn with its emoji, mentions
// and dates, in pieces. It never knows who or what a piece names.
package mrkdwn

import (
	"strings"
)

// Paragraph is a stretch of text in one shape.
type Paragraph struct {
	Kind   string // "text", "code", "quote" or "item"
	Indent int    // of items
	Number int    // of ordered items; 0 for bullets
	Pieces []Piece
}

// Parse reads a whole mrkdwn text.
func Parse(text string) []Paragraph {
	var out []Paragraph
	for {
		before, rest, open := strings.Cut(text, "```")
		code, after, closed := strings.Cut(rest, "```")
		if !open || !closed || code == "" {
			return append(out, proseAndQuotes(text)...)
		}
		out = append(out, proseAndQuotes(strings.TrimSuffix(before, "\n"))...)
		plain := unescape(stripAngles(strings.Trim(code, "\n")))
		out = append(out, Paragraph{Kind: "code", Pieces: []Piece{{Kind: Code, Text: plain, Code: true}}})
		text = strings.TrimPrefix(after, "\n")
	}
}

func proseAndQuotes(text string) []Paragraph {
	if text == "" {
		return nil
	}
	var out []Paragraph
	var lines []string
	quoted := false
	flush := func() {
		if len(lines) == 0 {
			return
		}
		kind := "text"
		if quoted {
			kind = "quote"
		}
		out = append(out, Paragraph{Kind: kind, Pieces: parseInline(strings.Join(lines, "\n"))})
		lines = nil
	}
	for line := range strings.SplitSeq(text, "\n") {
		rest, isQuote := strings.CutPrefix(line, "&gt;")
		if !isQuote {
			rest, isQuote = strings.CutPrefix(line, ">")
		}
		if isQuote != quoted {
			flush()
			quoted = isQuote
		}
		if isQuote {
			line = strings.TrimPrefix(rest, " ")
		}
		lines = append(lines, line)
	}
	flush()
	return out
}

// ParsePlain is plain text, in which only emoji are special.
func ParsePlain(text string, withEmoji bool) []Piece {
	var out []Piece
	start := 0
	for i := 0; withEmoji && i < len(text); {
		if text[i] == ':' {
			if name, n := shortcode(text[i:]); n > 0 {
				if i > start {
					out = append(out, Piece{Text: text[start:i]})
				}
				out = append(out, Piece{Kind: Emoji, Target: name, Text: ":" + name + ":"})
				i += n
				start = i
				continue
			}
		}
		i++
	}
	if start < len(text) {
		out = append(out, Piece{Text: text[start:]})
	}
	return out
}
