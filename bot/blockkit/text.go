package blockkit

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// Escape replaces the three characters that mean something in Slack's mrkdwn,
// so that no text can mention anybody or disguise a link. It does not stop
// formatting: see [EscapeMrkdwn].
func Escape(s string) string {
	return entities.Replace(s)
}

// EscapeMrkdwn makes foreign text fit for mrkdwn: one clean line, escaped, with
// formatting characters replaced by signs that look alike. Between letters and
// digits they do nothing in Slack and stay, so that orders_db can be copied.
func EscapeMrkdwn(s string) string {
	runes := []rune(Line(s))
	word := func(k int) bool {
		return k >= 0 && k < len(runes) && (unicode.IsLetter(runes[k]) || unicode.IsNumber(runes[k]))
	}
	var b strings.Builder
	for k, r := range runes {
		switch {
		case r == '`':
			r = 'ˋ'
		case word(k-1) && word(k+1):
		case r == '*':
			r = '∗'
		case r == '_':
			r = 'ˍ'
		case r == '~':
			r = '∼'
		}
		b.WriteRune(r)
	}
	return Escape(b.String())
}

// Clean takes out what misleads the eye or no text needs: control characters
// except line breaks, signs that turn the direction of writing, broken UTF-8.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t', r == '\u2028', r == '\u2029', r == '\u0085':
			return ' '
		case unicode.IsControl(r), r == '\ufeff':
			return -1
		case r == '\u200e', r == '\u200f', r == '\u061c', r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
			return -1
		case r >= 0xE0000 && r <= 0xE007F: // invisible tag characters
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}

// Neutralise is [Clean] for text elements, in which Slack interprets nothing: should it
// do so after all, an invisible sign keeps mentions and links from being any.
func Neutralise(s string) string { return harmlessOpening.Replace(Clean(s)) }

// Replacers are made once: storms clean thousands of titles for each rendering.
var (
	harmlessOpening = strings.NewReplacer("<!", "<\u2060!", "<@", "<\u2060@", "<#", "<\u2060#", "<http", "<\u2060http")
	entities        = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	signs           = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
	unmarked        = strings.NewReplacer("*", "", "`", "", "&lt;", "<", "&gt;", ">", "&amp;", "&")
)

// CleanCode is [Clean] for text that people copy: tabs stay.
func CleanCode(s string) string {
	const tab = "\ue000" // of the private use area
	s = strings.ReplaceAll(strings.ReplaceAll(s, tab, ""), "\t", tab)
	return strings.ReplaceAll(Clean(s), tab, "\t")
}

// Line is [Neutralise] on one line, with single spaces.
func Line(s string) string {
	if simple(s) {
		return s
	}
	return strings.Join(strings.Fields(Neutralise(s)), " ")
}

// simple reports whether a text is a line already, as most titles are: visible
// ASCII signs with single spaces between, none that could begin a mention.
func simple(s string) bool {
	space := true
	for k := range len(s) {
		c := s[k]
		if c < ' ' || c > '~' || c == '<' || c == ' ' && space {
			return false
		}
		space = c == ' '
	}
	return !space || s == ""
}

// CutNamed shortens a text to at most limit UTF-16 units and says how long it was.
func CutNamed(s string, limit int) string {
	all := textutil.Units(s)
	if all <= limit {
		return s
	}
	return textutil.CutUnits(s, limit-50) + fmt.Sprintf(" (cut, %s characters in all)", textutil.Thousands(all))
}

// CutMrkdwn is [CutNamed] for mrkdwn: it cuts no entity and no <…> in half, and leaves
// no code block open.
func CutMrkdwn(s string, limit int) string {
	all := textutil.Units(s)
	if all <= limit {
		return s
	}
	s = textutil.Head(s, limit-60)
	if open := strings.LastIndexByte(s, '<'); open >= 0 && !strings.Contains(s[open:], ">") {
		s = s[:open]
	}
	if open := strings.LastIndexByte(s, '&'); open >= 0 && len(s)-open < 5 && !strings.Contains(s[open:], ";") {
		s = s[:open]
	}
	s = strings.TrimRightFunc(s, unicode.IsSpace)
	if strings.Count(s, "```")%2 == 1 {
		s += "\n```"
	} else if last := s[strings.LastIndexByte(s, '\n')+1:]; strings.Count(last, "`")%2 == 1 {
		s += "`"
	}
	return s + fmt.Sprintf("… (cut, %s characters in all)", textutil.Thousands(all))
}

// paragraphs splits mrkdwn at line breaks into parts of at most limit UTF-16
// units, total units in all.
func paragraphs(s string, limit, total int) []string {
	s = CutMrkdwn(strings.TrimSpace(s), total)
	var parts []string
	part := ""
	for l := range strings.Lines(s) {
		l = CutMrkdwn(l, limit)
		if part != "" && textutil.Units(part)+textutil.Units(l) > limit {
			parts = append(parts, strings.TrimRight(part, "\n"))
			part = ""
		}
		part += l
	}
	if part = strings.TrimRight(part, "\n"); part != "" {
		parts = append(parts, part)
	}
	return parts
}

// NotEmpty is the text, or "(no name)": Slack refuses an empty one.
func NotEmpty(s string) string {
	if s == "" {
		return "(no name)"
	}
	return s
}
