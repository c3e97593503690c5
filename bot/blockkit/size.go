package blockkit

import (
	"encoding/json"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// ObjectSize is what a small object of a block takes besides its text, in bytes of JSON.
const ObjectSize = 60

// Size is how much of [MaxTotal] blocks take, in bytes of JSON.
func Size(blocks ...slack.Block) int {
	n := 0
	for _, b := range blocks {
		n += sizeOf(b) + 1
	}
	return n
}

// RichTextSize is how much of [MaxTotal] parts of a rich_text block take.
func RichTextSize(elements ...slack.RichTextElement) int {
	n := 0
	for _, e := range elements {
		n += sizeOf(e) + 1
	}
	return n
}

// LineSize is how much of [MaxTotal] one line of rich text takes.
func LineSize(p *Paragraph) int { return RichTextSize(p.Section()) }

// sizeOf is the length of the JSON that is posted.
func sizeOf(v any) int {
	data, err := json.Marshal(v)
	if err != nil {
		return 0 // blocks are made of values that JSON can hold
	}
	return len(data)
}

// JSONLength is how many bytes a text takes in JSON, its quotes left out. A sign of
// one byte may take six.
func JSONLength(s string) int {
	n := 0
	for _, r := range s {
		n += runeLength(r)
	}
	return n
}

// runeLength is a sign's length as encoding/json writes it: it escapes <, > and &, too.
func runeLength(r rune) int {
	switch {
	case r == '"', r == '\\', r == '\n', r == '\r', r == '\t', r == '\b', r == '\f':
		return 2
	case r < ' ', r == '<', r == '>', r == '&', r == '\u2028', r == '\u2029', r == utf8.RuneError:
		return 6
	}
	return utf8.RuneLen(r)
}

// CutJSON shortens a text to at most limit bytes of JSON, the last of them "…".
func CutJSON(s string, limit int) string {
	if JSONLength(s) <= limit {
		return s
	}
	n := len("…")
	for at, r := range s {
		if n += runeLength(r); n > limit {
			if at == 0 {
				return ""
			}
			return s[:at] + "…"
		}
	}
	return s
}

// CutMrkdwnJSON is [CutMrkdwn] to at most limit bytes of JSON.
func CutMrkdwnJSON(s string, limit int) string { return cutMrkdwnTo(s, limit, JSONLength) }

// cutMrkdwnTo is CutMrkdwn to at most limit of what size counts, which is never less
// than UTF-16 units.
func cutMrkdwnTo(s string, limit int, size func(string) int) string {
	cut := s
	for units := min(textutil.Units(s), limit); size(cut) > limit && units > 0; units = units * 9 / 10 {
		cut = CutMrkdwn(s, units)
	}
	return cut
}
