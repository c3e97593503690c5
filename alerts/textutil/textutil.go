// Package textutil has the small things that every room does with words: cutting,
// counting, listing, and finding the word that somebody meant. It imports nothing of
// ours, and knows neither Slack's markup nor YAML.
package textutil

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Cut shortens a text to at most limit characters, the last of them "…".
func Cut(s string, limit int) string {
	if len(s) <= limit || utf8.RuneCountInString(s) <= limit {
		return s
	}
	at := 0
	for range limit - 1 {
		_, size := utf8.DecodeRuneInString(s[at:])
		at += size
	}
	return s[:at] + "…"
}

// CutBytes shortens a text to at most limit bytes, the last three of them "…", and cuts
// no character in half.
func CutBytes(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	end := max(0, limit-len("…"))
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}

// Units counts UTF-16 units: whether Slack counts those or code points is not
// documented, and there are never fewer of them.
func Units(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// CutUnits shortens a text to at most limit UTF-16 units, the last of them "…", with no
// space before it.
func CutUnits(s string, limit int) string {
	if len(s) <= limit || Units(s) <= limit {
		return s
	}
	return strings.TrimRightFunc(Head(s, limit-1), unicode.IsSpace) + "…"
}

// Head returns as many whole characters as fit into limit UTF-16 units.
func Head(s string, limit int) string {
	n := 0
	for at, r := range s {
		if n += max(1, utf16.RuneLen(r)); n > limit {
			return s[:at]
		}
	}
	return s
}

// Thousands writes 9772 as "9,772".
func Thousands(n int) string {
	s := strconv.Itoa(n)
	for at := len(s) - 3; at > 0 && s[at-1] != '-'; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}

// Count writes "1 alert", "2 alerts", "1,500 alerts".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Thousands(n) + " " + noun + "s"
}

// Plural is the word for one, or for many.
func Plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// IsAre is the verb after Count.
func IsAre(n int) string { return Plural(n, "is", "are") }

// CountIs writes "1 step is", "2 steps are".
func CountIs(n int, noun string) string { return Count(n, noun) + " " + IsAre(n) }

// List joins words as people do: "2, 5 and 7".
func List(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// More ends a list that is cut: " and 3 more"; empty when nothing is left out.
func More(n int) string {
	if n <= 0 {
		return ""
	}
	return " and " + Thousands(n) + " more"
}

// Capital begins a text with a capital letter.
func Capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// Sentence ends a text with a full stop, unless it ends like a sentence already.
func Sentence(s string) string {
	if s == "" || strings.ContainsAny(s[len(s)-1:], ".!?") {
		return s
	}
	return s + "."
}

// Span is how long something took, in the two largest units: "4 min", "2 h 10 min",
// "3 d 4 h".
func Span(d time.Duration) string {
	d = max(0, d)
	days, hours, minutes := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d/time.Second))
	case d < time.Hour:
		return fmt.Sprintf("%d min", minutes)
	case days == 0 && minutes == 0:
		return fmt.Sprintf("%d h", hours)
	case days == 0:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	case hours == 0:
		return fmt.Sprintf("%s d", Thousands(days))
	}
	return fmt.Sprintf("%s d %d h", Thousands(days), hours)
}
