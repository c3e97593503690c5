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
