package blockkit

import (
	"strings"
	"unicode/utf16"
)

// Length counts as Slack does, as far as is known: in UTF-16 units, so that both
// readings of "characters" are kept.
func Length(text string) int {
	n := 0
	for _, r := range text {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// Truncate cuts a text to so many of the characters that [Length] counts.
func Truncate(text string, most int) string {
	if Length(text) <= most {
		return text
	}
	var b strings.Builder
	n := 0
	for _, r := range text {
		if n += max(1, utf16.RuneLen(r)); n > most {
			break
		}
		b.WriteRune(r)
	}
	return b.String()
}
