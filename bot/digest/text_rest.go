package digest

import (
	"fmt"
	"strings"
)

func (p *page) organisation(o *Organised) {
	p.head("Organisation")
	if o.Users.Known {
		p.line("  Users: %s%s.", grouped(fmt.Sprintf("%.0f", o.Users.Value)), origin(o.Users))
	}
	if o.Growth.Known {
		p.line("  Growth: %s %% a week%s.", one(100*o.Growth.Value), origin(o.Growth))
	}
	if o.PerUser != nil {
		p.line("  A user costs %s a month.", show(o.PerUser.Value, o.PerUser.Currency))
		for _, s := range o.PerUser.Sentences {
			p.line("  %s", s)
		}
	}
	if o.SLO != "" {
		p.line("  %s.", o.SLO)
	}
	for _, m := range o.Moves {
		p.line("  %s (%s): %s.", m.Title, strings.Join(m.IDs, ", "), m.Sentence)
	}
	p.list(o.Notes)
}

func origin(f Figure) string {
	if f.Source == "" {
		return ""
	}
	return " (" + clean(f.Source) + ")"
}

func (p *page) steps(steps []CostStep) {
	if len(steps) == 0 {
		return
	}
	p.head("Cost steps")
	for _, s := range steps {
		state := string(s.Adoption.State)
		if by := clean(s.Adoption.By); by != "" && s.Adoption.State != StepOpen {
			state += " by " + by
		}
		if s.Adoption.State == StepSnoozed {
			state += " until " + s.Adoption.Until.UTC().Format("2 Jan 2006")
		}
		p.line("  %s %s (%s; effort %s): %s.", s.ID, s.Title, s.Group, s.Effort, state)
		if !s.Applies {
			p.line("    Does not apply: %s.", s.Why)
			continue
		}
		for _, save := range s.Savings {
			p.line("    Saves %s %s a month: of %s a month, %s.", span(save.Low, save.High), clean(save.Currency), amount(save.Base), save.Rows)
		}
		if s.Why != "" {
			p.line("    Note: %s.", s.Why)
		}
	}
}

func span(low, high float64) string {
	if low == high {
		return amount(low)
	}
	return amount(low) + " to " + amount(high)
}

func (p *page) alerts(w *WeekOfAlerts) {
	p.head("Incidents")
	drills := ""
	if w.Drills > 0 {
		drills = ", and " + many(w.Drills, "drill") + ", which no figure here counts"
	}
	p.line("  %s%s.", many(w.Count, "incident"), drills)
	for _, part := range []struct {
		title  string
		counts []Count
	}{{"By playbook", w.ByPlaybook}, {"By severity", w.BySeverity}, {"Closed as false alarm or noise", w.False}} {
		if len(part.counts) == 0 {
			continue
		}
		names := make([]string, len(part.counts))
		for i, c := range part.counts {
			names[i] = fmt.Sprintf("%s %d", c.Name, c.Count)
		}
		p.line("  %s: %s.", part.title, strings.Join(names, ", "))
	}
	p.times("Time to acknowledge", "not acknowledged", w.Ack)
	p.times("Time to resolve", "still open", w.Resolve)
	if w.StepsLate > 0 {
		p.line("  %s late.", many(w.StepsLate, "step"))
	}
	for _, o := range w.Overdue {
		p.line("  Overdue with %s:", o.Owner)
		var rows [][]string
		for _, s := range o.Steps {
			rows = append(rows, []string{fmt.Sprintf("  %s %s (%s)", s.Incident, s.Step, s.Tier), late(s.Days)})
		}
		p.table(rows)
	}
}

func late(days int) string {
	if days == 0 {
		return "since less than a day"
	}
	return "for " + many(days, "day")
}

func (p *page) times(title, open string, t *Times) {
	if t == nil {
		return
	}
	text := fmt.Sprintf("none of %d", t.Of+t.Open)
	if t.Of > 0 {
		text = fmt.Sprintf("median %s, worst %s, of %d", spell(t.Median), spell(t.Worst), t.Of)
	}
	if t.Open > 0 {
		text += fmt.Sprintf("; %d %s", t.Open, open)
	}
	p.line("  %s: %s.", title, text)
}

// ServiceText is a service's report for a terminal; suggestions are the names that
// [Service] gave for one that there is none of.
func ServiceText(r ServiceReport, suggestions []string) string {
	var p page
	switch {
	case len(r.Services) == 0 && r.Asked != "" && len(suggestions) > 0:
		p.head("No service is called %q. Nearest: %s.", r.Asked, strings.Join(suggestions, ", "))
	case len(r.Services) == 0 && r.Asked != "":
		p.head("No service is called %q.", r.Asked)
	case len(r.Services) == 0:
		p.head("No figures of any service.")
	case r.Asked == "":
		p.head("Services by cost in %s, and the week before", r.Week)
		var rows [][]string
		for _, s := range r.Services {
			name := fullName(Mover{Provider: s.Provider, Service: s.Service})
			rows = append(rows, []string{name, s.cell(1), s.cell(2), s.Currency})
		}
		p.table(rows)
		if r.More > 0 {
			p.line("  and %d more", r.More)
		}
	default:
		for _, s := range r.Services {
			p.service(s)
		}
	}
	if len(r.Missing) > 0 {
		p.head("Missing")
		p.list(r.Missing)
	}
	return p.b.String()
}

// cell is the total of the week so many from the end.
func (s ServiceWeeks) cell(fromEnd int) string {
	w := s.Weeks[len(s.Weeks)-fromEnd]
	switch {
	case w.Days == 0:
		return "not known"
	case w.Days < 7:
		return fmt.Sprintf("%s (%s)", amount(w.Total.Float64()), many(w.Days, "day"))
	}
	return amount(w.Total.Float64())
}

func (p *page) service(s ServiceWeeks) {
	p.head("%s, %s by week", fullName(Mover{Provider: s.Provider, Service: s.Service}), s.Currency)
	var rows [][]string
	for i, w := range s.Weeks {
		rows = append(rows, []string{w.Week.String(), s.cell(len(s.Weeks) - i)})
	}
	p.table(rows)
	if !s.Judged {
		p.line("  Its history is too short to tell anomalies.")
	}
	p.spikes("Above what was expected", s.Spikes, s.Currency)
}
