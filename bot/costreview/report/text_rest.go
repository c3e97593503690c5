package report

import (
	"fmt"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/costreview/money"
)

func (p *page) organisation(o *Organised) {
	p.head("Organisation")
	if o.Users.Known {
		p.line("  Users: %s%s.", money.Grouped(fmt.Sprintf("%.0f", o.Users.Value)), origin(o.Users))
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

func (p *page) steps(steps []CostStep, open []Saving) {
	if len(steps) == 0 {
		return
	}
	p.head("Cost steps")
	for _, save := range open {
		p.line("  All open ones together save %s %s a month, of %s a month.", span(save.Low, save.High), clean(save.Currency), amount(save.Base))
	}
	for _, s := range steps {
		state := string(s.Adoption.State)
		if by := clean(s.Adoption.By); by != "" && s.Adoption.State != StepOpen {
			state += " by " + by
		}
		if s.Adoption.State == StepSnoozed {
			state += " until " + s.Adoption.Until.UTC().Format("2 Jan 2006")
		}
		p.line("  %s %s (%s; effort %s): %s.", s.ID, s.Title, s.Group, s.Effort, state)
		p.measured(s)
		if !s.Applies {
			p.line("    Does not apply: %s.", s.Why)
			continue
		}
		for _, save := range s.Savings {
			p.line("    Saves %s %s a month: of %s a month, %s.", span(save.Low, save.High), clean(save.Currency), amount(save.Base), save.Rows)
			for _, says := range []string{save.LeftSentence(amount), save.TogetherSentence(amount)} {
				if says != "" {
					p.line("      %s.", says)
				}
			}
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
		drills = ", and " + textutil.Count(w.Drills, "drill") + ", which no figure here counts"
	}
	p.line("  %s%s.", textutil.Count(w.Count, "incident"), drills)
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
		p.line("  %s late.", textutil.Count(w.StepsLate, "step"))
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
	return "for " + textutil.Count(days, "day")
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
