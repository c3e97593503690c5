package handbook

import (
	"fmt"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// Technologies returns S1 to S10.
func (h *Handbook) Technologies() []Technology { return slices.Clone(h.sheet.Building.Stack) }

// Patterns returns P1 to P4.
func (h *Handbook) Patterns() []Pattern { return slices.Clone(h.sheet.Building.Patterns) }

// NotFound is the error of a look-up by a name that is like none.
type NotFound struct {
	What, Name string
	Known      []string
}

// Error says what there is.
func (e *NotFound) Error() string {
	return fmt.Sprintf("the handbook has no %s %q; there are: %s", e.What, textutil.Cut(e.Name, 40), strings.Join(e.Known, ", "))
}

// Stack answers with one choice of the stack, by name ("cache"), alias
// ("redis") or id ("S4"), or the nearest or only one like it, and says so. The
// error is a *NotFound.
func (h *Handbook) Stack(name string) (Technology, Entry, error) {
	rows := h.sheet.Building.Stack
	i, taken, err := find("part of the stack", name, rows, func(t Technology) []string { return append([]string{t.Name, t.ID}, t.Aliases...) })
	if err != nil {
		return Technology{}, Entry{}, err
	}
	a, _ := h.Fact(rows[i].ID)
	return rows[i], a.takenFor(taken, name), nil
}

// Pattern answers with one kind of product, by name ("social"), alias ("feed")
// or id ("P1"), or the nearest or only one like it, and says so. The error is a
// *NotFound.
func (h *Handbook) Pattern(name string) (Pattern, Entry, error) {
	rows := h.sheet.Building.Patterns
	i, taken, err := find("pattern", name, rows, func(p Pattern) []string { return append([]string{p.Name, p.ID}, p.Aliases...) })
	if err != nil {
		return Pattern{}, Entry{}, err
	}
	a, _ := h.Fact(rows[i].ID)
	return rows[i], a.takenFor(taken, name), nil
}

// find returns the row that has the name, of which names gives the proper one
// first; else the row with the only name that holds it, or the nearest, and that
// name.
func find[T any](what, name string, rows []T, names func(T) []string) (row int, taken string, err error) {
	wanted := bare(textutil.Cut(name, 200))
	var known, all []string
	of := map[string]int{}
	holding, holds := -1, ""
	for i, row := range rows {
		for n, candidate := range names(row) {
			switch {
			case wanted != "" && bare(candidate) == wanted:
				return i, "", nil
			case len(wanted) < 3 || !strings.Contains(bare(candidate), wanted) || holding == i:
			case holding < 0:
				holding, holds = i, candidate
			default:
				holding = len(rows) // more than one
			}
			if n == 0 {
				known = append(known, candidate)
			}
			all, of[candidate] = append(all, candidate), i
		}
	}
	if holding >= 0 && holding < len(rows) {
		return holding, holds, nil
	}
	if nearest, ok := textutil.Nearest(strings.TrimSpace(name), all); ok {
		return of[nearest], nearest, nil
	}
	return 0, "", &NotFound{What: what, Name: name, Known: known}
}

// takenFor says that an answer is about something named otherwise than it was asked
// for.
func (a Entry) takenFor(taken, name string) Entry {
	if taken != "" {
		a.Lines = slices.Insert(a.Lines, 0, Line{Text: fmt.Sprintf("“%s” was taken to mean %s.", textutil.Cut(name, 40), taken)})
	}
	return a
}

// bare makes "Object storage", "object-storage" and "object_storage" one.
func bare(s string) string { return strings.Join(words(s), "") }

func (b *builder) technology(t Technology) {
	b.a.Title = fmt.Sprintf("%s: %s", strings.ReplaceAll(t.Name, "_", " "), t.Choice)
	b.line("Choice", t.Choice, t.ID, t.ID+".choice")
	b.line("Why", t.Why, t.ID+".why")
	b.line("Alternative", t.Alternative, t.ID+".alternative")
	b.line("Group", map[string]string{"must-have": "must-have technologies", "ML": "ML and AI technologies"}[t.Group], t.ID)
}

func (b *builder) pattern(p Pattern) {
	b.a.Title = p.Title
	b.line("Character", p.Character, p.ID, p.ID+".character")
	b.line("Stack", strings.Join(p.Stack, "; "), p.ID+".stack")
	b.line("How", strings.Join(p.How, "; "), p.ID+".how")
	cost := fmt.Sprintf("%s a month at %s users", p.Cost, patternUsers)
	if p.CostDriver != "" {
		cost += ", " + p.CostDriver
	}
	b.line("Cost", cost, p.ID+".cost", p.ID+".cost_driver")
}
