package handbook

import (
	"slices"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// stem takes off the commonest endings of English words. What is left need not be
// a word: questions and facts are cut alike.
func stem(w string) string {
	for _, e := range []struct{ end, put string }{{"ies", "y"}, {"sses", "ss"}, {"ing", ""}, {"ed", ""}, {"es", "e"}, {"s", ""}} {
		if base, ok := strings.CutSuffix(w, e.end); ok && len(base) >= 3 && !strings.HasSuffix(w, "ss") {
			if n := len(base); e.put == "" && n > 3 && base[n-1] == base[n-2] && !strings.ContainsAny(base[n-1:], "lsfz") {
				return base[:n-1] // "running", "dropped"
			}
			return base + e.put
		}
	}
	return w
}

// mend returns the known word of which w is a misspelling, and how much alike
// they are; 0: there is none. Into a word that
// says nothing it is mended only when letters are missing or swapped, because
// every other change makes one of words that do say something ("cover",
// "over"); short words are too much alike to be mended into others ("rice",
// "price").
func (v *vocabulary) mend(w string) (string, float64) {
	if len(w) < 3 || len(w) > 30 || strings.ContainsAny(w, "0123456789") {
		return "", 0
	}
	if mended := v.unswap(w); mended != "" {
		return mended, unswapped
	}
	best, most := closest(w, v.known, 2, 0.5)
	if _, ok := textutil.Nearest(w, []string{best}); !ok {
		return "", 0
	}
	if v.stop[best] && (len(best) <= 3 || !lacks(w, best)) || !v.stop[best] && len(w) <= 4 {
		return "", 0
	}
	return best, most
}

// unswapped is how sure a word is that two swapped neighbours make.
const unswapped = 0.75

// unswap is the known word that w is with two neighbouring letters swapped, which
// leaves few pairs of a short word alike; empty when there is none.
func (v *vocabulary) unswap(w string) string {
	if len(w) < 5 {
		return ""
	}
	return swapped(w, func(word string) bool { return v.knows(word) && !v.stop[word] })
}

// swapped is what a text is with two neighbouring letters swapped, when that is
// something known; else empty.
func swapped(text string, known func(string) bool) string {
	letters := []rune(text)
	for i := range len(letters) - 1 {
		letters[i], letters[i+1] = letters[i+1], letters[i]
		if known(string(letters)) {
			return string(letters)
		}
		letters[i], letters[i+1] = letters[i+1], letters[i]
	}
	return ""
}

// knows tells whether a word is spelt as the vocabulary has it.
func (v *vocabulary) knows(w string) bool {
	s := stem(w)
	return v.stop[w] || v.foreign[w] || v.means[w] != "" || v.weight[w] > 0 || v.stop[s] || v.foreign[s] || v.means[s] != "" || v.weight[s] > 0
}

// mendPhrases puts known phrases ("quick wins") in the place of what is nearly one
// ("quik wins"). Neighbours make sure what a short word alone leaves open.
func (v *vocabulary) mendPhrases(tokens []string) []string {
	for i := range tokens {
		if v.knows(tokens[i]) || strings.ContainsAny(tokens[i], "0123456789") {
			continue
		}
		for _, from := range []int{i - 1, i} { // with the word before, or the one after
			if from < 0 || from+2 > len(tokens) {
				continue
			}
			if phrase, ok := v.nearestPhrase(strings.Join(tokens[from:from+2], " ")); ok {
				copy(tokens[from:], strings.Fields(phrase))
				break
			}
		}
	}
	return tokens
}

// nearestPhrase is the known phrase of two words that differs in a letter or two.
func (v *vocabulary) nearestPhrase(text string) (string, bool) {
	if len(text) < 7 || len(text) > 40 {
		return "", false
	}
	if mended := swapped(text, func(phrase string) bool { return v.means[phrase] != "" }); mended != "" {
		return mended, true
	}
	best, _ := closest(text, v.pairs, 1, 0.7)
	return best, best != ""
}

// lacks tells whether every letter of w is in word, and at most one more.
func lacks(w, word string) bool {
	left := []rune(word)
	for _, r := range w {
		i := slices.Index(left, r)
		if i < 0 {
			return false
		}
		left = slices.Delete(left, i, i+1)
	}
	return len(left) <= 1
}

// spelling is a word and its pairs of neighbouring letters, with marks for its
// beginning and end.
type spelling struct {
	word  string
	pairs [][2]rune
}

// closest is what is most alike a text, by more than least, of all whose length differs
// from its by at most slack; "" and least when there is none.
func closest(text string, known []spelling, slack int, least float64) (best string, most float64) {
	most = least
	pairs := pairsOf(text)
	for _, k := range known {
		if max(len(k.word)-len(text), len(text)-len(k.word)) > slack {
			continue
		}
		if n := alike(pairs, k.pairs); n > most {
			best, most = k.word, n
		}
	}
	return best, most
}

// alike is Dice's coefficient of the pairs of two words, 0 to 1.
func alike(x, y [][2]rune) float64 {
	both, used := 0, uint64(0) // words of more than 63 letters are not mended
	for _, p := range x {
		for i, q := range y[:min(len(y), 64)] {
			if p == q && used&(1<<i) == 0 {
				both++
				used |= 1 << i
				break
			}
		}
	}
	return 2 * float64(both) / float64(len(x)+len(y))
}

func pairsOf(w string) [][2]rune {
	r := []rune("^" + w + "$")
	out := make([][2]rune, 0, len(r))
	for i := range len(r) - 1 {
		out = append(out, [2]rune{r[i], r[i+1]})
	}
	return out
}
