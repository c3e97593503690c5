package report

import (
	"fmt"
	"math"
	"slices"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

const (
	// doubled is by how much a cost has to grow to be told although no day of it is a
	// spike: what is expected of a day grows along, by up to a tenth a week.
	doubled = 2
	// soonest and latest are in how many weeks: what doubles sooner is a spike or a new
	// level, what takes longer is a plan.
	soonest, latest = 3, 8
	// rising is by how much a week has to exceed the one before to count as growth, and
	// steady the share of weeks that have to.
	rising, steady = 1.03, 0.75
	// oneWeek is the share of all growth that one week may have: above that it is a step.
	oneWeek = 0.5
	// maxGrowing bounds how many series are told to grow.
	maxGrowing = 5
)

// Growth is a cost that doubled within weeks without a day that was a spike.
type Growth struct {
	Series   string `json:"series,omitempty"` // SeriesID; empty: all usage
	Provider string `json:"provider,omitempty"`
	Service  string `json:"service,omitempty"`
	// Weeks are in how many weeks it doubled, the shortest time.
	Weeks int `json:"weeks"`
	Compared
	Factor float64 `json:"factor"` // usage on the days that count, by that on the same weekdays so many weeks before
}

// Sentence says a growth: "AWS EC2 doubled in five weeks".
func (g Growth) Sentence() string {
	name := "All usage"
	if g.Series != "" {
		name = fullName(g.Provider, g.Service)
	}
	return name + " " + g.Verb()
}

// Verb says how much it grew: "doubled in five weeks".
func (g Growth) Verb() string {
	weeks := fmt.Sprintf("%d weeks", g.Weeks)
	if words := []string{"three", "four", "five", "six", "seven", "eight"}; g.Weeks >= soonest && g.Weeks <= latest {
		weeks = words[g.Weeks-soonest] + " weeks"
	}
	if g.Factor >= 2.5 {
		return fmt.Sprintf("grew to %.1f times in %s", g.Factor, weeks)
	}
	return "doubled in " + weeks
}

// growing finds what grows so evenly that no day is out of the ordinary, of all usage
// and of each service that is not told as a spike.
func (b *currencyLedger) growing(m *CurrencyReport, f floors) {
	var all []Growth
	sums := make([]money.Amount, latest+1)
	for _, s := range b.series {
		g := Growth{Series: SeriesID(s.provider, s.service, b.currency), Provider: clean(s.provider), Service: orUnnamed(s.service, noService)}
		weeks := b.sameDays(s)
		for k, sum := range weeks {
			sums[k] = sums[k].Add(sum)
		}
		told := slices.ContainsFunc(m.Spikes, func(a Anomaly) bool { return a.Series == g.Series })
		if g.grows(b.wholeWeeks(weeks), f.week) && !told {
			all = append(all, g)
		}
	}
	slices.SortStableFunc(all, func(x, y Growth) int { return y.Change.Cmp(x.Change) })
	all = all[:min(len(all), maxGrowing)]
	var whole Growth
	if len(b.series) > 1 && whole.grows(b.wholeWeeks(sums), f.week) {
		all = append([]Growth{whole}, all...)
	}
	m.Growing = all
}

// sameDays is a series' usage on the days that count, and on the same weekdays of
// the weeks before.
func (b *currencyLedger) sameDays(s *series) []money.Amount {
	sums := make([]money.Amount, latest+1)
	for k := range sums {
		for _, d := range b.days {
			sums[k] = sums[k].Add(s.usage[d-money.Day(7*k)])
		}
	}
	return sums
}

// wholeWeeks are those sums up to the first week that was not told whole.
func (b *currencyLedger) wholeWeeks(sums []money.Amount) []money.Amount {
	for k := range sums {
		for _, d := range b.days {
			if d -= money.Day(7 * k); !b.told[d] || len(b.gaps[d]) > 0 {
				return sums[:k]
			}
		}
	}
	return sums
}

// grows finds the shortest time in which the newest of the weeks is twice what it was.
func (g *Growth) grows(weeks []money.Amount, floor float64) bool {
	for k := soonest; k < len(weeks); k++ {
		g.Weeks, g.Compared, g.Factor = k, compared(weeks[0], weeks[k]), weeks[0].Float64()/weeks[k].Float64()
		if weeks[k].Sign() > 0 && g.Factor >= doubled && g.Change.Float64() >= floor {
			return evenly(weeks[:k+1])
		}
	}
	return false
}

// evenly reports whether most weeks exceed the one before, and none has most of it.
func evenly(weeks []money.Amount) bool {
	n, up, most := len(weeks)-1, 0, 0.0
	for k := range n {
		if weeks[k+1].Sign() <= 0 {
			return false
		}
		ratio := weeks[k].Float64() / weeks[k+1].Float64()
		most = max(most, ratio)
		if ratio >= rising {
			up++
		}
	}
	total := math.Log(weeks[0].Float64() / weeks[n].Float64())
	return float64(up) >= steady*float64(n) && math.Log(most) <= oneWeek*total
}
