package report_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// hole is what a digest does not have: a part of the bill on days.
type hole struct {
	part string // as bill.of takes it
	days []money.Day
}

func (h hole) holds(r row, d money.Day) bool { return r.of(h.part) && slices.Contains(h.days, d) }

// name is what a digest calls the part: "Microsoft", "AWS account 111" where a provider
// has several.
func (h hole) name() string {
	if provider, billing, several := strings.Cut(h.part, "/"); several {
		return provider + " account " + billing
	}
	return h.part
}

// truth is what a digest has to say, summed up row by row.
type truth struct {
	total, was, now int64            // cents: of the days that count; compared over cells that both weeks have
	usage           int64            // of total
	parts           map[string]int64 // what each kind of charge has of the change; none of kinds that neither week has
	excess          map[string]int64
}

// kind is what people call the row's kind of charge.
func (r row) kind() string {
	switch {
	case r.class == "Correction":
		return "corrections"
	case r.charge == "Purchase" || r.frequency == "Recurring":
		return "fixed charges"
	case r.charge == "Tax":
		return "tax"
	case r.charge == "Credit" || r.cents < 0:
		return "credits and refunds"
	}
	return "usage"
}

// truthOf sums up the rows that are there at a moment: those of the days that count,
// and, for the comparison, those of cells (a part of the bill on a weekday) that both
// weeks have. What was planted on a judged day has to be told; late are days of
// earlier weeks that are judged now, judged parts of them only when they are given.
func truthOf(b *bill, at time.Time, x expected) truth {
	told := truth{parts: map[string]int64{}, excess: map[string]int64{}}
	lacking := func(r row, d money.Day) bool {
		return slices.ContainsFunc(x.holes, func(h hole) bool { return h.holds(r, d) })
	}
	for _, r := range b.at(at) {
		if r.currency != x.money() || x.only != nil && !x.only(r) || r.cents == 0 {
			continue
		}
		counts := func(d money.Day) bool { return slices.Contains(x.days, d) }
		if counts(r.day) && !lacking(r, r.day) {
			told.total += r.cents
			if r.kind() == "usage" {
				told.usage += r.cents
			}
			if x.compares(r.day) && !lacking(r, r.day-7) {
				told.now += r.cents
				told.parts[r.kind()] += r.cents
			}
		}
		if counts(r.day+7) && x.compares(r.day+7) && !lacking(r, r.day) && !lacking(r, r.day+7) {
			told.was += r.cents
			told.parts[r.kind()] -= r.cents
		}
	}
	for _, p := range b.planted {
		if x.only != nil && !x.only(p.row) {
			continue
		}
		judged := slices.Contains(x.days, p.day) && !lacking(p.row, p.day)
		for _, h := range x.late {
			judged = judged || h.holds(p.row, p.day)
		}
		if judged {
			told.excess[p.service] += p.cents
		}
	}
	return told
}

// weekBefore is what the week before costs at a moment: the days that its digest
// counted and those that are judged late by this one.
func weekBefore(b *bill, at time.Time, told, x expected) (cents int64) {
	for _, r := range b.at(at) {
		missing := slices.ContainsFunc(x.holes, func(h hole) bool { return h.holds(r, r.day) })
		late := slices.ContainsFunc(x.late, func(h hole) bool { return h.holds(r, r.day) && money.WeekOf(r.day) == money.WeekOf(told.days[0]) })
		if r.currency == x.money() && (x.only == nil || x.only(r)) && !missing && (late || slices.Contains(told.days, r.day)) {
			cents += r.cents
		}
	}
	return cents
}

// shown writes cents as people see them: 1,234.50.
func shown(cents int64) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	whole := strconv.FormatInt(cents/100, 10)
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	return sign + whole + fmt.Sprintf(".%02d", cents%100)
}
