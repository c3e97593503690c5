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

var (
	idForm     = regexp.MustCompile(`(?i)^\W*(?:what(?:'s| is| does)?|show|explain)?\W*([TMSPLACQEX][0-9]{1,2}(?:-[0-9])?)(?: (?:mean|say))?\W*$`)
	countForm  = regexp.MustCompile(`(\$ ?)?\b([0-9][0-9.,_]*) ?(k|m|b|bn|mio|thousand|million|billion)?\b(?: (\w+))?`)
	spokenForm = strings.NewReplacer("a hundred", "100", "hundred", "100", "half a million", "0.5 million", "a million", "1 million", "a billion", "1 billion", "a thousand", "1 thousand")
	userWord   = regexp.MustCompile(`^(?:users?|customers?|visitors|people|accounts|members|subscribers)$`)
	otherWord  = regexp.MustCompile(`^(?:writes?|reads?|requests?|queries|qps|rps|rows|tb|gb|terabytes?|dollars?|usd|euros?|engineers?|teams?|developers?|bits?|percent|years?|months?|weeks?|days?|hours?|minutes?|ms|seconds?|regions?)$`)
)

// question reads at most maxQuestion characters of a question.
func (v *vocabulary) question(text string) query {
	text = strings.ToLower(strings.ToValidUTF8(cut(text[:min(len(text), 4*maxQuestion)], maxQuestion), " "))
	q := query{sure: map[string]float64{}}
	if m := idForm.FindStringSubmatch(text); m != nil {
		q.id = strings.ToUpper(m[1])
		return q
	}
	text = q.takeUsers(spokenForm.Replace(text))
	for i, tokens := 0, words(text); i < len(tokens); {
		term, n := v.meaning(tokens[i:])
		sure := 1.0
		if _, known := v.weight[term]; term != "" && !known {
			if mended, ok := v.mend(tokens[i]); ok {
				// The right word may be part of a longer one: "multi regoin".
				tokens[i] = mended
				term, n = v.meaning(tokens[i:])
				sure = 0.85
			}
		}
		i += n
		if _, twice := q.sure[term]; term != "" && !twice {
			q.terms = append(q.terms, term)
			q.sure[term] = sure
		}
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
		dollars, digits, unit, next := part(1), part(2), part(3), part(4)
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
			end = m[2*4+1]
		}
		return text[:m[0]] + " " + text[end:]
	}
	return text
}
