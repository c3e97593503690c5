package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

const (
	effective = "EffectiveCost"
	billed    = "BilledCost"
	// beside is how far a typical day of EffectiveCost may lie beside BilledCost for
	// being empty or rounded, as a fraction of it. Rounding to cents stays far below
	// this, rounding to whole units far above.
	beside = 0.05
)

// misleading are the providers whose EffectiveCost is useless, so that BilledCost
// has to stand in for it: some exports round it to whole units or leave it empty
// (AWS and Oracle in FOCUS' own sample), which makes small charges nothing. A
// column that somebody chose is theirs, and stays.
//
// That the two differ says nothing: discounts and commitments are why there are two.
// So only the money counts that is empty or rounded (see useless), and of that only
// usage outside commitments that was billed at all: a purchase is billed on one day
// and has no effective cost, its use carries the cost and is billed nothing, and the
// marketplace bills elsewhere. Without PricingCategory committed use cannot be told
// apart; it only ever makes EffectiveCost larger, so then only a shortfall counts.
// And a typical day decides, the median one: without ChargeCategory a purchase looks
// like usage, but it is one day of many.
func misleading(reading money.Reading, currency string) map[string]bool {
	if reading.Column != effective || reading.Forced {
		return nil
	}
	pricingKnown := !slices.Contains(reading.Lacks, "PricingCategory")
	off := map[string][]float64{}
	for _, groups := range reading.Days {
		sums := map[string]comparedColumns{}
		for g, c := range groups {
			if g.Currency == currency && g.Kind == money.Usage && g.Pricing != "Committed" && !c.Billed.IsZero() {
				sum := sums[g.Provider]
				sum.add(c)
				sums[g.Provider] = sum
			}
		}
		for provider, sum := range sums {
			if !sum.all.Billed.IsZero() {
				off[provider] = append(off[provider], sum.off(pricingKnown))
			}
		}
	}
	misled := map[string]bool{}
	for provider, days := range off {
		misled[provider] = median(days) > beside
	}
	return misled
}

// withoutStoodIn is a reading without the notes that rows leave EffectiveCost empty of
// providers for which BilledCost stands in: then it is counted there.
func withoutStoodIn(reading money.Reading) money.Reading {
	if !slices.ContainsFunc(reading.Notes, func(n money.Note) bool { return n.Empty }) {
		return reading
	}
	stays := map[string]bool{} // providers whose EffectiveCost counts, in some currency
	for _, currency := range currencies([]money.Reading{reading}) {
		stands := misleading(reading, currency)
		for _, groups := range reading.Days {
			for g := range groups {
				if g.Currency == currency && !stands[g.Provider] {
					stays[g.Provider] = true
				}
			}
		}
	}
	reading.Notes = slices.DeleteFunc(slices.Clone(reading.Notes), func(n money.Note) bool {
		return n.Empty && (len(stays) == 0 || n.Provider != "" && !stays[n.Provider])
	})
	return reading
}

// comparedColumns are a provider's day in both columns.
type comparedColumns struct {
	all     money.Cost
	useless money.Amount // by how much the useless ones lie beside what was billed
}

func (s *comparedColumns) add(c money.Cost) {
	s.all = s.all.Add(c)
	if useless(c) {
		s.useless = s.useless.Add(c.Billed.Sub(c.Amount))
	}
}

// off is how far the day's EffectiveCost lies beside BilledCost, as a fraction of it,
// when at least half of that comes from what is empty or rounded; else nothing.
func (s *comparedColumns) off(pricingKnown bool) float64 {
	whole := s.all.Billed.Sub(s.all.Amount).Float64()
	part := s.useless.Float64()
	if pricingKnown {
		whole, part = math.Abs(whole), math.Abs(part)
	}
	if part < whole/2 {
		return 0
	}
	return whole / s.all.Billed.Abs().Float64()
}

// useless reports whether an effective cost is nothing where something was billed, or
// whole where that was not, and by no more than rounding takes: half a unit, or
// anything where the bill has more digits than money has, so that many small charges
// were rounded one by one.
func useless(c money.Cost) bool {
	switch {
	case c.Amount.IsZero():
		return true
	case !c.Amount.Whole(0) || c.Billed.Whole(0):
		return false
	}
	return !c.Billed.Whole(2) || math.Abs(c.Billed.Sub(c.Amount).Float64()) <= 0.5
}

// columns collects which column the figures of which provider are, to say it in
// few words.
type columns struct {
	asked    []string
	fallback []string // providers
	others   bool     // some provider keeps the column that was asked for
}

func (c *columns) add(reading money.Reading, provider string, fell bool) {
	if fell {
		c.fallback = append(c.fallback, orUnnamed(provider, "no provider"))
		return
	}
	c.others = true
	if reading.Column != "" {
		c.asked = append(c.asked, reading.Column)
	}
}

func (c *columns) String() string {
	asked, fell := unique(c.asked), unique(c.fallback)
	switch {
	case len(fell) == 0:
		return strings.Join(asked, ", ")
	case !c.others:
		return billed
	case len(asked) == 0:
		return fmt.Sprintf("%s of %s", billed, strings.Join(fell, ", "))
	}
	return fmt.Sprintf("%s (%s: %s)", strings.Join(asked, ", "), strings.Join(fell, ", "), billed)
}

func (c *columns) note() string {
	return fmt.Sprintf("%s of %s is rounded or empty, a typical day is more than %.0f %% beside %s: %s stands in for it; `cost:` of the source chooses the column.",
		effective, strings.Join(unique(c.fallback), ", "), 100*beside, billed, billed)
}

// unique are values in order, each once.
func unique[T cmp.Ordered](all []T) []T {
	return slices.Compact(slices.Sorted(slices.Values(all)))
}
