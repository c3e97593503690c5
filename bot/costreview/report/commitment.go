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
	Used   money.Amount `json:"used"`   // at committed prices
	Unused money.Amount `json:"unused"` // paid for, and used by nobody
	// OnDemand is at other prices, of what commitments could cover: as the rows say themselves (FOCUS 1.4:
	// CommitmentProgramEligibilityDetails), else at standard prices and of services that have commitments.
	OnDemand money.Amount `json:"ondemand"`
	// Ineligible is of Used what the rows say commitments could not cover: it is in neither side of the coverage.
	Ineligible money.Amount `json:"ineligible,omitzero"`
	// Told: rows say what commitments could cover; Guessed: not those of all providers.
	Told    bool `json:"told,omitempty"`
	Guessed bool `json:"guessed,omitempty"`
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
	c, found := b.coverage()
	for _, src := range b.read {
		c.Blind = c.Blind || src.Origin == money.FOCUS && src.Blind
	}
	c.tellEnds(b)
	if !found && len(c.Ended)+len(c.Ends) == 0 {
		return nil
	}
	return &c
}

// coverage adds up what commitments cover, what nobody uses of them, and what more they
// could cover; found is false when there is nothing of the kind.
func (b *currencyLedger) coverage() (c Commitments, found bool) {
	// A column that is empty for all of a provider says nothing: converters write such ones.
	fills := map[string]bool{}
	for g := range b.rows {
		fills[g.Provider] = fills[g.Provider] || g.Eligibility == money.Eligible
	}
	type service struct{ provider, name string }
	demand := map[service]money.Amount{}
	has := map[service]bool{}
	for g, cost := range b.rows {
		if g.Kind != money.Usage {
			continue
		}
		at, told := service{g.Provider, g.Service}, fills[g.Provider] && g.Eligibility != ""
		c.Told = c.Told || told
		switch {
		case g.Unused:
			c.Unused = c.Unused.Add(cost.amount)
			has[at] = true
		case g.Pricing == committed:
			c.Used = c.Used.Add(cost.amount)
			has[at] = true
			if told && g.Eligibility == money.Ineligible {
				c.Ineligible = c.Ineligible.Add(cost.amount)
			}
			c.Guessed = c.Guessed || !told
		case told && g.Eligibility == money.Eligible && g.Pricing != "": // else it may be what commitments cover
			c.OnDemand = c.OnDemand.Add(cost.amount)
		case !told && g.Pricing == standard:
			demand[at] = demand[at].Add(cost.amount)
		}
	}
	for at := range has {
		if _, ok := demand[at]; ok {
			c.OnDemand, c.Guessed = c.OnDemand.Add(demand[at]), true
		}
	}
	c.Guessed = c.Guessed && c.Told // else all of it is
	return c, len(has) > 0 || c.OnDemand.Sign() > 0
}

// contractsOf are the contract commitments that all sources tell of, as far as they are in
// a currency, or in one that nothing else is in.
func contractsOf(in Input, currency string) (all []money.Commitment) {
	for _, r := range in.Readings {
		for _, c := range r.Commitments {
			if c.Contract && (c.Currency == "" || c.Currency == currency || !slices.Contains(in.currencies, c.Currency)) && in.Filter.Asks("provider", c.Provider) {
				all = append(all, c)
			}
		}
	}
	return all
}

// tellEnds names what ended and what will. What a contract says of its end counts before
// what charges let guess.
func (c *Commitments) tellEnds(b *currencyLedger) {
	today := b.settledTo
	tell := func(of money.Commitment, newest money.Day) {
		end := CommitmentEnd{Name: orUnnamed(cmp.Or(of.Name, of.ID), "a commitment"), Day: cmp.Or(of.End, of.Last)}
		silent := !of.Contract && of.Last-of.First >= 7 && of.Last < min(today, newest)-silentFor
		switch {
		case of.End > today && of.End <= today+endsWithin:
			c.Ends = append(c.Ends, end)
		case of.End > today:
		case end.Day > today-endedFor && (of.End != 0 || silent):
			c.Ended = append(c.Ended, end)
		}
	}
	providers := map[string][]string{} // of contracts, by id
	for _, of := range b.contracts {
		providers[of.ID] = append(providers[of.ID], of.Provider)
		tell(of, today)
	}
	for _, src := range b.read {
		for _, of := range src.Commitments {
			same := func(provider string) bool {
				return provider == of.Provider || provider == "" || of.Provider == ""
			}
			if src.Origin == money.FOCUS && !of.Contract && !slices.ContainsFunc(providers[of.ID], same) {
				tell(of, src.Newest)
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
}

// Sentence says coverage and waste: "Commitments cover 62 % of the usage that they could;
// $1,240 of $8,200 paid for them were used by nobody (15 %); sp-1 ended on 12 Nov".
func (c Commitments) Sentence(currency string) string {
	used, unused, demand := c.Used.Float64(), c.Unused.Float64(), c.OnDemand.Float64()
	var parts []string
	covered := used - c.Ineligible.Float64()
	if all := covered + demand; all > 0 && demand >= 0 && (covered > 0 || c.Told && covered == 0) {
		of := "of their services"
		switch {
		case c.Told && c.Guessed:
			of = "that they could, or of their services"
		case c.Told:
			of = "that they could"
		}
		parts = append(parts, fmt.Sprintf("commitments cover %.0f %% of the usage %s (%s of %s)", 100*covered/all, of, show(covered, currency), show(all, currency)))
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
