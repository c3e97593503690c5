package chart

import (
	"fmt"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/costreview/report"
)

// maxAlt bounds the words beside a picture, in UTF-16 units (Slack: alt_txt of a
// file, 1,000 characters).
const maxAlt = 1_000

// Alt says what the picture of a report's first currency says, for people who do
// not see it: plain text of one line, at most [maxAlt] units.
func Alt(r report.Report) string {
	if len(r.Money) == 0 || len(r.Money[0].Chart.Weeks) == 0 {
		return "Chart of costs: there are no cost data to draw."
	}
	m := r.Money[0]
	f := figuresOf(m)
	first, last := f.weeks[0], f.weeks[len(f.weeks)-1]
	parts := []string{fmt.Sprintf("Bar chart of usage by service%s, weeks of %s to %s",
		in(f.currency), first.Week.Monday().Time().Format("2 Jan 2006"), last.Week.Monday().Time().Format("2 Jan 2006"))}
	if m.Until != 0 {
		parts[0] += ", data to " + m.Until.Time().Format("2 Jan 2006")
	}
	if m.Partial {
		parts[0] += ", not all of it could be read"
	}
	parts = append(parts, f.lastWeek()+": "+f.share(last))
	var bars []string
	for _, w := range f.weeks {
		bars = append(bars, w.Week.Monday().Time().Format("2 Jan")+" "+f.said(w))
	}
	if newest, before, ok := f.unfinished(); ok {
		parts = append(parts, fmt.Sprintf("The same %d weekdays of the week before: %s", newest.Days, f.short(before.same)))
	}
	parts = append(parts, "Totals: "+strings.Join(bars, "; "))
	return textutil.CutUnits(strings.Join(parts, ". ")+".", maxAlt)
}

func in(currency string) string {
	if currency == "" {
		return ""
	}
	return " in " + currency
}

// lastWeek names the newest week, and how much of it there is.
func (f figures) lastWeek() string {
	last := f.weeks[len(f.weeks)-1]
	s := "Week of " + last.Week.Monday().Time().Format("2 Jan")
	if last.Days > 0 && !last.whole() {
		s += fmt.Sprintf(", %d of 7 days", last.Days)
	}
	return s
}

// share names what a week is made of, the largest service first, as the bar has it
// from its foot.
func (f figures) share(w week) string {
	if w.Days <= 0 {
		return "no data"
	}
	var all []string
	if w.above > 0 {
		all = append(all, f.short(w.above)+" above expected, hatched in red")
	}
	for k, v := range w.costs {
		name := textutil.CutUnits(f.names[k], 40)
		if name == "" {
			name = fmt.Sprintf("service %d", k+1)
		}
		all = append(all, name+" "+f.short(v))
	}
	if len(all) == 0 {
		return "nothing"
	}
	return strings.Join(all, ", ")
}

// said is a week's total with what is special about it.
func (f figures) said(w week) string {
	switch {
	case w.Days <= 0:
		return "no data"
	case !w.whole():
		return fmt.Sprintf("%s of %d days", f.short(w.total), w.Days)
	case w.above > 0:
		return f.short(w.total) + ", " + f.short(w.above) + " of it above expected"
	}
	return f.short(w.total)
}
