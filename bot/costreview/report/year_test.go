package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// year is a synthetic year of twenty services: growth, a weekly season, noise,
// fees at each month's beginning, credits, and spikes of known size.
type year struct {
	days   money.Days
	from   money.Week
	spikes map[string]float64 // by week and service: what was added
}

const yearWeeks = 52

func newYear(t *testing.T, rng *rand.Rand) year {
	t.Helper()
	y := year{days: money.Days{}, spikes: map[string]float64{}}
	for i := range 20 {
		tr := synthetic(rng, yearWeeks)
		y.from = money.WeekOf(tr.from)
		g := group(fmt.Sprintf("service %02d", i))
		fee := g
		fee.Kind = money.Purchase
		credit := g
		credit.Kind = money.Credit
		// One spike of three days each quarter, twelve weeks apart.
		for w := 14 + i%12; w < yearWeeks; w += 12 {
			first := tr.from + money.Day(7*w+rng.IntN(5))
			for d := first; d < first+3; d++ {
				x, _ := tr.at(d)
				tr.set(d, 1.6*x)
				y.spikes[y.key(money.Week(tr.from).Add(w), g.Service)] += 0.6 * x
			}
		}
		for k, x := range tr.x {
			d := tr.from + money.Day(k)
			add := func(g money.Group, x float64) {
				m, err := money.ParseMoney(strconv.FormatFloat(math.Round(x*1e6)/1e6, 'g', -1, 64))
				if err != nil {
					t.Fatal(err)
				}
				g.Currency = "USD"
				if g.Kind == "" {
					g.Kind = money.Usage
				}
				y.days.Add(d, g, money.Cost{Amount: m, Billed: m})
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

func (y year) key(w money.Week, service string) string { return w.String() + " " + service }

// TestYear judges each week of a synthetic year as it would have been: with the
// fifteen weeks before it, and with what the digest before it said.
func TestYear(t *testing.T) {
	t.Parallel()
	y := newYear(t, rand.New(rand.NewPCG(2026, 47)))
	var posted *Posted
	weeks, found, falseAlarms := 0, 0, 0
	var errors []float64
	for i := 14; i < yearWeeks; i++ {
		w := y.from.Add(i)
		days := money.Days{}
		for d := w.Add(-15).Monday(); d < w.Add(1).Monday(); d++ {
			if groups, ok := y.days[d]; ok {
				days[d] = groups
			}
		}
		newest, _ := days.Newest()
		in := Input{Week: w, Now: w.Add(1).Monday().Time().AddDate(0, 0, 3), Posted: posted, Readings: []money.Reading{{
			Source: "s", Name: "files", Origin: money.FOCUS, Known: true, Newest: newest, Column: effective, Days: days,
		}}}
		r := Judge(in)
		p := r.Posted()
		posted = &p
		weeks++
		if len(r.Money[0].Growing) > 0 {
			t.Errorf("%s: %+v is said to grow, and nothing grows by more than 3 %% a week", w, r.Money[0].Growing)
		}
		told := map[string]bool{}
		for _, a := range r.Money[0].Spikes {
			key := y.key(w, a.Service)
			told[key] = true
			if added, real := y.spikes[key]; real {
				found++
				errors = append(errors, abs(a.Excess-10*added)/(10*added))
			} else {
				falseAlarms++
			}
		}
		if len(r.Money[0].Days) != 7 || r.Money[0].Restated != nil {
			t.Errorf("%s: got %d days, restated %+v, want a whole week, unchanged", w, len(r.Money[0].Days), r.Money[0].Restated)
		}
	}
	perWeek := float64(falseAlarms) / float64(weeks)
	t.Logf("%d weeks of 20 services: %.2f false alarms a week, %d of %d spikes found, median error of the amount %.1f %%",
		weeks, perWeek, found, len(y.spikes), 100*median(errors))
	if perWeek > 0.59 || found < len(y.spikes) || median(errors) > 0.10 {
		t.Errorf("got %.2f false alarms a week, %d of %d found, error %.3f, want at most 0.59, all, 0.10", perWeek, found, len(y.spikes), median(errors))
	}
}
