package handbook

import (
	"regexp"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// maxQuestion is how many characters of a question are read.
const maxQuestion = 300

// query is a question as it was understood.
type query struct {
	id    string             // it is nothing but the id of a fact
	short bool               // it has few words
	terms []string           // in order, the words that count
	sure  map[string]float64 // how sure each is: below 1 when it was misspelt
	wants map[string]bool    // the concepts of topics.yml that are in it
	users *Users             // a number of users in it
}

// ambiguousSure is how sure a word is that often means something else.
const ambiguousSure = 0.69

// commonSure is how sure a word is that says something only beside others.
const commonSure = 0.6

// surest is how sure a word can be that is spelt right, in a short question or in
// another.
func (v *vocabulary) surest(word string, short bool) float64 {
	switch {
	case v.common[word]:
		return commonSure
	case !short && (v.ambiguous[word] || v.ambiguous[stem(word)]):
		return ambiguousSure
	}
	return 1
}

// shortQuestion is how many words a question has in which each of them means what it
// means here: who types no more than "spot" is not telling a story.
const shortQuestion = 3

// has tells whether a word is in the question.
func (q query) has(term string) bool { return q.sure[term] > 0 }

// asks tells whether a word or a concept is in the question.
func (q query) asks(word string) bool { return q.has(word) || q.wants[word] }

var (
	idForm      = regexp.MustCompile(`(?i)^\W*(?:what(?:'s| is| does)?|show|explain)?\W*([TMSPLACQEX][0-9]{1,2}(?:-[0-9])?)(?: (?:mean|say))?\W*$`)
	countForm   = regexp.MustCompile(`(\$ ?)?\b([0-9][0-9.,_]*) ?(k|m|b|bn|mio|thousand|million|billion)?\b(?: ((?:registered|active|monthly|daily|paying|concurrent|mobile|end|monthly active|daily active) )?(\w+))?`)
	spokenForm  = spokenNumbers()
	rangeForm   = regexp.MustCompile(`\b([0-9][0-9.]*)( ?(?:-|to|and|or) ?[0-9][0-9.]* ?(k|m|b|bn|mio|thousand|million|billion))\b`)
	betweenForm = regexp.MustCompile(`\b([0-9][0-9.]* ?(?:k|m|b|bn|mio|thousand|million|billion))(?: users)? ?(?:-|to|and) ?[0-9][0-9.]* ?(?:k|m|b|bn|mio|thousand|million|billion)\b`)
	userWord    = regexp.MustCompile(`^(?:users?|customers?|visitors|people|accounts|members|subscribers|viewers|players|readers|shoppers|clients|mau|dau)$`)
	otherWord   = regexp.MustCompile(`^(?:writes?|reads?|requests?|queries|qps|rps|rows|tb|gb|terabytes?|dollars?|usd|euros?|engineers?|teams?|developers?|bits?|percent|years?|months?|weeks?|days?|hours?|minutes?|ms|seconds?|regions?|per)$`)
)

// spokenNumbers turns what is said into digits: "a hundred", "twenty million".
func spokenNumbers() *strings.Replacer {
	pairs := []string{"a hundred", "100", "hundred", "100"}
	ones := strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
	tens := strings.Fields("twenty thirty forty fifty sixty seventy eighty ninety")
	for _, unit := range []string{" thousand", " million", " billion"} {
		say := func(word string, n float64) { pairs = append(pairs, word+unit, number(n, 2)+unit) }
		say("half a", 0.5)
		say("a quarter of a", 0.25)
		say("quarter of a", 0.25)
		for i, ten := range tens {
			for j, one := range ones[:10] {
				say(ten+" "+one, float64(20+10*i+j))
				say(ten+"-"+one, float64(20+10*i+j))
			}
			say(ten, float64(20+10*i))
		}
		for i, one := range ones {
			say(one, float64(i))
		}
		say("a couple of", 2)
		say("a few", 3)
		say("a", 1)
	}
	return strings.NewReplacer(pairs...)
}

// question reads at most maxQuestion characters of a question.
func (v *vocabulary) question(text string, topics topicFile) query {
	text = strings.ToLower(strings.ToValidUTF8(textutil.Cut(text[:min(len(text), 4*maxQuestion)], maxQuestion), " "))
	q := query{sure: map[string]float64{}}
	if m := idForm.FindStringSubmatch(text); m != nil && v.isID(strings.ToUpper(m[1])) {
		q.id = strings.ToUpper(m[1])
	}
	text = unitForm.ReplaceAllStringFunc(strings.TrimPrefix(strings.TrimSpace(text), "list "), mendUnit)
	text = rangeForm.ReplaceAllString(spokenForm.Replace(text), "$1 $3$2")
	text = q.takeUsers(betweenForm.ReplaceAllString(text, "$1"))
	tokens := v.mendPhrases(words(text))
	q.short = len(tokens) <= shortQuestion
	for i := 0; i < len(tokens); {
		term, n := v.meaning(tokens[i:])
		sure := 1.0
		if _, known := v.weight[term]; term != "" && !known && !v.foreign[term] {
			if mended, alike := v.mend(tokens[i]); alike > 0 {
				// The right word may be part of a longer one: "multi regoin".
				tokens[i] = mended
				term, n = v.meaning(tokens[i:])
				sure = alike
			}
		}
		if n == 1 {
			sure = min(sure, v.surest(tokens[i], q.short))
		}
		i += n
		if term == "" {
			continue
		}
		if !q.has(term) {
			q.terms = append(q.terms, term)
		}
		q.sure[term] = max(q.sure[term], sure)
	}
	q.wants = topics.conceptsIn(strings.Join(tokens, " "))
	return q
}

// unitForm is a number with a word behind it, which may be a misspelt unit.
var unitForm = regexp.MustCompile(`\b[0-9][0-9.,]* ?[a-z]{6,9}\b`)

// mendUnit spells "5 milion" right.
func mendUnit(text string) string {
	digits := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyz")
	unit := strings.TrimSuffix(text[len(digits):], "s")
	if near, ok := textutil.Nearest(unit, []string{"million", "billion", "thousand"}); ok {
		return digits + near
	}
	return text
}

// isID tells whether there is such a fact.
func (v *vocabulary) isID(id string) bool {
	return slices.ContainsFunc(v.docs, func(d document) bool { return d.id == id })
}

// misspeltUsers tells "usres" and "custmers".
func misspeltUsers(word string) bool {
	_, near := textutil.Nearest(word, []string{"users", "customers", "visitors"})
	return near && len(word) >= 4 && !otherWord.MatchString(word)
}

// takeUsers finds a number of users in the question and takes it out.
func (q *query) takeUsers(text string) string {
	for _, m := range countForm.FindAllStringSubmatchIndex(text, -1) {
		part := func(i int) string {
			if m[2*i] < 0 {
				return ""
			}
			return text[m[2*i]:m[2*i+1]]
		}
		dollars, digits, unit, next := part(1), part(2), part(3), part(5)
		u, err := ParseUsers(strings.TrimRight(digits, ".,") + unit)
		isUsers := userWord.MatchString(next) || misspeltUsers(next)
		if err != nil || dollars != "" || otherWord.MatchString(next) || unit == "" && u < 10_000 && !isUsers {
			continue
		}
		q.users = &u
		end := m[2*2+1]
		if unit != "" {
			end = m[2*3+1]
		}
		if isUsers {
			end = m[2*5+1]
		}
		return text[:m[0]] + " " + text[end:]
	}
	return text
}
