package promquery

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// maxText bounds what is repeated of somebody else's text, in bytes.
	maxText = 300
	// maxQuery bounds how much of a query stands in an error or note, in bytes.
	maxQuery = 160
)

// shown is a query as errors and notes name it: on one line, quoted, cut.
func shown(expr string) string {
	return strconv.Quote(cut(strings.Join(strings.Fields(expr), " "), maxQuery))
}

// cut shortens a text without breaking a character.
func cut(text string, most int) string {
	text = strings.ToValidUTF8(text, "�")
	if len(text) <= most {
		return text
	}
	end := most
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}
