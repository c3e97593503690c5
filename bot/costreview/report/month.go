package report

import (
	"slices"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/costreview/money"
)

const (
	// monthDays makes a month of days: 365 of them in twelve.
	monthDays = 30.4
	// weekdaysBack is how many days back the newest settled one of each weekday is looked for.
	weekdaysBack = 28
)

// monthlyUsage is what usage costs a month in one currency, by group: by the days
// that it is reckoned from, no two of them of one weekday.
type monthlyUsage struct {
	currency string
	days     []money.Day
	rows     map[money.Group]money.Amount // over the days
}

func newMonthlyUsage(currency string, days []money.Day) monthlyUsage {
	return monthlyUsage{currency, days, map[money.Group]money.Amount{}}
}

// eachWeekday are the newest days that were told whole, one of each weekday as far
// as there are such: a mean over working days alone is no month.
func (b *currencyLedger) eachWeekday() (days []money.Day) {
	last := b.days[len(b.days)-1]
	has := map[money.Day]bool{}
	for _, gaps := range []bool{false, true} { // a day that lacks a part of the bill only where there is no other
		for d := last; d > last-weekdaysBack && len(days) < 7; d-- {
			if b.told[d] && !has[d%7] && (gaps || len(b.gaps[d]) == 0) {
				has[d%7] = true
				days = append(days, d)
			}
		}
	}
	return days
}

func (u *monthlyUsage) add(d money.Day, g money.Group, amount money.Amount) {
	if g.Kind == money.Usage && slices.Contains(u.days, d) {
		u.rows[g] = u.rows[g].Add(amount)
	}
}

// of makes a month of a sum over the days.
func (u *monthlyUsage) of(sum money.Amount) float64 {
	if len(u.days) == 0 {
		return 0
	}
	return sum.Float64() / float64(len(u.days)) * monthDays
}

func (u *monthlyUsage) total() float64 {
	var sum money.Amount
	for _, amount := range u.rows {
		sum = sum.Add(amount)
	}
	return u.of(sum)
}

// reckonedFrom says of how many days a month was made.
func reckonedFrom(days int) string {
	if days == 7 {
		return "7 settled days, the newest of each weekday"
	}
	return textutil.Count(days, "settled day") + ", which is less than a week"
}
