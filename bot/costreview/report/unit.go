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
	Doubt  string // the query does probably not count a week: a clause
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
	// Doubt says why what is counted is probably not what there was in a week.
	Doubt string `json:"doubt,omitempty"`
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
		out := UnitCost{Name: orUnnamed(u.Name, "unit"), Currency: clean(b.currency), Filter: FilterName(u.Filter), Doubt: oneLine(u.Doubt, maxWhy)}
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

const (
	// maxWhy bounds why a count is not known, in characters: it says what to do at its end.
	maxWhy = 300
	// shortWhy is how long a reason may be where there is little room.
	shortWhy = 60
	// none says that there was nothing to divide by, which is known.
	none = "none in the week"
	// telling is by which fraction what one costs has to change for it to be said why.
	telling = 0.25
)

// why says why there is no cost of one unit.
func (u UnitCount) why(w money.Week) string {
	if count, known := u.Weeks[w]; known && count == 0 {
		return none
	}
	return strings.TrimRight(cmp.Or(oneLine(u.Why, maxWhy), "how many there were is not known"), ".")
}

// wholeWeek are the days of a week; none when something is not known of one of them.
func (b *currencyLedger) wholeWeek(w money.Week) []money.Day {
	if !b.whole(w) {
		return nil
	}
	return b.toldIn(w)
}

// Sentence is what one costs, how that went, and what speaks against it: "1k requests:
// $0.042 each, +3.1 % in 7 weeks".
func (u UnitCost) Sentence() string {
	text := u.Name + ": "
	switch {
	case u.Why == none:
		text += none
	case u.unknown():
		text += "not known, " + cmp.Or(oneLine(u.Why, maxWhy), "there are no figures")
	default:
		text += u.known()
	}
	if u.Doubt != "" {
		text += "; doubtful, as " + u.Doubt
	}
	return text
}

// Short is the same without the name, where there is little room.
func (u UnitCost) Short() string {
	switch {
	case u.Why == none:
		return none
	case u.unknown() && len(u.Why) > shortWhy:
		return "not known, see the thread for why"
	case u.unknown():
		return "not known, " + cmp.Or(oneLine(u.Why, maxWhy), "there are no figures")
	case u.Doubt != "":
		return u.known() + "; doubtful, see the thread"
	}
	return u.known()
}

func (u UnitCost) unknown() bool { return u.Why != "" || len(u.Weeks) == 0 }

// known is what one costs and how that went: against the oldest week, or against the last
// one when it changed as much at once.
func (u UnitCost) known() string {
	now, was := u.Weeks[len(u.Weeks)-1], u.Weeks[0]
	if last := u.Weeks[max(0, len(u.Weeks)-2)]; last.Value > 0 && abs(now.Value/last.Value-1) >= telling {
		was = last
	}
	text := show(now.Value, u.Currency) + " each"
	weeks := int(now.Week-was.Week) / 7
	if weeks == 0 {
		return text + ", no week before to compare with"
	}
	change := 100 * (now.Value/was.Value - 1)
	if was.Value > 0 && abs(change) <= 100*sayable {
		text += ", " + percent(Compared{Percent: change, Sayable: true}) + " in " + textutil.Count(weeks, "week")
	} else {
		text += ", " + show(was.Value, u.Currency) + " " + textutil.Count(weeks, "week") + " before"
	}
	return text + u.because(now, was)
}

// because says what most of a large change is: that there are more or fewer of them, or
// that these cost another amount.
func (u UnitCost) because(now, was UnitWeek) string {
	cost, before := now.Cost.Float64(), was.Cost.Float64()
	dearer, more := cost/before, now.Count/was.Count
	if !(was.Value > 0 && cost > 0 && more > 0) || math.IsInf(more, 0) || math.IsInf(dearer, 0) || abs(now.Value/was.Value-1) < telling {
		return ""
	}
	if abs(math.Log(dearer)) >= abs(math.Log(more)) {
		return fmt.Sprintf(": they cost %s instead of %s", money.Brief(cost, clean(u.Currency)), money.Brief(before, clean(u.Currency)))
	}
	return fmt.Sprintf(": %s of them instead of %s", money.Brief(now.Count, ""), money.Brief(was.Count, ""))
}

// Trend are the weeks one by one: "$0.040 (W40), no figure (W41 to W43), $0.041 (W44)";
// empty for one week.
func (u UnitCost) Trend() string {
	if len(u.Weeks) < 2 {
		return ""
	}
	var all []string
	for k, w := range u.Weeks {
		if k > 0 {
			switch from, to := u.Weeks[k-1].Week.Add(1), w.Week.Add(-1); {
			case from == to:
				all = append(all, "no figure ("+weekNumber(from)+")")
			case from < to:
				all = append(all, "no figure ("+weekNumber(from)+" to "+weekNumber(to)+")")
			}
		}
		all = append(all, show(w.Value, u.Currency)+" ("+weekNumber(w.Week)+")")
	}
	return strings.Join(all, ", ")
}

func weekNumber(w money.Week) string {
	_, week, _ := strings.Cut(w.String(), "-")
	return week
}
