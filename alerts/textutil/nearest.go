package textutil

import (
	"fmt"
	"strings"
)

// maxNearest bounds the words that are compared, in bytes: longer ones are no slip of
// the finger.
const maxNearest = 60

// Nearest returns the word most like the given one, when one is so like it that a slip
// of the finger explains the difference (a third of its letters).
func Nearest(word string, known []string) (string, bool) {
	if len(word) > maxNearest {
		return "", false
	}
	best, least := "", max(1, len(word)/3)+1
	for _, k := range known {
		if n := Distance(strings.ToLower(word), strings.ToLower(k)); n < least {
			best, least = k, n
		}
	}
	return best, best != ""
}

// DidYouMean is the end of an error about a word that is not known; empty when none is
// near.
func DidYouMean(word string, known []string) string {
	if best, ok := Nearest(word, known); ok {
		return fmt.Sprintf(": did you mean %q?", best)
	}
	return ""
}

// Distance counts the insertions, deletions, replacements and swaps of neighbours
// between two words (Damerau-Levenshtein, optimal string alignment).
func Distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}
