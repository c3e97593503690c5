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

func (in Input) dimensions() (all []dimension) {
	if in.Settings.By != "" && !in.Filter.Names("team") {
		all = append(all, dimension{"team", func(g money.Group) string { return teamKey(g.Team) }})
	}
	return append(all, dimension{"account", func(g money.Group) string { return g.Account }})
}

// told is a service as a report names it.
type told struct{ provider, service string }

func toldAs(g money.Group) told {
	return told{clean(g.Provider), orUnnamed(g.Service, noService)}
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
	all := in.dimensions()
	teams := map[string]string{}
	if all[0].by == "team" {
		teams, _ = b.teamSpellings()
		b.blameMovers(m, all[0], teams)
	}
	b.blameSpikes(m, all, teams)
}

func (b *currencyLedger) blameMovers(m *CurrencyReport, by dimension, teams map[string]string) {
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
	b.eachCounted(func(p *stream, d money.Day, g money.Group, c cost) {
		parts := sums[toldAs(g)]
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
				list[k].Causes = []Cause{cause.spelt(teams)}
			}
		}
	}
}

func (c Cause) spelt(teams map[string]string) Cause {
	if name, ok := teams[c.Name]; ok && c.By == "team" {
		c.Name = orUnnamed(name, untagged)
	}
	return c
}

// blameSpikes compares each value's days with the mean of the same weekdays before.
func (b *currencyLedger) blameSpikes(m *CurrencyReport, all []dimension, teams map[string]string) {
	lists := [][]Anomaly{m.Spikes, m.Meant}
	weights := map[told]map[money.Day][]int{} // of a day: 0: it counts; n: an n-th of it is taken off
	sums := map[told][]partsOf{}
	for _, list := range lists {
		for _, a := range list {
			of := told{a.Provider, a.Service}
			if weights[of] == nil {
				weights[of], sums[of] = map[money.Day][]int{}, make([]partsOf, len(all))
				for k := range sums[of] {
					sums[of][k] = partsOf{}
				}
			}
			for _, d := range a.Days {
				weights[of][d] = append(weights[of][d], 0)
				before := b.sameWeekdays(d)
				for _, e := range before {
					weights[of][e] = append(weights[of][e], len(before))
				}
			}
		}
	}
	b.eachCounted(func(_ *stream, d money.Day, g money.Group, c cost) {
		if g.Kind != money.Usage || g.Spread {
			return
		}
		of := toldAs(g)
		for _, weight := range weights[of][d] {
			part := c.amount
			if weight > 0 {
				part = part.Part(weight-1, weight).Neg()
			}
			for k, by := range all {
				sums[of][k][by.of(g)] = sums[of][k][by.of(g)].Add(part)
			}
		}
	})
	for _, list := range lists {
		for k := range list {
			of := told{list[k].Provider, list[k].Service}
			for n, by := range all {
				var whole money.Amount
				for _, part := range sums[of][n] {
					whole = whole.Add(part)
				}
				if whole.Sign() <= 0 {
					continue
				}
				if cause, ok := sums[of][n].cause(by.by, whole); ok {
					list[k].Causes = append(list[k].Causes, cause.spelt(teams))
				}
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
