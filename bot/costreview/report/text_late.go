package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/costreview/money"
)

// When names an anomaly's days: "Thursday to Saturday", "last week's Saturday and
// Sunday, settled since".
func (a Anomaly) When() string {
	own := slices.DeleteFunc(slices.Clone(a.Days), func(d money.Day) bool { return slices.Contains(a.Late, d) })
	var parts []string
	if len(a.Late) > 0 {
		parts = append(parts, lateDays(a.Late, a.Week)+", settled since")
	}
	if len(own) > 0 {
		parts = append(parts, weekdays(own))
	}
	return strings.Join(parts, ", and on ")
}

// lateDays names days of weeks before one: "last week's Saturday and Sunday".
func lateDays(days []money.Day, week money.Week) string {
	days = unique(days)
	if slices.ContainsFunc(days, func(d money.Day) bool { return money.WeekOf(d) != week.Add(-1) }) {
		return list(days)
	}
	return "last week's " + weekdays(days)
}

// LateSentence says which days of earlier weeks are judged with this one; it is empty
// when there are none.
func (m CurrencyReport) LateSentence() string {
	week := money.WeekOf(m.Until)
	var parts []string
	for _, part := range m.Late {
		if part.Stream == "" {
			parts = append(parts, lateDays(part.Days, week)+", settled since")
		} else {
			parts = append(parts, clean(part.Name)+" on "+lateDays(part.Days, week)+", there since")
		}
	}
	if len(parts) > maxGaps {
		parts = append(parts[:maxGaps:maxGaps], textutil.Count(len(parts)-maxGaps, "more part")+" of the bill")
	}
	if len(parts) == 0 {
		return ""
	}
	return "Judged here, too: " + strings.Join(parts, "; ") + "."
}

func (p *page) late(m CurrencyReport) {
	if s := m.LateSentence(); s != "" {
		p.line("  %s", s)
	}
	judged := len(m.Days)
	for _, part := range m.Late {
		if part.Stream == "" {
			judged += len(part.Days)
		}
	}
	switch n := len(m.Again); {
	case n == 0:
	case n == judged:
		p.line("  A digest of this week told all of this before.")
	default:
		p.line("  A digest of this week told %s before.", list(m.Again))
	}
}

// Sentence says what a week was told as and what it is by now.
func (r Restated) Sentence(currency string) string {
	least := ""
	if r.Partial {
		least = "at least "
	}
	total, told := amount(r.Total().Float64()), amount(r.Was.Float64())
	change := fmt.Sprintf("%s %s, %s", signed(r.Change.Float64()), currency, percent(r.Compared))
	switch {
	case r.Days == 0:
		return fmt.Sprintf("%s was restated: told as %s, by now %s %s (%s).", r.Week, told, total, currency, change)
	case r.Change.IsZero():
		return fmt.Sprintf("%s with %s: %s%s %s; told as %s.", r.Week, textutil.Count(r.Days, "late day"), least, total, currency, told)
	}
	return fmt.Sprintf("%s with %s: %s%s %s; told as %s, which was restated (%s).", r.Week, textutil.Count(r.Days, "late day"), least, total, currency, told, change)
}
