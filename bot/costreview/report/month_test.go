package report

import (
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// TestMonthsAreOfWholeWeeks: with 48 hours to settle a Monday's digest counts Monday to
// Friday, and what weekends cost a month does not follow from these.
func TestMonthsAreOfWholeWeeks(t *testing.T) {
	t.Parallel()
	compute := money.Group{Provider: "AWS", Service: "EC2", Category: "Compute", Pricing: "Standard"}
	l := newLedger(t)
	for d := monday - 70; d <= sunday; d++ {
		amount := "1000"
		if d%7 == (sunday-1)%7 || d%7 == sunday%7 {
			amount = "300"
		}
		l.put(d, d, compute, amount)
	}
	in := l.input()
	in.Organisation = Organisation{Users: known(1000)}
	r := Judge(in)
	const want = (5*1000 + 2*300) / 7.0 * 30.4 // 24,320; five working days alone would give 30,400
	same(t, "usage a month", r.Money[0].UsageMonth, want)
	same(t, "cost of a user", r.Organisation.PerUser.Value, want/1000)
	holds(t, r.Organisation.PerUser.Sentences[:1], "1K users share $24,320 of usage a month, reckoned from 7 settled days, the newest of each weekday.")
	for _, s := range r.Steps {
		for _, saving := range s.Savings {
			if strings.Contains(saving.Rows, "Compute") {
				same(t, s.ID+"'s spend a month", saving.Base, want)
			}
		}
	}
}

// TestMonthsOfLessThanAWeek: where there is no day of some weekday, the days that there
// are count, and that is said.
func TestMonthsOfLessThanAWeek(t *testing.T) {
	t.Parallel()
	in := newLedger(t).put(friday-1, friday, group("EC2"), "100").input()
	in.Organisation = Organisation{Users: known(1000)}
	r := Judge(in)
	same(t, "usage a month", r.Money[0].UsageMonth, 3040.0)
	holds(t, r.Organisation.PerUser.Sentences[:1], "1K users share $3,040 of usage a month, reckoned from 2 settled days, which is less than a week.")
}
