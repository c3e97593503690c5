package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

const (
	// alike is by how much a renamed service's first week may differ from the week
	// before, as a fraction: of many days so much, of a single one twice.
	alike = 0.10
	// alikeByName is the same for a service that keeps its name at another provider.
	alikeByName = 0.50
	// renamed is the least share of a currency's usage that a service has to have: small
	// amounts are like one another by chance.
	renamed = 0.001
	// trickle is the share of its mean day below which a service has ended: charges
	// for what is over still come in.
	trickle = 0.10
	// often is the share of its days on which a service has usage that can go on as another.
	often = 0.6
	// maxRenamed bounds how many names are set beside one another, the largest first.
	maxRenamed = 300
	// pause is how many days without any charge may lie between two names: a weekend.
	pause = 2
)

// seriesName is what a series is told apart by.
type seriesName struct{ currency, provider, service string }

// renaming says that one series goes on as another.
type renaming struct {
	from, to seriesName
	since    money.Day
	was, now money.Amount // usage of the days that were compared
	off      float64      // by which share they differ
}

// joined gives series that go on under another name one name, the newest: in the
// readings, in what people expect, and in what was posted. Services are renamed by
// providers and by FOCUS versions; judged apart, one is gone and the other has no
// history. It has to be done first: a provider's old name would be missing.
func joined(in Input) Input {
	s := survey(in, ofService)
	names := map[seriesName]seriesName{}
	for _, r := range s.providers() {
		in.renamed = append(in.renamed, r)
		for name := range s.courses {
			if name.currency == r.from.currency && name.provider == r.from.provider {
				names[name] = seriesName{name.currency, r.to.provider, name.service}
			}
		}
	}
	if len(names) > 0 {
		in = in.named(names, true)
		s = survey(in, ofService)
	}
	names = map[seriesName]seriesName{}
	for _, r := range s.services() {
		in.renamed = append(in.renamed, r)
		names[r.from] = r.to
	}
	if len(names) > 0 {
		in = in.named(followed(names), false)
	}
	return in.joinedTeams().filtered()
}

// filtered is the input whose filters ask for the new names: what a digest, a budget or a
// unit is about goes on, too.
func (in Input) filtered() Input {
	if len(in.renamed) == 0 {
		return in
	}
	in.Filter = in.renameIn(in.Filter)
	in.Settings.Budgets = slices.Clone(in.Settings.Budgets)
	for i, b := range in.Settings.Budgets {
		in.Settings.Budgets[i].Filter = in.renameIn(b.Filter)
	}
	in.Units = slices.Clone(in.Units)
	for i, u := range in.Units {
		in.Units[i].Filter = in.renameIn(u.Filter)
	}
	return in
}

func (in Input) renameIn(f money.Filter) money.Filter {
	renamed := f
	for range in.renamed { // a name may have been given twice
		for _, r := range in.renamed {
			if strings.HasPrefix(r.from.provider, teamMark) {
				renamed = renamed.Renamed("team", r.from.service, r.to.service)
			} else if r.from.service == allServices {
				renamed = renamed.Renamed("provider", r.from.provider, r.to.provider)
			} else if renamed.Asks("provider", r.from.provider) {
				renamed = renamed.Renamed("service", r.from.service, r.to.service).Renamed("provider", r.from.provider, r.to.provider)
			}
		}
	}
	return renamed
}

// named is the input with other names; providers: they are of whole providers.
func (in Input) named(names map[seriesName]seriesName, providers bool) Input {
	streams := map[string]string{}
	in.Readings = slices.Clone(in.Readings)
	for i, reading := range in.Readings {
		keys := map[streamKey]streamKey{} // of the streams that were left open, by the old names
		keep := in.Posted != nil && (providers || reading.Origin == money.Prometheus)
		in.Readings[i].Days = regrouped(reading.Days, func(g money.Group) (money.Group, bool) {
			name, ok := names[seriesName{g.Currency, g.Provider, g.Service}]
			if !ok {
				return g, false
			}
			was := g
			g.Provider, g.Service = name.provider, name.service
			if keep {
				for _, byAccount := range []bool{false, true} {
					keys[streamOf(reading.Origin, was, byAccount)] = streamOf(reading.Origin, g, byAccount)
				}
			}
			return g, true
		})
		for old, now := range keys {
			streams[StreamID(reading.Source, old.provider, old.within)] = StreamID(reading.Source, now.provider, now.within)
		}
	}
	ids := map[string]string{}
	for from, to := range names {
		ids[SeriesID(from.provider, from.service, from.currency)] = SeriesID(to.provider, to.service, to.currency)
	}
	in.Expected = slices.Clone(in.Expected)
	for i, e := range in.Expected {
		in.Expected[i].Series = cmp.Or(ids[e.Series], e.Series)
	}
	if in.Posted != nil {
		posted := *in.Posted
		posted.Totals = maps.Clone(posted.Totals)
		for currency, total := range posted.Totals {
			told := map[string]int{}
			for id, times := range total.Told {
				id = cmp.Or(ids[id], id)
				told[id] = max(told[id], times)
			}
			total.Told = told
			posted.Totals[currency] = total
		}
		posted.Open = maps.Clone(posted.Open)
		for currency, parts := range posted.Open {
			parts = slices.Clone(parts)
			for i, p := range parts {
				parts[i].Stream = cmp.Or(streams[p.Stream], p.Stream)
			}
			posted.Open[currency] = parts
		}
		in.Posted = &posted
	}
	return in
}

// regrouped are days with the charges of some groups in others, which may be left
// themselves. Days without such ones are the same ones.
func regrouped(days money.Days, to func(money.Group) (other money.Group, moves bool)) money.Days {
	days = maps.Clone(days)
	for d, groups := range days {
		var moved map[money.Group]money.Cost
		for g, c := range groups {
			other, moves := to(g)
			if !moves {
				continue
			}
			if moved == nil {
				moved, days[d] = map[money.Group]money.Cost{}, maps.Clone(groups)
			}
			delete(days[d], g)
			moved[other] = moved[other].Add(c)
		}
		for g, c := range moved {
			days.Add(d, g, c)
		}
	}
	return days
}

// renames are those of a currency that have not been told, for people.
func (b *currencyLedger) renames(in Input) (all []Rename) {
	told := b.week.Monday() - 1
	if in.Posted != nil && in.Posted.Week < b.week {
		if days := in.Posted.Totals[b.currency].Days; len(days) > 0 {
			told = slices.Max(days)
		}
	}
	for _, r := range in.renamed {
		if r.from.currency == b.currency && r.since > told {
			all = append(all, r.rename())
		}
	}
	slices.SortStableFunc(all, func(x, y Rename) int { return y.Now.Cmp(x.Now) })
	return all
}

// formerly are the names that a series had before.
func (in Input) formerly(name seriesName) (all []Rename) {
	for _, r := range in.renamed {
		if r.to == name {
			all = append(all, in.formerly(r.from)...)
			all = append(all, r.rename())
		}
	}
	return all
}

func (r renaming) rename() Rename {
	return Rename{From: r.from.String(), To: r.to.String(), Was: r.was, Now: r.now, Since: r.since, service: clean(r.from.service)}
}

// was reports whether the name that is gone is this one, with its provider or without.
func (r Rename) was(name string) bool {
	return strings.EqualFold(name, r.From) || r.service != "" && strings.EqualFold(name, r.service)
}

// String is the series' name for people; of a whole provider it is the provider's.
func (n seriesName) String() string {
	if n.service == allServices {
		return orUnnamed(n.provider, "no provider")
	}
	if by, team := strings.CutPrefix(n.provider, teamMark); team {
		return by + " " + clean(n.service)
	}
	return fullName(clean(n.provider), orUnnamed(n.service, noService))
}
