package slacksim

import (
	"fmt"
	"strings"
)

// paragraph is a stretch of text in one shape.
type paragraph struct {
	kind   string // "text", "code", "quote" or "item"
	indent int    // of items
	number int    // of ordered items; 0 for bullets
	pieces []inline
}

// parseMrkdwn reads a whole mrkdwn text.
func parseMrkdwn(text string) []paragraph {
	var out []paragraph
	for {
		before, rest, open := strings.Cut(text, "```")
		code, after, closed := strings.Cut(rest, "```")
		if !open || !closed || code == "" {
			return append(out, proseAndQuotes(text)...)
		}
		out = append(out, proseAndQuotes(strings.TrimSuffix(before, "\n"))...)
		plain := unescape(stripAngles(strings.Trim(code, "\n")))
		out = append(out, paragraph{kind: "code", pieces: []inline{{kind: codePiece, text: plain, code: true}}})
		text = strings.TrimPrefix(after, "\n")
	}
}

func proseAndQuotes(text string) []paragraph {
	if text == "" {
		return nil
	}
	var out []paragraph
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
		out = append(out, paragraph{kind: kind, pieces: parseInline(strings.Join(lines, "\n"))})
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

// parseTextObject reads a text object of either type.
func parseTextObject(v any) []paragraph {
	o, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	if str(o, "type") == "mrkdwn" {
		return parseMrkdwn(str(o, "text"))
	}
	return []paragraph{{kind: "text", pieces: plainPieces(str(o, "text"), o["emoji"] != false)}}
}

// plainPieces is plain text, in which only emoji are special.
func plainPieces(text string, withEmoji bool) []inline {
	var out []inline
	start := 0
	for i := 0; withEmoji && i < len(text); {
		if text[i] == ':' {
			if name, n := shortcode(text[i:]); n > 0 {
				if i > start {
					out = append(out, inline{text: text[start:i]})
				}
				out = append(out, inline{kind: emojiPiece, target: name, text: ":" + name + ":"})
				i += n
				start = i
				continue
			}
		}
		i++
	}
	if start < len(text) {
		out = append(out, inline{text: text[start:]})
	}
	return out
}

// parseRichText reads a rich_text block.
func parseRichText(b block) []paragraph {
	var out []paragraph
	for _, part := range items(b["elements"]) {
		switch kind(part) {
		case "rich_text_list":
			offset := int(number(part["offset"]))
			for i, item := range items(part["elements"]) {
				p := paragraph{kind: "item", indent: int(number(part["indent"])), pieces: richPieces(item)}
				if str(part, "style") == "ordered" {
					p.number = offset + i + 1
				}
				out = append(out, p)
			}
		case "rich_text_preformatted":
			out = append(out, paragraph{kind: "code", pieces: richPieces(part)})
		case "rich_text_quote":
			out = append(out, paragraph{kind: "quote", pieces: richPieces(part)})
		default:
			out = append(out, paragraph{kind: "text", pieces: richPieces(part)})
		}
	}
	return out
}

func richPieces(section block) []inline {
	var out []inline
	for _, e := range items(section["elements"]) {
		p := inline{text: str(e, "text")}
		style, _ := e["style"].(map[string]any)
		p.bold, _ = style["bold"].(bool)
		p.italic, _ = style["italic"].(bool)
		p.strike, _ = style["strike"].(bool)
		p.code, _ = style["code"].(bool)
		switch kind(e) {
		case "link":
			p.kind, p.target = linkPiece, str(e, "url")
			if p.text == "" {
				p.text = p.target
			}
		case "user":
			p.kind, p.target = userPiece, str(e, "user_id")
		case "usergroup":
			p.kind, p.target = groupPiece, str(e, "usergroup_id")
		case "channel":
			p.kind, p.target = channelPiece, str(e, "channel_id")
		case "broadcast":
			p.kind, p.target = broadcastPiece, str(e, "range")
		case "emoji":
			p.kind, p.target, p.text = emojiPiece, str(e, "name"), ":"+str(e, "name")+":"
		case "date":
			p.kind, p.target, p.at, p.text = datePiece, str(e, "format"), number(e["timestamp"]), str(e, "fallback")
		case "color":
			p.text = str(e, "value")
		}
		out = append(out, p)
	}
	return out
}

// plainText is what a person reads in paragraphs. The caller holds the lock.
func (s *Sim) plainText(paragraphs []paragraph) string {
	var lines []string
	for _, p := range paragraphs {
		var b strings.Builder
		switch {
		case p.kind == "item" && p.number > 0:
			fmt.Fprintf(&b, "%s%d. ", strings.Repeat("  ", p.indent), p.number)
		case p.kind == "item":
			b.WriteString(strings.Repeat("  ", p.indent) + "• ")
		case p.kind == "quote":
			b.WriteString("> ")
		}
		for _, piece := range p.pieces {
			b.WriteString(s.words(piece))
		}
		lines = append(lines, b.String())
	}
	return strings.Join(lines, "\n")
}

// words is what a person reads for one piece. The caller holds the lock.
func (s *Sim) words(p inline) string {
	switch p.kind {
	case userPiece:
		return "@" + s.userName(p.target)
	case groupPiece:
		if g := s.group(p.target); g != nil {
			return "@" + g.handle
		}
		return "@" + strings.TrimPrefix(p.text, "@")
	case channelPiece:
		if c := s.channel(p.target); c != nil {
			return "#" + c.name
		}
		return "#" + p.text
	case broadcastPiece:
		return "@" + p.target
	case datePiece:
		return formatDate(p.target, p.at, p.text, s.now().In(s.opts.Location))
	case emojiPiece:
		if e := emoji(p.target); e != "" {
			return e
		}
	}
	return p.text
}
