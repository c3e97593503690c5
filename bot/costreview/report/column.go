package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

const (
	effective = "EffectiveCost"
	billed    = "BilledCost"
	// beside is how far a typical day of EffectiveCost may lie beside BilledCost,
	// as a fraction of it. Where nothing is amortised the two are the same money;
	// rounding to cents stays far below this, rounding to whole units far above.
	beside = 0.05
)

// misleading are the providers whose EffectiveCost is useless, so that BilledCost
// has to stand in for it: some exports round it to whole units or leave it empty
// (AWS and Oracle in FOCUS' own sample), which makes small charges nothing.
//
// Commitments are the legitimate difference: a purchase is billed on one day and
// has no effective cost, its use carries the cost and is billed nothing. So only
// usage outside commitments is compared, and of that only what was billed at all
// (the marketplace bills elsewhere). Without PricingCategory committed use cannot
// be told apart; it only ever makes EffectiveCost larger, so then only a shortfall
// counts. And a typical day decides, the median one: without ChargeCategory a
// purchase looks like usage, but it is one day of many.
func misleading(reading money.Reading, currency string) map[string]bool {
	if reading.Column != effective {
		return nil
	}
	pricingKnown := !slices.Contains(reading.Lacks, "PricingCategory")
	off := map[string][]float64{}
	for _, groups := range reading.Days {
		sums := map[string]money.Cost{}
		for g, c := range groups {
			if g.Currency == currency && g.Kind == money.Usage && g.Pricing != "Committed" && !c.Billed.IsZero() {
				sums[g.Provider] = sums[g.Provider].Add(c)
			}
		}
		for provider, sum := range sums {
			if sum.Billed.IsZero() {
				continue
			}
			difference := sum.Billed.Sub(sum.Amount).Float64() / sum.Billed.Abs().Float64()
			if pricingKnown {
				difference = math.Abs(difference)
			}
			off[provider] = append(off[provider], difference)
		}
	}
	misled := map[string]bool{}
	for provider, days := range off {
		misled[provider] = median(days) > beside
	}
	return misled
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
	return fmt.Sprintf("%s of %s is rounded or empty, a typical day is more than %.0f %% beside %s: %s stands in for it.",
		effective, strings.Join(unique(c.fallback), ", "), 100*beside, billed, billed)
}

func unique(names []string) []string {
	names = slices.Clone(names)
	slices.Sort(names)
	return slices.Compact(names)
}
