package report

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/costreview/money"
)

// maxUnits bounds the units of AI that are told.
const maxUnits = 4

// AISpend is what models and what runs them cost over the days that count, and how much
// of what was used, where the columns tell.
type AISpend struct {
	Total money.Amount `json:"total"` // usage
	Compared
	Units []AIUnit `json:"units,omitempty"` // those that cost most first
	More  int      `json:"more,omitempty"`
}

// AIUnit is how much was used of one unit, and what that cost.
type AIUnit struct {
	Unit     string       `json:"unit"` // tokens, GPU hours, or as the provider names it
	Quantity float64      `json:"quantity"`
	Cost     money.Amount `json:"cost"`
}

// ai is the week's; nil when nothing is of that category.
func (b *currencyLedger) ai() *AISpend {
	now, was := b.before()
	sum := map[money.Day]money.Amount{}
	b.countedFrom(b.week.Add(-1).Monday(), func(_ *stream, d money.Day, g money.Group, c cost) {
		if g.Kind == money.Usage && strings.EqualFold(g.Category, money.AI) {
			sum[d] = sum[d].Add(c.amount)
		}
	})
	a := AISpend{Total: sumOf(sum, b.days), Compared: compared(sumOf(sum, now), sumOf(sum, was))}
	if len(sum) == 0 || a.Total.IsZero() && a.Was.IsZero() {
		return nil
	}
	units := map[string]AIUnit{}
	for _, src := range b.read {
		for _, m := range src.Measured {
			if m.Currency != b.currency || !slices.Contains(b.days, m.Day) {
				continue
			}
			name, times := unitOf(m.Unit)
			u := units[name]
			units[name] = AIUnit{Unit: name, Quantity: u.Quantity + times*m.Quantity.Float64(), Cost: u.Cost.Add(m.Cost)}
		}
	}
	a.Units = slices.SortedFunc(maps.Values(units), func(x, y AIUnit) int {
		return cmp.Or(y.Cost.Cmp(x.Cost), cmp.Compare(x.Unit, y.Unit))
	})
	a.Units = slices.DeleteFunc(a.Units, func(u AIUnit) bool { return u.Quantity <= 0 })
	a.More = max(0, len(a.Units)-maxUnits)
	a.Units = a.Units[:min(len(a.Units), maxUnits)]
	return &a
}

// unitOf is what a provider's unit counts, and how many of it one is: "1K tokens" are
// 1,000 tokens. Input and output tokens are tokens.
func unitOf(unit string) (name string, times float64) {
	name, times = clean(unit), 1
	number, rest, _ := strings.Cut(name, " ")
	factor := 1.0
	for suffix, by := range map[string]float64{"K": 1e3, "k": 1e3, "M": 1e6, "B": 1e9} {
		if digits, ok := strings.CutSuffix(number, suffix); ok {
			number, factor = digits, by
			break
		}
	}
	if n, err := strconv.ParseFloat(strings.ReplaceAll(number, ",", ""), 64); err == nil && rest != "" && n > 0 && n <= 1e12 {
		name, times = strings.TrimSpace(rest), n*factor
	}
	switch lower := strings.ToLower(name); {
	case strings.Contains(lower, "token"):
		name = "tokens"
	case strings.Contains(lower, "gpu") && (strings.Contains(lower, "hour") || strings.HasSuffix(lower, "hrs")):
		name = "GPU hours"
	case lower == "hours" || lower == "hour" || lower == "hrs":
		name = "hours"
	}
	return name, times
}

// Sentence is the line: "AI $12,345 (+8.0 %): 1.2bn tokens for $9,000 ($7.50 a million),
// 520 GPU hours for $3,000 ($5.77 each)".
func (a AISpend) Sentence(currency string) string {
	text := "AI: " + show(a.Total.Float64(), currency)
	if a.Sayable {
		text += " (" + percent(a.Compared) + ")"
	}
	var units []string
	for _, u := range a.Units {
		cost := u.Cost.Float64()
		price := show(cost/u.Quantity, currency) + " each"
		if u.Unit == "tokens" {
			price = show(1e6*cost/u.Quantity, currency) + " a million"
		}
		units = append(units, money.Brief(u.Quantity, "")+" "+u.Unit+" for "+show(cost, currency)+" ("+price+")")
	}
	switch {
	case len(units) == 0:
		return text + ", no column tells how much was used"
	case a.More > 0:
		units = append(units, textutil.Count(a.More, "more unit"))
	}
	return text + ", " + strings.Join(units, ", ")
}
