package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// maxSlices bounds how many values a service is told apart by.
const maxSlices = 10

// Slices are a service's weeks told apart by one dimension. All of them and the rest add
// up to the service's weeks to the last digit.
type Slices struct {
	By     string  `json:"by"` // account, region, SKU, team
	Values []Slice `json:"values,omitempty"`
	Rest   *Slice  `json:"rest,omitempty"` // the smaller ones together; Values says how many
	// Why says why there is nothing.
	Why string `json:"why,omitempty"`
}

// Slice is what one value costs, oldest week first; the weeks are those of the service.
type Slice struct {
	Name   string         `json:"name"`
	Values int            `json:"values,omitempty"`
	Weeks  []money.Amount `json:"weeks"`
	// Change is of the newest week against the one before, over their equal weekdays; nil: there is nothing to compare.
	Change *Compared `json:"change,omitempty"`
}

// SliceNames are what a service can be told apart by.
func SliceNames() []string { return []string{"account", "region", "sku", "team"} }

// slicing is the dimension of a name; why says why there is none.
func (in Input) slicing(by string) (d dimension, why string) {
	switch by {
	case "account":
		return byAccount, ""
	case "region":
		return byRegion, ""
	case "sku":
		return bySKU, ""
	case "team":
		if in.Settings.By == "" {
			return d, "nothing says what teams are known by: give the digest `by`"
		}
		return byTeamKey, ""
	}
	return d, fmt.Sprintf("costs cannot be told apart by %q: by one of %s", clean(by), strings.Join(SliceNames(), ", "))
}

// slice tells a service's weeks apart.
func (b *currencyLedger) slice(s *series, weeks []ServiceWeek, in Input, by string) *Slices {
	out := &Slices{By: clean(by)}
	d, why := in.slicing(by)
	if why != "" {
		out.Why = why
		return out
	}
	out.By = d.by
	var names map[string]string
	if d.by == "team" {
		names = b.teamSpellings().names
	}
	parts := map[string]map[money.Day]money.Amount{}
	sizes := map[string]money.Amount{}
	b.countedFrom(weeks[0].Week.Monday(), func(_ *stream, day money.Day, g money.Group, c cost) {
		if g.Provider != s.provider || g.Service != s.service || !b.told[day] {
			return
		}
		value := d.of(g)
		add(parts, value, day, c.amount)
		sizes[value] = sizes[value].Add(c.amount.Abs())
	})
	order := slices.SortedFunc(maps.Keys(parts), func(x, y string) int {
		return cmp.Or(sizes[y].Cmp(sizes[x]), cmp.Compare(x, y))
	})
	if len(order) == 1 && order[0] == "" {
		out.Why = "its costs do not name their " + d.by
		if d.by == byRegion.by || d.by == bySKU.by {
			out.Why += ", or there are too many to tell apart"
		}
		return out
	}
	now, was := b.pairedDays(weeks[len(weeks)-1].Week)
	for k, value := range order {
		name := value
		if spelt, ok := names[value]; ok {
			name = spelt
		}
		one := Slice{Name: orUnnamed(name, "without "+d.by), Values: 1}
		if value == money.OtherTeams {
			one.Name = "others"
		}
		for _, w := range weeks {
			one.Weeks = append(one.Weeks, sumOf(parts[value], b.toldIn(w.Week)))
		}
		if len(was) > 0 {
			c := compared(sumOf(parts[value], now), sumOf(parts[value], was))
			one.Change = &c
		}
		if k < maxSlices {
			out.Values = append(out.Values, one)
			continue
		}
		out.Rest = out.Rest.with(one)
	}
	return out
}

func sumOf(days map[money.Day]money.Amount, of []money.Day) (sum money.Amount) {
	for _, d := range of {
		sum = sum.Add(days[d])
	}
	return sum
}

// with is a rest and one more.
func (s *Slice) with(more Slice) *Slice {
	if s == nil {
		more.Name = "others"
		return &more
	}
	for k := range s.Weeks {
		s.Weeks[k] = s.Weeks[k].Add(more.Weeks[k])
	}
	s.Values += more.Values
	s.Change = s.Change.with(more.Change)
	return s
}

// toldIn are a week's days that are known.
func (b *currencyLedger) toldIn(w money.Week) (days []money.Day) {
	for d := w.Monday(); d < w.Add(1).Monday(); d++ {
		if b.told[d] {
			days = append(days, d)
		}
	}
	return days
}

// pairedDays are a week's days that are known and whose weekday the week before has,
// too, and these.
func (b *currencyLedger) pairedDays(w money.Week) (now, was []money.Day) {
	for _, d := range b.toldIn(w) {
		if b.told[d-7] {
			now, was = append(now, d), append(was, d-7)
		}
	}
	return now, was
}
