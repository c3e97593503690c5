package digest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/incident"
)

// adoption is where a step stands by now.
func (v View) adoption(s report.CostStep) report.Adoption {
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
func nextBest(v View) []report.CostStep {
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
func (s *stack) steps(v View, preview bool) {
	if len(v.Report.Steps) == 0 {
		return
	}
	s.add(0, blockkit.Lines("steps", []*blockkit.Paragraph{(&blockkit.Paragraph{}).Bold("Cost steps").Text(": " + stepCounts(v) + savedTogether(v.Report))}))
	best := nextBest(v)
	for k, step := range best[:min(len(best), rootSteps)] {
		id := fmt.Sprintf("step:%d", k+1)
		step.Savings = slices.Clone(step.Savings[:min(len(step.Savings), 1)])
		for i := range step.Savings { // what all save together stands above, what is left in the thread
			step.Savings[i].TogetherLow, step.Savings[i].TogetherHigh, step.Savings[i].After = 0, 0, nil
		}
		s.add(blockkit.Size(stepBlocks(v.fresh(), step, id, false)...)+clickRoom, stepBlocks(v, step, id, preview)...)
	}
}

// rootStepsRoom is the room of the root's steps before anybody clicked.
func rootStepsRoom(v View) (room int) {
	for _, step := range first(nextBest(v), rootSteps) {
		step.Savings = first(step.Savings, 1)
		room += blockkit.Size(stepBlocks(v.fresh(), step, "step:1", false)...) + clickRoom
	}
	return room
}

// stepCounts says how many steps stand where.
func stepCounts(v View) string {
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
	return says + v.openSavings()
}

// openSavings is what the open steps save together, as long as they are the same as
// when the digest was made.
func (v View) openSavings() string {
	for _, s := range v.Report.Steps {
		if then := (View{Report: v.Report}); then.adoption(s).State != v.adoption(s).State {
			return ""
		}
	}
	var all []string
	for _, s := range v.Report.Savings[:min(len(v.Report.Savings), maxCurrencies)] {
		all = append(all, savingRange(s.Low, s.High, currencyName(s.Currency)))
	}
	if len(all) == 0 {
		return ""
	}
	return " · open ones together save " + textutil.List(all) + " a month"
}

// savingRange is "$25,200 to $42,000".
func savingRange(low, high float64, currency string) string {
	decimals := money.Decimals(high)
	from, to := money.ShowTo(low, currency, decimals), money.ShowTo(high, currency, decimals)
	if from == to {
		return from
	}
	return from + " to " + to
}

// stepBlocks are a cost step: what it saves, of what, where it stands, and what
// can be done about it.
func stepBlocks(v View, s report.CostStep, id string, preview bool) []slack.Block {
	all := []*blockkit.Paragraph{(&blockkit.Paragraph{}).Bold(textutil.CutUnits(blockkit.Line(s.ID), 10) + " " + textutil.CutUnits(blockkit.Line(s.Title), 80)).Text(stepFacts(s))}
	for _, saving := range s.Savings[:min(len(s.Savings), 3)] {
		all = append(all, savingLine(saving))
	}
	if why := textutil.CutUnits(blockkit.Line(s.Why), 160); why != "" {
		all = append(all, (&blockkit.Paragraph{}).Text(textutil.Capital(why)))
	}
	a := v.adoption(s)
	by := clicker(incident.User{ID: a.ByID, Name: a.By})
	switch a.State {
	case report.StepAdopted:
		all = append(all, withNote((&blockkit.Paragraph{}).Text("✅ ").Bold("Adopted").Text(" by "+by+", ").Date(a.At), a.Note))
		all = append(all, measuredLines(s, a)...)
	case report.StepSnoozed:
		all = append(all, withNote((&blockkit.Paragraph{}).Text("💤 ").Bold("Snoozed").Text(" until ").Text(a.Until.UTC().Format("2 Jan 2006")).Text(" by "+by), a.Note))
	}
	blocks := []slack.Block{blockkit.Lines(id, all)}
	value := report.ID(v.Number) + "/" + s.ID
	if preview || s.ID == "" || textutil.Units(value) > blockkit.MaxButton {
		return blocks
	}
	switch {
	case a.State != report.StepOpen:
		blocks = append(blocks, slack.NewActionBlock("act:"+id, blockkit.Button(action.DigestUndo.ID, value, "Undo")))
	case s.Applies:
		blocks = append(blocks, slack.NewActionBlock("act:"+id, blockkit.Button(action.DigestAdopt.ID, value, "Adopt"), blockkit.Button(action.DigestSnooze.ID, value, "Snooze…")))
	}
	return blocks
}

func stepFacts(s report.CostStep) string {
	says := ""
	if group := textutil.CutUnits(blockkit.Line(s.Group), 40); group != "" {
		says += " · " + group
	}
	if effort := textutil.CutUnits(blockkit.Line(s.Effort), 40); effort != "" {
		says += " · effort: " + effort
	}
	return says
}

// savingLine is what a step saves a month, and of which spend.
func savingLine(s report.Saving) *blockkit.Paragraph {
	c := currencyName(s.Currency)
	var rest strings.Builder
	rest.WriteString(" a month, of " + money.Show(s.Base, c))
	if rows := textutil.CutUnits(blockkit.Line(s.Rows), 80); rows != "" {
		rest.WriteString(" for " + rows)
	}
	show := amountIn(s.Currency)
	for _, says := range []string{s.LeftSentence(show), s.TogetherSentence(show)} {
		if says != "" {
			rest.WriteString(". " + textutil.CutUnits(blockkit.Line(says), 200))
		}
	}
	return (&blockkit.Paragraph{}).Text("Saves ").Bold(savingRange(s.Low, s.High, c)).Text(rest.String())
}

func withNote(p *blockkit.Paragraph, note string) *blockkit.Paragraph {
	if note = textutil.CutUnits(blockkit.Line(note), 120); note != "" {
		p.Text(": “" + note + "”")
	}
	return p
}
