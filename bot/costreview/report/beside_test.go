package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// TestCommitments: what is committed stands beside the on-demand usage of the services
// that have commitments, and what ended or will is named.
func TestCommitments(t *testing.T) {
	used, unused, demand, other := group("EC2"), group("EC2"), group("EC2"), group("S3")
	used.Pricing, unused.Pricing, demand.Pricing, other.Pricing = committed, committed, standard, standard
	unused.Unused = true
	l := newLedger(t).put(monday-70, friday, used, "620").put(monday-70, friday, unused, "124").put(monday-70, friday, demand, "380").put(monday-70, friday, other, "999")
	l.Commitments = []money.Commitment{
		{ID: "sp-1", Name: "Savings plan", First: monday - 70, Last: friday},
		{ID: "sp-2", First: monday - 70, Last: monday - 4},
		{ID: "sp-3", First: monday - 300, Last: monday - 300, End: monday + 30},
		{ID: "sp-4", First: monday - 300, Last: monday - 300, End: monday - 10},
		{ID: "sp-5", First: monday - 300, Last: monday - 300, End: monday + 300},
		{ID: "sp-6", First: monday - 300, Last: monday - 200},
		{ID: "once", First: monday - 9, Last: monday - 9},
	}
	m := judged(t, l.input())
	want := "Commitments cover 62 % of the usage of their services ($3,100 of $5,000); $620.00 of $3,720 paid for them were used by nobody (17 %); sp-2 (12 Nov) and sp-4 (6 Nov) ended; sp-3 (16 Dec) will end"
	if got := m.Commitments.Sentence("USD"); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if text := Text(Judge(l.input())); !strings.Contains(text, "  "+want+".\n") {
		t.Errorf("the text does not tell of commitments:\n%s", text)
	}
	// Without the column nothing is said to be used up.
	l = newLedger(t).put(monday-70, friday, used, "620")
	l.Blind = true
	if got, want := judged(t, l.input()).Commitments.Sentence("USD"), "Commitments cover 100 % of the usage of their services ($3,100 of $3,100); what of them is unused is not known: no CommitmentDiscountStatus column"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	// Without PricingCategory what is unused is known, and not of how much.
	idle := unused
	idle.Pricing = ""
	if got, want := judged(t, newLedger(t).put(monday-70, friday, idle, "12").input()).Commitments.Sentence("USD"), "Commitments for $60.00 were used by nobody"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if m := judged(t, newLedger(t).put(monday-70, friday, demand, "620").input()); m.Commitments != nil {
		t.Errorf("a bill without commitments has %+v", m.Commitments)
	}
}

func TestAISpend(t *testing.T) {
	ai := money.Group{Provider: "AWS", Service: "Bedrock", Category: money.AI}
	l := newLedger(t).put(monday-70, monday-1, ai, "100").put(monday, friday, ai, "108").put(monday-70, friday, group("EC2"), "10")
	for d := monday - 70; d <= friday; d++ {
		l.Measured = append(l.Measured,
			money.Measured{Day: d, Provider: "AWS", Service: "Bedrock", Currency: "USD", Unit: "1K Input Tokens", Quantity: mustMoney(t, "20000"), Cost: mustMoney(t, "60")},
			money.Measured{Day: d, Provider: "AWS", Service: "Bedrock", Currency: "USD", Unit: "tokens", Quantity: mustMoney(t, "4000000"), Cost: mustMoney(t, "12")},
			money.Measured{Day: d, Provider: "AWS", Service: "SageMaker", Currency: "USD", Unit: "GPU-Hours", Quantity: mustMoney(t, "10"), Cost: mustMoney(t, "36")},
			money.Measured{Day: d, Provider: "AWS", Service: "SageMaker", Currency: "EUR", Unit: "GPU-Hours", Quantity: mustMoney(t, "10"), Cost: mustMoney(t, "36")},
		)
	}
	m := judged(t, l.input())
	if got, want := m.AI.Sentence("USD"), "AI: $540.00 (+8.0 %), 120M tokens for $360.00 ($3.00 a million), 50 GPU hours for $180.00 ($3.60 each)"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	l.Measured = nil
	if got, want := judged(t, l.input()).AI.Sentence("USD"), "AI: $540.00 (+8.0 %), no column tells how much was used"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if m := judged(t, newLedger(t).put(monday-70, friday, group("EC2"), "10").input()); m.AI != nil {
		t.Errorf("a bill without AI has %+v", m.AI)
	}
}

func TestUnitOf(t *testing.T) {
	type unit struct {
		Name  string
		Times float64
	}
	for text, want := range map[string]unit{
		"Tokens": {"tokens", 1}, "1K tokens": {"tokens", 1000}, "1M Output Tokens": {"tokens", 1e6}, "1,000 tokens": {"tokens", 1000}, "1000 Tokens": {"tokens", 1000},
		"GPU Hours": {"GPU hours", 1}, "GPU-hrs": {"GPU hours", 1}, "Hours": {"hours", 1}, "Requests": {"Requests", 1}, "100 images": {"images", 100},
		"": {"", 1}, "1K": {"1K", 1}, "-3 tokens": {"tokens", 1}, "NaN tokens": {"tokens", 1}, "1e99 tokens": {"tokens", 1}, "a\u202eb": {"ab", 1},
	} {
		name, times := unitOf(text)
		if diff := cmp.Diff(want, unit{name, times}); diff != "" {
			t.Errorf("%q: -want +got:\n%s", text, diff)
		}
	}
}

// TestCoverageCountsWhatCouldBeCommitted: where rows say what commitments could cover
// (FOCUS 1.4), nothing else is in the coverage.
func TestCoverageCountsWhatCouldBeCommitted(t *testing.T) {
	of := func(provider, service, pricing string, is money.Eligibility) money.Group {
		return money.Group{Provider: provider, Service: service, Pricing: pricing, Eligibility: is}
	}
	type charge struct {
		money.Group
		amount string
	}
	idle := of("Aura", "Compute", committed, "")
	idle.Unused = true
	for name, test := range map[string]struct {
		charges []charge
		want    string
	}{
		"the specification's example": {[]charge{
			{of("Aura", "Compute", standard, money.Eligible), "200"}, {of("Aura", "Compute", committed, money.Eligible), "150"},
			{of("Aura", "Compute", committed, money.Ineligible), "100"}, {of("Aura", "Support", standard, money.Ineligible), "50"}},
			"Commitments cover 43 % of the usage that they could ($750.00 of $1,750); none of them unused"},
		"a service without commitments that could have one": {[]charge{
			{of("Aura", "Compute", committed, money.Eligible), "100"}, {of("Aura", "Database", standard, money.Eligible), "100"}, {of("Aura", "Compute", standard, money.Ineligible), "900"}, {idle, "25"}},
			"Commitments cover 50 % of the usage that they could ($500.00 of $1,000); $125.00 of $625.00 paid for them were used by nobody (20 %)"},
		"no commitment": {[]charge{{of("Aura", "Compute", standard, money.Eligible), "100"}, {of("Aura", "Support", standard, money.Ineligible), "50"}},
			"Commitments cover 0 % of the usage that they could ($0 of $500.00)"},
		"spot could be committed too": {[]charge{{of("Aura", "Compute", "Dynamic", money.Eligible), "100"}, {of("Aura", "Compute", committed, money.Eligible), "100"}},
			"Commitments cover 50 % of the usage that they could ($500.00 of $1,000); none of them unused"},
		"a column that is empty throughout says nothing": {[]charge{{of("Aura", "Compute", committed, money.Ineligible), "100"}, {of("Aura", "Compute", standard, money.Ineligible), "100"}},
			"Commitments cover 50 % of the usage of their services ($500.00 of $1,000); none of them unused"},
		"one provider tells, another does not": {[]charge{
			{of("Aura", "Compute", committed, money.Eligible), "100"}, {of("Aura", "Support", standard, money.Ineligible), "50"},
			{of("AWS", "EC2", committed, ""), "100"}, {of("AWS", "EC2", standard, ""), "100"}, {of("AWS", "S3", standard, ""), "700"}},
			"Commitments cover 67 % of the usage that they could, or of their services ($1,000 of $1,500); none of them unused"},
		"nothing says how it is priced": {[]charge{{of("Aura", "Compute", "", money.Eligible), "100"}}, ""},
		"nothing could be committed":    {[]charge{{of("Aura", "Compute", standard, money.Ineligible), "100"}}, ""},
		"refunded": {[]charge{{of("Aura", "Compute", committed, money.Eligible), "-100"}, {of("Aura", "Compute", standard, money.Eligible), "50"}},
			"Commitments were charged below zero"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLedger(t)
			for _, c := range test.charges {
				l.put(monday-70, friday, c.Group, c.amount)
			}
			got := ""
			if m := judged(t, l.input()); m.Commitments != nil {
				got = m.Commitments.Sentence("USD")
			}
			if got != test.want {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

// TestContractsSayWhenTheyEnd: what a contract says of its end counts before what charges
// let guess, in whatever source it is told.
func TestContractsSayWhenTheyEnd(t *testing.T) {
	ri := group("EC2")
	ri.Pricing = committed
	contract := func(id, name, provider string, end money.Day) money.Commitment {
		return money.Commitment{ID: id, Name: name, Provider: provider, First: monday - 300, End: end, Contract: true}
	}
	costs := func() *ledger {
		l := newLedger(t).put(monday-70, friday, ri, "100")
		l.Commitments = []money.Commitment{
			{ID: "sp-1", Name: "Savings plan", Provider: "AWS", First: monday - 70, Last: monday - 4}, // silent, and so ended
			{ID: "sp-2", Provider: "AWS", First: monday - 70, Last: friday},
			{ID: "sp-3", Provider: "AWS", First: monday - 70, Last: friday, End: monday + 20}, // the latest purchase
		}
		return l
	}
	for name, test := range map[string]struct {
		contracts []money.Commitment
		want      string
	}{
		"none": {nil, "Savings plan (12 Nov) ended; sp-3 (6 Dec) will end"},
		"of what is charged": {[]money.Commitment{contract("sp-1", "Savings plan", "AWS", monday+500), contract("sp-2", "Reserved m5", "AWS", monday+14), contract("sp-3", "", "", monday+400)},
			"Reserved m5 (30 Nov) will end"},
		"of what nothing is charged by": {[]money.Commitment{contract("c-9", "Enterprise agreement", "", monday-3), contract("c-8", "", "AWS", monday+59), contract("c-7", "Long gone", "", monday-40), contract("c-6", "Far off", "", monday+99)},
			"Enterprise agreement (13 Nov) and Savings plan (12 Nov) ended; sp-3 (6 Dec) and c-8 (14 Jan) will end"},
		"of another provider's": {[]money.Commitment{contract("sp-1", "Other", "Microsoft", monday+14)},
			"Savings plan (12 Nov) ended; Other (30 Nov) and sp-3 (6 Dec) will end"},
		"without an end": {[]money.Commitment{contract("sp-1", "", "AWS", 0)}, "sp-3 (6 Dec) will end"},
	} {
		t.Run(name, func(t *testing.T) {
			together := costs()
			together.Commitments = append(together.Commitments, test.contracts...)
			apart := costs().input()
			apart.Readings = append(apart.Readings, money.Reading{Source: "contracts", Name: "FOCUS files contracts.csv", Origin: money.FOCUS, Commitments: test.contracts})
			for where, in := range map[string]Input{"beside the costs": together.input(), "in a source of their own": apart} {
				r := Judge(in)
				got := r.Money[0].Commitments.Sentence("USD")
				if want := "Commitments cover 100 % of the usage of their services ($500.00 of $500.00); none of them unused; " + test.want; got != want {
					t.Errorf("%s: got  %q\nwant %q", where, got, want)
				}
				if len(test.contracts) > 0 && strings.Contains(strings.Join(r.Missing, " "), "no figures at all") {
					t.Errorf("%s: contracts are taken for costs that are missing: %q", where, r.Missing)
				}
			}
		})
	}
	// In two currencies each is told once, where it is of one of them.
	l := costs()
	eur := ri
	eur.Currency = "EUR"
	l.put(monday-70, friday, eur, "10")
	l.Commitments = []money.Commitment{contract("c-1", "Agreement", "", monday+14)}
	l.Commitments[0].Currency = "EUR"
	for _, m := range Judge(l.input()).Money {
		if got := strings.Contains(m.Commitments.Sentence(m.Currency), "Agreement"); got != (m.Currency == "EUR") {
			t.Errorf("%s: got %q", m.Currency, m.Commitments.Sentence(m.Currency))
		}
	}
	// A digest of another provider says nothing of it.
	in := costs().input()
	in.Readings[0].Commitments = []money.Commitment{contract("c-1", "Agreement", "Microsoft", monday+14)}
	in.Filter = money.Filter{"provider": "AWS"}
	if got := judged(t, in).Commitments.Sentence("USD"); strings.Contains(got, "Agreement") {
		t.Errorf("got %q", got)
	}
}
