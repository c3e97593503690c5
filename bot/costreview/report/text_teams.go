package report

import (
	"fmt"
	"strconv"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/costreview/money"
)

// teams prints what each team costs.
func (p *page) teams(m CurrencyReport, currency string) {
	if m.Showback == nil {
		return
	}
	var rows [][]string
	for t := range m.Showback.Each() {
		row := []string{"  " + t.Label(), money.Grouped(strconv.FormatFloat(t.Total.Float64(), 'f', p.places, 64))}
		if t.Share != nil {
			row = append(row, fmt.Sprintf("%.0f %%", *t.Share))
		} else {
			row = append(row, "")
		}
		if t.Before != nil {
			row = append(row, p.change(*t.Before), percent(*t.Before))
		} else {
			row = append(row, "", "")
		}
		rows = append(rows, append(row, t.Outlook(currency)))
	}
	if len(rows) == 0 { // nothing costs anything
		return
	}
	p.line("  By %s:", m.Showback.By)
	p.table(rows)
}

// Label names a team, or several together: "untagged", "9,980 others".
func (t TeamCost) Label() string {
	switch {
	case t.Name != "others" || t.Teams == 0 && !t.Least:
		return t.Name
	case t.Teams == 0:
		return "all others"
	case t.Least:
		return textutil.Thousands(t.Teams) + " others or more"
	}
	return textutil.Thousands(t.Teams) + " others"
}

// Outlook is what else there is to say of a team: its spike, and how its month ends.
func (t TeamCost) Outlook(currency string) string {
	text := ""
	if t.Spike != nil {
		text = fmt.Sprintf("%s %s above expected on %s", signed(t.Spike.Excess), currency, list(t.Spike.Days))
	}
	if t.Month != nil && t.Month.Why == "" {
		if text != "" {
			text += "; "
		}
		text += "month: " + t.Month.Standing(currency, t.Month.Until)
	}
	return text
}
