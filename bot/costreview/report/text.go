package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/topic"
)

// Text is the report for a terminal: plain, figures aligned, units named, every
// state in words.
func Text(r Report) string {
	var p page
	p.head("%s: %s (%s to %s)", orUnnamed(r.Digest, "Weekly cost review"), r.Week, r.Week.Monday().Time().Format("2 Jan"), (r.Week.Monday() + 6).Time().Format("2 Jan 2006"))
	if r.Filter != "" {
		p.line("  Only %s.", r.Filter)
	}
	for i, m := range r.Money {
		var units []UnitCost
		if i == 0 {
			units = r.Units
		}
		p.money(m, units, r.MadeAt)
	}
	if len(r.Money) == 0 {
		p.head("Cost")
		p.line("  No figures: see what is missing, below.")
	}
	if r.Organisation != nil {
		p.organisation(r.Organisation)
	}
	p.steps(r.Steps, r.Savings)
	p.saved(r.Saved)
	if r.Incidents != nil {
		p.alerts(r.Incidents)
	}
	if len(r.Missing) > 0 {
		p.head("Missing")
		p.list(r.Missing)
	}
	return p.b.String()
}

func (p *page) money(m CurrencyReport, units []UnitCost, now time.Time) {
	currency := orUnnamed(m.Currency, "no currency")
	p.head("Cost in %s", currency)
	least := ""
	if m.Partial {
		least = "at least "
	}
	p.places = max(2, money.Decimals(m.size()))
	m = m.Rounded(p.places)
	p.line("  Total %s%s %s over %s (%s).", least, amount(m.Total.Round(p.places).Float64()), currency, list(m.Days), textutil.Count(len(m.Days), "day"))
	if m.LeftOut > 0 {
		p.line("  Data to %s, %s left out.", day(m.Until), textutil.Count(m.LeftOut, "day"))
	}
	if m.Column != "" {
		p.line("  By %s; billed for the same days: %s %s.", m.Column, amount(m.Billed.Float64()), currency)
	}
	if m.Before != nil {
		p.line("  Change %s %s (%s) against %s %s on the same weekdays of the week before.", p.change(*m.Before), currency, percent(*m.Before), amount(m.Before.Was.Float64()), currency)
		p.parts(m.Moved())
	}
	p.late(m)
	if r := m.Restated; r != nil {
		p.line("  %s", r.Sentence(currency))
	}
	for _, month := range m.Months {
		p.line("  %s.", month.Sentence(currency, m.Until, now))
	}
	for _, s := range m.Besides() {
		p.line("  %s.", s)
	}
	for _, u := range units {
		p.line("  %s.", u.Sentence())
		if trend := u.Trend(); trend != "" {
			p.line("    %s.", trend)
		}
	}
	p.shares("Sources", m.Sources)
	p.teams(m, currency)
	p.movers("Up", m.Up)
	p.movers("Down", m.Down)
	if m.Folded != nil {
		p.line("  All others together (%s): %s %s, %s (%s).", textutil.Count(m.Folded.Services, "service"), amount(m.Folded.Total.Float64()), currency, p.change(m.Folded.Compared), percent(m.Folded.Compared))
	}
	if len(m.New) > 0 {
		p.line("  New, without a history:")
		var rows [][]string
		for _, mover := range m.New {
			rows = append(rows, []string{"  " + moverName(mover), amount(mover.Total.Float64()), p.change(mover.Compared), Causes(mover.Causes)})
		}
		p.table(rows)
	}
	for _, r := range m.Renames {
		p.line("  %s", r.sentence(currency))
	}
	if verdict := m.Verdict(); verdict != "" {
		p.line("  %s.", verdict)
	}
	above := "Above what was expected"
	if j := m.Judged; j != nil && j.Spikes > 1 {
		above += fmt.Sprintf(" (%s, together %s %s)", textutil.Count(j.Spikes, "service"), signed(j.Excess), currency)
	}
	p.spikes(above, m.Spikes, currency)
	p.growing(m.Growing, currency)
	p.spikes("Above the usual, and expected", m.Meant, currency)
	p.spikes("On a new level, told for two weeks", m.Shifted, currency)
	p.shares("Not judged, the history is too short", m.Unjudged)
	p.shares("Fixed charges", m.Fixed)
	p.shares("Credits and refunds", m.Credits)
	p.shares("Corrections", m.Corrections)
	p.chart(m.Chart, currency)
	p.list(m.Notes)
}

// sentence says a rename, and by what it was found.
func (r Rename) sentence(currency string) string {
	return fmt.Sprintf("Renamed: %s is %s since %s, and judged as one (%s %s against %s a week before).", r.From, r.To, day(r.Since), amount(r.Now.Float64()), currency, amount(r.Was.Float64()))
}

func moverName(m Mover) string {
	if m.Services > 0 {
		return fmt.Sprintf("%d others", m.Services)
	}
	return fullName(m.Provider, m.Service)
}

func (p *page) movers(title string, movers []Mover) {
	if len(movers) == 0 {
		return
	}
	p.line("  %s:", title)
	var rows [][]string
	for _, m := range movers {
		rows = append(rows, []string{"  " + moverName(m), amount(m.Total.Float64()), p.change(m.Compared), percent(m.Compared), Causes(m.Causes)})
	}
	p.table(rows)
}

// parts says what a change is made of.
func (p *page) parts(moved []Part) {
	switch len(moved) {
	case 0:
		return
	case 1:
		p.line("  All of the change is %s.", moved[0].Name())
		return
	}
	p.line("  Of the change:")
	var rows [][]string
	for _, part := range moved {
		rows = append(rows, []string{"  " + part.Name(), p.change(part.Compared)})
	}
	p.table(rows)
}

// change is a change with its sign, with the decimals of the others beside it.
func (p *page) change(c Compared) string {
	text := money.Grouped(strconv.FormatFloat(c.Change.Float64(), 'f', p.places, 64))
	switch {
	case !strings.ContainsAny(text, "123456789"):
		return strings.TrimPrefix(text, "-")
	case c.Change.Sign() > 0:
		return "+" + text
	}
	return text
}

func percent(c Compared) string {
	if !c.Sayable {
		return "no percentage"
	}
	sign := ""
	if c.Percent >= 0.05 {
		sign = "+"
	}
	return sign + one(c.Percent+0) + " %"
}

func (p *page) shares(title string, shares []Share) {
	if len(shares) == 0 {
		return
	}
	p.line("  %s:", title)
	var rows [][]string
	for _, s := range shares {
		name := "  " + s.Name
		if s.Note != "" {
			name += " (" + s.Note + ")"
		}
		row := []string{name, amount(s.Total.Float64())}
		if s.Before != nil {
			row = append(row, p.change(*s.Before))
		}
		rows = append(rows, row)
	}
	p.table(rows)
}

// Sentence says an anomaly in one sentence: what it cost, what was expected of
// which days, and by how much it exceeds that.
func (a Anomaly) Sentence(currency string) string {
	text := fmt.Sprintf("%s: %s %s against %s expected on %s (%s)", fullName(a.Provider, a.Service),
		amount(a.Actual), currency, amount(a.Expected), a.When(), signed(a.Excess))
	if where := Causes(a.Causes); where != "" {
		text += "; largest part: " + where
	}
	switch {
	case a.Label == "recurring":
		text += "; recurring, on these days of earlier months too"
	case a.Why != "":
		text += "; expected: " + a.Why
	case a.Incident > 0:
		text += "; " + topic.Incident(a.Incident).String() + " is about it"
	case a.Again > 0:
		text += "; told " + textutil.Count(a.Again, "week") + " in a row before"
	}
	return text + "."
}

// weekdays names the days of one week: "Thursday to Saturday".
func weekdays(days []money.Day) string {
	names := make([]string, len(days))
	run := true
	for i, d := range days {
		names[i] = d.Weekday().String()
		run = run && (i == 0 || d == days[i-1]+1)
	}
	if n := len(names); n > 2 && run {
		return names[0] + " to " + names[n-1]
	}
	return textutil.List(names)
}

func (p *page) spikes(title string, spikes []Anomaly, currency string) {
	if len(spikes) == 0 {
		return
	}
	p.line("  %s:", title)
	for _, a := range spikes {
		p.line("    %s", a.Sentence(currency))
	}
}

func (p *page) chart(c Chart, currency string) {
	if len(c.Weeks) == 0 {
		return
	}
	p.line("  Usage by week, %s:", currency)
	rows := [][]string{{"  week", "days", "usage", "of it above the expected"}}
	for _, w := range c.Weeks {
		if w.Days == 0 {
			rows = append(rows, []string{"  " + w.Week.String(), "0", "not known", ""})
			continue
		}
		total := w.Above
		for _, v := range w.Values {
			total += v
		}
		above := ""
		if w.Above > 0 {
			above = amount(w.Above)
		}
		rows = append(rows, []string{"  " + w.Week.String(), fmt.Sprint(w.Days), amount(total), above})
	}
	p.table(rows)
}

// growing says what doubled without a spike.
func (p *page) growing(all []Growth, currency string) {
	if len(all) == 0 {
		return
	}
	p.line("  Growing steadily:")
	for _, g := range all {
		p.line("    %s (%s to %s %s on the same weekdays).", g.Sentence(), amount(g.Was.Float64()), amount(g.Was.Add(g.Change).Float64()), currency)
	}
}

// spell writes a duration as people say it, in its two largest units.
func spell(d time.Duration) string {
	minutes := int(d.Round(time.Minute) / time.Minute)
	days, hours, minutes := minutes/(24*60), minutes/60%24, minutes%60
	var parts []string
	for _, part := range []struct {
		n    int
		unit string
	}{{days, "d"}, {hours, "h"}, {minutes, "min"}} {
		if part.n > 0 && len(parts) < 2 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.unit))
		}
	}
	if len(parts) == 0 {
		return "less than a minute"
	}
	return strings.Join(parts, " ")
}
