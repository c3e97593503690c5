package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// Cause is whose, or where, the largest part of a change or an excess is.
type Cause struct {
	By      string  `json:"by"` // "team", "account"
	Name    string  `json:"name"`
	Percent float64 `json:"percent"` // of the change; 100 at most, because others may go the other way
}

// dimension is what charges are told apart by within a service.
type dimension struct {
	by string
	of func(money.Group) string
}

var (
	byTeamKey = dimension{"team", func(g money.Group) string { return teamKey(g.Team) }}
	byAccount = dimension{"account", func(g money.Group) string { return g.Account }}
	byRegion  = dimension{"region", func(g money.Group) string { return g.Region }}
	bySKU     = dimension{"SKU", func(g money.Group) string { return g.SKU }}
)

func (in Input) dimensions() (all []dimension) {
	if in.Settings.By != "" && !in.Filter.Names("team") {
		all = append(all, byTeamKey)
	}
	return append(all, byAccount, byRegion, bySKU)
}

// told is a service as a report names it.
type told struct{ provider, service string }

// nameCache knows how services are named.
type nameCache map[told]told

func (n nameCache) told(g money.Group) told {
	raw := told{g.Provider, g.Service}
	as, known := n[raw]
	if !known {
		as = told{clean(g.Provider), orUnnamed(g.Service, noService)}
		n[raw] = as
	}
	return as
}

// partsOf are the parts of something by a dimension's values.
type partsOf map[string]money.Amount

// cause is the largest of the parts in the direction of the whole.
func (p partsOf) cause(by string, whole money.Amount) (Cause, bool) {
	name, best := "", money.Amount{}
	for _, candidate := range slices.Sorted(maps.Keys(p)) {
		part := p[candidate]
		if whole.Sign() < 0 {
			part = part.Neg()
		}
		if part.Cmp(best) > 0 {
			name, best = candidate, part
		}
	}
	if best.Sign() <= 0 || name == "" && by != "team" || name == money.OtherTeams {
		return Cause{}, false
	}
	return Cause{By: by, Name: orUnnamed(name, untagged), Percent: min(100, 100*best.Float64()/whole.Abs().Float64())}, true
}

// blame says whose the changes of movers are, and where the excesses of spikes lie.
func (b *currencyLedger) blame(m *CurrencyReport, in Input) {
	if all := in.dimensions(); all[0].by == "team" {
		b.blameMovers(m, all[0])
	}
	b.blameSpikes([][]Anomaly{m.Spikes, m.Meant}, in)
}

func (b *currencyLedger) blameMovers(m *CurrencyReport, by dimension) {
	sums := map[told]partsOf{}
	lists := [][]Mover{m.Up, m.Down, m.New}
	for _, list := range lists {
		for _, mover := range list {
			if mover.Services == 0 {
				sums[told{mover.Provider, mover.Service}] = partsOf{}
			}
		}
	}
	now, was := b.before()
	names := nameCache{}
	b.countedFrom(b.week.Add(-1).Monday(), func(p *stream, d money.Day, g money.Group, c cost) {
		parts := sums[names.told(g)]
		if parts == nil || g.Kind != money.Usage || b.oneSided(d, p) {
			return
		}
		switch {
		case slices.Contains(now, d):
			parts[by.of(g)] = parts[by.of(g)].Add(c.amount)
		case slices.Contains(was, d):
			parts[by.of(g)] = parts[by.of(g)].Sub(c.amount)
		}
	})
	for _, list := range lists {
		for k := range list {
			if cause, ok := sums[told{list[k].Provider, list[k].Service}].cause(by.by, list[k].Change); ok {
				list[k].Causes = []Cause{b.spelt(cause)}
			}
		}
	}
}

// spelt is a cause with a team's name as most of its money has it.
func (b *currencyLedger) spelt(c Cause) Cause {
	if c.By == "team" {
		if name, ok := b.teamSpellings().names[c.Name]; ok {
			c.Name = orUnnamed(name, untagged)
		}
	}
	return c
}

// blameSpikes compares each value's days with the mean of the same weekdays before.
func (b *currencyLedger) blameSpikes(lists [][]Anomaly, in Input) {
	all := in.dimensions()
	var spikes []*Anomaly
	for _, list := range lists {
		for k := range list {
			spikes = append(spikes, &list[k])
		}
	}
	if len(spikes) == 0 {
		return
	}
	type share struct{ spike, n int } // a day of a spike, n 0; or an n-th of a day before, which is taken off
	shares := map[told]map[money.Day][]share{}
	sums := make([][]partsOf, len(spikes))
	first := b.week.Monday()
	for k, a := range spikes {
		for range all {
			sums[k] = append(sums[k], partsOf{})
		}
		days := shares[told{a.Provider, a.Service}]
		if days == nil {
			days = map[money.Day][]share{}
			shares[told{a.Provider, a.Service}] = days
		}
		for _, d := range a.Days {
			days[d] = append(days[d], share{k, 0})
			before := b.sameWeekdays(d)
			for _, e := range before {
				days[e] = append(days[e], share{k, len(before)})
			}
			first = min(first, d-7*weeksBack)
		}
	}
	names := nameCache{}
	b.countedFrom(first, func(_ *stream, d money.Day, g money.Group, c cost) {
		if g.Kind != money.Usage || g.Spread {
			return
		}
		for _, share := range shares[names.told(g)][d] {
			part := c.amount
			if share.n > 0 {
				part = part.Part(0, share.n).Neg()
			}
			for n, by := range all {
				sums[share.spike][n][by.of(g)] = sums[share.spike][n][by.of(g)].Add(part)
			}
		}
	})
	for k, a := range spikes {
		for n, by := range all {
			var whole money.Amount
			for _, part := range sums[k][n] {
				whole = whole.Add(part)
			}
			if whole.Sign() <= 0 {
				continue
			}
			if cause, ok := sums[k][n].cause(by.by, whole); ok {
				a.Causes = append(a.Causes, b.spelt(cause))
			}
		}
	}
}

// sameWeekdays are those of the six weeks before a day that were told.
func (b *currencyLedger) sameWeekdays(d money.Day) (all []money.Day) {
	for k := money.Day(1); k <= weeksBack; k++ {
		if b.told[d-7*k] {
			all = append(all, d-7*k)
		}
	}
	return all
}

// Causes says where something lies, in a few words: "team checkout (84 %), account
// 123"; empty: nobody knows.
func Causes(all []Cause) string {
	var parts []string
	for _, c := range all {
		text := c.By + " " + c.Name
		if c.Name == untagged {
			text = untagged
		}
		if c.Percent < 99.5 {
			text += fmt.Sprintf(" (%.0f %%)", c.Percent)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}
