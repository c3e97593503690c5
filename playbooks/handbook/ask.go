package handbook

import (
	"cmp"
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

// From which part of the best one's score on others fit as well, so that all are
// told, and from which they are named below.
const (
	asWell = 0.9
	nearly = 0.8
)

// besideDoubt is the part of a contradiction's score from which a fact comes first,
// unless the question is about contradictions.
const besideDoubt = 0.75

// sameRow is the part of the best row's score from which another row of its table
// fits alike: the question has nothing that is in one of them only.
const sameRow = 0.97

// firmlyCovered is how much of a question a fact has to have to be told as the
// answer; with less it is one of several that may be meant.
const firmlyCovered = 0.5

// maxAlike is how many facts are told that fit equally well, leastUnsure how many
// when none fits well.
const (
	maxAlike    = 4
	leastUnsure = 3
)

// Asked is the answer to a question in free wording.
type Asked struct {
	Known   bool
	Several bool        // the answer is several facts, because the question asks for several or any of them may be meant
	Best    string      // the id of the fact that fits best, also when it is not Known; "" when none does at all
	Others  []Candidate // the next ones, best first
	Entry               // of Best or of several; when it is not Known, that nothing is known and what comes nearest
	best    Candidate
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

// Ask finds the lines of the sheet that answer a question in everyday words,
// misspelt ones too: one when one is meant, several when several are or when it is
// not clear which. It says when it knows none.
func (h *Handbook) Ask(text string) Asked {
	q := h.words.question(text, h.topics)
	if q.id != "" {
		return h.byID(q)
	}
	if t := h.topicOf(q); t != nil {
		a := h.several(*t, q)
		return Asked{Known: true, Several: true, Best: a.IDs[0], Entry: a, best: Candidate{ID: a.IDs[0], Score: 1, Covered: 1}}
	}
	found := h.candidates(q)
	var out Asked
	if len(found) > 0 {
		out.best, out.Best = found[0], found[0].ID
		out.Others = found[1:min(len(found), 4)]
	}
	if out.Known = out.best.firm >= firmEnough && out.best.Score >= leastScore && out.best.Covered >= leastCovered; !out.Known {
		out.Entry = h.unknown(found)
		return out
	}
	out.Several, out.Entry = h.settle(q, found)
	return out
}

// byID answers who asks for a fact by its id. S3 is an id and a storage: both are
// told.
func (h *Handbook) byID(q query) Asked {
	out := Asked{Known: true, Best: q.id, best: Candidate{ID: q.id, Score: 1, Covered: 1}}
	if h.words.means[strings.ToLower(q.id)] != "" {
		if found := h.candidates(q); len(found) > 0 && found[0].ID != q.id {
			out.Several, out.Entry = true, h.list(q, []Candidate{out.best, found[0]}, false)
			return out
		}
	}
	out.Entry, _ = h.Fact(q.id)
	return out
}

// candidates are the facts that fit a question at all, best first. Of equals a
// contradiction comes last: it is about the others.
func (h *Handbook) candidates(q query) []Candidate {
	var found []Candidate
	for _, d := range h.words.docs {
		if c := h.words.evaluate(q, d); c.Score > 0 {
			c.Title = h.facts[d.id].name()
			found = append(found, c)
		}
	}
	slices.SortStableFunc(found, func(a, b Candidate) int { return cmp.Compare(b.Score, a.Score) })
	if len(found) > 0 && found[0].ID[0] == 'X' && !slices.ContainsFunc(h.words.kinds['X'], q.has) {
		if i := slices.IndexFunc(found, func(c Candidate) bool { return c.ID[0] != 'X' }); i > 0 && found[i].Score >= besideDoubt*found[0].Score {
			first := found[i]
			found = slices.Insert(slices.Delete(found, i, i+1), 0, first)
		}
	}
	return found
}

// settle answers with the best candidate, or with all that fit as well.
func (h *Handbook) settle(q query, found []Candidate) (several bool, a Entry) {
	best := found[0]
	if q.users == nil && h.banded(best.ID) && len(found) > 1 && found[1].ID[0] == best.ID[0] && found[1].Score > sameRow*best.Score {
		return true, h.rows(q, best.ID)
	}
	unsure := q.users == nil && best.Covered < firmlyCovered
	alike := []Candidate{best}
	var also []string
	for _, c := range found[1:] {
		switch {
		case family(c.ID) == family(best.ID):
		case c.Score >= leastScore && c.Score >= asWell*best.Score && len(alike) < maxAlike, unsure && len(alike) < leastUnsure:
			alike = append(alike, c)
		case c.Score >= leastScore && c.Score >= nearly*best.Score && len(also) < 3:
			also = append(also, c.ID+" "+c.Title)
		}
	}
	switch {
	case q.users != nil && h.banded(best.ID):
		a = h.row(q, alike)
	case len(alike) == 1 && !unsure:
		b := h.about(q)
		b.first = 0
		b.fact(h.facts[best.ID])
		a = b.done()
	default:
		several = true
		a = h.list(q, alike, unsure)
	}
	if len(also) > 0 {
		a.Lines = append(a.Lines, Line{Label: "See also", Text: strings.Join(also, "; ")})
	}
	return several, a
}

// family is the emergency that a step belongs to, else the fact itself.
func family(id string) string {
	e, _, _ := strings.Cut(id, "-")
	return e
}

// likely is the score from which the nearest fact is told although it is not
// known to be the answer.
const likely = 0.30

// unknown says that nothing is known, and what would come nearest.
func (h *Handbook) unknown(found []Candidate) Entry {
	a := Entry{Title: "The handbook does not know that"}
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
