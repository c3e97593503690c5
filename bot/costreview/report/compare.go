package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// sayable is how many times its base a change may be, and still be said in
// percent: above that the base is next to nothing.
const sayable = 10

func compared(now, was money.Amount) Compared {
	c := Compared{Was: was, Change: now.Sub(was)}
	base, change := was.Float64(), c.Change.Float64()
	if was.Sign() > 0 && c.Change.Abs().Float64() <= sayable*base {
		c.Percent, c.Sayable = 100*change/base, true
	}
	return c
}

// and is the change of two parts together.
func (c Compared) and(other Compared) Compared {
	was := c.Was.Add(other.Was)
	return compared(was.Add(c.Change).Add(other.Change), was)
}

// with is the same, where what has no comparison is nil.
func (c *Compared) with(other *Compared) *Compared {
	if c == nil || other == nil {
		return cmp.Or(c, other)
	}
	both := c.and(*other)
	return &both
}

// size is how much money something is, or was before; nil: nobody knows of before.
func (c *Compared) size(total money.Amount) money.Amount {
	if c != nil && c.Was.Abs().Cmp(total.Abs()) > 0 {
		return c.Was.Abs()
	}
	return total.Abs()
}

// before are the same weekdays of the week before, of those days that it has.
func (b *currencyLedger) before() (now, was []money.Day) { return b.pairedDays(b.week) }

// total is the cost of all series on days, whatever its kind.
func (b *currencyLedger) total(days []money.Day) (sum money.Amount) {
	for _, s := range b.series {
		sum = sum.Add(s.all(days))
	}
	return sum
}

// usage is what usage of all series costs on days.
func (b *currencyLedger) usage(days []money.Day) (sum money.Amount) {
	for _, s := range b.series {
		sum = sum.Add(s.of(money.Usage, days))
	}
	return sum
}

// paired is the cost of all series, as far as both weeks have the same.
func (b *currencyLedger) paired(days []money.Day) (sum money.Amount) {
	for _, s := range b.series {
		sum = sum.Add(s.allPaired(days))
	}
	return sum
}

// move compares everything in the book with the week before: services by their
// usage only, because fixed charges, credits and corrections have lines of their
// own.
func (b *currencyLedger) move(m *CurrencyReport, top int) {
	now, was := b.before()
	if len(was) == 0 {
		m.Notes = append(m.Notes, "Nothing is known of the week before: there is no comparison.")
		return
	}
	if len(was) < len(b.days) {
		m.Alike = now
		m.Notes = append(m.Notes, "The week before lacks some of these weekdays: the comparison is over "+list(now)+".")
	}
	total := compared(b.paired(now), b.paired(was))
	m.Before, m.Parts = &total, b.parts(now, was)
	var movers, fresh []Mover
	for _, s := range b.series {
		mover := Mover{
			Provider: clean(s.provider), Service: orUnnamed(s.service, noService),
			Total: s.of(money.Usage, b.days), Compared: compared(s.paired(money.Usage, now), s.paired(money.Usage, was)),
		}
		switch {
		case s.first >= b.week.Monday() && !mover.Total.IsZero():
			fresh = append(fresh, mover)
		case !mover.Total.IsZero() || !mover.Was.IsZero():
			movers = append(movers, mover)
		}
	}
	slices.SortStableFunc(movers, func(x, y Mover) int { return y.Change.Abs().Cmp(x.Change.Abs()) })
	var rest []Mover
	for _, mover := range movers {
		switch sign := mover.Change.Sign(); {
		case sign > 0 && len(m.Up) < top:
			m.Up = append(m.Up, mover)
		case sign < 0 && len(m.Down) < top:
			m.Down = append(m.Down, mover)
		default:
			rest = append(rest, mover)
		}
	}
	m.Folded = Fold(rest)
	slices.SortStableFunc(fresh, func(x, y Mover) int { return y.Total.Cmp(x.Total) })
	if len(fresh) > top {
		m.New = append(fresh[:top:top], *Fold(fresh[top:]))
	} else {
		m.New = fresh
	}
}

// Fold makes one entry of many; nil when there is none.
func Fold(movers []Mover) *Mover {
	if len(movers) == 0 {
		return nil
	}
	all := Mover{Service: "others"}
	for _, m := range movers {
		all.Total = all.Total.Add(m.Total)
		all.Compared = all.and(m.Compared)
		all.Services += max(1, m.Services)
	}
	return &all
}

const noService = "no service name"

func fullName(provider, service string) string {
	if strings.HasPrefix(service, provider) { // "AWS Lambda" of AWS, and of no provider
		return service
	}
	return provider + " " + service
}

func abs(x float64) float64 { return max(x, -x) }
