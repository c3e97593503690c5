package digest

import (
	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
)

// maxSaid bounds a sentence about what a step saved, in units.
const maxSaid = 240

// measuredLines are what an adopted step saved since, or why that is not known. A step
// that was adopted when the digest was there already is measured by the ones to come.
func measuredLines(s report.CostStep, standing report.Adoption) (all []*blockkit.Paragraph) {
	if s.Adoption.State != report.StepAdopted || !s.Adoption.At.Equal(standing.At) {
		return nil
	}
	for _, m := range s.Measured[:min(len(s.Measured), maxCurrencies)] {
		all = append(all, (&blockkit.Paragraph{}).Text("Since then: "+textutil.CutUnits(blockkit.Line(m.Sentence(amountIn(m.Currency))), maxSaid)))
	}
	if why := textutil.CutUnits(blockkit.Line(s.Unmeasured), 160); why != "" {
		all = append(all, (&blockkit.Paragraph{}).Text("What it saved: "+why))
	}
	return all
}

// savedTogether is what all adopted steps saved together, behind how many there are.
func savedTogether(r report.Report) string {
	var all []string
	for _, s := range r.Saved[:min(len(r.Saved), maxCurrencies)] {
		all = append(all, s.Short(amountIn(s.Currency)))
	}
	if len(all) == 0 {
		return ""
	}
	return " · adopted ones: " + textutil.List(all)
}

func amountIn(currency string) func(float64) string {
	return func(x float64) string { return money.Show(x, currencyName(currency)) }
}
