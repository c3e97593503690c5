package money

import "strings"

// Kind says how a charge is judged.
type Kind string

// The kinds of charges (FOCUS: ChargeCategory, ChargeClass, ChargeFrequency).
const (
	Usage      Kind = "usage"      // what the anomaly series are made of
	Purchase   Kind = "purchase"   // commitments and fees that recur or come once
	Tax        Kind = "tax"        // likewise a fixed charge
	Credit     Kind = "credit"     // credits, refunds, and adjustments below zero
	Correction Kind = "correction" // of a period that was invoiced before
)

// Eligibility says whether a commitment could cover a charge (FOCUS 1.4:
// CommitmentProgramEligibilityDetails).
type Eligibility string

// What a source may tell of it.
const (
	Eligible   Eligibility = "eligible"
	Ineligible Eligibility = "ineligible"
)

// Group is what charges are added up by. Empty fields are what the source does
// not tell.
type Group struct {
	Provider string `json:"provider,omitempty"`
	Service  string `json:"service,omitempty"`
	Category string `json:"category,omitempty"` // FOCUS ServiceCategory: Compute, Storage, Databases, ...
	Account  string `json:"account,omitempty"`  // sub account, else billing account
	// BillingAccount is FOCUS' BillingAccountId: with the provider it is what a bill comes by, and lacks, as a whole.
	BillingAccount string `json:"billing_account,omitempty"`
	Currency       string `json:"currency"` // ISO 4217, or a virtual one such as tokens
	Kind           Kind   `json:"kind"`
	Pricing        string `json:"pricing,omitempty"` // FOCUS PricingCategory: Standard, Dynamic, Committed, Other
	Batch          bool   `json:"batch,omitempty"`   // tagged as batch work
	Unused         bool   `json:"unused,omitempty"`  // FOCUS CommitmentDiscountStatus: paid for, and used by nobody
	// Eligibility is, of usage, whether a commitment could cover it; empty: nothing tells.
	Eligibility Eligibility `json:"eligibility,omitempty"`
	// Team is who it is charged to, where a source was told by what to know: a tag's value, FOCUS' SubAccountName, a
	// label. Empty: it names nobody; OtherTeams: one of those that are not told apart.
	Team string `json:"team,omitempty"`
	// Region and SKU are where, and what of the service, as far as they are few enough to be told apart: FOCUS RegionName
	// else RegionId, SkuMeter else SkuId.
	Region string `json:"region,omitempty"`
	SKU    string `json:"sku,omitempty"`
	// Spread: a day's part of a charge for several days. It counts, and says nothing of that day.
	Spread bool `json:"spread,omitempty"`
}

// OtherTeams is the Team of all that a source does not tell apart, because there are too
// many. No name from outside holds such a sign.
const OtherTeams = "\x00"

// Cost is what a group cost: Amount in the column that was configured, Billed as
// the invoice has it. A source that knows only one of them gives it twice.
type Cost struct {
	Amount Amount `json:"amount"`
	Billed Amount `json:"billed"`
}

// Add returns the sum of two costs.
func (c Cost) Add(other Cost) Cost {
	return Cost{c.Amount.Add(other.Amount), c.Billed.Add(other.Billed)}
}

// Days are the costs of groups by day.
type Days map[Day]map[Group]Cost

// Add counts a cost.
func (d Days) Add(day Day, g Group, c Cost) {
	groups := d[day]
	if groups == nil {
		groups = map[Group]Cost{}
		d[day] = groups
	}
	groups[g] = groups[g].Add(c)
}

// Newest is the last day of which anything is known; ok is false when none is.
func (d Days) Newest() (newest Day, ok bool) {
	for day := range d {
		if !ok || day > newest {
			newest, ok = day, true
		}
	}
	return newest, ok
}

// Currency is a currency's code as ISO 4217 writes it: usd is USD. Names of virtual
// ones, which are no codes of three letters, stay as they are.
func Currency(name string) string {
	if up := strings.ToUpper(name); code(up) {
		return up
	}
	return name
}
