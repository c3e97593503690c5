package message

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/incident"
)

// adoption is where a step stands by now.
func (v DigestView) adoption(s report.CostStep) report.Adoption {
	a := s.Adoption
	if v.Adoptions != nil {
		a = v.Adoptions[s.ID]
	}
	if a.State == "" || a.State == report.StepSnoozed && !a.Until.After(v.Report.MadeAt) {
		a.State = report.StepOpen
	}
	return a
}

// nextBest are the steps that were open when the digest was made, those that save
// most first: a click takes none of them away.
func nextBest(v DigestView) []report.CostStep {
	then := v
	then.Adoptions = nil
	var open []report.CostStep
	for _, s := range v.Report.Steps {
		if s.Applies && then.adoption(s).State == report.StepOpen {
			open = append(open, s)
		}
	}
	first := ""
	if len(v.Report.Money) > 0 {
		first = v.Report.Money[0].Currency
	}
	saves := func(s report.CostStep) (high float64) {
		for _, saving := range s.Savings {
			if saving.Currency == first {
				high = max(high, saving.High)
			}
		}
		return high
	}
	slices.SortStableFunc(open, func(x, y report.CostStep) int { return cmp.Compare(saves(y), saves(x)) })
	return open
}

// steps puts the root's cost steps on the stack.
func (s *stack) steps(v DigestView, preview bool) {
	if len(v.Report.Steps) == 0 {
		return
	}
	s.add(0, lines("steps", []*paragraph{(&paragraph{}).bold("Cost steps").text(": " + stepCounts(v))}))
	best := nextBest(v)
	for k, step := range best[:min(len(best), rootSteps)] {
		id := fmt.Sprintf("step:%d", k+1)
		step.Savings = step.Savings[:min(len(step.Savings), 1)]
		s.add(sizeEstimate(stepBlocks(v.fresh(), step, id, false)...)+clickRoom, stepBlocks(v, step, id, preview)...)
	}
}

// stepCounts says how many steps stand where.
func stepCounts(v DigestView) string {
	counts := map[report.AdoptionState]int{}
	other := 0
	for _, s := range v.Report.Steps {
		state := v.adoption(s).State
		if state == report.StepOpen && !s.Applies {
			other++
			continue
		}
		counts[state]++
	}
	says := fmt.Sprintf("%d adopted · %d snoozed · %d open", counts[report.StepAdopted], counts[report.StepSnoozed], counts[report.StepOpen])
	if other > 0 {
		says += fmt.Sprintf(" · %d not for this scale", other)
	}
	return says
}

// stepBlocks are a cost step: what it saves, of what, where it stands, and what
// can be done about it.
func stepBlocks(v DigestView, s report.CostStep, id string, preview bool) []slack.Block {
	all := []*paragraph{(&paragraph{}).bold(textutil.CutUnits(Line(s.ID), 10) + " " + textutil.CutUnits(Line(s.Title), 80)).text(stepFacts(s))}
	for _, saving := range s.Savings[:min(len(s.Savings), 3)] {
		all = append(all, savingLine(saving))
	}
	if why := textutil.CutUnits(Line(s.Why), 160); why != "" {
		all = append(all, (&paragraph{}).text(upper(why)))
	}
	a := v.adoption(s)
	by := clicker(incident.User{ID: a.ByID, Name: a.By})
	switch a.State {
	case report.StepAdopted:
		all = append(all, withNote((&paragraph{}).text("✅ ").bold("Adopted").text(" by "+by+", ").date(a.At), a.Note))
	case report.StepSnoozed:
		all = append(all, withNote((&paragraph{}).text("💤 ").bold("Snoozed").text(" until ").text(a.Until.UTC().Format("2 Jan 2006")).text(" by "+by), a.Note))
	}
	blocks := []slack.Block{lines(id, all)}
	value := report.ID(v.Number) + "/" + s.ID
	if preview || s.ID == "" || textutil.Units(value) > MaxButton {
		return blocks
	}
	switch {
	case a.State != report.StepOpen:
		blocks = append(blocks, slack.NewActionBlock("act:"+id, button(action.DigestUndo, value, "Undo")))
	case s.Applies:
		blocks = append(blocks, slack.NewActionBlock("act:"+id, button(action.DigestAdopt, value, "Adopt"), button(action.DigestSnooze, value, "Snooze…")))
	}
	return blocks
}

func stepFacts(s report.CostStep) string {
	says := ""
	if group := textutil.CutUnits(Line(s.Group), 40); group != "" {
		says += " · " + group
	}
	if effort := textutil.CutUnits(Line(s.Effort), 40); effort != "" {
		says += " · effort: " + effort
	}
	return says
}

// savingLine is what a step saves a month, and of which spend.
func savingLine(s report.Saving) *paragraph {
	c := currencyName(s.Currency)
	decimals := money.Decimals(s.High)
	saves := money.ShowTo(s.Low, c, decimals)
	if high := money.ShowTo(s.High, c, decimals); high != saves {
		saves += " to " + high
	}
	p := (&paragraph{}).text("Saves ").bold(saves).text(" a month, of " + money.Show(s.Base, c))
	if rows := textutil.CutUnits(Line(s.Rows), 80); rows != "" {
		p.text(" for " + rows)
	}
	return p
}

func withNote(p *paragraph, note string) *paragraph {
	if note = textutil.CutUnits(Line(note), 120); note != "" {
		p.text(": “" + note + "”")
	}
	return p
}
