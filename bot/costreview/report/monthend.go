package report

import (
	"cmp"
	"fmt"
	"math"
	"time"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/costreview/money"
)

// Budget is what a month may cost.
type Budget struct {
	Name   string
	Amount float64      // of the currency; more than 0
	Filter money.Filter // which charges it is for; without one all
	Owners []string     // who is told
}

// MonthEnd is what a month cost so far, and how it ends.
type MonthEnd struct {
	Month time.Time    `json:"month"` // its first day
	Until money.Day    `json:"until"` // the newest day in Spent
	Spent money.Amount `json:"spent"`
	// Since is the first day of which anything is known, when the month began before it.
	Since money.Day `json:"since,omitzero"`
	// Missing days of the month lie before Until, and nothing is known of them: Spent is at least what it says.
	Missing int  `json:"missing,omitempty"`
	Partial bool `json:"partial,omitempty"` // a source could not be read whole
	// End holds the truth in 80 of 100 cases within Plus; Why says why there is none.
	End  float64 `json:"end,omitempty"`
	Plus float64 `json:"plus,omitempty"`
	Why  string  `json:"why,omitempty"`
	Over bool    `json:"over_now,omitempty"` // Spent is more than Budget

	// Of a budget; without one Budget is 0.
	Name   string    `json:"name,omitempty"`
	Budget float64   `json:"budget,omitempty"`
	Filter string    `json:"filter,omitempty"`
	Owners []string  `json:"owners,omitempty"`
	OverOn money.Day `json:"over_on,omitzero"` // when it is used up, or was
}

// Complete reports whether the whole month is known.
func (m MonthEnd) Complete() bool { return m.Until == lastOf(m.Month) }

// Foreseen reports whether End is known.
func (m MonthEnd) Foreseen() bool { return m.Why == "" && !m.Complete() }

func firstOf(month time.Time) money.Day { return money.DayOf(month) }

func lastOf(month time.Time) money.Day { return money.DayOf(month.AddDate(0, 1, 0)) - 1 }

func monthOf(d money.Day) time.Time {
	t := d.Time()
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
}

// daysAhead is a currency's ledger up to the newest day that is settled, which may be
// in the week after the one under review; no source that is in this is missing there.
func (b *currencyLedger) daysAhead(in Input) *currencyLedger {
	newest := in.newestSettled()
	if week := money.WeekOf(newest); week > in.Week && in.Week >= WeekBefore(in.Now.UTC()) {
		in.Week, in.Posted = week, nil
		if later, _, _ := open(in, b.currency); later != nil && later.heard() >= b.heard() {
			return later
		}
	}
	return b
}

// heard is how many sources are in the figures.
func (b *currencyLedger) heard() (n int) {
	for _, src := range b.read {
		if !src.absent {
			n++
		}
	}
	return n
}

// daily is what the charges that a filter lets through cost a day: usage, and
// everything else.
func (b *currencyLedger) daily(filter money.Filter) (usage, rest map[money.Day]money.Amount) {
	usage, rest = map[money.Day]money.Amount{}, map[money.Day]money.Amount{}
	b.countedFrom(b.from, func(_ *stream, d money.Day, g money.Group, c cost) {
		if !filter.Matches(g) {
			return
		}
		if g.Kind == money.Usage {
			usage[d] = usage[d].Add(c.amount)
		} else {
			rest[d] = rest[d].Add(c.amount)
		}
	})
	return usage, rest
}

// months are the month's end of everything, and of each budget. Whole is that of
// everything, with its budget when there is one.
func (b *currencyLedger) months(budgets []Budget) (all []MonthEnd, whole MonthEnd) {
	found := false
	for _, budget := range budgets {
		m := b.monthEnd(budget)
		all = append(all, m)
		if len(budget.Filter) == 0 {
			whole, found = m, true
		}
	}
	if !found {
		whole = b.monthEnd(Budget{})
		all = append([]MonthEnd{whole}, all...)
	}
	return all, whole
}

// monthEnd adds up the month of the newest day that is known, and looks ahead to its
// last one.
func (b *currencyLedger) monthEnd(budget Budget) MonthEnd {
	usage, rest := b.daily(budget.Filter)
	return b.endOf(budget, usage, rest)
}

// endOf is the month's end of what costs so much a day.
func (b *currencyLedger) endOf(budget Budget, usage, rest map[money.Day]money.Amount) MonthEnd {
	until := b.days[len(b.days)-1]
	m := MonthEnd{
		Month: monthOf(until), Until: until, Partial: b.partial,
		Name: budget.Name, Budget: budget.Amount, Filter: FilterName(budget.Filter), Owners: budget.Owners,
	}
	if len(usage)+len(rest) == 0 && len(budget.Filter) > 0 {
		m.Why = "nothing matches its filter (" + m.Filter + ")"
		return m
	}
	uses := false
	for _, x := range usage {
		uses = uses || !x.IsZero()
	}
	track := newDailySeries(b.from, until)
	var open []money.Day // of the month, of which nothing is known
	begun, used := false, false
	var holed []money.Day // likewise, of a part of which nothing is known
	for d := b.from; d <= until; d++ {
		switch {
		case b.told[d]:
			if !begun && d > firstOf(m.Month) {
				m.Since = d
			}
			begun = true
			lacks := len(b.gaps[d]) > 0
			used = used || !usage[d].IsZero()
			if !lacks && (used || !uses) { // before its first usage a team is not known, and not free
				track.set(d, usage[d].Float64())
			}
			if d >= firstOf(m.Month) {
				if lacks {
					holed = append(holed, d)
				}
				m.Spent = m.Spent.Add(usage[d]).Add(rest[d])
			}
		case begun && d >= firstOf(m.Month):
			open = append(open, d)
		}
	}
	m.Missing = len(open)
	m.Partial = m.Partial || len(holed) > 0
	m.Over = budget.Amount > 0 && m.Spent.Float64() > budget.Amount
	for d := until + 1; d <= lastOf(m.Month); d++ {
		open = append(open, d)
	}
	f, known, ok := track.forecast()
	switch {
	case len(open) == 0:
	case !ok:
		m.Why = fmt.Sprintf("not yet: needs %d days of data, has %d", forecastNeeds, known)
	default:
		sum, plus := f.sum(open)
		fixed := 0.0
		for _, d := range open {
			fixed += b.fixed(rest, d)
		}
		for _, d := range holed {
			fixed += max(0, f.expected(d)-usage[d].Float64())
		}
		m.End, m.Plus = m.Spent.Float64()+sum+fixed, plus
	}
	if budget.Amount > 0 {
		m.OverOn = b.overOn(m, usage, rest, f, ok)
	}
	return m
}

// fixed is what comes on a day beside usage: what came on it in both months before,
// their mean. A charge that came once is not expected again.
func (b *currencyLedger) fixed(rest map[money.Day]money.Amount, d money.Day) float64 {
	month := monthOf(d)
	sum := 0.0
	for back := 1; back <= months; back++ {
		of := month.AddDate(0, -back, 0)
		at := min(firstOf(of)+d-firstOf(month), lastOf(of))
		if at < b.from || rest[at].IsZero() {
			return 0
		}
		sum += rest[at].Float64()
	}
	return sum / months
}

// overOn is the day on which a budget is used up; zero: not in this month, as far as
// can be said.
func (b *currencyLedger) overOn(m MonthEnd, usage, rest map[money.Day]money.Amount, f forecast, ok bool) money.Day {
	sum := 0.0
	for d := max(m.Since, firstOf(m.Month)); d <= lastOf(m.Month); d++ {
		switch {
		case d <= m.Until && b.told[d]:
			sum += usage[d].Add(rest[d]).Float64()
		case ok:
			sum += f.expected(d) + b.fixed(rest, d)
		}
		if sum > m.Budget && (m.Over || d > m.Until) {
			return d
		}
	}
	return 0
}

// Sentence says a month's standing: "month: $142K of $200K, ends at $212K ± 6K, over
// on the 27th". It names the month when that is not the present one, and the day up to
// which it counts when that is another than until.
func (m MonthEnd) Sentence(currency string, until money.Day, now time.Time) string {
	return m.Title(now) + ": " + m.Standing(currency, until)
}

// Title is what the sentence is about: "month", "month, checkout", "October".
func (m MonthEnd) Title(now time.Time) string {
	title := "month"
	if !m.Month.Equal(monthOf(money.DayOf(now))) {
		title = m.Month.Format("January")
	}
	if name := clean(m.Name); name != "" && name != "all" {
		title += ", " + name
	}
	return title
}

// Standing is the rest of the sentence.
func (m MonthEnd) Standing(currency string, until money.Day) string {
	currency = clean(currency)
	text := ""
	if m.Partial {
		text = "at least "
	}
	text += money.Brief(m.Spent.Float64(), currency)
	if m.Budget > 0 {
		text += " of " + money.Brief(m.Budget, currency)
	}
	if m.Since != 0 {
		text += " since " + day(m.Since)
	}
	ends := ", ends at "
	if m.Missing > 0 {
		text += " without " + textutil.Count(m.Missing, "missing day")
		ends = ", ends with what is missing at "
	}
	if m.Until != until && !m.Complete() {
		text += " to " + day(m.Until)
	}
	switch {
	case m.Complete():
		text += ", the whole month"
	case m.Why != "":
		text += ", where it ends: " + m.Why
	case m.End == 0 && m.Plus == 0:
		text += ends + money.Brief(0, currency)
	default:
		unit := math.Pow(10, math.Floor(math.Log10(max(abs(m.End), 1e-12)))-2)
		text += ends + money.Brief(m.End, currency) + " ± " + money.Brief(unit*max(1, math.Round(m.Plus/unit)), "")
	}
	switch {
	case m.Budget <= 0:
	case m.Over:
		text += ", over since the " + ordinal(m.OverOn)
	case m.OverOn != 0:
		text += ", over on the " + ordinal(m.OverOn)
	case m.Foreseen() && m.End+m.Plus > m.Budget:
		text += ", may go over"
	}
	return text
}

// ordinal is a day of the month: 1st, 22nd, 27th.
func ordinal(d money.Day) string {
	n := d.Time().Day()
	ending := "th"
	if n/10 != 1 {
		ending = cmp.Or(map[int]string{1: "st", 2: "nd", 3: "rd"}[n%10], ending)
	}
	return fmt.Sprint(n) + ending
}
