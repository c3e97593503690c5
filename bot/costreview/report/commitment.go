package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/costreview/money"
)

const (
	committed = "Committed" // FOCUS PricingCategory
	standard  = "Standard"
	// silentFor is for how many days nothing may be charged by a commitment that is charged
	// daily before it has ended.
	silentFor = 3
	// endedFor and endsWithin bound what is told of ends, in days.
	endedFor, endsWithin = 35, 60
	// maxEnds is how many ends are named.
	maxEnds = 5
)

// Commitments are what was promised, and what of it was used, over the days that count.
type Commitments struct {
	Used     money.Amount `json:"used"`     // at committed prices
	Unused   money.Amount `json:"unused"`   // paid for, and used by nobody
	OnDemand money.Amount `json:"ondemand"` // at standard prices, of services that have commitments
	// Blind: no CommitmentDiscountStatus column tells what is unused.
	Blind bool            `json:"blind,omitempty"`
	Ended []CommitmentEnd `json:"ended,omitempty"` // the newest first
	Ends  []CommitmentEnd `json:"ends,omitempty"`  // the next first
	More  int             `json:"more,omitempty"`  // ends that are not listed
}

// CommitmentEnd is a commitment that ended, or will, and its last day.
type CommitmentEnd struct {
	Name string    `json:"name"`
	Day  money.Day `json:"day"`
}

// commitments are those of the week; nil when there are none.
func (b *currencyLedger) commitments() *Commitments {
	type service struct{ provider, name string }
	demand := map[service]money.Amount{}
	has := map[service]bool{}
	var c Commitments
	for g, cost := range b.rows {
		if g.Kind != money.Usage {
			continue
		}
		at := service{g.Provider, g.Service}
		switch {
		case g.Unused:
			c.Unused = c.Unused.Add(cost.amount)
			has[at] = true
		case g.Pricing == committed:
			c.Used = c.Used.Add(cost.amount)
			has[at] = true
		case g.Pricing == standard:
			demand[at] = demand[at].Add(cost.amount)
		}
	}
	for at := range has {
		c.OnDemand = c.OnDemand.Add(demand[at])
	}
	today := b.settledTo
	for _, src := range b.read {
		if src.Origin != money.FOCUS {
			continue
		}
		c.Blind = c.Blind || src.Blind
		for _, of := range src.Commitments {
			end := CommitmentEnd{Name: orUnnamed(cmp.Or(of.Name, of.ID), "a commitment"), Day: cmp.Or(of.End, of.Last)}
			switch daily := of.Last-of.First >= 7; {
			case of.End > today && of.End <= today+endsWithin:
				c.Ends = append(c.Ends, end)
			case of.End > today:
			case end.Day > today-endedFor && (of.End != 0 || daily && of.Last < min(today, src.Newest)-silentFor):
				c.Ended = append(c.Ended, end)
			}
		}
	}
	slices.SortFunc(c.Ended, func(x, y CommitmentEnd) int { return cmp.Or(cmp.Compare(y.Day, x.Day), cmp.Compare(x.Name, y.Name)) })
	slices.SortFunc(c.Ends, func(x, y CommitmentEnd) int { return cmp.Or(cmp.Compare(x.Day, y.Day), cmp.Compare(x.Name, y.Name)) })
	for _, list := range []*[]CommitmentEnd{&c.Ended, &c.Ends} {
		*list = slices.Compact(*list)
		c.More += max(0, len(*list)-maxEnds)
		*list = (*list)[:min(len(*list), maxEnds)]
	}
	if len(has) == 0 && len(c.Ended)+len(c.Ends) == 0 {
		return nil
	}
	return &c
}

// Sentence says coverage and waste: "Commitments cover 62 % of the usage that they could;
// $1,240 of $8,200 paid for them were used by nobody (15 %); sp-1 ended on 12 Nov".
func (c Commitments) Sentence(currency string) string {
	used, unused, demand := c.Used.Float64(), c.Unused.Float64(), c.OnDemand.Float64()
	var parts []string
	if all := used + demand; used > 0 && demand >= 0 {
		parts = append(parts, fmt.Sprintf("commitments cover %.0f %% of the usage of their services (%s of %s)", 100*used/all, show(used, currency), show(all, currency)))
	}
	switch paid := used + unused; {
	case unused > 0 && used <= 0: // without PricingCategory nothing says what of them was used
		parts = append(parts, fmt.Sprintf("commitments for %s were used by nobody", show(unused, currency)))
	case unused > 0 && paid > 0:
		parts = append(parts, fmt.Sprintf("%s of %s paid for them were used by nobody (%.0f %%)", show(unused, currency), show(paid, currency), 100*unused/paid))
	case used > 0 && c.Blind:
		parts = append(parts, "what of them is unused is not known: no CommitmentDiscountStatus column")
	case used > 0:
		parts = append(parts, "none of them unused")
	}
	if len(c.Ended) > 0 {
		parts = append(parts, ends(c.Ended)+" ended")
	}
	if len(c.Ends) > 0 {
		parts = append(parts, ends(c.Ends)+" will end")
	}
	if c.More > 0 {
		parts = append(parts, textutil.Count(c.More, "more end"))
	}
	if len(parts) == 0 {
		parts = append(parts, "commitments were charged below zero")
	}
	text := strings.Join(parts, "; ")
	if rest, ok := strings.CutPrefix(text, "commitments"); ok { // names stay as they are
		return "Commitments" + rest
	}
	return text
}

func ends(all []CommitmentEnd) string {
	names := make([]string, len(all))
	for i, e := range all {
		names[i] = e.Name + " (" + day(e.Day) + ")"
	}
	return textutil.List(names)
}

// Besides are the sentences about AI and commitments.
func (m CurrencyReport) Besides() (all []string) {
	if m.AI != nil {
		all = append(all, m.AI.Sentence(m.Currency))
	}
	if m.Commitments != nil {
		all = append(all, m.Commitments.Sentence(m.Currency))
	}
	return all
}
