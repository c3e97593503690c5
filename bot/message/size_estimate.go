package message

import (
	"encoding/json"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// objectWeight is what a small object of a block takes besides its text, in bytes of JSON.
const objectWeight = 60

// sizeEstimate is how much of MaxTotal blocks take.
func sizeEstimate(blocks ...slack.Block) int {
	n := 0
	for _, b := range blocks {
		n += sizeOf(b) + 1
	}
	return n
}

func richWeight(elements ...slack.RichTextElement) int {
	n := 0
	for _, e := range elements {
		n += sizeOf(e) + 1
	}
	return n
}

// inlineWeight is the weight of one line.
func inlineWeight(elements []slack.RichTextSectionElement) int {
	return richWeight(slack.NewRichTextSection(elements...))
}

// sizeOf is the length of the JSON that is posted.
func sizeOf(v any) int {
	data, err := json.Marshal(v)
	if err != nil {
		return 0 // blocks are made in this package, of values that JSON can hold
	}
	return len(data)
}

// jsonLength is how many bytes a text takes in JSON, its quotes left out.
func jsonLength(s string) int {
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

// cutJSON shortens a text to at most limit bytes of JSON, the last of them "…".
func cutJSON(s string, limit int) string {
	if jsonLength(s) <= limit {
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

// cutMarkupTo is cutMarkup to at most limit of what size counts, which is never less
// than Length.
func cutMarkupTo(s string, limit int, size func(string) int) string {
	cut := s
	for units := min(textutil.Units(s), limit); size(cut) > limit && units > 0; units = units * 9 / 10 {
		cut = cutMarkup(s, units)
	}
	return cut
}

func byteLength(s string) int { return len(s) }
