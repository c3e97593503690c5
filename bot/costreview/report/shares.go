package report

import (
	"fmt"
	"slices"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// maxShares bounds a list of parts: the largest are named, the rest is one line.
const maxShares = 10

// shorten sorts parts by how much money they are and folds the small ones.
func shorten(shares []Share) []Share {
	slices.SortStableFunc(shares, func(x, y Share) int { return y.Total.Abs().Cmp(x.Total.Abs()) })
	if len(shares) <= maxShares {
		return shares
	}
	rest := Share{Name: fmt.Sprintf("%d others", len(shares)-maxShares)}
	for _, s := range shares[maxShares:] {
		rest.Total = rest.Total.Add(s.Total)
	}
	return append(shares[:maxShares:maxShares], rest)
}

// apart are the charges that are no usage, by service: they stand on their own
// lines and in no comparison of services.
func (b *currencyLedger) apart(kind money.Kind, note string) (shares []Share) {
	_, was := b.before()
	for _, s := range b.series {
		sum, last := s.of(kind, b.days), s.of(kind, was)
		if sum.IsZero() {
			continue
		}
		share := Share{Name: s.name(), Total: sum, Note: note}
		if !last.IsZero() {
			share.Note += ", " + amount(last.Float64()) + " the week before"
		}
		shares = append(shares, share)
	}
	return shares
}

func (b *currencyLedger) sides(m *CurrencyReport) {
	m.Fixed = shorten(append(b.apart(money.Purchase, "purchase or recurring fee"), b.apart(money.Tax, "tax")...))
	m.Credits = shorten(b.apart(money.Credit, "credit"))
	m.Corrections = shorten(b.apart(money.Correction, "correction of a period that was invoiced before"))
}
