package source

import (
	"math"
	"strings"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// FOCUS 1.3 has rows that a charge was split into, such as a cluster's into those of its
// workloads: they have an AllocatedMethodId, the dimensions of the charge that they come
// from, and add up to it. Exports that keep that charge beside them tell it twice.
//
// https://focus.finops.org, attribute Data Generator-Calculated Split Cost Allocation Handling

// maxSplits bounds how many resources' charges a file may have of which it has to be
// known whether they are split: 250 bytes each.
const maxSplits = 200_000

// split is one charge as it stands there itself and as what it is split into.
type split struct {
	allocated, plain money.Cost
	parts, rows      int64 // rows of either
	group            money.Group
	period           Period // of no days: the day
}

// lookAtSplit remembers a row of a file that has split ones.
func (t *table) lookAtSplit(c *charge, g money.Group, from moment, p Period, cost money.Cost) {
	if strings.TrimSpace(c.resource) == "" || isNull(c.resource) || t.counting {
		return
	}
	if len(t.splits) >= maxSplits {
		t.file.Unsplit = true
		return
	}
	key := hashText(c.resource)
	for _, text := range [...]string{c.sku, c.provider, c.service, c.category, c.account, c.billing, c.currency, c.pricing, c.chargeCategory, c.chargeClass, c.chargeFrequency} {
		key = mix(key, hashText(text))
	}
	key = mix(key, mix(uint64(from.day), uint64(from.minute))^uint64(p.Days))
	if t.splits == nil {
		t.turn.take()
		t.splits = map[uint64]split{}
	}
	s := t.splits[key]
	if c.allocated {
		s.allocated = s.allocated.Add(cost)
		s.parts++
	} else {
		s.plain = s.plain.Add(cost)
		s.rows++
		s.group, s.period = g, p
	}
	t.splits[key] = s
}

// twice reports whether the charge is there beside what it is split into: to the last
// digits that binary fractions keep.
func (s *split) twice() bool {
	same := func(a, b money.Amount) bool {
		return math.Abs(a.Sub(b).Float64()) <= 1e-9*math.Abs(b.Float64())
	}
	return s.parts > 0 && s.rows > 0 && same(s.allocated.Amount, s.plain.Amount) && same(s.allocated.Billed, s.plain.Billed)
}

// dropSplit takes the charges away that are there beside what they are split into.
func (f *File) dropSplit(splits map[uint64]split) {
	for _, s := range splits {
		if !s.twice() {
			continue
		}
		groups := f.Days[s.period.First]
		if s.period.Days > 0 {
			groups = f.Periods[s.period]
		}
		g := s.group
		if _, ok := groups[g]; !ok {
			g = withoutAccount(g)
		}
		was, ok := groups[g]
		if !ok {
			continue // told apart no more: there are too many teams
		}
		f.Split += s.rows
		if was = was.Add(money.Cost{Amount: s.plain.Amount.Neg(), Billed: s.plain.Billed.Neg()}); was == (money.Cost{}) {
			delete(groups, g)
		} else {
			groups[g] = was
		}
	}
}
