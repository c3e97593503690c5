package command

import (
	"strings"
	"unicode/utf8"
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
		slips := slips(typed, word)
		if strings.HasPrefix(word, typed) || strings.HasPrefix(typed, word) {
			slips = min(slips, 1)
		}
		if slips < bestSlips {
			best, bestSlips = word, slips
		}
	}
	return best
}

// slips counts letters to insert, drop, change or swap with the next one to make
// a out of b.
func slips(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row := make([]int, len(y)+1)
		row[0] = i
		for j := 1; j <= len(y); j++ {
			change := 1
			if x[i-1] == y[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(y)]
}
