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
	"github.com/signalbook/signalbook/bot/message"
)

// What one answer shows of services that share a name, and of their anomalies.
const (
	maxSameName    = 4
	maxCostSpikes  = 8
	maxServiceRows = 30
	maxFormerNames = 3
)

// CostAnswer answers `/playbook cost [service]`: the last eight weeks of one
// service with its anomalies, or of all services the last two. When there is no
// such service, suggestions are names that might be meant.
func CostAnswer(r report.ServiceReport, suggestions []string, command string) blockkit.Message {
	switch {
	case len(r.Services) == 0:
		return noService(r, suggestions, command)
	case r.Asked == "":
		return allServices(r, command)
	}
	s := stack{left: blockkit.MaxTotal - 500}
	first := r.Services[0]
	s.add(0, blockkit.Header("head", serviceName(first.Provider, first.Service, 100)+" · cost by week"))
	for k, service := range r.Services[:min(len(r.Services), maxSameName)] {
		s.add(0, serviceBlock(service, fmt.Sprintf("service:%d", k+1)))
	}
	if rest := len(r.Services) - maxSameName; rest > 0 {
		s.add(0, blockkit.Context("rest", blockkit.PlainText("and "+textutil.Thousands(rest)+" more of that name, of other providers or currencies")))
	}
	s.add(0, rootMissingBlock(r.Missing)...)
	says := []string{blockkit.EscapeMrkdwn(blockkit.NotEmpty(textutil.CutUnits(blockkit.Line(first.Service), 80)))}
	if n := len(first.Weeks); n > 0 {
		newest := first.Weeks[n-1]
		says = append(says, textutil.Capital(weekWord(newest.Week))+": "+blockkit.EscapeMrkdwn(weekCost(newest, currencyName(first.Currency))))
	}
	if n := len(first.Spikes); n > 0 {
		says = append(says, textutil.Count(n, "time")+" above what was expected")
	}
	m := blockkit.Message{Text: blockkit.CutMrkdwn(strings.Join(says, ". ")+".", blockkit.MaxText), Blocks: s.blocks}
	if r.Typed != "" {
		return message.WithNote(m, message.Taken(r.Typed, r.Asked))
	}
	return m
}

func noService(r report.ServiceReport, suggestions []string, command string) blockkit.Message {
	var says string
	switch asked := blockkit.EscapeMrkdwn(textutil.CutUnits(blockkit.Line(r.Asked), 100)); {
	case asked == "":
		says = "There are no figures of any service yet."
	case len(suggestions) == 0:
		says = fmt.Sprintf("There is no service “%s” in the costs of the last weeks. `%s cost` lists them all.", asked, command)
	default:
		var names []string
		for _, s := range suggestions[:min(len(suggestions), 5)] {
			names = append(names, "`"+blockkit.EscapeMrkdwn(textutil.CutUnits(blockkit.Line(s), 100))+"`")
		}
		says = fmt.Sprintf("There is no service “%s”. Did you mean %s? `%s cost` lists them all.", asked, strings.Join(names, " or "), command)
	}
	for _, m := range r.Missing[:min(len(r.Missing), rootMissing)] {
		says += "\n• Missing: " + blockkit.EscapeMrkdwn(textutil.CutUnits(blockkit.Line(m), maxMissing))
	}
	return blockkit.TextMessage(says)
}

// serviceBlock is a service's weeks as a table, and what was above expected.
func serviceBlock(s report.ServiceWeeks, id string) slack.Block {
	c := currencyName(s.Currency)
	head := (&blockkit.Paragraph{}).Bold(serviceName(s.Provider, s.Service, 100)).Text(inWords(c) + ": cost, change against the week before, week")
	parts := []slack.RichTextElement{head.Section(), blockkit.Preformatted(blockkit.NotEmpty(aligned(weekLines(s))))}
	parts = append(parts, sliceParts(s)...)
	for _, r := range s.Renames[max(0, len(s.Renames)-maxFormerNames):] {
		parts = append(parts, (&blockkit.Paragraph{}).Italic("Before "+r.Since.Time().Format("2 Jan")+" its name was "+blockkit.NotEmpty(textutil.CutUnits(blockkit.Line(r.From), 100))+".").Section())
	}
	var items []*blockkit.Paragraph
	for _, a := range s.Spikes[max(0, len(s.Spikes)-maxCostSpikes):] {
		p := spike{Anomaly: a, currency: c}.sentence()
		if why := textutil.CutUnits(blockkit.Line(a.Why), 200); why != "" {
			p.Text(" · expected: " + why)
		}
		items = append(items, p)
	}
	switch {
	case len(items) > 0:
		parts = append(parts, (&blockkit.Paragraph{}).Bold("Above what was expected").Section(), blockkit.Bullets(items))
	case !s.Judged:
		parts = append(parts, (&blockkit.Paragraph{}).Italic("Its history is too short to tell anomalies.").Section())
	default:
		parts = append(parts, (&blockkit.Paragraph{}).Text("Nothing was above what was expected.").Section())
	}
	if len(s.Links) > 0 {
		p := &blockkit.Paragraph{}
		for k, l := range s.Links {
			if k > 0 {
				p.Text(" · ")
			}
			p.Link(l.URL, blockkit.NotEmpty(textutil.CutUnits(blockkit.Line(l.Title), 60)))
		}
		parts = append(parts, p.Section())
	}
	return blockkit.RichText(id, parts...)
}

// weekLines are a service's weeks, oldest first. Changes are over equal weekdays, and
// a week of which nothing is known is not nothing.
func weekLines(s report.ServiceWeeks) []line {
	largest := 0.0
	for _, w := range s.Weeks {
		largest = max(largest, math.Abs(w.Total.Float64()))
	}
	var rows []line
	for k, w := range s.Weeks {
		l := line{amounts: []string{money.ShowTo(w.Total.Float64(), money.Symbol(s.Currency), money.Decimals(largest)), ""}, name: w.Week.Monday().Time().Format("2 Jan")}
		switch {
		case w.Days <= 0:
			l.amounts[0] = "no data"
		case w.Days < 7:
			l.name += fmt.Sprintf(" (%d of 7 days)", w.Days)
		}
		if k > 0 {
			l.amounts[1] = weekChange(s.Weeks[k-1], w)
		}
		rows = append(rows, l)
	}
	return rows
}

// weekChange compares two weeks in percent, over the weekdays that both have; empty
// where that says nothing.
func weekChange(was, now report.ServiceWeek) string {
	switch c := now.Change; {
	case c != nil && c.Sayable:
		return percent(c.Percent)
	case c != nil || was.Days < 7 || now.Days < 7:
		return ""
	}
	base := was.Total.Float64() // of a report that knows no weekdays
	change := now.Total.Sub(was.Total).Float64()
	if base <= 0 || math.Abs(change) > 10*base {
		return ""
	}
	return percent(100 * change / base)
}

func weekCost(w report.ServiceWeek, currency string) string {
	switch {
	case w.Days <= 0:
		return "no data"
	case w.Days < 7:
		return fmt.Sprintf("%s in %s", show(w.Total, currency), textutil.Count(w.Days, "day"))
	}
	return show(w.Total, currency)
}

// allServices are the costliest services of the newest week, currency by currency,
// beside the week before.
func allServices(r report.ServiceReport, command string) blockkit.Message {
	s := stack{left: blockkit.MaxTotal - 500}
	s.add(0, blockkit.Header("head", fmt.Sprintf("Cost by service · %s, %s", weekWord(r.Week), weekDates(r.Week))))
	shown := r.Services[:min(len(r.Services), maxServiceRows)]
	days := 0 // of the newest week, at most
	for _, service := range shown {
		if n := len(service.Weeks); n > 0 {
			days = max(days, service.Weeks[n-1].Days)
		}
	}
	newest := weekWord(r.Week)
	if days < 7 {
		newest += fmt.Sprintf(" (%d of 7 days)", days)
	}
	var currencies []string
	rows := map[string][]line{}
	for _, service := range shown {
		c := currencyName(service.Currency)
		if rows[c] == nil {
			currencies = append(currencies, c)
		}
		rows[c] = append(rows[c], lastTwo(service, days))
	}
	for k, c := range currencies {
		head := (&blockkit.Paragraph{}).Bold(textutil.Capital(strings.TrimSpace(inWords(blockkit.NotEmpty(c))))).Text(": " + newest + ", " + weekWord(r.Week.Add(-1)) + ", change")
		s.add(0, blockkit.RichText(fmt.Sprintf("currency:%d", k+1), head.Section(), blockkit.Preformatted(aligned(rows[c]))))
	}
	if rest := r.More + len(r.Services) - len(shown); rest > 0 {
		s.add(0, blockkit.Context("rest", blockkit.PlainText("and "+textutil.Count(rest, "more service"))))
	}
	s.add(0, rootMissingBlock(r.Missing)...)
	s.add(0, blockkit.Context("way", blockkit.Mrkdwn(fmt.Sprintf("`%s cost SERVICE` shows eight weeks of one.", command))))
	return blockkit.Message{
		Text:   blockkit.CutMrkdwn(fmt.Sprintf("Cost by service, %s. Most of all %s. %s in all.", weekDates(r.Week), blockkit.EscapeMrkdwn(textutil.CutUnits(blockkit.Line(shown[0].Service), 80)), textutil.Count(len(r.Services)+r.More, "service")), blockkit.MaxText),
		Blocks: s.blocks,
	}
}

// lastTwo is a service's newest week, the one before, and the change between whole
// weeks. Days is how many the newest has of other services.
func lastTwo(s report.ServiceWeeks, days int) line {
	l := line{amounts: []string{"no data", "no data", ""}, name: serviceName(s.Provider, s.Service, 40)}
	n, c := len(s.Weeks), money.Symbol(s.Currency)
	if n > 0 && s.Weeks[n-1].Days > 0 {
		l.amounts[0] = show(s.Weeks[n-1].Total, c)
		if own := s.Weeks[n-1].Days; own != days {
			l.name += fmt.Sprintf(" (%d of 7 days)", own)
		}
	}
	if n > 1 && s.Weeks[n-2].Days > 0 {
		l.amounts[1], l.amounts[2] = show(s.Weeks[n-2].Total, c), weekChange(s.Weeks[n-2], s.Weeks[n-1])
	}
	return l
}
