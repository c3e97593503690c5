package source

import "github.com/signalbook/signalbook/bot/costreview/money"

// Bounds of sums while regions and SKUs are told apart, in one file and in all of a
// source: these are for looking closer, and must not crowd out the rest. Beyond them
// SKUs are told apart no more, then regions.
const (
	maxFileDetails = 60_000
	maxDetails     = 150_000
)

// findDetails finds the columns that say where, and what of the service, a charge is.
func (c *columns) findDetails(find func(string) int) {
	for _, d := range []struct {
		f     field
		names []string
	}{{fRegion, []string{"RegionName", "RegionId"}}, {fMeter, []string{"SkuMeter", "SkuId"}}} {
		c.at[d.f] = -1
		for _, name := range d.names {
			if c.at[d.f] < 0 {
				c.at[d.f], c.names[d.f] = find(name), name
			}
		}
	}
}

func withoutSKU(g money.Group) money.Group {
	g.SKU = ""
	return g
}

func withoutRegion(g money.Group) money.Group {
	g.Region = ""
	return g
}

// foldSKU adds up what only the SKU tells apart, and foldRegion the region.
func (f *File) foldSKU() {
	f.NoSKU, f.Days, f.Periods = true, folded(f.Days, withoutSKU), folded(f.Periods, withoutSKU)
}

func (f *File) foldRegion() {
	f.NoRegion, f.Days, f.Periods = true, folded(f.Days, withoutRegion), folded(f.Periods, withoutRegion)
}

// room makes sure that there is room for so many cells, and says which number the
// group has by then.
func (t *table) room(group int32, more int) (int32, error) {
	cells := t.cells()
	if cells >= bigTable {
		t.turn.take()
	}
	g, f, details := t.groups[group], t.file, min(maxFileDetails, t.limit)
	switch {
	case t.counting && cells+more > t.limit:
		return t.number(money.Group{Team: money.OtherTeams}), nil
	case t.counting:
		return group, nil
	}
	for _, step := range [...]struct {
		limit int
		done  *bool
		has   bool
	}{{details, &f.NoSKU, g.SKU != ""}, {details, &f.NoRegion, g.Region != ""}, {t.limit, &f.Folded, true}, {t.limit, &f.TeamsFolded, f.By != ""}} {
		if cells+more > step.limit && step.has && !*step.done {
			*step.done = true
			t.rebuild()
			return t.number(t.narrowed(g)), nil
		}
	}
	if cells+more > t.limit {
		return group, errGroups
	}
	return group, nil
}

// printed are the prints of groups by day or period, whatever their regions and SKUs:
// files that tell these apart and files that do not leave the same.
type printed[K comparable] map[K]map[money.Group]Print

func (p printed[K]) add(at K, g money.Group, one Print) {
	groups := p[at]
	if groups == nil {
		groups = map[money.Group]Print{}
		p[at] = groups
	}
	g = withoutRegion(withoutSKU(g))
	g.Eligibility = "" // likewise
	all := groups[g]
	all.add(one)
	groups[g] = all
}
