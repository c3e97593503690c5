package digest

import (
	"fmt"
	"math"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
)

// maxName is how long a service's name may be in a detail.
const maxName = 80

// costChunks are all figures of money that the root has no room for, currency by
// currency.
func costChunks(v View) []chunk {
	var chunks []chunk
	for k, m := range v.Report.Money {
		chunks = append(chunks, moneyChunks(v.Report, m, fmt.Sprintf("money:%d", k))...)
		chunks = append(chunks, moreSpikes(v, k)...)
		chunks = append(chunks, sideChunks(m, fmt.Sprintf("money:%d", k))...)
	}
	return chunks
}

// moneyChunks are a currency's totals and what moved, with both weeks.
func moneyChunks(r report.Report, m report.CurrencyReport, id string) []chunk {
	c := currency(m)
	total := &blockkit.Paragraph{}
	total.Bold(textutil.Capital(atLeast(m) + show(m.Total, c))).Text(" in " + counted(m, r.Week) + ofSymbol(m) + ", " + dataUntil(m))
	if column := textutil.CutUnits(blockkit.Line(m.Column), 80); column != "" {
		total.Text(", by " + column)
	}
	all := []*blockkit.Paragraph{total}
	if m.Before != nil {
		all = append(all, (&blockkit.Paragraph{}).Text(comparison(m)+", "+change(*m.Before, c)))
	}
	all = append(all, (&blockkit.Paragraph{}).Text("The same days on the invoice: "+show(m.Billed, c)))
	all = append(all, restated(m)...)
	chunks := []chunk{fixed(blockkit.EscapeMrkdwn(textutil.Capital(atLeast(m)+show(m.Total, c))+ofSymbol(m)), blockkit.Lines(id+":total", all))}
	if len(m.Sources) > 1 {
		chunks = append(chunks, table(id+":sources", "By source"+inCurrency(m), "", shareLines(m.Sources, m))...)
	}
	chunks = append(chunks, table(id+":movers", "What moved"+inCurrency(m), "change, percent, the week before, this week", fullMoverLines(m))...)
	var renames []string
	for _, rename := range m.Renames {
		renames = append(renames, fmt.Sprintf("%s (%s) is gone, %s (%s) is new", textutil.CutUnits(blockkit.Line(rename.From), maxName), show(rename.Was, c), textutil.CutUnits(blockkit.Line(rename.To), maxName), show(rename.Now, c)))
	}
	return append(chunks, sentences(id+":renames", "Possible renames", renames, 300)...)
}

// fullMoverLines are all movers with what they were and what they are.
func fullMoverLines(m report.CurrencyReport) []line {
	var all []report.Mover
	all = append(append(all, m.Up...), m.Down...)
	largest := 0.0
	for _, mover := range append(all[:len(all):len(all)], m.New...) {
		largest = max(largest, math.Abs(mover.Total.Float64()), math.Abs(mover.Was.Float64()))
	}
	decimals, c := money.Decimals(largest), money.Symbol(m.Currency)
	var rows []line
	add := func(mover report.Mover, name string) {
		l := line{amounts: []string{money.SignedTo(mover.Change.Float64(), c, decimals), "", money.ShowTo(mover.Was.Float64(), c, decimals), money.ShowTo(mover.Total.Float64(), c, decimals)}, name: name}
		if mover.Sayable {
			l.amounts[1] = percent(mover.Percent)
		}
		rows = append(rows, l)
	}
	for _, mover := range all {
		add(mover, serviceName(mover.Provider, mover.Service, maxName))
	}
	if m.Folded != nil {
		add(*m.Folded, "all others ("+textutil.Thousands(m.Folded.Services)+")")
	}
	for _, mover := range m.New {
		name := serviceName(mover.Provider, mover.Service, maxName)
		if mover.Services > 0 {
			name = textutil.Count(mover.Services, "more service")
		}
		rows = append(rows, line{amounts: []string{"", "new", "", money.ShowTo(mover.Total.Float64(), c, decimals)}, name: name})
	}
	return rows
}

// moreSpikes are the anomalies of a currency that the root does not show, with
// their buttons.
func moreSpikes(v View, k int) []chunk {
	var chunks []chunk
	for at, a := range allSpikes(v.Report) {
		if at < rootSpikes || a.place != k {
			continue
		}
		id := fmt.Sprintf("spike:%d", at+1)
		c := clickable(spikeBlocks(v.fresh(), a, id, false), spikeBlocks(v, a, id, false))
		c.said = blockkit.EscapeMrkdwn(textutil.CutUnits(blockkit.Line(a.Service), 60)) + " " + blockkit.EscapeMrkdwn(money.Signed(a.Excess, a.currency)) + " above what was expected"
		if len(chunks) == 0 {
			head := blockkit.Section(fmt.Sprintf("spikes:%d", k), "🔺 *More above what was expected*")
			c.blocks = append(blocksOf(head), c.blocks...)
			c.room, c.places = c.room+blockkit.Size(head), c.places+1
		}
		chunks = append(chunks, c)
	}
	return chunks
}

// sideChunks are what stands beside the comparison: what people expect, level
// shifts, fixed charges, credits, corrections, what could not be judged, notes.
func sideChunks(m report.CurrencyReport, id string) []chunk {
	var chunks []chunk
	anomalies := func(at, title string, of []report.Anomaly) {
		var all []string
		for _, a := range of {
			s := fmt.Sprintf("%s: %s against %s on %s, %s", serviceName(a.Provider, a.Service, maxName), money.Show(a.Actual, currency(m)), money.Show(a.Expected, currency(m)), blockkit.NotEmpty(dayRuns(a.Days)), money.Signed(a.Excess, currency(m)))
			if why := textutil.CutUnits(blockkit.Line(a.Why), 300); why != "" {
				s += ": " + why
			}
			all = append(all, s)
		}
		chunks = append(chunks, sentences(id+at, title, all, 700)...)
	}
	anomalies(":meant", "Expected, as people said"+inCurrency(m), m.Meant)
	anomalies(":shifted", "The new level"+inCurrency(m)+": told for two weeks, usual from now on", m.Shifted)
	for _, side := range []struct {
		at, title, about string
		shares           []report.Share
	}{
		{":fixed", "Fixed charges", "in the total, in no comparison of services", m.Fixed},
		{":credits", "Credits", "in the total, in no comparison of services", m.Credits},
		{":corrections", "Corrections", "of periods that were invoiced before", m.Corrections},
		{":unjudged", "Not judged", "their history is too short", m.Unjudged},
	} {
		chunks = append(chunks, table(id+side.at, side.title+inCurrency(m), side.about, shareLines(side.shares, m))...)
	}
	return append(chunks, sentences(id+":notes", "About these figures"+inCurrency(m), m.Notes, 700)...)
}

func shareLines(shares []report.Share, m report.CurrencyReport) []line {
	largest := 0.0
	for _, s := range shares {
		largest = max(largest, math.Abs(s.Total.Float64()))
	}
	var rows []line
	for _, s := range shares {
		name := textutil.CutUnits(blockkit.Line(s.Name), maxName)
		if note := textutil.CutUnits(blockkit.Line(s.Note), 120); note != "" {
			name += " (" + note + ")"
		}
		rows = append(rows, line{amounts: []string{money.ShowTo(s.Total.Float64(), money.Symbol(m.Currency), money.Decimals(largest))}, name: name})
	}
	return rows
}
