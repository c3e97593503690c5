package report

import (
	"cmp"
	"slices"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// teamMark begins the provider of a name that is a team's, before what teams are known
// by: no source gives it, because names from outside hold no such sign.
const teamMark = "\x01"

// ofTeam says which team, among series, a group is of. Capitals make no difference, as in
// showback.
func ofTeam(by string) func(money.Group) (seriesName, bool) {
	provider := teamMark + clean(by)
	return func(g money.Group) (seriesName, bool) {
		key := teamKey(g.Team)
		return seriesName{g.Currency, provider, key}, key != "" && key != money.OtherTeams
	}
}

// joinedTeams gives teams that go on under another name one name, the newest, by the rule
// of services: what they cost goes on right then. What begins to name a team was nobody's
// before, and is no rename.
func (in Input) joinedTeams() Input {
	if in.Settings.By == "" {
		return in
	}
	name := ofTeam(in.Settings.By)
	s := survey(in, name)
	names, spelt := map[seriesName]seriesName{}, map[seriesName]string{}
	for _, r := range s.services() {
		names[r.from], spelt[r.to] = r.to, in.spelt(r.to)
		r.to.service = spelt[r.to]
		in.renamed = append(in.renamed, r)
	}
	if len(names) == 0 {
		return in
	}
	names = followed(names)
	in.Readings = slices.Clone(in.Readings)
	for i, reading := range in.Readings {
		in.Readings[i].Days = regrouped(reading.Days, func(g money.Group) (money.Group, bool) {
			team, _ := name(g)
			to, moves := names[team]
			if moves {
				g.Team = spelt[to]
			}
			return g, moves
		})
	}
	return in
}

// spelt is a team's name as its newest charges have it.
func (in Input) spelt(team seriesName) (name string) {
	newest := money.Day(0)
	for _, reading := range in.Readings {
		for d, groups := range reading.Days {
			if name != "" && d < newest {
				continue
			}
			for g := range groups {
				if g.Currency == team.currency && teamKey(g.Team) == team.service && (name == "" || d > newest || cmp.Less(g.Team, name)) {
					name, newest = g.Team, d
				}
			}
		}
	}
	return name
}

// followed leads each name that was given up to the newest one.
func followed(names map[seriesName]seriesName) map[seriesName]seriesName {
	for name := range names {
		for range len(names) {
			next, again := names[names[name]]
			if !again {
				break
			}
			names[name] = next
		}
	}
	return names
}
