package report

import (
	"fmt"
	"slices"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// expectedWeeks is for how long an expectation holds: by then the weekday median
// knows the new level.
const expectedWeeks = 6

// headroom is how far above its highest day a spike that is meant may still go.
const headroom = 1.25

// Posted is what the next digest has to know of this one.
func (r Report) Posted() Posted {
	p := Posted{Week: r.Week, Totals: map[string]PostedTotal{}, Open: r.Open}
	for _, m := range r.Money {
		total := PostedTotal{Total: m.Total, Column: m.Column, Days: m.Days, Late: m.Late}
		for _, list := range [][]Anomaly{m.Spikes, m.Shifted} {
			for _, a := range list {
				if total.Told == nil {
					total.Told = map[string]int{}
				}
				total.Told[a.Series] = a.Again + 1
			}
		}
		p.Totals[m.Currency] = total
	}
	return p
}

// spikesOf are the anomalies of a series in a report, those that people called
// expected included. A series has one currency, so there is at most one of each.
func spikesOf(r Report, series string) (all []Anomaly) {
	for _, m := range r.Money {
		for _, list := range [][]Anomaly{m.Spikes, m.Meant} {
			for _, a := range list {
				if a.Series == series {
					all = append(all, a)
				}
			}
		}
	}
	return all
}

// expect makes an expectation of what a person says about one of a report's anomalies:
// that it is meant, up to a quarter above its highest day, for six weeks. ok is false
// when the report does not tell the series.
func expect(r Report, a Act) (e Expectation, ok bool) {
	all := spikesOf(r, a.Subject)
	if len(all) == 0 {
		return Expectation{}, false
	}
	highest := all[0].Highest
	for _, spike := range all {
		highest = max(highest, spike.Highest)
	}
	return Expectation{
		Series: a.Subject, By: a.By, ByID: a.ByID, At: a.At, Reason: a.Text,
		Week: r.Week, Level: headroom * highest, Until: r.Week.Add(expectedWeeks).Monday() + 6,
	}, true
}

// restate compares a week that was told before with what its days are by now, and
// adds what has settled or come since.
func (b *currencyLedger) restate(m *CurrencyReport, in Input) {
	var known []money.Day // by a digest before, or told here
	for _, l := range b.late {
		known = append(known, l.day)
	}
	if in.Posted != nil && in.Posted.Week < b.week {
		posted, ok := in.Posted.Totals[b.currency]
		ok = ok && len(posted.Days) > 0
		known = append(known, posted.Days...)
		gone := slices.ContainsFunc(posted.Days, func(d money.Day) bool { return !b.told[d] })
		switch {
		case !ok:
		case posted.Column != b.costColumn:
			m.Notes = append(m.Notes, fmt.Sprintf("%s was told in %s, this week in %s: whether it was restated cannot be said.", in.Posted.Week, orUnnamed(posted.Column, "another column"), orUnnamed(b.costColumn, "another column")))
		case gone:
			m.Notes = append(m.Notes, fmt.Sprintf("Not all days of %s that were told are there now: whether it was restated cannot be said.", in.Posted.Week))
		default:
			m.Restated = b.restated(in.Posted.Week, posted)
		}
	}
	// Days that the last digest did not tell, changed since then.
	var earlier []money.Day
	var change money.Amount
	for _, r := range in.Restated {
		if money.Currency(r.Currency) == b.currency && r.Day < b.week.Monday() && !slices.Contains(known, r.Day) &&
			!r.At.After(in.Now) && in.Now.Sub(r.At) <= 8*24*time.Hour {
			earlier = append(earlier, r.Day)
			change = change.Add(r.Now).Sub(r.Was)
		}
	}
	if !change.IsZero() {
		m.Notes = append(m.Notes, fmt.Sprintf("Earlier days were restated this week (%s): together %s %s.", list(unique(earlier)), signed(change.Float64()), clean(b.currency)))
	}
}

// restated is a week as it was told and as it is by now; nil: it is the same.
func (b *currencyLedger) restated(week money.Week, posted PostedTotal) *Restated {
	r := Restated{Week: week}
	days := map[money.Day]bool{}
	for _, l := range b.late {
		switch {
		case money.WeekOf(l.day) != week:
			continue
		case l.stream == nil && !slices.Contains(posted.Days, l.day):
			r.Late = r.Late.Add(b.total([]money.Day{l.day}))
		case l.stream != nil:
			r.Late = r.Late.Add(b.totalOf(l.stream, l.day))
		}
		days[l.day] = true
	}
	r.Days = len(days)
	r.Partial = !b.whole(week)
	now := b.total(posted.Days)
	for _, l := range b.late {
		if l.stream != nil && slices.Contains(posted.Days, l.day) {
			now = now.Sub(b.totalOf(l.stream, l.day))
		}
	}
	r.Compared = compared(now, posted.Total)
	if r.Change.IsZero() && r.Days == 0 {
		return nil
	}
	return &r
}

// totalOf is what one stream costs on a day, whatever the kind of charge.
func (b *currencyLedger) totalOf(p *stream, d money.Day) (sum money.Amount) {
	for _, src := range b.read {
		src.counted(b.currency, d, d, func(of *stream, _ money.Day, _ money.Group, c cost) {
			if of == p {
				sum = sum.Add(c.amount)
			}
		})
	}
	return sum
}
