package report

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// rank puts the currencies in order: the main one first, which the headline and the
// chart are of. That is the one that was chosen, else the one with most money at the
// rates that were given. Without either nothing tells which is more, and all are equal:
// they then stand by their numbers, which says nothing. Rates order, and never add up.
func rank(all []CurrencyReport, s Settings) (equal bool) {
	chosen := money.Currency(s.Currency)
	var names []string
	for _, m := range all {
		names = append(names, m.Currency)
	}
	has := slices.Contains(names, chosen)
	worths := s.worths(names)
	comparable := !slices.ContainsFunc(names, func(name string) bool { return worths[name] <= 0 && name != chosen })
	worth := func(m CurrencyReport) float64 {
		if comparable {
			return worths[m.Currency] * m.Total.Float64()
		}
		return m.Total.Float64()
	}
	slices.SortStableFunc(all, func(x, y CurrencyReport) int {
		switch {
		case x.Currency == y.Currency:
			return 0
		case has && x.Currency == chosen:
			return -1
		case has && y.Currency == chosen:
			return 1
		}
		return cmp.Or(cmp.Compare(worth(y), worth(x)), cmp.Compare(x.Currency, y.Currency))
	})
	return len(all) > 1 && !has && !comparable
}

// mainMissing says that the currency that was chosen is in none of the figures.
func mainMissing(all []CurrencyReport, s Settings) []string {
	chosen := money.Currency(s.Currency)
	if chosen == "" || len(all) == 0 || slices.ContainsFunc(all, func(m CurrencyReport) bool { return m.Currency == chosen }) {
		return nil
	}
	return []string{fmt.Sprintf("No cost of the week is in %s, which `currency` names as the main one.", clean(chosen))}
}

// budgetsIn are the budgets when a currency is the main one: where another was chosen,
// they are of that, and where nothing tells which it is, of none: what is 200K in one is
// next to nothing in another, and owners would hear that it is used up.
func (s Settings) budgetsIn(currency string, equal bool) []Budget {
	if chosen := money.Currency(s.Currency); equal || chosen != "" && chosen != currency {
		return nil
	}
	return s.Budgets
}

// budgetsMissing says that nothing is set beside the budgets.
func budgetsMissing(all []CurrencyReport, equal bool, s Settings) []string {
	switch {
	case len(s.Budgets) == 0 || len(all) == 0 || len(s.budgetsIn(all[0].Currency, equal)) > 0:
		return nil
	case s.Currency != "":
		return []string{"So nothing is set beside the budgets, which are of that currency."}
	}
	return []string{"Nothing is set beside the budgets, because nothing tells which currency they are of: name it as the digest's `currency`."}
}

// withCurrencyCodes makes usd and USD one, also in days that were stored before.
func withCurrencyCodes(days money.Days) money.Days {
	return regrouped(days, func(g money.Group) (money.Group, bool) {
		was := g.Currency
		g.Currency = money.Currency(was)
		return g, g.Currency != was
	})
}
