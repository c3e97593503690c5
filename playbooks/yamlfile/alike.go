package yamlfile

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/signalbook/signalbook/alerts/textutil"
)

const (
	// longestTyped is the longest word that is compared with names, in bytes.
	longestTyped = 200
	// leastWord is how many characters a word of a name needs to be taken for the whole of it:
	// of shorter ones too many are alike.
	leastWord = 4
)

// Alike returns the names that somebody may have meant who typed one of them in part
// or not quite right, in their order: the name itself, whatever its case; else the names
// that hold what was typed; else those that are spelt most alike, as a whole or in one
// of their words ("cloudfrnt": Amazon CloudFront), as [textutil.Nearest] judges it. One name means
// that there is no doubt about it.
func Alike(typed string, names []string) []string {
	typed = strings.ToLower(strings.TrimSpace(typed))
	if typed == "" || len(typed) > longestTyped {
		return nil
	}
	var same, holding, near []string
	least := max(1, utf8.RuneCountInString(typed)/3)
	for _, name := range names {
		lower := strings.ToLower(name)
		switch n := spelling(typed, lower); {
		case typed == lower:
			same = append(same, name)
		case strings.Contains(lower, typed):
			holding = append(holding, name)
		case n < least:
			near, least = []string{name}, n
		case n == least:
			near = append(near, name)
		}
	}
	for _, found := range [][]string{same, holding} {
		if len(found) > 0 {
			return slices.Compact(found)
		}
	}
	return slices.Compact(near)
}

// spelling is the distance to a name, or to that of its words which is nearest.
func spelling(typed, name string) int {
	least := textutil.Distance(typed, name)
	for word := range strings.FieldsFuncSeq(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if utf8.RuneCountInString(word) >= leastWord {
			least = min(least, textutil.Distance(typed, word))
		}
	}
	return least
}
