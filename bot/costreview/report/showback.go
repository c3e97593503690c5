package report

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

const (
	// maxTeams bounds how many teams are named, and maxTeamSeries how many are known apart.
	maxTeams      = 20
	maxTeamSeries = 1000
	// monthShare is the least share of the bill's month that a team's has to be for its end to be told: below it lies
	// within the doubt about the bill's own, so that it decides nothing, and of a hundred such teams it is noise.
	// monthDoubt is how far off its end may be, as a fraction of it: beyond that it says little more than what was spent.
	monthShare, monthDoubt = 0.01, 0.25
	// untagged is who costs are charged to that name nobody.
	untagged = "untagged"
)

// Showback is what a currency costs by team. Teams, Others and Untagged add up to the
// total to the last digit, and their changes to its change.
type Showback struct {
	By       string     `json:"by"`              // what names the teams
	Teams    []TeamCost `json:"teams,omitempty"` // the largest, the largest first
	Others   *TeamCost  `json:"others,omitempty"`
	Untagged *TeamCost  `json:"untagged,omitempty"`
}

// TeamCost is what one team costs, or several together.
type TeamCost struct {
	Name  string       `json:"name"`
	Total money.Amount `json:"total"`
	// Share of the total in percent; nil: the total is nothing or less.
	Share  *float64  `json:"share,omitempty"`
	Before *Compared `json:"before,omitempty"` // nil: there is no comparison
	// Spike is what its usage exceeds the expected by; nil: it does not, or it was not judged.
	Spike *Anomaly `json:"anomaly,omitempty"`
	// Month is how it ends; nil: of several together, too small to matter, or nothing says.
	Month *MonthEnd `json:"month,omitempty"`
	Teams int       `json:"teams,omitempty"` // of several: how many; Least: that or more
	Least bool      `json:"least,omitempty"`
}

// teamKey is a team's name as teams are told apart: capital letters make no difference.
func teamKey(team string) string { return strings.ToLower(team) }

// spellings are the teams' names as most of their money has them. Of too many the
// smallest are one, [money.OtherTeams], and few are how many these are.
type spellings struct {
	names map[string]string // by teamKey
	few   int
}

// teamSpellings are found once: that takes every charge of the bill.
func (b *currencyLedger) teamSpellings() spellings {
	if b.teams.names != nil {
		return b.teams
	}
	spelt := map[string]map[string]money.Amount{}
	sums := map[string]money.Amount{}
	b.eachCounted(func(_ *stream, _ money.Day, g money.Group, c cost) {
		key := teamKey(g.Team)
		if spelt[key] == nil {
			spelt[key] = map[string]money.Amount{}
		}
		spelt[key][g.Team] = spelt[key][g.Team].Add(c.amount.Abs())
		sums[key] = sums[key].Add(c.amount.Abs())
	})
	keys := slices.SortedFunc(maps.Keys(spelt), func(x, y string) int {
		return cmp.Or(sums[y].Cmp(sums[x]), cmp.Compare(x, y))
	})
	b.teams.names = map[string]string{}
	kept := 0
	for _, key := range keys {
		switch {
		case key == "" || key == money.OtherTeams:
			b.teams.names[key] = key
		case kept < maxTeamSeries:
			kept++
			b.teams.names[key] = largest(spelt[key])
		default:
			b.teams.few++
		}
	}
	return b.teams
}

// eachCounted visits every charge that is in figures.
func (b *currencyLedger) eachCounted(visit func(*stream, money.Day, money.Group, cost)) {
	b.countedFrom(b.from-oldest, visit)
}

// countedFrom visits those from a day on, up to the week's last one.
func (b *currencyLedger) countedFrom(first money.Day, visit func(*stream, money.Day, money.Group, cost)) {
	for _, src := range b.read {
		src.counted(b.currency, first, b.week.Monday()+6, visit)
	}
}

// teamSeries are all charges, whatever their service, by team; few are how many of
// these are one, and at least that when least is set.
func (b *currencyLedger) teamSeries() (all map[string]*series, few int, least bool) {
	teams := b.teamSpellings()
	_, least = teams.names[money.OtherTeams]
	all = map[string]*series{}
	b.eachCounted(func(p *stream, d money.Day, g money.Group, c cost) {
		key := teamKey(g.Team)
		name, known := teams.names[key]
		if !known {
			key, name = money.OtherTeams, money.OtherTeams
		}
		s := all[key]
		if s == nil {
			s = newSeries("", name, b.week.Monday()+7)
			all[key] = s
		}
		b.count(s, p, d, g, c.amount)
	})
	return all, teams.few, least
}

// all is what a series costs, whatever the kind of charge.
func (s *series) all(days []money.Day) money.Amount {
	sum := s.of(money.Usage, days)
	for kind := range s.others {
		sum = sum.Add(s.of(kind, days))
	}
	return sum
}

// allPaired is that as far as both weeks have the same streams.
func (s *series) allPaired(days []money.Day) money.Amount {
	sum := s.paired(money.Usage, days)
	for kind := range s.others {
		sum = sum.Add(s.paired(kind, days))
	}
	return sum
}

// showback says what each team costs, of a total. Ahead is the ledger that months are
// reckoned from, and whole that of everything.
func (b *currencyLedger) showback(total money.Amount, in Input, ahead *currencyLedger, whole MonthEnd) *Showback {
	if in.Settings.By == "" || in.Filter.Names("team") {
		return nil
	}
	all, few, least := b.teamSeries()
	later := all
	if ahead != b {
		later, _, _ = ahead.teamSeries()
	}
	now, was := b.before()
	f := b.floors(in.Settings)
	out := &Showback{By: clean(in.Settings.By)}
	var rest []TeamCost
	for _, key := range slices.Sorted(maps.Keys(all)) {
		s := all[key]
		t := TeamCost{Name: orUnnamed(s.service, untagged), Total: s.all(b.days)}
		if len(was) > 0 {
			c := compared(s.allPaired(now), s.allPaired(was))
			t.Before = &c
		}
		if key == money.OtherTeams {
			t.Teams, t.Least = few, least
			for _, src := range b.read {
				if src.MoreTeams > 0 {
					t.Teams, t.Least = t.Teams+src.MoreTeams, len(b.read) > 1
				}
			}
			rest = append(rest, t)
			continue
		}
		if t.Total.IsZero() && (t.Before == nil || t.Before.Was.IsZero() && t.Before.Change.IsZero()) {
			continue
		}
		s.track = b.trackWithout(s, nil)
		over, _ := b.excesses(s, b.days, f.day, 0)
		if a, ok := s.spike(b.currency, b.week, over, f.week); ok {
			t.Spike = &a
		}
		if s := later[key]; s != nil {
			if month := ahead.endOf(Budget{}, s.usage, s.rest()); month.matters(whole) {
				t.Month = &month
			}
		}
		if key == "" {
			out.Untagged = &t
			continue
		}
		t.Teams = 1
		out.Teams = append(out.Teams, t)
	}
	slices.SortStableFunc(out.Teams, func(x, y TeamCost) int { return y.Before.size(y.Total).Cmp(x.Before.size(x.Total)) })
	if len(out.Teams) > maxTeams {
		rest = append(rest, out.Teams[maxTeams:]...)
		out.Teams = out.Teams[:maxTeams:maxTeams]
	}
	for k := range out.Teams {
		out.Teams[k].Teams = 0
	}
	out.Others = foldTeams(rest)
	for t := range out.Each() {
		if total.Sign() > 0 {
			share := 100 * t.Total.Float64() / total.Float64()
			t.Share = &share
		}
	}
	return out
}

// matters reports whether a team's month is worth telling beside that of the whole bill.
func (m MonthEnd) matters(whole MonthEnd) bool {
	costs := func(m MonthEnd) float64 {
		if m.Foreseen() {
			return m.End
		}
		return m.Spent.Float64()
	}
	if all := costs(whole); all > 0 && costs(m) < monthShare*all {
		return false
	}
	return !m.Foreseen() || m.Plus <= monthDoubt*abs(m.End)
}

// nobodys reports whether all costs are charged to the name of nobody.
func (s *Showback) nobodys() bool {
	return s != nil && len(s.Teams) == 0 && s.Others == nil && s.Untagged != nil
}

// Each goes through everything that adds up to the total, what names nobody last.
func (s *Showback) Each() iter.Seq[*TeamCost] {
	return func(yield func(*TeamCost) bool) {
		for k := range s.Teams {
			if !yield(&s.Teams[k]) {
				return
			}
		}
		for _, t := range []*TeamCost{s.Others, s.Untagged} {
			if t != nil && !yield(t) {
				return
			}
		}
	}
}

// foldTeams makes one of several; nil when there are none.
func foldTeams(teams []TeamCost) *TeamCost {
	if len(teams) == 0 {
		return nil
	}
	var all TeamCost
	for _, t := range teams {
		all.Total, all.Teams, all.Least = all.Total.Add(t.Total), all.Teams+t.Teams, all.Least || t.Least
		all.Before = all.Before.with(t.Before)
	}
	all.Name = "others"
	return &all
}

// rest is everything beside usage, by day.
func (s *series) rest() map[money.Day]money.Amount {
	sums := map[money.Day]money.Amount{}
	for _, days := range s.others {
		for d, amount := range days {
			sums[d] = sums[d].Add(amount)
		}
	}
	return sums
}

// rounded makes totals and changes add up as they are printed, to so many decimals.
func (s *Showback) rounded(total money.Amount, change *Compared, places int) *Showback {
	if s == nil {
		return nil
	}
	out := Showback{By: s.By, Teams: slices.Clone(s.Teams)}
	copied := func(t *TeamCost) *TeamCost {
		if t == nil {
			return nil
		}
		c := *t
		return &c
	}
	out.Others, out.Untagged = copied(s.Others), copied(s.Untagged)
	var totals, changes []*money.Amount
	for t := range out.Each() {
		totals = append(totals, &t.Total)
		if t.Before != nil {
			before := *t.Before
			t.Before = &before
			changes = append(changes, &before.Change)
		}
	}
	apportion(total.Round(places), totals, places)
	if change != nil {
		apportion(change.Change.Round(places), changes, places)
	}
	return &out
}
