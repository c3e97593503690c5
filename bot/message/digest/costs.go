package digest

import (
	"fmt"
	"math"
	"slices"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
)

const (
	// maxName is how long a service's name may be in a detail.
	maxName = 80
	// maxMovers bounds how many services a detail names of each that cost more, less, or are new.
	maxMovers = 100
)

// costChunks are all figures of money that the root has no room for, currency by
// currency.
func costChunks(v View) []chunk {
	var chunks []chunk
	for k, m := range v.Report.Money {
		id, f := fmt.Sprintf("money:%d", k), figuresOf(m)
		chunks = append(chunks, moneyChunks(v.Report, m, f, id)...)
		chunks = append(chunks, sentences(id+":besides", "AI and commitments"+inCurrency(m), m.Besides(), 900)...)
		if k == 0 {
			chunks = append(chunks, sentences("units", "What one costs", unitSentences(v.Report), 600)...)
		}
		chunks = append(chunks, moreSpikes(v, k)...)
		chunks = append(chunks, sideChunks(m, f, id)...)
	}
	return chunks
}

// moneyChunks are a currency's totals and what moved, with both weeks.
func moneyChunks(r report.Report, m report.CurrencyReport, f figures, id string) []chunk {
	c := currency(m)
	total := &blockkit.Paragraph{}
	total.Bold(textutil.Capital(atLeast(m) + show(m.Total, c))).Text(" in " + counted(m, r.Week) + ofSymbol(m) + ", " + dataUntil(m))
	if column := textutil.CutUnits(blockkit.Line(m.Column), 80); column != "" {
		total.Text(", by " + column)
	}
	all := []*blockkit.Paragraph{total}
	if m.Before != nil {
		all = append(all, (&blockkit.Paragraph{}).Text(comparison(f)+", "+f.change(*f.Before)))
		all = append(all, f.explained()...)
	}
	all = append(all, (&blockkit.Paragraph{}).Text("The same days on the invoice: "+show(m.Billed, c)))
	all = append(all, restated(m)...)
	chunks := []chunk{fixed(blockkit.EscapeMrkdwn(textutil.Capital(atLeast(m)+show(m.Total, c))+ofSymbol(m)), blockkit.Lines(id+":total", all))}
	chunks = append(chunks, sentences(id+":months", "How the month ends"+inCurrency(m), monthSentences(r, m), 400)...)
	if len(m.Sources) > 1 {
		chunks = append(chunks, table(id+":sources", "By source"+inCurrency(m), "", f.shareLines(m.Sources))...)
	}
	chunks = append(chunks, teamChunks(f, id)...)
	chunks = append(chunks, table(id+":movers", "What moved"+inCurrency(m), "change, percent, the week before, this week", fullMoverLines(f))...)
	var renames []string
	for _, rename := range m.Renames {
		renames = append(renames, renamed(rename, c))
	}
	return append(chunks, sentences(id+":renames", "Renamed", renames, 300)...)
}

// renamed says a rename. A report of an older version only took it to be possible,
// and knows no day.
func renamed(r report.Rename, currency string) string {
	from, to := textutil.CutUnits(blockkit.Line(r.From), maxName), textutil.CutUnits(blockkit.Line(r.To), maxName)
	if r.Since == 0 {
		return fmt.Sprintf("Perhaps %s (%s) is %s (%s) now", from, show(r.Was, currency), to, show(r.Now, currency))
	}
	return fmt.Sprintf("%s is %s since %s and judged as one: %s against %s a week before", from, to, r.Since.Time().Format("Mon 2 Jan"), show(r.Now, currency), show(r.Was, currency))
}

// fullMoverLines are all movers with what they were and what they are.
func fullMoverLines(f figures) []line {
	moves := f.moves(maxName, maxMovers)
	largest := 0.0
	for _, m := range moves {
		largest = max(largest, math.Abs(m.Total.Float64()), math.Abs(m.Was.Float64()))
	}
	decimals, c := money.Decimals(largest), money.Symbol(f.Currency)
	var rows []line
	for _, m := range moves {
		l := line{amounts: []string{f.signed(m.Change), f.percent(m), "", showTo(m.Total, c, decimals)}, name: m.name}
		if by := whose(m.Causes); by != "" {
			l.name += " (" + by + ")"
		}
		if !m.fresh {
			l.amounts[2] = showTo(m.Was, c, decimals)
		}
		rows = append(rows, l)
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
			c.blocks = append([]slack.Block{head}, c.blocks...)
			c.room, c.places = c.room+blockkit.Size(head), c.places+1
		}
		chunks = append(chunks, c)
	}
	return chunks
}

// sideChunks are what stands beside the comparison: what people expect, level
// shifts, fixed charges, credits, corrections, what could not be judged, notes.
func sideChunks(m report.CurrencyReport, f figures, id string) []chunk {
	var chunks []chunk
	anomalies := func(at, title string, of []report.Anomaly) {
		var all []string
		for _, a := range of {
			s := fmt.Sprintf("%s: %s against %s on %s, %s", serviceName(a.Provider, a.Service, maxName), money.Show(a.Actual, currency(m)), money.Show(a.Expected, currency(m)), blockkit.NotEmpty(spikeDays(a)), money.Signed(a.Excess, currency(m)))
			if why := textutil.CutUnits(blockkit.Line(a.Why), 300); why != "" {
				s += ": " + why
			}
			all = append(all, s)
		}
		chunks = append(chunks, sentences(id+at, title, all, 700)...)
	}
	anomalies(":meant", "Expected, as people said"+inCurrency(m), m.Meant)
	anomalies(":shifted", "The new level"+inCurrency(m)+": told for two weeks, usual from now on", m.Shifted)
	var growing []string
	for _, g := range m.Growing {
		growing = append(growing, growingName(g, maxName)+" "+g.Verb()+": "+grownBy(g, currency(m)))
	}
	chunks = append(chunks, sentences(id+":growing", "Growing without a spike"+inCurrency(m), growing, 300)...)
	for _, side := range []struct {
		at, title, about string
		shares           []report.Share
	}{
		{":fixed", "Fixed charges", "in the total, in no comparison of services", f.Fixed},
		{":credits", "Credits and refunds", "in the total, in no comparison of services", f.Credits},
		{":corrections", "Corrections", "of periods that were invoiced before", f.Corrections},
		{":unjudged", "Not judged", "their history is too short", m.Unjudged},
	} {
		about := side.about
		if slices.ContainsFunc(side.shares, func(s report.Share) bool { return s.Before != nil }) {
			about = "this week and the change, " + about
		}
		chunks = append(chunks, table(id+side.at, side.title+inCurrency(m), about, f.shareLines(side.shares))...)
	}
	return append(chunks, sentences(id+":notes", "About these figures"+inCurrency(m), m.Notes, 700)...)
}

// shareLines are parts of the total, with their changes where they are compared.
func (f figures) shareLines(shares []report.Share) []line {
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
		l := line{amounts: []string{showTo(s.Total, money.Symbol(f.Currency), money.Decimals(largest))}, name: name}
		if s.Before != nil {
			l.amounts = append(l.amounts, f.signed(s.Before.Change))
		}
		rows = append(rows, l)
	}
	return rows
}
