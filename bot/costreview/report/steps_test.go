package report

import (
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// TestSavings: a step's saving is its range of the spend of its own rows, by
// currency, never of the total.
func TestSavings(t *testing.T) {
	t.Parallel()
	row := func(service, category, pricing string) money.Group {
		return money.Group{Provider: "AWS", Service: service, Category: category, Pricing: pricing}
	}
	l := newLedger(t)
	l.put(monday-70, sunday, row("EC2", "Compute", "Standard"), "100")
	l.put(monday-70, sunday, row("EC2", "Compute", "Committed"), "40")
	l.put(monday-70, sunday, row("RDS", "Databases", "Standard"), "60")
	l.put(monday-70, sunday, row("S3", "Storage", "Standard"), "10")
	l.put(monday-70, sunday, row("SageMaker", "AI and Machine Learning", "Standard"), "20")
	l.put(monday-70, sunday, row("Bedrock", "AI and Machine Learning", "Dynamic"), "5")
	batch := row("EMR", "Analytics", "Standard")
	batch.Batch = true
	l.put(monday-70, sunday, batch, "30")
	l.put(monday-70, sunday, row("Amazon CloudFront", "Networking", "Standard"), "50")
	euro := row("AKS", "Compute", "Standard")
	euro.Currency = "EUR"
	l.put(monday-70, sunday, euro, "7")
	tax := row("EC2", "Compute", "Standard")
	tax.Kind = money.Tax
	l.put(monday-70, sunday, tax, "19")
	in := l.input()
	in.Organisation = Organisation{Users: known(44e6), CDNBandwidthTB: known(600)}
	in.Adoptions = map[string]Adoption{
		"C1": {State: StepAdopted, By: "Ana", ByID: "U1", At: review},
		"C3": {State: StepSnoozed, By: "Ana", Until: review.AddDate(0, 0, 1)},
		"C4": {State: StepSnoozed, By: "Ana", Until: review},
		"C5": {State: "gone"},
	}
	got := map[string]CostStep{}
	for _, s := range Judge(in).Steps {
		got[s.ID] = s
	}
	const m = 30.4
	saving := func(currency string, low, high, base float64, rows string) Saving {
		return Saving{Currency: currency, Low: low * base * m, High: high * base * m, Base: base * m, Rows: rows}
	}
	for id, want := range map[string][]Saving{
		"C1": {
			saving("EUR", 0.3, 0.5, 7, "Standard-priced spend on Compute and Databases"),
			saving("USD", 0.3, 0.5, 160, "Standard-priced spend on Compute and Databases"),
		},
		"C2": {saving("USD", 0.7, 0.9, 50, "Standard-priced spend on AI and Machine Learning and rows tagged batch")},
		"C4": {saving("USD", 0.4, 0.4, 10, "spend on Storage")},
		"C5": {saving("USD", 0.4, 0.4, 25, "spend on AI and Machine Learning")},
		"C7": {saving("USD", 0.5, 0.7, 50, "spend on CDN services")},
		"C8": {saving("USD", 0.6, 0.7, 25, "spend on AI and Machine Learning")},
		"C9": nil,
	} {
		for i := range got[id].Savings { // see TestSavingsAreNotPromisedTwice
			s := &got[id].Savings[i]
			s.With, s.TogetherLow, s.TogetherHigh = nil, 0, 0
		}
		same(t, id, got[id].Savings, want)
	}
	if s := got["C9"]; s.Applies || s.Why != "needs 1B users (C9); you have 44M users" {
		t.Errorf("got %+v, want that C9 does not apply, and why", s)
	}
	for id, want := range map[string]AdoptionState{"C1": StepAdopted, "C2": StepOpen, "C3": StepSnoozed, "C4": StepOpen, "C5": StepOpen} {
		if state := got[id].Adoption.State; state != want {
			t.Errorf("%s: got %s, want %s", id, state, want)
		}
	}
	if s := got["C1"]; s.Group != "quick win, 0-3 months" || s.Effort != "low (it is a purchase)" || s.Title != "Reserved instances" {
		t.Errorf("got %q, %q, %q", s.Title, s.Group, s.Effort)
	}
}

// TestSavingsNotKnown: a saving that cannot be told is not zero.
func TestSavingsNotKnown(t *testing.T) {
	t.Parallel()
	compute := group("EC2")
	compute.Category = "Compute"
	for _, c := range []struct {
		name, step, why string
		ledger          *ledger
	}{
		{"no PricingCategory", "C1", "its saving is not known: no row says its PricingCategory", newLedger(t).put(monday-70, sunday, compute, "1")},
		{"no ServiceCategory", "C4", "its saving is not known: no row says its ServiceCategory", newLedger(t).put(monday-70, sunday, group("S3"), "1")},
		{"nothing of it", "C4", "there is nothing to save on: no spend on Storage this week", newLedger(t).put(monday-70, sunday, compute, "1")},
		{"no money", "C4", "its saving is not known: there are no figures of money", newLedger(t)},
	} {
		for _, s := range Judge(c.ledger.input()).Steps {
			if s.ID == c.step && (s.Why != c.why || len(s.Savings) != 0) {
				t.Errorf("%s: got %q, %+v, want %q", c.name, s.Why, s.Savings, c.why)
			}
		}
	}
}
