package report

import "strings"

// measured is what an adopted step saved, by currency, or why that is not known.
func (p *page) measured(s CostStep) {
	for _, m := range s.Measured {
		p.line("    Since it was adopted: %s.", m.Sentence(amountsIn(m.Currency)))
	}
	if s.Unmeasured != "" {
		p.line("    What it saved: %s.", s.Unmeasured)
	}
}

// saved is what all adopted steps saved together.
func (p *page) saved(all []Saved) {
	for _, s := range all {
		p.line("  Adopted steps together (%s): %s%s.", strings.Join(s.Steps, ", "), s.Sentence(amountsIn(s.Currency)), s.Once())
	}
}

func amountsIn(currency string) func(float64) string {
	return func(x float64) string { return amount(x) + " " + clean(currency) }
}
