package mrkdwn

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind is what a piece of text is.
type Kind int

// Kinds of pieces.
const (
	Plain Kind = iota
	Code
	User      // target is a user id
	Group     // target is a user group id
	Channel   // target is a channel id
	Broadcast // target is channel, here or everyone
	Link      // target is the address
	Date      // target is the format, at the time
	Emoji     // target is the name
)

// Piece is a piece of a line of text, as a reader sees it.
type Piece struct {
	Kind                 Kind
	Text                 string // plain text, label or fallback; entities resolved
	Target               string
	At                   int64 // seconds, of dates
	Bold, Italic, Strike bool
	Code                 bool
}

// unescape resolves the three entities Slack knows.
func unescape(s string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}

// Escape is what Slack does to what people type.
func Escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// parseInline reads one line (or several) of mrkdwn without code fences and quotes.
func parseInline(text string) []Piece { return styled(text, Piece{}, "") }

// styled reads mrkdwn in a style; marks are the formatting characters that are
// already open, which nest no further.
func styled(text string, style Piece, marks string) []Piece {
	var out []Piece
	var pending strings.Builder
	flush := func() {
		if pending.Len() > 0 {
			p := style
			p.Text = unescape(pending.String())
			out = append(out, p)
			pending.Reset()
		}
	}
	before := ' '          // the character before
	dead := map[rune]int{} // up to where a mark is known to find no end, so that long lines stay quick
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '<':
			if end := strings.IndexAny(text[i+1:], "<>"); end > 0 && text[i+1+end] == '>' {
				flush()
				out = append(out, angle(text[i+1:i+1+end], style))
				i, before = i+end+2, '>'
				continue
			}
		case r == '`':
			if end := strings.IndexAny(text[i+1:], "`\n"); end > 0 && text[i+1+end] == '`' {
				flush()
				p := style
				p.Kind, p.Code, p.Text = Code, true, unescape(stripAngles(text[i+1:i+1+end]))
				out = append(out, p)
				i, before = i+end+2, '`'
				continue
			}
		case strings.ContainsRune("*_~", r) && !strings.ContainsRune(marks, r) && !InWord(before) && i >= dead[r]:
			end, none := closing(text[i+1:], r)
			if none {
				dead[r] = i + 1 + end
			} else if end > 0 {
				flush()
				p := style
				switch r {
				case '*':
					p.Bold = true
				case '_':
					p.Italic = true
				case '~':
					p.Strike = true
				}
				out = append(out, styled(text[i+1:i+1+end], p, marks+string(r))...)
				i, before = i+end+2, r
				continue
			}
		case r == ':':
			if name, n := shortcode(text[i:]); n > 0 {
				flush()
				p := style
				p.Kind, p.Target, p.Text = Emoji, name, ":"+name+":"
				out = append(out, p)
				i, before = i+n, ':'
				continue
			}
		case r == 'h' && !InWord(before):
			if n := bareURL(text[i:]); n > 0 {
				flush()
				p := style
				p.Kind, p.Target = Link, unescape(text[i:i+n])
				p.Text = p.Target
				out = append(out, p)
				i, before = i+n, 'x'
				continue
			}
		}
		pending.WriteString(text[i : i+size])
		before = r
		i += size
	}
	flush()
	return out
}

// InWord is whether a character is of a word, so that no style begins or ends beside it.
func InWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// closing finds the formatting character that ends a style: on the same line, not
// after a space and not before a letter or digit. It gives 0 when no style can begin
// here, and none with the end of the line when nothing ends one.
func closing(text string, mark rune) (end int, none bool) {
	if text == "" || unicode.IsSpace(rune(text[0])) || rune(text[0]) == mark {
		return 0, false
	}
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\n':
			return i, true
		case rune(text[i]) == mark && !unicode.IsSpace(rune(text[i-1])):
			if next, _ := utf8.DecodeRuneInString(text[i+1:]); i+1 == len(text) || !InWord(next) {
				return i, false
			}
		}
	}
	return len(text), true
}

// shortcode reads ":name:" when the emoji is known.
func shortcode(text string) (name string, n int) {
	end := strings.IndexFunc(text[1:], func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' || r == '-' || r == '+')
	})
	if end <= 0 || text[1+end] != ':' {
		return "", 0
	}
	name = text[1 : 1+end]
	if EmojiOf(name) == "" {
		return "", 0
	}
	return name, end + 2
}

// bareURL is how long the address at the start of text is, 0 when there is none.
func bareURL(text string) int {
	if !strings.HasPrefix(text, "http://") && !strings.HasPrefix(text, "https://") {
		return 0
	}
	end := strings.IndexFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("<>|`\"", r) })
	if end < 0 {
		end = len(text)
	}
	end = len(strings.TrimRight(text[:end], ".,;:!?)*_~'"))
	if end <= len("https://") {
		return 0
	}
	return end
}

// angle reads what stands between < and >.
func angle(body string, style Piece) Piece {
	p := style
	head, label, labelled := strings.Cut(body, "|")
	label = unescape(label)
	switch {
	case strings.HasPrefix(head, "@"):
		p.Kind, p.Target = User, head[1:]
	case strings.HasPrefix(head, "#"):
		p.Kind, p.Target, p.Text = Channel, head[1:], label
	case strings.HasPrefix(head, "!subteam^"):
		p.Kind, p.Target, p.Text = Group, strings.TrimPrefix(head, "!subteam^"), label
	case head == "!channel", head == "!here", head == "!everyone", head == "!group":
		p.Kind, p.Target = Broadcast, strings.Replace(head[1:], "group", "channel", 1)
	case strings.HasPrefix(head, "!date^"):
		at, format, ok := dateParts(strings.TrimPrefix(head, "!date^"))
		if !ok {
			p.Text = label
			return p
		}
		p.Kind, p.At, p.Target, p.Text = Date, at, format, label
	case strings.HasPrefix(head, "!"):
		p.Text = label
		if !labelled {
			p.Text = unescape("<" + body + ">")
		}
	default:
		p.Kind, p.Target, p.Text = Link, unescape(head), label
		if !labelled {
			p.Text = strings.TrimPrefix(p.Target, "mailto:")
		}
	}
	return p
}

// stripAngles shows links inside code as their text.
func stripAngles(s string) string {
	var b strings.Builder
	for {
		before, rest, open := strings.Cut(s, "<")
		b.WriteString(before)
		body, after, closed := strings.Cut(rest, ">")
		if !open {
			return b.String()
		}
		if !closed {
			b.WriteString("<" + rest)
			return b.String()
		}
		head, label, labelled := strings.Cut(body, "|")
		if labelled {
			head = label
		}
		b.WriteString(head)
		s = after
	}
}
