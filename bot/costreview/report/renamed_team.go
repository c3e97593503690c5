package report

import (
	"cmp"
	"maps"
	"slices"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// teamMark begins the provider of a name that is a team's, before what teams are known
// by: no source gives it, because names from outside hold no such sign.
const teamMark = "\x01"

// teamName is a team among series. Capitals make no difference, as in showback.
func (in Input) teamName(g money.Group) (seriesName, bool) {
	key := teamKey(g.Team)
	return seriesName{g.Currency, teamMark + clean(in.Settings.By), key}, key != "" && key != money.OtherTeams
}

// joinedTeams gives teams that go on under another name one name, the newest, by the rule
// of services: what they cost goes on right then. What begins to name a team was nobody's
// before, and is no rename.
func (in Input) joinedTeams() Input {
	if in.Settings.By == "" {
		return in
	}
	s := survey(in, in.teamName)
	names := map[seriesName]seriesName{}
	for _, r := range s.services() {
		names[r.from] = r.to
		r.to.service = in.spelt(r.to)
		in.renamed = append(in.renamed, r)
	}
	if len(names) == 0 {
		return in
	}
	spelt := map[seriesName]string{}
	for from, to := range followed(names) {
		spelt[from] = in.spelt(to)
	}
	in.Readings = slices.Clone(in.Readings)
	for i, reading := range in.Readings {
		days := maps.Clone(reading.Days)
		for d, groups := range days {
			own := false
			for g, c := range groups {
				name, _ := in.teamName(g)
				to, ok := spelt[name]
				if !ok {
					continue
				}
				if !own {
					own, days[d] = true, maps.Clone(groups)
				}
				delete(days[d], g)
				g.Team = to
				days[d][g] = days[d][g].Add(c)
			}
		}
		in.Readings[i].Days = days
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
				if own, _ := in.teamName(g); own == team && (name == "" || d > newest || cmp.Less(g.Team, name)) {
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
