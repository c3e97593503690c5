package report

import (
	"maps"
	"slices"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// Level is how far a budget has gone.
type Level string

// The levels that owners are told of, each once a month.
const (
	NearlyUsed Level = "80"       // 80 % of it are spent
	WillGoOver Level = "forecast" // the month is expected to end above it
	UsedUp     Level = "100"      // it is spent
)

// nearly is the share of a budget from which on it is nearly used up.
const nearly = 0.8

// Told are the levels of a budget that its owners heard of, by month: 2026-11.
type Told map[string][]Level

// toldMonths is how many months are remembered: a month is looked at until its last
// days have settled.
const toldMonths = 3

// with is what was told when one more is.
func (t Told) with(month string, levels []Level) Told {
	next := maps.Clone(t)
	if next == nil {
		next = Told{}
	}
	next[month] = unique(slices.Concat(next[month], levels))
	for _, old := range slices.Sorted(maps.Keys(next)) {
		if len(next) > toldMonths {
			delete(next, old)
		}
	}
	return next
}

// Notice is what owners have to hear of a budget.
type Notice struct {
	Digest   string   `json:"digest"` // whose budget it is
	Currency string   `json:"currency"`
	Level    Level    `json:"level"`
	Budget   MonthEnd `json:"budget"`
	// Top are the services that the month's money went to, the costliest first.
	Top []Share `json:"top,omitempty"`
	// Told is what is remembered of the budget with this notice.
	Told Told `json:"-"`
}

// Key names a budget among all that are told of.
func (n Notice) Key() string { return BudgetKey(n.Digest, n.Budget.Name) }

// BudgetKey names a digest's budget among all that are told of. Digests' names hold
// no slash.
func BudgetKey(digest, budget string) string { return digest + "/" + budget }

// Notices decides what owners have to hear now, of every budget at most one thing:
// the worst that is new. Told is what they heard, by [BudgetKey]. It looks at costs
// alone.
func Notices(in Input, told map[string]Told) (notices []Notice) {
	if len(in.Settings.Budgets) == 0 {
		return nil
	}
	in = arranged(in)
	ledgers := map[string]*currencyLedger{}
	var all []CurrencyReport
	for _, currency := range in.currencies {
		if b, _, _ := open(in, currency); b != nil && len(b.series) > 0 {
			ledgers[currency] = b
			all = append(all, CurrencyReport{Currency: currency, Total: b.total(b.days)})
		}
	}
	if len(all) == 0 {
		return nil
	}
	equal := rank(all, in.Settings)
	main := ledgers[all[0].Currency].daysAhead(in)
	for _, budget := range in.Settings.budgetsIn(main.currency, equal) {
		m := main.monthEnd(budget)
		levels := m.levels()
		known := told[BudgetKey(in.Name, budget.Name)]
		month := m.Month.Format("2006-01")
		fresh := slices.DeleteFunc(slices.Clone(levels), func(l Level) bool { return slices.Contains(known[month], l) })
		if len(fresh) == 0 {
			continue
		}
		notices = append(notices, Notice{
			Digest: in.Name, Currency: clean(main.currency), Level: fresh[0], Budget: m, Top: main.topOf(m, budget.Filter), Told: known.with(month, levels),
		})
	}
	return notices
}

// levels are those that a budget has reached, the worst first.
func (m MonthEnd) levels() (all []Level) {
	spent := m.Spent.Float64()
	if m.Budget <= 0 {
		return nil
	}
	if spent >= m.Budget {
		all = append(all, UsedUp)
	}
	if m.Foreseen() && m.End > m.Budget {
		all = append(all, WillGoOver)
	}
	if spent >= nearly*m.Budget {
		all = append(all, NearlyUsed)
	}
	return all
}

// maxTop is how many services a notice names.
const maxTop = 3

// topOf are the services that cost most of a month so far.
func (b *currencyLedger) topOf(m MonthEnd, filter money.Filter) []Share {
	services := map[told]money.Amount{}
	names := nameCache{}
	b.countedFrom(firstOf(m.Month), func(_ *stream, d money.Day, g money.Group, c cost) {
		if b.told[d] && filter.Matches(g) {
			as := names.told(g)
			services[as] = services[as].Add(c.amount)
		}
	})
	sums := map[string]money.Amount{}
	for as, sum := range services {
		name := fullName(as.provider, as.service)
		sums[name] = sums[name].Add(sum)
	}
	var all []Share
	for _, name := range slices.Sorted(maps.Keys(sums)) {
		if sums[name].Sign() > 0 {
			all = append(all, Share{Name: name, Total: sums[name]})
		}
	}
	slices.SortStableFunc(all, func(x, y Share) int { return y.Total.Cmp(x.Total) })
	return all[:min(len(all), maxTop)]
}
