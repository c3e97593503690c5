package report

import (
	"cmp"
	"maps"
	"slices"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// allServices is the service of a name that is a provider's: no source gives it,
// because names from outside hold no such sign.
const allServices = "\x00"

// course is when a series had usage.
type course struct {
	first, last money.Day // last: more than a trickle
	days        int
	sum         float64
}

func (c *course) mean() float64 { return c.sum / float64(c.days) }

func (c *course) add(d money.Day, x float64) {
	if c.days == 0 {
		c.first, c.last = d, d
	}
	c.days++
	c.sum += x
	if x >= trickle*c.mean() {
		c.last = d
	}
}

// history finds out which series end while others begin.
type history struct {
	readings []money.Reading
	name     func(money.Group) (name seriesName, has bool)
	from, to money.Day // renames are looked for among names that begin then
	courses  map[seriesName]*course
	told     map[string]map[money.Day]int // by currency, days with any usage, counted from the first
}

// ofService is the name of a group as a service.
func ofService(g money.Group) (seriesName, bool) {
	return seriesName{g.Currency, g.Provider, g.Service}, true
}

// survey looks when each series had usage, up to the week's end; name says which series a
// group is of.
func survey(in Input, name func(money.Group) (seriesName, bool)) history {
	h := history{
		readings: in.Readings, name: name, from: in.Week.Add(-lookback).Monday(), to: in.Week.Monday() + 6,
		courses: map[seriesName]*course{}, told: map[string]map[money.Day]int{},
	}
	days := map[money.Day]bool{}
	for _, reading := range in.Readings {
		for d := range reading.Days {
			if d <= h.to && d <= money.DayOf(in.Now) {
				days[d] = true
			}
		}
	}
	for _, d := range slices.Sorted(maps.Keys(days)) {
		sums := map[seriesName]money.Amount{}
		h.each(d, func(name seriesName, usage money.Amount) { sums[name] = sums[name].Add(usage) })
		for name, sum := range sums {
			if sum.Sign() <= 0 {
				continue
			}
			if h.courses[name] == nil {
				h.courses[name] = &course{}
			}
			h.courses[name].add(d, sum.Float64())
			if h.told[name.currency] == nil {
				h.told[name.currency] = map[money.Day]int{}
			}
			if told := h.told[name.currency]; told[d] == 0 {
				told[d] = len(told) + 1
			}
		}
	}
	return h
}

// each visits a day's usage; where the column that was asked for has nothing it is
// what was billed.
func (h *history) each(d money.Day, visit func(seriesName, money.Amount)) {
	for _, reading := range h.readings {
		for g, c := range reading.Days[d] {
			if g.Kind != money.Usage {
				continue
			}
			usage := c.Amount
			if usage.IsZero() {
				usage = c.Billed
			}
			if name, has := h.name(g); has {
				visit(name, usage)
			}
		}
	}
}

// follows reports whether one course may go on as another: it lasted a week, ended,
// and the other began right then.
func (h *history) follows(from, to *course, currency string) bool {
	told := h.told[currency]
	if from.last-from.first < 6 || to.first < h.from || to.first < from.last-pause || to.first > from.last+14 || told[from.last] == len(told) {
		return false
	}
	return told[to.first]-told[from.last]-1 <= pause && float64(from.days) >= often*float64(told[from.last]-told[from.first]+1)
}

// compare sets the first week of a name beside the same days a week before of
// another, as far as both are known.
func (h *history) compare(usage map[seriesName]map[money.Day]money.Amount, from, to seriesName, end, begin money.Day) (r renaming, days int) {
	r = renaming{from: from, to: to, since: begin}
	told := h.told[from.currency]
	var each []float64
	for d := max(begin, end+1); d <= h.to && d-7 <= end; d++ {
		if told[d] == 0 || told[d-7] == 0 {
			continue
		}
		now, was := usage[to][d], usage[from][d-7]
		r.now, r.was = r.now.Add(now), r.was.Add(was)
		days++
		if was.Sign() > 0 {
			each = append(each, now.Float64()/was.Float64())
		}
	}
	if was := r.was.Float64(); was > 0 {
		// A spike moves the sum and not the median, noise the median more than the sum.
		r.off = min(abs(r.now.Float64()/was-1), abs(median(each)-1))
	}
	return r, days
}

// providers are providers that go on under another name: what they cost together
// stays about the same, or most of it is of services that keep their names.
func (h *history) providers() []renaming {
	whole := map[seriesName]*course{}
	for name, c := range h.courses {
		p := seriesName{name.currency, name.provider, allServices}
		if whole[p] == nil {
			whole[p] = &course{first: c.first, last: c.last}
		}
		w := whole[p]
		w.first, w.last, w.days = min(w.first, c.first), max(w.last, c.last), max(w.days, c.days)
	}
	return h.pairs(whole, func(r renaming, days int) bool {
		var all, kept float64
		for _, name := range slices.SortedFunc(maps.Keys(h.courses), compareNames) {
			if name.currency == r.from.currency && name.provider == r.from.provider {
				mean := h.courses[name].mean()
				all += mean
				if h.courses[seriesName{r.from.currency, r.to.provider, name.service}] != nil {
					kept += mean
				}
			}
		}
		return r.off <= likely(days) || r.off <= alikeByName && kept >= all/2
	})
}

// services are services that go on under another name, or at another provider.
func (h *history) services() []renaming {
	total := map[string]float64{}
	for _, name := range slices.SortedFunc(maps.Keys(h.courses), compareNames) {
		total[name.currency] += h.courses[name].mean()
	}
	large := maps.Clone(h.courses)
	maps.DeleteFunc(large, func(name seriesName, c *course) bool { return c.mean() < renamed*total[name.currency] })
	return h.pairs(large, func(r renaming, days int) bool {
		return r.off <= likely(days) || r.off <= alikeByName && r.from.service == r.to.service
	})
}

// likely is by how much so many days may differ.
func likely(days int) float64 { return alike + alike/float64(days) }

func compareNames(x, y seriesName) int {
	return cmp.Or(cmp.Compare(x.currency, y.currency), cmp.Compare(x.provider, y.provider), cmp.Compare(x.service, y.service))
}

// pairs finds for each name that ended the one that it goes on as: each at most
// once, the likest first.
func (h *history) pairs(courses map[seriesName]*course, likely func(r renaming, days int) bool) (found []renaming) {
	var ended, begun []seriesName
	for _, name := range slices.SortedFunc(maps.Keys(courses), compareNames) {
		c := courses[name]
		if told := h.told[name.currency]; told[c.last] < len(told) && c.last >= h.from-pause {
			ended = append(ended, name)
		}
		if c.first >= h.from {
			begun = append(begun, name)
		}
	}
	if len(ended) == 0 || len(begun) == 0 {
		return nil
	}
	usage := map[seriesName]map[money.Day]money.Amount{}
	for _, names := range []*[]seriesName{&ended, &begun} {
		slices.SortStableFunc(*names, func(x, y seriesName) int { return cmp.Compare(courses[y].sum, courses[x].sum) })
		*names = (*names)[:min(len(*names), maxRenamed)]
		for _, name := range *names {
			usage[name] = map[money.Day]money.Amount{}
		}
	}
	for d := h.from - 7 - pause; d <= h.to; d++ {
		h.each(d, func(name seriesName, x money.Amount) {
			for _, name := range []seriesName{name, {name.currency, name.provider, allServices}} {
				if days := usage[name]; days != nil {
					days[d] = days[d].Add(x)
				}
			}
		})
	}
	for _, from := range ended {
		for _, to := range begun {
			if from == to || from.currency != to.currency || !h.follows(courses[from], courses[to], from.currency) {
				continue
			}
			if r, days := h.compare(usage, from, to, courses[from].last, courses[to].first); days > 0 && r.was.Sign() > 0 && likely(r, days) {
				found = append(found, r)
			}
		}
	}
	slices.SortFunc(found, func(x, y renaming) int {
		return cmp.Or(cmp.Compare(x.off, y.off), compareNames(x.from, y.from), compareNames(x.to, y.to))
	})
	ends, begins := map[seriesName]bool{}, map[seriesName]bool{}
	return slices.DeleteFunc(found, func(r renaming) bool {
		if ends[r.from] || begins[r.to] {
			return true
		}
		ends[r.from], begins[r.to] = true, true
		return false
	})
}
