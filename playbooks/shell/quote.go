package shell

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Plain reports whether a text is one word of a shell as it stands, and nothing
// else: letters, digits and a few signs that mean nothing anywhere.
func Plain(s string) bool {
	if s == "" || s[0] == '=' || climbs(s) { // zsh looks for =command
		return false
	}
	for _, r := range s {
		if !wordly(r) && !strings.ContainsRune("_@%+=:,./-", r) {
			return false
		}
	}
	return utf8.ValidString(s)
}

// wordly reports whether a sign is a letter or a digit that can be seen.
func wordly(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsDigit(r)) && !slices.Contains([]rune{'\u115F', '\u1160', '\u3164', '\uFFA0'}, r)
}

// climbs reports whether a path leads upwards.
func climbs(s string) bool { return slices.Contains(strings.Split(s, "/"), "..") }

// hasControl reports whether a text holds what cannot be seen or does not print:
// control characters, signs that turn the direction of writing, broken UTF-8.
func hasControl(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, unseen)
}

func unseen(r rune) bool {
	return !unicode.IsPrint(r) || r == '\uFFFC' || r == '\u2800' || unicode.IsLetter(r) && !wordly(r)
}

// Quote makes one word of a text, for any shell that people sit at. What cannot be
// seen is written with octal numbers, so that pasting it does nothing on the way.
func Quote(s string) string {
	if hasControl(s) {
		return "$'" + inANSI(s) + "'"
	}
	return quoteRaw(s)
}

// quoteRaw is Quote for a shell that does not get the text from a terminal: what
// cannot be seen stays, because not every sh knows $'…'.
func quoteRaw(s string) string {
	if strings.Contains(s, "'") && !strings.ContainsAny(s, "$`\"\\!") {
		return `"` + s + `"`
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// inDouble is a value inside double quotes, which are closed for it when anything
// in it means something there.
func inDouble(s string, quote func(string) string) string {
	if !strings.ContainsAny(s, "$`\"\\!") && !hasControl(s) {
		return s
	}
	return `"` + quote(s) + `"`
}

// inSingle is a value inside single quotes.
func inSingle(s string, quote func(string) string) string {
	if !strings.Contains(s, "'") && !hasControl(s) {
		return s
	}
	return "'" + quote(s) + "'"
}

// inHeredoc is a value in a heredoc that expands.
func inHeredoc(s string) string {
	return strings.NewReplacer(`\`, `\\`, "$", `\$`, "`", "\\`").Replace(s)
}

// inANSI is a value inside $'…'.
func inANSI(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\\' || r == '\'':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == utf8.RuneError && size == 1 || unseen(r):
			for _, c := range []byte(s[:size]) {
				fmt.Fprintf(&b, `\%03o`, c)
			}
		default:
			b.WriteRune(r)
		}
		s = s[size:]
	}
	return b.String()
}
