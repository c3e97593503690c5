package report

import (
	"fmt"
	"slices"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// maxShares bounds a list of parts: the largest are named, the rest is one line.
const maxShares = 10

// shorten sorts parts by how much money they are or were and folds the small ones.
func shorten(shares []Share) []Share {
	slices.SortStableFunc(shares, func(x, y Share) int { return y.Before.size(y.Total).Cmp(x.Before.size(x.Total)) })
	if len(shares) <= maxShares {
		return shares
	}
	rest := Share{Name: fmt.Sprintf("%d others", len(shares)-maxShares)}
	for _, s := range shares[maxShares:] {
		rest.Total = rest.Total.Add(s.Total)
		rest.Before = rest.Before.with(s.Before)
	}
	return append(shares[:maxShares:maxShares], rest)
}

// apart are the charges that are no usage, by service: they stand on their own
// lines and in no comparison of services. One that was there the week before has a
// line too.
func (b *currencyLedger) apart(kind money.Kind, note string) (shares []Share) {
	now, was := b.before()
	for _, s := range b.series {
		share := Share{Name: s.name(), Total: s.of(kind, b.days), Note: note}
		if len(was) > 0 {
			c := compared(s.paired(kind, now), s.paired(kind, was))
			share.Before = &c
		}
		if share.Total.IsZero() && (share.Before == nil || share.Before.Was.IsZero()) {
			continue
		}
		shares = append(shares, share)
	}
	return shares
}

func (b *currencyLedger) sides(m *CurrencyReport) {
	m.Fixed = shorten(append(b.apart(money.Purchase, "purchase or recurring fee"), b.apart(money.Tax, "tax")...))
	m.Credits = shorten(b.apart(money.Credit, "credit or refund"))
	m.Corrections = shorten(b.apart(money.Correction, "correction of a period that was invoiced before"))
}
