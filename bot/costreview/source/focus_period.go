package source

import (
	"strings"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// Period is what a charge is for when that is more than a day: so many days from the
// first one on. Such usage is spread over them, as equally as the last digit allows.
type Period struct {
	First money.Day
	Days  int32
}

// Periods are the costs of groups by period, as [money.Days] are by day.
type Periods map[Period]map[money.Group]money.Cost

func (p Periods) add(of Period, g money.Group, c money.Cost) {
	groups := p[of]
	if groups == nil {
		groups = map[money.Group]money.Cost{}
		p[of] = groups
	}
	groups[g] = groups[g].Add(c)
}

// longest is how many days usage may be for to be spread: three years, as long as
// clouds sell anything ahead.
const longest = 3*366 + 1

// spreads says whether a charge of a longer period than a day is spread over it: what
// is no usage stands on the day that it is charged.
func spreads(kind money.Kind, category string) bool {
	category = strings.TrimSpace(category)
	// A refund of usage is a credit, and spread like what it is for.
	return kind == money.Usage || kind == money.Credit && !strings.EqualFold(category, "Credit") && !strings.EqualFold(category, "Adjustment")
}

// spreadUntil is over how many days a charge is spread: 0 is not at all, because its
// period is a day or less; long: its period is longer than is spread.
func (m moment) spreadUntil(end moment) (days int32, long bool) {
	if end.day-m.day <= 1 {
		return 0, false
	}
	switch n := m.daysUntil(end); {
	case n > longest:
		return 0, true
	case n > 1:
		return int32(n), false
	}
	return 0, false
}

// spread adds what falls on the days up to the last one to a reading's. share is how
// much of a charge counts on a day; false: nothing, because it is told elsewhere.
func (p Periods) spread(into money.Days, last money.Day, share func(first, day money.Day, g money.Group, c money.Cost) (money.Cost, bool)) {
	for of, groups := range p {
		for k := range of.Days {
			day := of.First + money.Day(k)
			if day > last {
				break
			}
			for g, c := range groups {
				c, ok := share(of.First, day, g, c)
				if !ok {
					continue
				}
				g.Spread = true
				into.Add(day, g, money.Cost{Amount: c.Amount.Part(int(k), int(of.Days)), Billed: c.Billed.Part(int(k), int(of.Days))})
			}
		}
	}
}
