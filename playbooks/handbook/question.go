package handbook

import (
	"regexp"
	"strings"
)

// maxQuestion is how many characters of a question are read.
const maxQuestion = 300

// query is a question as it was understood.
type query struct {
	id    string             // it is nothing but the id of a fact
	terms []string           // in order, the words that count
	sure  map[string]float64 // how sure each is: below 1 when it was misspelt
	users *Users             // a number of users in it
}

// ambiguousSure is how sure a word is that often means something else.
const ambiguousSure = 0.69

// has tells whether a word is in the question.
func (q query) has(term string) bool { return q.sure[term] > 0 }

var (
	idForm     = regexp.MustCompile(`(?i)^\W*(?:what(?:'s| is| does)?|show|explain)?\W*([TMSPLACQEX][0-9]{1,2}(?:-[0-9])?)(?: (?:mean|say))?\W*$`)
	countForm  = regexp.MustCompile(`(\$ ?)?\b([0-9][0-9.,_]*) ?(k|m|b|bn|mio|thousand|million|billion)?\b(?: ((?:registered|active|monthly|daily|paying|concurrent|mobile|end|monthly active|daily active) )?(\w+))?`)
	spokenForm = spokenNumbers()
	rangeForm  = regexp.MustCompile(`\b([0-9][0-9.]*)( ?(?:-|to|and|or) ?[0-9][0-9.]* ?(k|m|b|bn|mio|thousand|million|billion))\b`)
	userWord   = regexp.MustCompile(`^(?:users?|customers?|visitors|people|accounts|members|subscribers|viewers|players|readers|shoppers|clients|mau|dau)$`)
	otherWord  = regexp.MustCompile(`^(?:writes?|reads?|requests?|queries|qps|rps|rows|tb|gb|terabytes?|dollars?|usd|euros?|engineers?|teams?|developers?|bits?|percent|years?|months?|weeks?|days?|hours?|minutes?|ms|seconds?|regions?|per)$`)
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
func (v *vocabulary) question(text string) query {
	text = strings.ToLower(strings.ToValidUTF8(cut(text[:min(len(text), 4*maxQuestion)], maxQuestion), " "))
	q := query{sure: map[string]float64{}}
	if m := idForm.FindStringSubmatch(text); m != nil {
		q.id = strings.ToUpper(m[1])
		return q
	}
	text = q.takeUsers(rangeForm.ReplaceAllString(spokenForm.Replace(text), "$1 $3$2"))
	for i, tokens := 0, words(text); i < len(tokens); {
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
		if n == 1 && (v.ambiguous[tokens[i]] || v.ambiguous[stem(tokens[i])]) {
			sure = ambiguousSure
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
	return q
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
		isUsers := userWord.MatchString(next)
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
