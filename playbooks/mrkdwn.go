package playbooks

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/alerts/weblink"
)

// Values stand between these two marks until the whole text is known, because
// what makes a value harmless depends on what stands around it. Neither mark
// can be in a value (cleaning removes them) nor in an author's text (Parse
// refuses control characters).
const (
	valueBegins   = '\x01'
	valueEnds     = '\x02'
	encodedBegins = '\x03' // begins a value that its author has encoded for a URL
)

// cutValue splits a filled text at its first value.
func cutValue(filled string) (author, value string, encoded bool, rest string, found bool) {
	at := strings.IndexAny(filled, string(valueBegins)+string(encodedBegins))
	if at < 0 {
		return filled, "", false, "", false
	}
	value, rest, _ = strings.Cut(filled[at+1:], string(valueEnds))
	return filled[:at], value, filled[at] == encodedBegins, rest, true
}

func markValue(s string) string {
	return string(valueBegins) + cleanLine(s) + string(valueEnds)
}

// cleanLine takes out what no alert needs and what can mislead the eye:
// control characters, line breaks, invisible characters that turn the writing
// direction, broken UTF-8.
func cleanLine(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t', r == '\u2028', r == '\u2029':
			return ' '
		case unicode.IsControl(r), r == '\ufeff':
			return -1
		case r == '\u200e', r == '\u200f', r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}

// mrkdwnWriter puts the values of a filled text into Slack's mrkdwn.
type mrkdwnWriter struct {
	out    []byte
	angle  int  // where an open "<" stands in out, or -1
	pipe   bool // the "|" of that link has been passed: what follows is its text
	broken bool // the next ">" belongs to a "<" that was taken apart
	code   bool // between backticks
}

// mrkdwn escapes the values between the marks for where they stand: as plain
// text, in code, or in the URL of a link. A value can never make a mention, a
// link or formatting of its own, nor choose what a "<" of the author's means.
func mrkdwn(filled string) string {
	w := &mrkdwnWriter{angle: -1}
	for filled != "" {
		author, value, encoded, rest, found := cutValue(filled)
		w.author(author)
		if !found {
			break
		}
		w.value(value, encoded)
		filled = rest
	}
	return string(w.out)
}

func (w *mrkdwnWriter) author(s string) {
	for _, r := range s {
		switch r {
		case '`':
			w.code = !w.code
		case '<':
			w.angle, w.pipe, w.broken = len(w.out), false, false
		case '|':
			w.pipe = true
		case '\n':
			w.angle, w.broken = -1, false
		case '>':
			w.angle = -1
			if w.broken {
				w.broken = false
				w.out = append(w.out, "&gt;"...)
				continue
			}
		}
		w.out = utf8.AppendRune(w.out, r)
	}
}

func (w *mrkdwnWriter) value(v string, encoded bool) {
	if w.angle >= 0 && !w.pipe {
		begun := string(w.out[w.angle+1:])
		if u, ok := urlValue(begun, v, encoded); ok {
			w.out = append(w.out, entities(u)...)
			return
		}
		w.out = append(w.out[:w.angle], "&lt;"+begun...)
		w.angle, w.broken = -1, true
	}
	w.out = append(w.out, w.plain(v)...)
}

// plain escapes a value for running text and code. Between letters or digits
// * _ ~ do nothing in Slack (orders_db stays as it is, to be copied);
// elsewhere they are replaced by signs that look alike, and backticks always.
func (w *mrkdwnWriter) plain(v string) string {
	var b strings.Builder
	if (len(w.out) == 0 || w.out[len(w.out)-1] == '\n') && strings.HasPrefix(v, ">") {
		b.WriteRune('\u2060') // no quotation
	}
	runes := []rune(v)
	word := func(i int) bool {
		return i >= 0 && i < len(runes) && (unicode.IsLetter(runes[i]) || unicode.IsNumber(runes[i]))
	}
	for i, r := range runes {
		if !w.code && !(word(i-1) && word(i+1)) {
			switch r {
			case '*':
				r = '∗'
			case '_':
				r = 'ˍ'
			case '~':
				r = '∼'
			}
		}
		if r == '`' {
			r = 'ˋ'
		}
		b.WriteRune(r)
	}
	return entities(b.String())
}

// Replacers are made once: a storm fills thousands of values.
var (
	escaped = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
)

// entities are the three characters that Slack asks to be escaped.
func entities(s string) string { return escaped.Replace(s) }

// urlValue escapes a value inside a URL of which begun stands already. At the
// very beginning it may be a whole http or https URL, as people write them; later on it is one
// piece of the path or of the query, which one that is encoded already stays. Anything else is refused.
func urlValue(begun, v string, encoded bool) (string, bool) {
	v = strings.TrimSpace(v)
	inHost := !strings.ContainsAny(begun[min(len(begun), len("https://")):], "/?#")
	switch {
	case begun == "":
		found, _ := weblink.Find(v)
		if len(found) == 0 {
			return "", false
		}
		return found[0], true
	case !isWeb(begun):
		return "", false
	case encoded && !inHost:
		return weblink.Encode(v), true
	case strings.ContainsAny(begun, "?#"):
		return url.QueryEscape(v), true
	}
	return url.PathEscape(v), true
}

// isWeb tells whether a URL, or its beginning, is one for a browser.
func isWeb(s string) bool {
	s = strings.ToLower(textutil.Cut(s, 10))
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

// filledURL puts the values of a filled URL into it, and makes it a link.
func filledURL(filled string) (string, bool) {
	var out strings.Builder
	for {
		author, value, encoded, rest, found := cutValue(filled)
		out.WriteString(author)
		if !found {
			address, why := weblink.Clean(out.String())
			return address, why == "" && len(address) <= maxFilledURL
		}
		escaped, ok := urlValue(out.String(), value, encoded)
		if !ok {
			return "", false
		}
		out.WriteString(escaped)
		filled = rest
	}
}

// maxFilledURL is what Slack takes for the URL of a button, in characters.
const maxFilledURL = 3000

// isURL tells whether Slack can show s as a link.
func isURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && len(s) <= maxFilledURL
}

// unset reports whether what was filled is made of a value that is not there.
func unset(filled string) bool {
	return strings.Trim(filled, string(valueBegins)+string(valueEnds)+string(encodedBegins)+" ") == ""
}
