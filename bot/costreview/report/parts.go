package report

import (
	"slices"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// kinds are all kinds of charges, in the order in which they are told.
var kinds = []money.Kind{money.Usage, money.Purchase, money.Credit, money.Tax, money.Correction}

// Name says for people which charges a part is of.
func (p Part) Name() string {
	switch p.Kind {
	case money.Purchase:
		return "fixed charges"
	case money.Credit:
		return "credits and refunds"
	case money.Correction:
		return "corrections"
	}
	return string(p.Kind)
}

// parts splits the change of the total by kind of charge. Kinds that neither week
// has are left out.
func (b *currencyLedger) parts(now, was []money.Day) (parts []Part) {
	for _, kind := range kinds {
		var is, before money.Amount
		for _, s := range b.series {
			is, before = is.Add(s.paired(kind, now)), before.Add(s.paired(kind, was))
		}
		if c := compared(is, before); !is.IsZero() || !before.IsZero() {
			parts = append(parts, Part{kind, c})
		}
	}
	return parts
}

// Moved are those of the parts that changed.
func (m CurrencyReport) Moved() (moved []Part) {
	for _, p := range m.Parts {
		if !p.Change.IsZero() {
			moved = append(moved, p)
		}
	}
	return moved
}

// size is the largest amount that is compared.
func (m CurrencyReport) size() float64 {
	all := []money.Amount{m.Total}
	if m.Before != nil {
		all = append(all, m.Before.Was)
	}
	for _, p := range m.Parts {
		all = append(all, p.Was, p.Was.Add(p.Change))
	}
	largest := 0.0
	for _, x := range all {
		largest = max(largest, abs(x.Float64()))
	}
	return largest
}

// Rounded is the report with every change rounded to so many decimals, as it is to
// be printed: the parts add up to the change of the total, the services to that of
// usage, the lines of fixed charges, credits and corrections to theirs; and the
// change and what was before add up to the total where all of it is compared.
func (m CurrencyReport) Rounded(places int) CurrencyReport {
	m.Showback = m.Showback.rounded(m.Total, m.Before, places)
	if m.Before == nil {
		return m
	}
	total := *m.Before
	total.Change = total.Change.Round(places)
	if m.Before.Was.Add(m.Before.Change) == m.Total { // else the comparison is over less than the total is
		total.Was = m.Total.Round(places).Sub(total.Change)
	}
	m.Before = &total
	m.Parts = slices.Clone(m.Parts)
	parts := make([]*money.Amount, len(m.Parts))
	for i := range m.Parts {
		parts[i] = &m.Parts[i].Change
	}
	apportion(total.Change, parts, places)
	// apart rounds what is to add up to the parts of some kinds. An older report has
	// no parts: there its own sum stands for them.
	apart := func(lines []*money.Amount, kinds ...money.Kind) {
		var sum money.Amount
		for _, p := range m.Parts {
			if slices.Contains(kinds, p.Kind) {
				sum = sum.Add(p.Change)
			}
		}
		if len(m.Parts) == 0 {
			for _, c := range lines {
				sum = sum.Add(*c)
			}
			sum = sum.Round(places)
		}
		apportion(sum, lines, places)
	}
	var movers []*money.Amount
	for _, list := range []*[]Mover{&m.Up, &m.Down, &m.New} {
		*list = slices.Clone(*list)
		for i := range *list {
			movers = append(movers, &(*list)[i].Change)
		}
	}
	if m.Folded != nil {
		folded := *m.Folded
		m.Folded = &folded
		movers = append(movers, &folded.Change)
	}
	apart(movers, money.Usage)
	apart(changes(&m.Fixed), money.Purchase, money.Tax)
	apart(changes(&m.Credits), money.Credit)
	apart(changes(&m.Corrections), money.Correction)
	return m
}

func apportion(total money.Amount, changes []*money.Amount, places int) {
	parts := make([]money.Amount, len(changes))
	for i, c := range changes {
		parts[i] = *c
	}
	for i, rounded := range money.Apportion(total, parts, places) {
		*changes[i] = rounded
	}
}

// changes makes the shares values of their own, and points to the change of each.
func changes(shares *[]Share) (all []*money.Amount) {
	*shares = slices.Clone(*shares)
	for i := range *shares {
		if share := &(*shares)[i]; share.Before != nil {
			before := *share.Before
			share.Before = &before
			all = append(all, &before.Change)
		}
	}
	return all
}
