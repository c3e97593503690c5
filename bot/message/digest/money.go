package digest

import (
	"fmt"
	"math"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
)

// maxCurrencies bounds how many currencies the root has a line for.
const maxCurrencies = 3

// moverName is how long a name in the root may be, so that its line fits on a phone.
const moverName = 22

// digestHead is what a week cost and how that changed.
func digestHead(r report.Report) string {
	if len(r.Money) == 0 {
		return "📊 No cost figures for " + weekWord(r.Week)
	}
	m := r.Money[0]
	head := "📊 " + atLeast(m) + show(m.Total, currency(m)) + " in " + counted(m, r.Week)
	if m.Before != nil {
		head += " · " + change(*m.Before, currency(m))
	}
	return head
}

func atLeast(m report.CurrencyReport) string {
	if m.Partial {
		return "at least "
	}
	return ""
}

// counted names the days that a total is over: the week, or a part of it.
func counted(m report.CurrencyReport, w money.Week) string {
	if m.LeftOut > 0 {
		return textutil.Count(len(m.Days), "day") + " of " + weekWord(w)
	}
	return weekWord(w)
}

// digestNews are the lines about totals that are there only when they are true.
func digestNews(r report.Report) []*blockkit.Paragraph {
	var all []*blockkit.Paragraph
	if len(r.Money) == 0 {
		return nil
	}
	first := r.Money[0]
	if first.Before != nil {
		all = append(all, (&blockkit.Paragraph{}).Text(comparison(first)))
	}
	if first.Partial {
		all = append(all, (&blockkit.Paragraph{}).Text("⚠️ ").Bold("At least").Text(": a source could not be read whole, see what is missing."))
	}
	all = append(all, restated(first)...)
	for _, m := range r.Money[1:min(len(r.Money), maxCurrencies)] {
		p := (&blockkit.Paragraph{}).Bold(textutil.Capital(atLeast(m) + show(m.Total, currency(m))))
		if m.Before != nil {
			p.Text(" " + change(*m.Before, currency(m)))
		}
		all = append(all, p.Text(ofSymbol(m)+", "+dataUntil(m)+": never added to the rest"))
		all = append(all, restated(m)...)
	}
	if rest := len(r.Money) - maxCurrencies; rest > 0 {
		all = append(all, (&blockkit.Paragraph{}).Italic("and "+textutil.Thousands(rest)+" more in other currencies, in the thread"))
	}
	return all
}

// comparison says what the change is against.
func comparison(m report.CurrencyReport) string {
	days := "the week before"
	switch {
	case len(m.Alike) > 0:
		days = fmt.Sprintf("the same %s of the week before, of those that it has", textutil.Count(len(m.Alike), "weekday"))
	case m.LeftOut > 0:
		days = fmt.Sprintf("the same %s of the week before", textutil.Count(len(m.Days), "weekday"))
	}
	return fmt.Sprintf("Against %s: %s", days, show(m.Before.Was, currency(m)))
}

func restated(m report.CurrencyReport) []*blockkit.Paragraph {
	if m.Restated == nil {
		return nil
	}
	c := m.Restated.Compared
	says := fmt.Sprintf(": %s → %s", show(c.Was, currency(m)), show(c.Was.Add(c.Change), currency(m)))
	if c.Sayable {
		says += " (" + percent(c.Percent) + ")"
	}
	return []*blockkit.Paragraph{(&blockkit.Paragraph{}).Bold(textutil.Capital(weekWord(m.Restated.Week)) + " restated").Text(says)}
}

// moverTable are the services of the first currency that moved most.
func moverTable(r report.Report) []slack.Block {
	if len(r.Money) == 0 {
		return nil
	}
	m := r.Money[0]
	rows := moverLines(m, moverName)
	if len(rows) == 0 {
		return nil
	}
	head := (&blockkit.Paragraph{}).Bold("What moved").Text(inCurrency(m))
	return []slack.Block{blockkit.RichText("movers", head.Section(), blockkit.Preformatted(aligned(rows)))}
}

// inCurrency names the currency of what follows.
func inCurrency(m report.CurrencyReport) string {
	if c := currency(m); c != "" {
		return "," + inWords(c)
	}
	return ""
}

// ofSymbol names the currency of an amount that shows but a symbol.
func ofSymbol(m report.CurrencyReport) string { return inWords(money.Symbol(m.Currency)) }

func inWords(currency string) string {
	if currency == "" {
		return ""
	}
	return " in " + currency
}

// moverLines are what moved up, down, all others, and what is new; names have so
// many units.
func moverLines(m report.CurrencyReport, limit int) []line {
	largest := 0.0
	for _, of := range [][]report.Mover{m.Up, m.Down, m.New} {
		for _, mover := range of {
			largest = max(largest, math.Abs(mover.Change.Float64()))
		}
	}
	decimals := money.Decimals(largest)
	var rows []line
	add := func(mover report.Mover, name string) {
		c := line{amounts: []string{money.SignedTo(mover.Change.Float64(), money.Symbol(m.Currency), decimals), ""}, name: name}
		if mover.Sayable {
			c.amounts[1] = percent(mover.Percent)
		}
		rows = append(rows, c)
	}
	for _, of := range [][]report.Mover{m.Up, m.Down} {
		for _, mover := range of[:min(len(of), 5)] {
			add(mover, serviceName(mover.Provider, mover.Service, limit))
		}
	}
	if m.Folded != nil {
		add(*m.Folded, "all others ("+textutil.Thousands(m.Folded.Services)+")")
	}
	for _, mover := range m.New[:min(len(m.New), 4)] {
		name := serviceName(mover.Provider, mover.Service, limit)
		if mover.Services > 0 {
			name = textutil.Count(mover.Services, "more service")
		}
		rows = append(rows, line{amounts: []string{money.ShowTo(mover.Total.Float64(), money.Symbol(m.Currency), decimals), "new"}, name: name})
	}
	return rows
}

// serviceName is a service, with its provider where both fit.
func serviceName(provider, service string, limit int) string {
	service, provider = blockkit.NotEmpty(blockkit.Line(service)), blockkit.Line(provider)
	both := service + " · " + provider
	if provider == "" || strings.Contains(strings.ToLower(service), strings.ToLower(provider)) || textutil.Units(both) > limit {
		return textutil.CutUnits(service, limit)
	}
	return both
}

// digestText is the digest for ears and for the phone's lock screen.
func digestText(v View) string {
	r := v.Report
	parts := []string{"Costs of " + weekDates(r.Week)}
	if len(r.Money) == 0 {
		parts = append(parts, "There are no figures")
	}
	for _, m := range r.Money[:min(len(r.Money), maxCurrencies)] {
		s := blockkit.EscapeMrkdwn(atLeast(m) + show(m.Total, currency(m)))
		if m.Before != nil {
			s += ", " + blockkit.EscapeMrkdwn(moved(*m.Before, currency(m)))
		}
		parts = append(parts, textutil.Capital(s), textutil.Capital(dataUntil(m)))
	}
	if spikes := allSpikes(r); len(spikes) > 0 {
		s := spikes[0]
		parts = append(parts, fmt.Sprintf("%s above what was expected, most of all %s: %s", textutil.Count(len(spikes), "service"),
			blockkit.EscapeMrkdwn(textutil.CutUnits(blockkit.Line(s.Service), 60)), blockkit.EscapeMrkdwn(money.Signed(s.Excess, s.currency))))
	}
	if i := r.Incidents; i != nil {
		if late := lateSteps(i); late > 0 {
			parts = append(parts, textutil.Count(late, "step")+" overdue")
		}
	}
	if len(r.Missing) > 0 {
		parts = append(parts, textutil.Count(len(r.Missing), "thing")+" missing")
	}
	return blockkit.CutMrkdwn(strings.Join(append(parts, report.ID(v.Number)), ". ")+".", blockkit.MaxText)
}

// moved is a change in words: "up $6,430, 13 percent".
func moved(c report.Compared, currency string) string {
	s := "up "
	switch c.Change.Sign() {
	case 0:
		return "unchanged"
	case -1:
		s = "down "
	}
	s += show(c.Change.Abs(), currency)
	if c.Sayable {
		s += ", " + strings.TrimLeft(strings.TrimSuffix(percent(c.Percent), " %"), "+-") + " percent"
	}
	return s
}
