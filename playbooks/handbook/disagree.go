package handbook

import (
	"fmt"
	"slices"
	"strings"
)

// Disagreement is a contradiction of the sheet that touches an answer.
type Disagreement struct {
	ID      string // X1
	Note    string // the other number
	Changes string // what of Note puts another number beside the one that was asked for; empty: nothing does
}

// disagrees begins a disagreement that is told in full.
const disagrees = "The sheet disagrees with itself"

// folded is one line for the disagreements that change nothing of what was asked
// for; empty when there are none.
func (a Entry) folded() string {
	var ids []string
	for _, d := range a.Disagreements {
		if d.Changes == "" {
			ids = append(ids, d.ID)
		}
	}
	switch len(ids) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("1 place of the sheet disagrees: %s; `ask %s`", ids[0], ids[0])
	}
	return fmt.Sprintf("%d places of the sheet disagree: %s; `ask %s`", len(ids), strings.Join(ids, ", "), ids[0])
}

// done adds the contradictions that touch what was used.
func (b *builder) done() Entry {
	for _, x := range b.h.sheet.Doubts.Contradictions {
		if slices.Contains(b.a.IDs, x.ID) {
			continue
		}
		var notes, changes []string
		for _, n := range x.Notes {
			if !b.concerns(n) {
				continue
			}
			notes = append(notes, n.Text)
			if b.changes(n) {
				changes = append(changes, n.Text)
			}
		}
		if len(notes) > 0 {
			b.a.Disagreements = append(b.a.Disagreements, Disagreement{x.ID, strings.Join(notes, " "), strings.Join(changes, " ")})
		}
	}
	return b.a
}

// concerns tells whether a note matters at the answer's scale and is about
// something that it used.
func (b *builder) concerns(n Note) bool {
	switch {
	case b.users == nil && n.AtBounds:
		return false
	case b.users != nil && n.Users.given() && !n.Users.Contains(*b.users),
		b.users != nil && n.AtBounds && !b.h.atBound(*b.users):
		return false
	}
	return slices.ContainsFunc(n.Touches, func(name string) bool { return b.touched(refOf(name)) })
}

// changes tells whether a note puts another number beside one that was asked for.
func (b *builder) changes(n Note) bool {
	if b.asked == nil || n.At > 0 && b.users != nil && *b.users != n.At {
		return false
	}
	return slices.ContainsFunc(n.Changes, func(name string) bool {
		r := refOf(name)
		return b.asked(r) && b.touched(r)
	})
}

// touched tells whether the answer used a field. A fact used as a whole is used in
// all its fields.
func (b *builder) touched(t ref) bool {
	return slices.ContainsFunc(b.used, func(u ref) bool {
		return u.id == t.id && (t.field == "" || u.field == "" || u.field == t.field)
	})
}

// everything is asked by who asks for a table of numbers.
func everything(ref) bool { return true }
