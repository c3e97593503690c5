package money

// AI is FOCUS' ServiceCategory of models, and of what runs them.
const AI = "AI and Machine Learning"

// Measured is how much of something was used on a day, as the provider counts it, and
// what that cost. Sources tell it of charges in category [AI] alone.
type Measured struct {
	Day      Day    `json:"day"`
	Provider string `json:"provider,omitempty"`
	Service  string `json:"service,omitempty"`
	Currency string `json:"currency"`
	Unit     string `json:"unit"` // FOCUS ConsumedUnit, else PricingUnit: Tokens, GPU Hours
	Quantity Amount `json:"quantity"`
	Cost     Amount `json:"cost"`
}

// Commitment is a discount for spending or using so much for so long, as far as charges
// tell (FOCUS CommitmentDiscountId), or a contract's term (ContractCommitmentId).
type Commitment struct {
	ID       string `json:"id"`
	Name     string `json:"name,omitempty"`
	Provider string `json:"provider,omitempty"`
	First    Day    `json:"first"` // on which something was charged by it
	Last     Day    `json:"last"`
	// End is the day on which the longest term ends that was bought; zero: no purchase tells.
	End Day `json:"end,omitzero"`
	// Contract: the contract itself tells of it (FOCUS' Contract Commitment dataset), from First to End, which is its last
	// day and zero when it has none. Currency is what it is in, when the contract says that.
	Contract bool   `json:"contract,omitempty"`
	Currency string `json:"currency,omitempty"`
}
