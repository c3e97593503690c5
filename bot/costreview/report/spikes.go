package report

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/playbooks/handbook"
)

const (
	leastFloor = 50    // units of the currency a day
	floorShare = 0.005 // of the average day's total
	// shiftWeeks is in how many digests in a row a level shift is told; after that
	// the new level is what is usual.
	shiftWeeks = 2
	// maxSpikes bounds how many anomalies are told one by one.
	maxSpikes = 20
)

// floors are the least excess of a day and of a week that is worth telling.
type floors struct{ day, week float64 }

// floors takes the average day of the six weeks up to the one under review.
func (b *currencyLedger) floors(s Settings) floors {
	var f floors
	if s.Floor > 0 || s.WeekFloor > 0 {
		times := s.amounts().times(b.currency)
		f = floors{times * s.Floor, times * s.WeekFloor}
	}
	if f.day <= 0 {
		var days []money.Day
		for back := weeksBack; back >= 0; back-- {
			days = append(days, b.toldIn(b.week.Add(-back))...)
		}
		f.day = max(leastFloor, floorShare*b.usage(days).Float64()/float64(max(1, len(days))))
	}
	if f.week <= 0 {
		f.week = f.day
	}
	return f
}

// excess is a day above what was expected of it.
type excess struct {
	day              money.Day
	actual, expected float64
}

// anomaly is one of a series, of no day yet.
func (s *series) anomaly(currency string) Anomaly {
	return Anomaly{
		Series:   SeriesID(s.provider, s.service, currency),
		Provider: clean(s.provider), Service: orUnnamed(s.service, noService), Category: clean(s.category),
		CDN: handbook.IsCDN(s.service),
	}
}

// spike makes an anomaly of excesses; ok is false when their sum is not worth it.
func (s *series) spike(currency string, week money.Week, over []excess, floor float64) (a Anomaly, ok bool) {
	if len(over) == 0 {
		return a, false
	}
	a = s.anomaly(currency)
	for _, e := range over {
		a.Days = append(a.Days, e.day)
		if e.day < week.Monday() {
			a.Late, a.Week = append(a.Late, e.day), week
		}
		a.Actual += e.actual
		a.Expected += e.expected
		a.Highest = max(a.Highest, e.actual)
	}
	a.Excess = a.Actual - a.Expected
	return a, a.Excess >= floor
}

// spikes judges every series of the week, and of days of earlier ones that have
// settled or come since.
func (b *currencyLedger) spikes(m *CurrencyReport, in Input, f floors) {
	var told map[string]int
	if in.Posted != nil && in.Posted.Week == b.week.Add(-1) {
		told = in.Posted.Totals[b.currency].Told
	}
	var unjudged []Share
	m.Judged = &Judged{Lacks: b.lackingStreams()}
	for _, s := range b.series {
		id := SeriesID(s.provider, s.service, b.currency)
		again := told[id]
		over, judged := b.excesses(s, b.days, f.day, again)
		over = append(b.lateExcesses(s, f.day, again), over...)
		if judged == 0 && len(over) == 0 {
			if cost := s.of(money.Usage, b.days); !cost.IsZero() && s.first < b.week.Monday() {
				unjudged = append(unjudged, Share{Name: s.name(), Total: cost, Note: fmt.Sprintf("since %s", day(s.first))})
			}
			continue
		}
		m.Judged.Services++
		over, meant, why := expected(over, id, in.Expected)
		over, recurring := s.recurring(over)
		if a, ok := s.spike(b.currency, b.week, over, f.week); ok {
			a.Again = again
			m.Spikes = append(m.Spikes, a)
		} else if a, ok := s.spike(b.currency, b.week, recurring, f.week); ok {
			a.Again, a.Label = again, "recurring"
			m.Spikes = append(m.Spikes, a)
		}
		if a, ok := s.spike(b.currency, b.week, meant, f.week); ok {
			a.Why = why
			m.Meant = append(m.Meant, a)
		}
		if again >= shiftWeeks && len(over) == 0 {
			// Still above what was usual: remembered, so that it is not told anew.
			over, _ := b.excesses(s, b.days, f.day, 0)
			if a, ok := s.spike(b.currency, b.week, over, f.week); ok {
				a.Again = again
				m.Shifted = append(m.Shifted, a)
			}
		}
	}
	for _, list := range []*[]Anomaly{&m.Spikes, &m.Meant, &m.Shifted} {
		for i, a := range *list {
			(*list)[i].Incident = in.raised(a.Series, a.Days)
		}
		slices.SortStableFunc(*list, func(x, y Anomaly) int {
			return cmp.Or(cmp.Compare(x.Label, y.Label), cmp.Compare(y.Excess, x.Excess))
		})
	}
	m.Judged.Spikes = len(m.Spikes)
	for _, a := range m.Spikes {
		m.Judged.Excess += a.Excess
	}
	if m.Judged.Services == 0 {
		m.Judged.Why = b.unjudged()
	}
	if len(m.Spikes) > maxSpikes {
		m.Notes = append(m.Notes, fmt.Sprintf("%d more services exceed what was expected, by less than these.", len(m.Spikes)-maxSpikes))
		m.Spikes = m.Spikes[:maxSpikes]
	}
	m.Unjudged = shorten(unjudged)
}

func (s *series) name() string {
	return fullName(clean(s.provider), orUnnamed(s.service, noService))
}

// expected takes out the days that people said are meant.
func expected(over []excess, id string, all []Expectation) (rest, meant []excess, why string) {
	for _, e := range over {
		i := slices.IndexFunc(all, func(x Expectation) bool {
			return x.Series == id && e.day <= x.Until && e.actual < x.Level
		})
		if i < 0 {
			rest = append(rest, e)
			continue
		}
		meant = append(meant, e)
		why = clean(all[i].Reason)
		if by := clean(all[i].By); by != "" {
			why = orUnnamed(why, "no reason given") + " (" + by + ")"
		}
	}
	return rest, meant, why
}
