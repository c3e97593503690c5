package handbook

import (
	"fmt"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// Technologies returns S1 to S10.
func (h *Handbook) Technologies() []Technology { return slices.Clone(h.sheet.Building.Stack) }

// Patterns returns P1 to P4.
func (h *Handbook) Patterns() []Pattern { return slices.Clone(h.sheet.Building.Patterns) }

// NotFound is the error of a look-up by name: what there is, and what was
// probably meant.
type NotFound struct {
	What, Name string
	Nearest    string // empty: nothing like it
	Known      []string
}

// Error says what is known.
func (e *NotFound) Error() string {
	text := fmt.Sprintf("the handbook has no %s %q", e.What, cut(e.Name, 40))
	if e.Nearest != "" {
		return text + fmt.Sprintf(", did you mean %q?", e.Nearest)
	}
	return text + "; there are: " + strings.Join(e.Known, ", ")
}

// Stack answers with one choice of the stack, by name ("cache"), alias
// ("redis") or id ("S4"). The error is a *NotFound.
func (h *Handbook) Stack(name string) (Technology, Answer, error) {
	rows := h.sheet.Building.Stack
	i, err := find("part of the stack", name, rows, func(t Technology) []string { return append([]string{t.Name, t.ID}, t.Aliases...) })
	if err != nil {
		return Technology{}, Answer{}, err
	}
	a, _ := h.Fact(rows[i].ID)
	return rows[i], a, nil
}

// Pattern answers with one kind of product, by name ("social"), alias ("feed")
// or id ("P1"). The error is a *NotFound.
func (h *Handbook) Pattern(name string) (Pattern, Answer, error) {
	rows := h.sheet.Building.Patterns
	i, err := find("pattern", name, rows, func(p Pattern) []string { return append([]string{p.Name, p.ID}, p.Aliases...) })
	if err != nil {
		return Pattern{}, Answer{}, err
	}
	a, _ := h.Fact(rows[i].ID)
	return rows[i], a, nil
}

// find returns the row that has the name, of which names gives the proper one
// first.
func find[T any](what, name string, rows []T, names func(T) []string) (int, error) {
	wanted := bare(cut(name, 200))
	var known, all []string
	for i, row := range rows {
		for n, candidate := range names(row) {
			if wanted != "" && bare(candidate) == wanted {
				return i, nil
			}
			if n == 0 {
				known = append(known, candidate)
			}
			all = append(all, candidate)
		}
	}
	e := &NotFound{What: what, Name: name, Known: known}
	e.Nearest, _ = yamlfile.Nearest(strings.TrimSpace(name), all)
	return 0, e
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
