package handbook

import (
	"fmt"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// Fact answers with one line of the sheet by its id, "C7" or "e1-8". false: no
// such id.
func (h *Handbook) Fact(id string) (Entry, bool) {
	id = strings.ToUpper(strings.TrimSpace(id))
	f := h.facts[id]
	if f == nil {
		return Entry{}, false
	}
	b := h.answer("")
	b.fact(f)
	return b.done(), true
}

// fact adds all that the sheet says of a fact.
func (b *builder) fact(f *fact) {
	switch v := f.value.Addr().Interface().(type) {
	case *Tier:
		b.a.Title = fmt.Sprintf("Tier %s: %s users", v.ID, v.Users)
		b.tier(*v)
	case *Threshold:
		b.a.Title = v.Name
		m := b.h.Move(*v, Organisation{})
		b.move("When", m.Trigger(), m)
	case *Technology:
		b.technology(*v)
	case *Pattern:
		b.pattern(*v)
	case *Latency:
		b.a.Title = fmt.Sprintf("Latency for %s users", v.Users)
		b.latencies(*v)
	case *Availability:
		b.a.Title = fmt.Sprintf("Availability for %s users", v.Users)
		b.availability(*v)
	case *CostStep:
		b.a.Title = v.Name
		b.costStep(*v)
	case *OneLiner:
		b.a.Title = v.Question
		b.oneLiner(*v)
	case *Emergency:
		b.a.Title = v.Title
		b.emergency(*v)
	case *EmergencyStep:
		b.a.Title = fmt.Sprintf("Step %d of %s", v.Number, b.h.emergencyOf(v.ID).Title)
		b.line("Do", v.Title, v.ID+".title")
		b.line("Within", fmt.Sprintf("%s (%s), from the opening", inWords(v.Within), v.Tier), v.ID+".within")
	case *Contradiction:
		b.a.Title = v.Title
		for _, n := range v.Notes {
			b.line(disagrees, n.Text, v.ID)
		}
		b.line("Concerns", strings.Join(v.Concerns(), ", "), v.ID)
	}
	b.unseen(f.id)
}

// Concerns returns the ids of the facts that contradict one another.
func (x Contradiction) Concerns() []string {
	var ids []string
	for _, r := range x.touches() {
		if !slices.Contains(ids, r.id) {
			ids = append(ids, r.id)
		}
	}
	return ids
}

// Contradictions returns X1 to X17.
func (h *Handbook) Contradictions() []Contradiction {
	return slices.Clone(h.sheet.Doubts.Contradictions)
}

// Emergencies returns E1 to E3.
func (h *Handbook) Emergencies() []Emergency { return slices.Clone(h.sheet.Answers.Emergencies) }

// emergencyOf returns the emergency that a step belongs to.
func (h *Handbook) emergencyOf(step string) Emergency {
	id, _, _ := strings.Cut(step, "-")
	i := slices.IndexFunc(h.sheet.Answers.Emergencies, func(e Emergency) bool { return e.ID == id })
	return h.sheet.Answers.Emergencies[i]
}

func (b *builder) costStep(c CostStep) {
	b.use(c.ID)
	b.line("Saving", fmt.Sprintf("%s of the cost of %s", c.Saving, c.Of), c.ID+".saving", c.ID+".of")
	b.line("Counted on", c.Base.String(), c.ID)
	if c.Tool != "" {
		b.line("How", c.Tool, c.ID+".tool")
	}
	effort := c.Effort
	if c.EffortNote != "" {
		effort += " (" + c.EffortNote + ")"
	}
	if c.Capex > 0 {
		effort += ", " + c.Capex.String() + " to invest"
	}
	if c.PaybackMonths > 0 {
		effort += fmt.Sprintf(", paid back in %d months", c.PaybackMonths)
	}
	b.line("Effort", effort, c.ID+".effort", c.ID+".effort_note", c.ID+".capex", c.ID+".payback_months")
	if c.MinimumUsers > 0 {
		needs := c.MinimumUsers.String() + " users"
		if c.MinimumTB > 0 {
			needs += fmt.Sprintf(" or %s TB a month", number(c.MinimumTB, 6))
		}
		b.line("Only from", needs, c.MinimumFrom, c.ID+".minimum_users", c.ID+".minimum_tb")
	}
	for _, g := range b.h.sheet.Costs.Groups {
		if g.Name == c.Group {
			extra := map[bool]string{true: " additional"}[g.Additional]
			b.line("Group", fmt.Sprintf("%s, %s, %s%s by the header", g.Title, g.Months, g.Saving, extra), c.ID)
		}
	}
}

func (b *builder) oneLiner(q OneLiner) {
	b.line("", q.Answer, q.ID, q.ID+".answer")
	if q.SmallUsers.given() {
		b.line("At "+q.SmallUsers.String()+" users", q.SmallCost.String()+" per user and month", q.ID+".small_cost")
		b.line("At "+q.LargeUsers.String()+" users", q.LargeCost.String()+" per user and month", q.ID+".large_cost")
	}
}

func (b *builder) emergency(e Emergency) {
	b.line("Playbook", e.Playbook, e.ID)
	b.tiers(e, "")
}

// tiers adds a line for each deadline of an emergency, headed by what comes before.
func (b *builder) tiers(e Emergency, before string) {
	b.use(e.ID)
	n := 0
	for _, tier := range e.Tiers {
		var titles, from []string
		for range tier.Titles {
			s := e.Steps[n]
			titles = append(titles, s.ID+" "+s.Title)
			from = append(from, s.ID+".title", s.ID+".within")
			n++
		}
		b.line(fmt.Sprintf("%s%s, within %s", before, tier.Name, inWords(tier.Within)), strings.Join(titles, "; "), from...)
		before = ""
	}
}

// CostPlaybook is the nine steps with what an organisation's size makes of
// them.
type CostPlaybook struct {
	Steps []CostStep
	Entry
}

// CostPlaybook tells all cost steps by group, and which an organisation is too
// small for.
func (h *Handbook) CostPlaybook(org Organisation) CostPlaybook {
	out := CostPlaybook{Steps: h.CostSteps()}
	b := h.answer("Cost playbook, " + textutil.Count(len(out.Steps), "step"))
	for _, g := range h.sheet.Costs.Groups {
		b.line(g.Title, fmt.Sprintf("%s, %s%s by the header", g.Months, g.Saving, map[bool]string{true: " additional"}[g.Additional]))
		for _, s := range out.Steps {
			if s.Group != g.Name {
				continue
			}
			text := fmt.Sprintf("%s of the cost of %s, effort %s", s.Saving, s.Of, s.Effort)
			if a := s.Applies(org); !a.Applies {
				text += "; does not apply: " + a.Reason
			}
			b.line(s.ID+" "+s.Name, text, s.ID+".saving", s.ID+".of", s.ID+".effort", s.ID+".minimum_users", s.ID+".minimum_tb")
		}
	}
	out.Entry = b.done()
	return out
}
