package digest

import (
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
)

// maxCurrencies bounds how many currencies the root has a line for.
const maxCurrencies = 3

const (
	// moverName is how long a name in the root may be, so that its line fits on a phone; longer ones take two.
	moverName = 22
	// rootMovers is how many services the root names that cost more, less, or are new.
	rootMovers = 5
)

// digestHead is what a week cost and how that changed.
func digestHead(r report.Report) string {
	if len(r.Money) == 0 {
		return "📊 No cost figures for " + weekWord(r.Week)
	}
	if r.Equal {
		var totals []string
		for _, m := range r.Money[:min(len(r.Money), maxCurrencies)] {
			totals = append(totals, atLeast(m)+show(m.Total, currency(m)))
		}
		if rest := len(r.Money) - maxCurrencies; rest > 0 {
			totals = append(totals, textutil.Thousands(rest)+" more")
		}
		return "📊 " + textutil.List(totals) + " in " + weekWord(r.Week)
	}
	m := r.Money[0]
	head := "📊 " + atLeast(m) + show(m.Total, currency(m)) + " in " + counted(m, r.Week)
	if f := figuresOf(m); m.Before != nil {
		head += " · " + f.change(*f.Before)
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

// digestNews are the lines about totals that are there only when they are true. The
// first currency's change is explained where there is room, the others' in the thread.
func digestNews(r report.Report, explained bool) []*blockkit.Paragraph {
	var all []*blockkit.Paragraph
	if len(r.Money) == 0 {
		return nil
	}
	first, rest := r.Money[0], r.Money[1:min(len(r.Money), maxCurrencies)]
	if r.Equal { // each has a line of the same rank
		rest = r.Money[:min(len(r.Money), maxCurrencies)]
	} else if first.Before != nil {
		f := figuresOf(first)
		all = append(all, (&blockkit.Paragraph{}).Text(comparison(f)))
		if explained {
			all = append(all, f.explained()...)
		}
	}
	if first.Partial && !r.Equal {
		all = append(all, (&blockkit.Paragraph{}).Text("⚠️ ").Bold("At least").Text(": a source could not be read whole, see what is missing."))
	}
	if !r.Equal {
		all = append(all, restated(first)...)
	}
	for _, m := range rest {
		p, f := (&blockkit.Paragraph{}).Bold(textutil.Capital(atLeast(m)+show(m.Total, currency(m)))), figuresOf(m)
		if m.Before != nil {
			p.Text(" " + f.change(*f.Before))
		}
		all = append(all, p.Text(ofSymbol(m)+", "+dataUntil(m)+": never added to the rest"))
		all = append(all, restated(m)...)
	}
	if rest := len(r.Money) - maxCurrencies; rest > 0 {
		all = append(all, (&blockkit.Paragraph{}).Italic("and "+textutil.Thousands(rest)+" more in other currencies, in the thread"))
	}
	if r.Equal { // a bill has one chart: people have to know that it is of the larger number, and not of the larger worth
		all = append(all, (&blockkit.Paragraph{}).Italic("Chart, month and what moved are"+inWords(currency(first))+" alone, the largest number: name the main currency as `currency`, or give `rates`"))
	}
	return all
}

// comparison says what the change is against.
func comparison(m figures) string {
	days := "the week before"
	switch {
	case len(m.Alike) > 0:
		days = fmt.Sprintf("the same %s of the week before, of those that it has", textutil.Count(len(m.Alike), "weekday"))
	case m.LeftOut > 0:
		days = fmt.Sprintf("the same %s of the week before", textutil.Count(len(m.Days), "weekday"))
	}
	return fmt.Sprintf("Against %s: %s", days, show(m.Before.Was, m.currency))
}

// restated says which days of earlier weeks are judged with this one, and what a week
// that was told is by now.
func restated(m report.CurrencyReport) (all []*blockkit.Paragraph) {
	if late := m.LateSentence(); late != "" {
		all = append(all, (&blockkit.Paragraph{}).Text(textutil.CutUnits(blockkit.Line(late), 300)))
	}
	if m.Restated == nil {
		return all
	}
	c := m.Restated.Compared
	if m.Restated.Days > 0 {
		least := ""
		if m.Restated.Partial {
			least = "at least "
		}
		says := fmt.Sprintf(" with them: %s%s, told as %s", least, show(m.Restated.Total(), currency(m)), show(c.Was, currency(m)))
		if !c.Change.IsZero() {
			says += ", which was restated by " + money.Signed(c.Change.Float64(), currency(m))
		}
		return append(all, (&blockkit.Paragraph{}).Bold(textutil.Capital(weekWord(m.Restated.Week))).Text(says))
	}
	says := fmt.Sprintf(": %s → %s", show(c.Was, currency(m)), show(c.Was.Add(c.Change), currency(m)))
	if c.Sayable {
		says += " (" + percent(c.Percent) + ")"
	}
	return append(all, (&blockkit.Paragraph{}).Bold(textutil.Capital(weekWord(m.Restated.Week))+" restated").Text(says))
}

// moverTable is what moved in the first currency: services by their usage, then the
// other kinds of charges. The lines add up to the change of the total.
func moverTable(r report.Report) []slack.Block {
	if len(r.Money) == 0 {
		return nil
	}
	f := figuresOf(r.Money[0])
	var rows []line
	for _, move := range f.moves(moverName, rootMovers) {
		if move.Change.IsZero() {
			continue
		}
		rows = append(rows, line{amounts: []string{f.signed(move.Change), f.percent(move)}, name: move.name})
	}
	if len(rows) == 0 {
		return nil
	}
	head := (&blockkit.Paragraph{}).Bold("What moved").Text(inCurrency(f.CurrencyReport))
	return []slack.Block{blockkit.RichText("movers", head.Section(), blockkit.Preformatted(aligned(folded(rows))))}
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
	if only := textutil.CutUnits(blockkit.Line(r.Filter), 80); only != "" {
		parts[0] += ", only " + blockkit.EscapeMrkdwn(only)
	}
	if len(r.Money) == 0 {
		parts = append(parts, "There are no figures")
	}
	for _, m := range r.Money[:min(len(r.Money), maxCurrencies)] {
		s := blockkit.EscapeMrkdwn(atLeast(m) + show(m.Total, currency(m)))
		if f := figuresOf(m); m.Before != nil {
			s += ", " + blockkit.EscapeMrkdwn(f.moved(*f.Before))
		}
		parts = append(parts, textutil.Capital(s), textutil.Capital(dataUntil(m)))
	}
	if len(r.Money) > 0 && len(r.Money[0].Months) > 0 {
		m := r.Money[0]
		parts = append(parts, blockkit.EscapeMrkdwn(textutil.Capital(textutil.CutUnits(blockkit.Line(urgent(m)[0].Sentence(currency(m), m.Until, r.MadeAt)), 200))))
	}
	if spikes := allSpikes(r); len(spikes) > 0 {
		s := spikes[0]
		parts = append(parts, fmt.Sprintf("%s above what was expected, most of all %s: %s", textutil.Count(len(spikes), "service"),
			blockkit.EscapeMrkdwn(textutil.CutUnits(blockkit.Line(s.Service), 60)), blockkit.EscapeMrkdwn(money.Signed(s.Excess, s.currency))))
	} else if len(r.Money) > 0 {
		if verdict, _, _ := strings.Cut(r.Money[0].Verdict(), ":"); verdict != "" {
			parts = append(parts, verdict)
		}
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
