package handbook

import (
	"fmt"
	"slices"
	"strings"
)

// What a question has to reach to count as understood: so much of what it says
// must be in the fact, and so well must the two fit as a whole.
const (
	leastCovered = 0.37
	leastScore   = 0.40
)

// What words count that are in no fact, as shares of the rarest that is: each,
// all together, and each of those that tell of other matters.
const (
	unknownWeight = 0.4
	unknownMost   = 0.7
	foreignWeight = 3.0
)

// firmSure is how sure a word has to be to be firm ground: neither ambiguous nor
// far from how it is spelt. firmEnough is one such word, or two others.
const (
	firmSure   = 0.7
	firmEnough = 2
)

// Asked is the answer to a question in free wording.
type Asked struct {
	Known  bool
	Best   string      // the id of the fact that fits best, also when it is not Known; "" when none does at all
	Others []Candidate // the next ones, best first
	Answer             // of Best; when it is not Known, that nothing is known and what comes nearest
	best   Candidate
}

// Candidate is a fact that fits a question more or less.
type Candidate struct {
	ID, Title      string
	Score, Covered float64 // 0 to 1: of the fit as a whole, and how much of the question the fact has
	firm           int     // words in both: 2 for one that can hardly mean anything else, 1 for others
}

// scores tells how the best one was judged.
func (a Asked) scores() string {
	return fmt.Sprintf("score %.2f, covered %.2f", a.best.Score, a.best.Covered)
}

// Ask finds the line of the sheet that answers a question in everyday words,
// misspelt ones too, and says when it knows none.
func (h *Handbook) Ask(text string) Asked {
	q := h.words.question(text)
	if q.id != "" && h.facts[q.id] != nil {
		a, _ := h.Fact(q.id)
		return Asked{Known: true, Best: q.id, Answer: a, best: Candidate{ID: q.id, Score: 1, Covered: 1}}
	}
	var found []Candidate
	for _, d := range h.words.docs {
		if c := h.words.judge(q, d); c.Score > 0 {
			c.Title = h.facts[d.id].name()
			found = append(found, c)
		}
	}
	slices.SortStableFunc(found, func(a, b Candidate) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		}
		return 0
	})
	var out Asked
	if len(found) > 0 {
		out.best, out.Best = found[0], found[0].ID
		out.Others = found[1:min(len(found), 4)]
	}
	out.Known = out.best.firm >= firmEnough && out.best.Score >= leastScore && out.best.Covered >= leastCovered
	if !out.Known {
		out.Answer = h.unknown(found)
		return out
	}
	out.Answer, _ = h.Fact(out.Best)
	var also []string
	for _, c := range out.Others {
		if c.Score >= 0.8*out.best.Score && c.Score >= leastScore {
			also = append(also, c.ID+" "+c.Title)
		}
	}
	if len(also) > 0 {
		out.Lines = append(out.Lines, Line{Label: "See also", Text: strings.Join(also, "; ")})
	}
	return out
}

// likely is the score from which the nearest fact is told although it is not
// known to be the answer.
const likely = 0.30

// unknown says that nothing is known, and what would come nearest.
func (h *Handbook) unknown(found []Candidate) Answer {
	a := Answer{Title: "The handbook does not know that"}
	var near []string
	for _, c := range found[:min(len(found), 3)] {
		if c.Score >= 0.6*likely {
			near = append(near, c.ID+" "+c.Title)
			a.IDs = append(a.IDs, c.ID)
		}
	}
	if len(near) > 0 {
		a.Lines = append(a.Lines, Line{Label: "Nearest", Text: strings.Join(near, "; ")})
	}
	if len(found) > 0 && found[0].Score >= likely {
		if first, ok := h.Fact(found[0].ID); ok && len(first.Lines) > 0 {
			l := first.Lines[0]
			l.Label = "If you mean " + found[0].ID
			a.Lines = append(a.Lines, l)
		}
	}
	a.Lines = append(a.Lines, Line{Text: "It knows scaling: tiers, thresholds, the stack, patterns, targets, costs and the three emergencies. Ask with their words, or by an id such as M1."})
	return a
}

// usersWeight is what a number of users counts among the words.
const usersWeight = 2.0

// judge tells how well a fact answers a question.
func (v *vocabulary) judge(q query, d document) Candidate {
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
		case fit > 0:
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
