package handbook

import "slices"

// What words count that are in no fact, as shares of the rarest that is: each,
// all together, and each of those that tell of other matters.
const (
	unknownWeight = 0.4
	unknownMost   = 0.7
	foreignWeight = 3.0
)

// firmSure is how sure a word has to be to be firm ground: neither ambiguous nor
// far from how it is spelt. firmEnough is one such word, or two others; words of
// every talk are no ground at all.
const (
	firmSure   = 0.7
	firmEnough = 2
)

// shortCovered is how much of a question of few words a fact has to have to be an
// answer to it, whatever else it is about.
const shortCovered = 0.65

// usersWeight is what a number of users counts among the words.
const usersWeight = 2.0

// evaluate tells how well a fact answers a question.
func (v *vocabulary) evaluate(q query, d document) Candidate {
	c := Candidate{ID: d.id}
	fits := q.users != nil && d.users != nil && d.users(*q.users)
	if len(q.terms) == 0 {
		if fits && d.id[0] == 'T' { // "what do I need for 75M users"
			c.Score, c.Covered, c.firm = 1, 1, firmEnough
		}
		return c
	}
	if q.users != nil && d.banded && !fits {
		return c // another row of the table
	}
	if asked, ok := v.rows[d.id[0]]; ok && !slices.ContainsFunc(asked, q.has) {
		return c
	}
	all, covered := v.says(q), 0.0
	for _, term := range q.terms {
		fit := d.words[term] * q.sure[term]
		covered += v.weight[term] * fit
		switch {
		case fit > 0 && q.sure[term] >= firmSure:
			c.firm += 2
		case fit > 0 && q.sure[term] > commonSure:
			c.firm++
		}
	}
	if covered == 0 {
		return c
	}
	if q.users != nil {
		all += usersWeight
		if fits {
			covered += usersWeight
			c.firm += 2
		} else {
			covered += usersWeight / 2 // a fact for every scale
		}
	}
	c.Covered = covered / all
	var dice float64
	for _, phrase := range d.phrases {
		both, length := 0.0, 0.0
		for _, term := range phrase {
			w := v.weight[term]
			length += w
			both += w * q.sure[term]
		}
		if fits {
			both, length = both+usersWeight, length+usersWeight
		}
		dice = max(dice, 2*both/(all+length))
	}
	c.Score = 0.5*c.Covered + 0.5*dice
	c.Score *= v.leaning(q, d)
	if q.short && c.Covered >= shortCovered && c.firm >= firmEnough {
		c.Score = max(c.Score, leastScore) // "citus" is in one fact only, which is about much else
	}
	return c
}

// leaning tells how likely a question is about this kind of fact at all.
func (v *vocabulary) leaning(q query, d document) float64 {
	lean, kind := 1.0, d.id[0]
	for asked, words := range v.kinds {
		switch said := slices.ContainsFunc(words, q.has); {
		case said && asked != kind:
			lean = min(lean, otherKind)
		case !said && asked == kind && kind == 'X':
			lean = min(lean, 0.85) // where the fact itself answers
		}
	}
	if slices.ContainsFunc(v.kinds[kind], q.has) {
		lean = 1
	}
	switch {
	case d.banded && q.users == nil:
		lean *= 0.85
	case !d.banded && q.users != nil && (d.users == nil || !d.users(*q.users)):
		lean *= 0.75 // the row of the scale says more
	case kind == 'T':
		lean *= 0.98 // what is about this scale and more says more than the row
	}
	return lean
}

// otherKind is what is left of a fact's score when the question is about another
// kind of fact.
const otherKind = 0.8

// says adds up what a question's words say. Those that are in no fact count half
// as much as the rarest that is, all of them together at most once and a half:
// people tell a story around what they ask. Words of other matters count in full.
func (v *vocabulary) says(q query) float64 {
	var known, unknown float64
	for _, term := range q.terms {
		w, ok := v.weight[term]
		switch {
		case ok:
			known += w
		case v.foreign[term]:
			known += foreignWeight * v.rarest
		default:
			unknown += unknownWeight * v.rarest
		}
	}
	return known + min(unknown, unknownMost*v.rarest)
}
