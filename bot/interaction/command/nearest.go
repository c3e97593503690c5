package command

import (
	"strings"
	"unicode/utf8"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// unknownVerb says which verb is nearest to what was typed, and where the list
// is.
func unknownVerb(typed string, inThread bool) error {
	var known []string
	for _, e := range entries() {
		known = append(known, string(e.verb))
	}
	text := "I do not know " + quote(typed)
	if near := didYouMean(strings.ToLower(typed), known...); near != "" {
		verb, _ := lookup(near)
		return &UsageError{Text: text + ": did you mean `" + near + "`?\n" + usage(verb, inThread)}
	}
	return &UsageError{Text: text + ".\n" + usage(VerbHelp, inThread)}
}

// didYouMean is the known word nearest to the typed one: the only one it begins,
// or one at most two slips away (one for short words). Empty when none is near.
func didYouMean(typed string, known ...string) string {
	if n := utf8.RuneCountInString(typed); n < 2 || n > 20 {
		return ""
	}
	best, bestSlips := "", 3
	if len(typed) <= 3 {
		bestSlips = 2
	}
	for _, word := range known {
		slips := textutil.Distance(typed, word)
		if strings.HasPrefix(word, typed) || strings.HasPrefix(typed, word) {
			slips = min(slips, 1)
		}
		if slips < bestSlips {
			best, bestSlips = word, slips
		}
	}
	return best
}
