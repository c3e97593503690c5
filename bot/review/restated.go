package review

import (
	"time"

	"github.com/signalbook/signalbook/bot/spend"
)

// changed finds the totals of days that were settled when they were told.
func changed(was, is spend.Days, told, now time.Time) []spend.Restatement {
	var all []spend.Restatement
	for day, groups := range is {
		if len(was[day]) == 0 || !settled(day, told) {
			continue
		}
		before, after := totals(was[day]), totals(groups)
		for currency, total := range after {
			if old, ok := before[currency]; ok && old != total {
				all = append(all, spend.Restatement{At: now, Day: day, Currency: currency, Was: old, Now: total})
			}
		}
	}
	return all
}

func totals(groups map[spend.Group]spend.Cost) map[string]spend.Money {
	sums := map[string]spend.Money{}
	for g, c := range groups {
		sums[g.Currency] = sums[g.Currency].Add(c.Amount)
	}
	return sums
}
