package report

import (
	"fmt"
	"slices"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/playbooks/handbook"
)

const dollars = "USD"

// perUser sets a month's usage of one user beside the sheet's two yardsticks. The
// sheet counts in dollars; of other currencies it says nothing.
func perUser(currencies []CurrencyReport, users handbook.Users, book *handbook.Handbook) *PerUser {
	if len(currencies) == 0 {
		return nil
	}
	m := currencies[0]
	for _, candidate := range currencies {
		if candidate.Currency == dollars {
			m = candidate
		}
	}
	p := &PerUser{Currency: m.Currency, Month: m.UsageMonth}
	p.Value = p.Month / float64(users)
	say := func(format string, args ...any) { p.Sentences = append(p.Sentences, fmt.Sprintf(format, args...)) }
	say("%s users share %s of usage a month, reckoned from %s.", users, show(p.Month, m.Currency), reckonedFrom(m.UsageMonthDays))
	if rest := len(currencies) - 1; rest > 0 {
		say("Costs in other currencies (%d) are not in it.", rest)
	}
	if m.Currency != dollars {
		say("The sheet counts in dollars: it has no yardstick for %s.", clean(m.Currency))
		return p
	}
	b := book.Budget(users)
	p.Table = float64(b.PerUser)
	line := fmt.Sprintf("The sheet: %s a user by its table (%s: %s), ", show(p.Table, dollars), b.Tier.ID, standing(p.Value, p.Table, p.Table))
	if b.Band == nil {
		line += "no range at this scale (Q5, X2)"
	} else {
		p.BandLow, p.BandHigh = float64(b.Band.Low), float64(b.Band.High)
		line += fmt.Sprintf("%s by its range (Q5: %s)", b.Band, standing(p.Value, p.BandLow, p.BandHigh))
		// X1 and X2 are the contradictions about what a user costs.
		if i := slices.IndexFunc(b.Disagreements, func(d handbook.Disagreement) bool { return d.ID == "X1" || d.ID == "X2" }); i >= 0 {
			p.Disagree = b.Disagreements[i].ID
		}
	}
	p.Yardsticks = line
	if p.Disagree != "" {
		line += "; they disagree (" + p.Disagree + ")"
	}
	say("%s.", line)
	return p
}

// standing says how a value stands to a yardstick from low to high.
func standing(value, low, high float64) string {
	switch {
	case value <= 0 || low <= 0:
		return "no factor can be told"
	case value < low:
		return "that is " + factor(low/value) + " yours"
	case value > high:
		return "yours is " + factor(value/high) + " that"
	}
	return "you are on it"
}

// show writes an amount with its currency, whose name comes from outside.
func show(amount float64, currency string) string { return money.Show(amount, clean(currency)) }

// factor is "1.2 times", "2,230 times".
func factor(x float64) string {
	text := fmt.Sprintf("%.3g", x)
	if x >= 1000 {
		text = money.Grouped(fmt.Sprintf("%.0f", x))
	}
	return text + " times"
}
