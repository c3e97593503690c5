package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// year is a synthetic year of twenty services: growth, a weekly season, noise,
// fees at each month's beginning, credits, and spikes of known size.
type year struct {
	days   money.Days
	from   money.Week
	spikes map[string]*yearSpike // by the first day and the service
}

// yearSpike is what was added to a service, from one day on.
type yearSpike struct {
	first money.Day
	added float64
	told  float64 // by digests
}

// kindOfSpike is by what factor a service costs more on how many days.
type kindOfSpike struct {
	factor float64
	days   int
}

const yearWeeks = 52

func newYear(t testing.TB, rng *rand.Rand, kind kindOfSpike) year {
	t.Helper()
	l := newLedger(t)
	y := year{days: l.Days, spikes: map[string]*yearSpike{}}
	for i := range 20 {
		tr := synthetic(rng, yearWeeks)
		y.from = money.WeekOf(tr.from)
		g := group(fmt.Sprintf("service %02d", i))
		fee := g
		fee.Kind = money.Purchase
		credit := g
		credit.Kind = money.Credit
		// One spike each quarter, twelve weeks apart, on any day of the week.
		for w := 14 + i%12; w < yearWeeks-1; w += 12 {
			first := tr.from + money.Day(7*w+rng.IntN(7))
			spike := &yearSpike{first: first}
			for d := first; d < first+money.Day(kind.days); d++ {
				x, _ := tr.at(d)
				tr.set(d, kind.factor*x)
				spike.added += 10 * (kind.factor - 1) * x
			}
			y.spikes[y.key(first, g.Service)] = spike
		}
		for k, x := range tr.x {
			d := tr.from + money.Day(k)
			add := func(g money.Group, x float64) {
				l.put(d, d, g, strconv.FormatFloat(math.Round(x*1e6)/1e6, 'g', -1, 64))
			}
			// The floor of money is not what is measured: services are large.
			add(g, 10*x)
			if d.Time().Day() == 1 {
				add(fee, 100*x)
			}
			if d.Time().Day() == 5 {
				add(credit, -30*x)
			}
		}
	}
	return y
}

func (y year) key(d money.Day, service string) string { return d.String() + " " + service }

// at is the spike of a service that has a day.
func (y year) at(d money.Day, service string, kind kindOfSpike) *yearSpike {
	for first := d; first > d-money.Day(kind.days); first-- {
		if s := y.spikes[y.key(first, service)]; s != nil {
			return s
		}
	}
	return nil
}

// TestYear judges each week of synthetic years as it would have been: on Monday
// morning, when the weekend has not settled, with the fifteen weeks before it and what
// the digests before it said. Nothing is told twice, weekends are told a week later.
func TestYear(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		kind  kindOfSpike
		least float64 // percent found
		years uint64
	}{
		{"+60 % on three days", kindOfSpike{1.6, 3}, 100, 1},
		{"+60 % on one day", kindOfSpike{1.6, 1}, 99, 2},
		{"+30 % on one day", kindOfSpike{1.3, 1}, 67, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			found, all, falseAlarms, weeks := 0, 0, 0, 0
			late, weekends := 0, 0
			var errors []float64
			for seed := range c.years {
				y := newYear(t, rand.New(rand.NewPCG(2026, 47+seed)), c.kind)
				false, of := y.judge(t, c.kind)
				falseAlarms, weeks = falseAlarms+false, weeks+of
				for _, s := range y.spikes {
					all++
					weekend := s.first.Weekday() == time.Saturday || s.first.Weekday() == time.Sunday
					if weekend {
						weekends++
					}
					if s.told <= 0 {
						continue
					}
					found++
					if weekend {
						late++
					}
					errors = append(errors, abs(s.told-s.added)/s.added)
				}
			}
			perWeek, percent := float64(falseAlarms)/float64(weeks), 100*float64(found)/float64(all)
			t.Logf("%d weeks of 20 services: %.2f false alarms a week, %d of %d spikes found (%.0f %%), of %d that began at a weekend %d, median error of the amount %.1f %%",
				weeks, perWeek, found, all, percent, weekends, late, 100*median(errors))
			if perWeek > 0.5 || math.Round(percent) < c.least || c.kind.days > 1 && median(errors) > 0.10 {
				t.Errorf("got %.2f false alarms a week, %.1f %% found, error %.3f, want at most 0.5, at least %.0f %%, 0.10", perWeek, percent, median(errors), c.least)
			}
		})
	}
}

// judge makes all digests of the year, and counts those that nothing was planted for.
func (y year) judge(t *testing.T, kind kindOfSpike) (falseAlarms, weeks int) {
	t.Helper()
	var posted []Report
	judged := map[money.Day]int{}
	for i := 14; i < yearWeeks; i++ {
		w := y.from.Add(i)
		now := w.Add(1).Monday().Time().Add(8 * time.Hour)
		days := money.Days{}
		for d := w.Add(-15).Monday(); d < w.Add(1).Monday(); d++ {
			if groups, ok := y.days[d]; ok {
				days[d] = groups
			}
		}
		newest, _ := days.Newest()
		in := Input{Week: w, Now: now, Settings: Settings{Floor: 0.01}, Readings: []money.Reading{{
			Source: "s", Name: "files", Origin: money.FOCUS, Known: true, Newest: newest, Column: effective, Days: days,
		}}}
		in.Posted, in.Again = Earlier(posted, w)
		r := Judge(in)
		posted = []Report{r}
		weeks++
		m := r.Money[0]
		if len(m.Growing) > 0 {
			t.Errorf("%s: %+v is said to grow, and nothing grows by more than 3 %% a week", w, m.Growing)
		}
		for _, d := range m.Days {
			judged[d]++
		}
		for _, part := range m.Late {
			for _, d := range part.Days {
				judged[d]++
			}
		}
		for _, a := range m.Spikes {
			var real *yearSpike
			for _, d := range a.Days {
				if s := y.at(d, a.Service, kind); s != nil {
					real = s
				}
			}
			if real != nil {
				real.told += a.Excess
			} else {
				falseAlarms++
			}
		}
		if m.Restated != nil && !m.Restated.Change.IsZero() {
			t.Errorf("%s: got restated %+v, want no change", w, m.Restated)
		}
	}
	for d := y.from.Add(14).Monday(); d < y.from.Add(yearWeeks).Monday()-2; d++ {
		if judged[d] != 1 {
			t.Errorf("%s is judged %d times, want once", d, judged[d])
		}
	}
	return falseAlarms, weeks
}
