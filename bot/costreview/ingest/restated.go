package ingest

import (
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// changed finds the totals of a source's days that were settled when they were told.
func changed(source string, was, is money.Days, told, now time.Time) []money.Restatement {
	var all []money.Restatement
	for day, groups := range is {
		if len(was[day]) == 0 || !settled(day, told) {
			continue
		}
		before, after := totals(was[day]), totals(groups)
		for currency, total := range after {
			if old, ok := before[currency]; ok && old != total {
				all = append(all, money.Restatement{Source: source, At: now, Day: day, Currency: currency, Was: old, Now: total})
			}
		}
	}
	return all
}

func totals(groups map[money.Group]money.Cost) map[string]money.Amount {
	sums := map[string]money.Amount{}
	for g, c := range groups {
		sums[g.Currency] = sums[g.Currency].Add(c.Amount)
	}
	return sums
}
