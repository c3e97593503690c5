package report

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/costreview/money"
)

// UnitCount is how many units there were, week by week, and which charges they cause.
type UnitCount struct {
	Name   string
	Filter money.Filter
	Weeks  map[money.Week]float64
	Why    string // the week under review is not known: a sentence
}

// UnitCost is what one unit costs.
type UnitCost struct {
	Name     string `json:"name"`
	Currency string `json:"currency,omitempty"`
	Filter   string `json:"filter,omitempty"`
	// Weeks are the last eight in which both are known, oldest first.
	Weeks []UnitWeek `json:"weeks,omitempty"`
	// Why says why the week under review is not among them.
	Why string `json:"why,omitempty"`
}

// UnitWeek is a week's usage, the units of it, and what one of them costs.
type UnitWeek struct {
	Week  money.Week   `json:"week"`
	Cost  money.Amount `json:"cost"`
	Count float64      `json:"count"`
	Value float64      `json:"value"`
}

// units are what each unit costs. Weeks that are not told whole are left out; only the
// one under review is made whole by the newest day of each weekday.
func (b *currencyLedger) units(counts []UnitCount) (all []UnitCost) {
	for _, u := range counts {
		out := UnitCost{Name: orUnnamed(u.Name, "unit"), Currency: clean(b.currency), Filter: oneLine(u.Filter.String(), maxName)}
		usage, _ := b.daily(u.Filter)
		for back := chartWeeks - 1; back >= 0; back-- {
			w := b.week.Add(-back)
			days := b.wholeWeek(w)
			if back == 0 {
				if days = b.month.days; len(days) < 7 {
					out.Why = fmt.Sprintf("its cost is not known, %s of a week are settled", textutil.Count(len(days), "weekday"))
					continue
				}
			}
			count := u.Weeks[w]
			if len(days) == 0 || !(count > 0) || math.IsInf(count, 0) {
				if back == 0 {
					out.Why = u.why(w)
				}
				continue
			}
			week := UnitWeek{Week: w, Cost: sumOf(usage, days), Count: count}
			week.Value = week.Cost.Float64() / count
			out.Weeks = append(out.Weeks, week)
		}
		all = append(all, out)
	}
	return all
}

// maxWhy bounds why a count is not known, in characters: it says what to do at its end.
const maxWhy = 300

// why says why there is no cost of one unit.
func (u UnitCount) why(w money.Week) string {
	if count, known := u.Weeks[w]; known && count == 0 {
		return "there were none in the week"
	}
	return cmp.Or(oneLine(u.Why, maxWhy), "how many there were is not known")
}

// wholeWeek are the days of a week; none when something is not known of one of them.
func (b *currencyLedger) wholeWeek(w money.Week) []money.Day {
	if !b.whole(w) {
		return nil
	}
	return b.toldIn(w)
}

// Sentence is what one costs and how that went: "1k requests: $0.042 each, +3.1 % in 7
// weeks".
func (u UnitCost) Sentence() string {
	text := u.Name + ": "
	if u.Why != "" || len(u.Weeks) == 0 {
		return text + "not known, " + cmp.Or(oneLine(u.Why, maxWhy), "there are no figures")
	}
	now, was := u.Weeks[len(u.Weeks)-1], u.Weeks[0]
	text += show(now.Value, u.Currency) + " each"
	weeks := int(now.Week-was.Week) / 7
	if weeks == 0 {
		return text + ", no week before to compare with"
	}
	if change := 100 * (now.Value/was.Value - 1); was.Value > 0 && abs(change) <= 100*sayable {
		return text + ", " + percent(Compared{Percent: change, Sayable: true}) + " in " + textutil.Count(weeks, "week")
	}
	return text + ", " + show(was.Value, u.Currency) + " " + textutil.Count(weeks, "week") + " before"
}

// Trend are the weeks one by one: "$0.040 (W40), $0.041 (W41)"; empty for one week.
func (u UnitCost) Trend() string {
	if len(u.Weeks) < 2 {
		return ""
	}
	var all []string
	for _, w := range u.Weeks {
		_, week, _ := strings.Cut(w.Week.String(), "-")
		all = append(all, show(w.Value, u.Currency)+" ("+week+")")
	}
	return strings.Join(all, ", ")
}
