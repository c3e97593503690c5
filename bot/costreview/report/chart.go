package report

import (
	"slices"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

const (
	chartWeeks  = 8
	chartSeries = 5
	other       = "other"
)

// chart stacks the usage of eight weeks by service; what is no usage would show
// each month's beginning as a leap. Each week's excess is judged with what lies
// before that week; spikes are this week's, as they are told.
func (b *currencyLedger) chart(spikes []Anomaly, f floors) Chart {
	type ranked struct {
		s   *series
		sum money.Amount
	}
	weeks := make([]ChartWeek, chartWeeks)
	days := make([][]money.Day, chartWeeks)
	var all []money.Day
	for i := range weeks {
		weeks[i].Week = b.week.Add(i - chartWeeks + 1)
		days[i] = b.toldIn(weeks[i].Week)
		weeks[i].Days = len(days[i])
		all = append(all, days[i]...)
	}
	var ranks []ranked
	for _, s := range b.series {
		if sum := s.of(money.Usage, all); sum.Sign() > 0 {
			ranks = append(ranks, ranked{s, sum})
		}
	}
	slices.SortStableFunc(ranks, func(x, y ranked) int { return y.sum.Cmp(x.sum) })
	var chart Chart
	place := map[*series]int{}
	for i, r := range ranks {
		place[r.s] = min(i, chartSeries)
		switch {
		case i < chartSeries:
			chart.Series = append(chart.Series, b.chartName(r.s))
		case i == chartSeries:
			chart.Series = append(chart.Series, other)
		}
	}
	told := map[string]bool{}
	for _, a := range spikes {
		told[a.Series] = a.Label == ""
	}
	for i := range weeks {
		weeks[i].Values = make([]float64, len(chart.Series))
		sums := make([]money.Amount, len(chart.Series))
		for _, r := range ranks {
			at := place[r.s]
			sums[at] = sums[at].Add(r.s.of(money.Usage, days[i]))
			over, _ := b.excesses(r.s, days[i], f.day, 0)
			a, ok := r.s.spike(b.currency, weeks[i].Week, over, f.week)
			if i == chartWeeks-1 {
				ok = ok && told[a.Series]
			}
			if ok {
				if weeks[i].Over == nil {
					weeks[i].Over = make([]float64, len(chart.Series))
				}
				weeks[i].Above += a.Excess
				weeks[i].Over[at] += a.Excess
				weeks[i].Values[at] -= a.Excess
			}
		}
		for at, sum := range sums {
			weeks[i].Values[at] = max(0, weeks[i].Values[at]+sum.Float64())
		}
	}
	if newest := days[chartWeeks-1]; len(newest) < 7 {
		for i := range weeks[:chartWeeks-1] {
			weeks[i].Same = b.usageBefore(newest, chartWeeks-1-i)
		}
	}
	first := slices.IndexFunc(weeks, func(w ChartWeek) bool { return w.Days > 0 })
	chart.Weeks = weeks[max(0, first):]
	return chart
}

// usageBefore is all usage on the weekdays of days so many weeks before; 0 when one
// of them is not there.
func (b *currencyLedger) usageBefore(days []money.Day, back int) float64 {
	var then []money.Day
	for _, d := range days {
		if d -= money.Day(7 * back); b.told[d] {
			then = append(then, d)
		}
	}
	if len(then) < len(days) {
		return 0
	}
	return b.usage(then).Float64()
}

// chartName is a service's name as the tables have it: with its provider only where
// another provider has a service of that name.
func (b *currencyLedger) chartName(s *series) string {
	for _, other := range b.series {
		if other != s && other.service == s.service {
			return s.name()
		}
	}
	return orUnnamed(s.service, noService)
}
