package money

import (
	"strings"
	"unicode"
)

// OneLine is foreign text, such as a service's name, on one line and without signs
// that nobody sees. It does not shorten.
func OneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
	return strings.Join(strings.Fields(text), " ")
}
