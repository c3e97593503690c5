package digest

import (
	"fmt"
	"math"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
)

const (
	rootTeams = 3  // that the root names
	teamName  = 40 // units of a team's name
)

func teamLabel(t report.TeamCost, limit int) string {
	return blockkit.NotEmpty(textutil.CutUnits(blockkit.Line(t.Label()), limit))
}

// teamLine is what the largest teams cost, and what is nobody's, for the root.
func teamLine(r report.Report) []*blockkit.Paragraph {
	if len(r.Money) == 0 || r.Money[0].Showback == nil {
		return nil
	}
	f := figuresOf(r.Money[0])
	var parts []string
	for _, t := range f.Showback.Teams[:min(len(f.Showback.Teams), rootTeams)] {
		says := teamLabel(t, teamName) + " " + show(t.Total, f.currency)
		if t.Before != nil && t.Before.Sayable {
			says += " (" + percent(t.Before.Percent) + ")"
		}
		if t.Spike != nil {
			says += " 🔺"
		}
		parts = append(parts, says)
	}
	if rest := len(f.Showback.Teams) - len(parts); rest > 0 || f.Showback.Others != nil {
		parts = append(parts, "more in the thread")
	}
	if t := f.Showback.Untagged; t != nil {
		says := "untagged " + show(t.Total, f.currency)
		if t.Share != nil {
			says = fmt.Sprintf("untagged %.0f %%", *t.Share)
		}
		parts = append(parts, says)
	}
	if len(parts) == 0 {
		return nil
	}
	return []*blockkit.Paragraph{(&blockkit.Paragraph{}).Bold("By " + textutil.CutUnits(blockkit.Line(f.Showback.By), teamName)).Text(": " + strings.Join(parts, " · "))}
}

// teamChunks are what every team costs, how that changed, and how its month ends.
func teamChunks(f figures, id string) []chunk {
	if f.Showback == nil {
		return nil
	}
	largest := 0.0
	for t := range f.Showback.Each() {
		largest = max(largest, math.Abs(t.Total.Float64()))
	}
	c := money.Symbol(f.Currency)
	var rows []line
	var spikes []string
	for t := range f.Showback.Each() {
		l := line{amounts: []string{showTo(t.Total, c, max(f.places, money.Decimals(largest))), "", "", "", ""}, name: teamLabel(*t, teamName)}
		if t.Share != nil {
			l.amounts[1] = fmt.Sprintf("%.0f %%", *t.Share)
		}
		if t.Before != nil {
			l.amounts[2] = f.signed(t.Before.Change)
			if t.Before.Sayable {
				l.amounts[3] = percent(t.Before.Percent)
			}
		}
		if t.Month != nil && t.Month.Foreseen() {
			l.amounts[4] = money.Brief(t.Month.End, c)
		}
		if a := t.Spike; a != nil {
			spikes = append(spikes, fmt.Sprintf("%s: %s above what was expected on %s", teamLabel(*t, teamName), money.Signed(a.Excess, f.currency), blockkit.NotEmpty(dayRuns(a.Days))))
		}
		rows = append(rows, l)
	}
	by := "By " + textutil.CutUnits(blockkit.Line(f.Showback.By), teamName)
	chunks := table(id+":teams", by+inCurrency(f.CurrencyReport), "this week, of the total, change, percent, where the month ends", rows)
	return append(chunks, sentences(id+":teamspikes", "Teams above what was expected"+inCurrency(f.CurrencyReport), spikes, 300)...)
}

// whose says whose a change is, or where; empty: nobody knows.
func whose(all []report.Cause) string {
	return textutil.CutUnits(blockkit.Line(report.Causes(all)), 160)
}
