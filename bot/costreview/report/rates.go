package report

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// worths are what one unit of each of some currencies is worth, all in one currency, as
// far as the rates say it. Rates are of one currency, whose own need not be given: that
// is the chosen one, else the only one that has none. Where a rate is 1 it is given.
func (s Settings) worths(all []string) map[string]float64 {
	worth := map[string]float64{}
	var unrated []string
	given := len(s.Rates) == 0
	for _, rate := range s.Rates {
		given = given || rate == 1
	}
	for _, currency := range all {
		if rate := s.Rates[currency]; rate > 0 {
			worth[currency] = rate
		} else {
			unrated = append(unrated, currency)
		}
	}
	chosen := money.Currency(s.Currency)
	switch {
	case given:
	case chosen != "" && s.Rates[chosen] <= 0:
		worth[chosen] = 1
	case len(unrated) == 1:
		worth[unrated[0]] = 1
	}
	return worth
}

// amounts are how an amount of the settings (`floor`, `anomalies.min`) becomes one of each
// currency: it is of the main one.
type amounts struct {
	main string // empty: there is one currency, or nothing tells which is the main one, and an amount is one of each
	all  []string
	in   map[string]float64 // by currency: how many units one of main is
}

// amounts tells the main currency by all that was read: the chosen one, else that with
// most money at the rates.
func (in Input) amounts() amounts {
	sums := map[string]money.Amount{}
	for _, r := range in.Readings {
		for _, groups := range r.Days {
			for g, c := range groups {
				if in.Filter.Matches(g) {
					currency := money.Currency(g.Currency)
					sums[currency] = sums[currency].Add(c.Amount)
				}
			}
		}
	}
	a := amounts{main: money.Currency(in.Settings.Currency), all: slices.Sorted(maps.Keys(sums)), in: map[string]float64{}}
	worth := in.Settings.worths(a.all)
	if a.main == "" && len(a.all) > 1 && len(worth) == len(a.all) {
		a.main = slices.MaxFunc(a.all, func(x, y string) int { // the first of equal ones
			return cmp.Compare(sums[x].Float64()*worth[x], sums[y].Float64()*worth[y])
		})
	}
	if rate := cmp.Or(worth[a.main], in.Settings.Rates[a.main]); rate > 0 {
		for currency, of := range worth {
			a.in[currency] = rate / of
		}
	}
	a.in[a.main] = 1
	return a
}

// times is how many units of a currency one of the main one is; 1 where nothing tells.
func (a amounts) times(currency string) float64 {
	if times, known := a.in[currency]; known && a.main != "" {
		return times
	}
	return 1
}

// least is what an amount of the main currency is in another; infinite where nothing
// tells.
func (a amounts) least(amount float64, currency string) float64 {
	if _, known := a.in[currency]; !known && a.main != "" {
		return math.Inf(1)
	}
	return amount * a.times(currency)
}

// watchedMissing says of which currencies anomalies.min is, where that is not of all that
// it is worth.
func (in Input) watchedMissing() []string {
	if in.Watched.Since == 0 { // nobody watches, or has begun to
		return nil
	}
	a := in.Settings.amounts()
	var names, without []string
	for _, currency := range a.all {
		names = append(names, clean(currency))
		if _, known := a.in[currency]; !known {
			without = append(without, clean(currency))
		}
	}
	switch {
	case a.main == "" && len(a.all) > 1:
		return []string{fmt.Sprintf("`anomalies.min` is the same number in %s, because nothing tells what they are worth: give `rates`.", listFew(names))}
	case a.main != "" && len(without) > 0:
		return []string{fmt.Sprintf("Spikes in %s open no incident and are told by the digest alone, because `anomalies.min` is of %s and `rates` does not say what they are worth.", listFew(without), clean(a.main))}
	}
	return nil
}
