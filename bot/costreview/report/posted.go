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
	p := Posted{Week: r.Week, Totals: map[string]PostedTotal{}}
	for _, m := range r.Money {
		total := PostedTotal{Total: m.Total, Column: m.Column, Days: m.Days}
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

// restate compares a week that was told before with what its days are by now.
func (b *currencyLedger) restate(m *CurrencyReport, in Input) {
	var told []money.Day
	if in.Posted != nil && in.Posted.Week < b.week {
		posted, ok := in.Posted.Totals[b.currency]
		told = posted.Days
		gone := slices.ContainsFunc(told, func(d money.Day) bool { return !b.told[d] })
		switch {
		case !ok:
		case posted.Column != b.costColumn:
			m.Notes = append(m.Notes, fmt.Sprintf("%s was told in %s, this week in %s: whether it was restated cannot be said.", in.Posted.Week, orUnnamed(posted.Column, "another column"), orUnnamed(b.costColumn, "another column")))
		case gone:
			m.Notes = append(m.Notes, fmt.Sprintf("Not all days of %s that were told are there now: whether it was restated cannot be said.", in.Posted.Week))
		default:
			if c := compared(b.total(told), posted.Total); !c.Change.IsZero() {
				m.Restated = &Restated{Week: in.Posted.Week, Compared: c}
			}
		}
	}
	// Days that the last digest did not tell, changed since then.
	var earlier []money.Day
	var change money.Amount
	for _, r := range in.Restated {
		if r.Currency == b.currency && r.Day < b.week.Monday() && !slices.Contains(told, r.Day) &&
			!r.At.After(in.Now) && in.Now.Sub(r.At) <= 8*24*time.Hour {
			earlier = append(earlier, r.Day)
			change = change.Add(r.Now).Sub(r.Was)
		}
	}
	if !change.IsZero() {
		slices.Sort(earlier)
		m.Notes = append(m.Notes, fmt.Sprintf("Earlier days were restated this week (%s): together %s %s.", list(slices.Compact(earlier)), signed(change.Float64()), clean(b.currency)))
	}
}
