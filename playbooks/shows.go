package playbooks

import "unicode"

// Shows tells whether a text shows anything: a letter, a number, a mark of
// punctuation or a symbol. Blanks, signs of no width and accents without a letter
// below them are nothing to click on or to look for.
func Shows(text string) bool {
	for _, r := range text {
		if !blank(r) && (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsPunct(r) || unicode.IsSymbol(r)) {
			return true
		}
	}
	return false
}

// blank are the letters and symbols that Unicode draws empty: Hangul's fillers,
// Braille's blank, the null notehead.
func blank(r rune) bool {
	switch r {
	case '\u115F', '\u1160', '\u3164', '\uFFA0', '\u2800', '\U0001D159', '\uFFFC':
		return true
	}
	return false
}
