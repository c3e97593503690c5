package digest

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
)

// currency is the name of a currency as people read it; it comes from outside.
func currency(m report.CurrencyReport) string { return currencyName(m.Currency) }

func currencyName(s string) string { return textutil.CutUnits(blockkit.Line(s), 20) }

// show is an exact amount for people.
func show(m money.Amount, currency string) string {
	return showTo(m, currency, money.Decimals(m.Float64()))
}

func showTo(m money.Amount, currency string, places int) string {
	return money.ShowTo(m.Round(places).Float64(), currency, places)
}

// percent is a change in percent, with one decimal where it matters: "+13 %",
// "-1.6 %".
func percent(f float64) string {
	s := fmt.Sprintf("%+.1f", f)
	if math.Abs(f) >= 9.95 {
		s = fmt.Sprintf("%+.0f", f)
	}
	if strings.Trim(s, "+-0.") == "" {
		s = "0"
	}
	return s + " %"
}

// weekWord is "week 47".
func weekWord(w money.Week) string {
	_, number := w.Monday().Time().ISOWeek()
	return fmt.Sprintf("week %d", number)
}

// weekDates are a week's first and last day: "16 to 22 Nov 2026".
func weekDates(w money.Week) string {
	first, last := w.Monday().Time(), w.Monday().Time().AddDate(0, 0, 6)
	layout := "2 Jan 2006"
	switch {
	case first.Month() == last.Month():
		layout = "2"
	case first.Year() == last.Year():
		layout = "2 Jan"
	}
	return first.Format(layout) + " to " + last.Format("2 Jan 2006")
}

// dataUntil says how far the data go and what of the week is left out.
func dataUntil(m report.CurrencyReport) string {
	s := "data to " + m.Until.Time().Format("Mon 2 Jan")
	if m.LeftOut > 0 {
		s += ", " + textutil.Count(m.LeftOut, "day") + " left out"
	}
	return s
}

// spikeDays names an anomaly's days, those of earlier weeks as such.
func spikeDays(a report.Anomaly) string {
	if len(a.Late) == 0 {
		return dayRuns(a.Days)
	}
	late := dayRuns(a.Late) + ", settled since"
	own := slices.DeleteFunc(slices.Clone(a.Days), func(d money.Day) bool { return slices.Contains(a.Late, d) })
	if len(own) == 0 {
		return late
	}
	return late + ", and " + dayRuns(own)
}

// dayRuns names days, those that follow one another as one: "Thu 19 to Sat 21
// Nov".
func dayRuns(days []money.Day) string {
	days = slices.Compact(slices.Sorted(slices.Values(days)))
	var all []string
	for at := 0; at < len(days) && len(all) < 7; {
		end := at
		for end+1 < len(days) && days[end+1] == days[end]+1 {
			end++
		}
		first, last := days[at].Time(), days[end].Time()
		switch {
		case at == end:
			all = append(all, first.Format("Mon 2 Jan"))
		case first.Month() == last.Month():
			all = append(all, first.Format("Mon 2")+" to "+last.Format("Mon 2 Jan"))
		default:
			all = append(all, first.Format("Mon 2 Jan")+" to "+last.Format("Mon 2 Jan"))
		}
		at = end + 1
	}
	return textutil.List(all)
}

// line is one line of a table: amounts, and what they are of. The amounts come
// first: whatever signs the name is made of, they stay aligned. A name may go on in
// a second line.
type line struct {
	amounts []string
	name    string
}

// widthsOf are the widths of a table's columns of amounts.
func widthsOf(all []line) (widths []int) {
	for _, l := range all {
		for k, a := range l.amounts {
			if k == len(widths) {
				widths = append(widths, 0)
			}
			widths[k] = max(widths[k], len([]rune(a)))
		}
	}
	return widths
}

// aligned is a table in letters of one width, its amounts to the right.
func aligned(all []line) string {
	widths := widthsOf(all)
	indent := 2 * len(widths)
	for _, w := range widths {
		indent += w
	}
	var b strings.Builder
	for k, l := range all {
		if k > 0 {
			b.WriteByte('\n')
		}
		for at, w := range widths {
			cell := ""
			if at < len(l.amounts) {
				cell = l.amounts[at]
			}
			b.WriteString(strings.Repeat(" ", w-len([]rune(cell))) + cell + "  ")
		}
		b.WriteString(strings.ReplaceAll(blockkit.NotEmpty(l.name), "\n", "\n"+strings.Repeat(" ", indent)))
	}
	return b.String()
}

// phoneLine is how many letters of one width a phone of 390 pixels shows in a line.
const phoneLine = 39

// folded breaks the names of a table between words where a phone ends the line, once:
// what does not fit into two lines is cut.
func folded(all []line) []line {
	room := phoneLine
	for _, w := range widthsOf(all) {
		room -= w + 2
	}
	room = max(room, 12)
	for k := range all {
		all[k].name = foldName(all[k].name, room)
	}
	return all
}

func foldName(name string, room int) string {
	if textutil.Units(name) <= room {
		return name
	}
	words := strings.Fields(name)
	for n := len(words) - 1; n > 0; n-- {
		if first := strings.Join(words[:n], " "); textutil.Units(first) <= room {
			return first + "\n" + textutil.CutUnits(strings.Join(words[n:], " "), room)
		}
	}
	return textutil.CutUnits(name, room)
}
