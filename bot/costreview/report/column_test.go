package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// TestFallback: EffectiveCost gives way to BilledCost where it is useless, and only
// there: commitments make the two differ for good reason.
func TestFallback(t *testing.T) {
	t.Parallel()
	committed := money.Group{Provider: "AWS", Service: "EC2", Pricing: "Committed"}
	standard := money.Group{Provider: "AWS", Service: "EC2", Pricing: "Standard"}
	plain := money.Group{Provider: "AWS", Service: "EC2"}
	purchase := money.Group{Provider: "AWS", Service: "Savings Plans", Kind: money.Purchase}
	from := monday - 70
	for _, c := range []struct {
		name   string
		ledger func(l *ledger)
		column string
		total  string // of five days
	}{
		{"the same in both", func(l *ledger) { l.put(from, sunday, standard, "100") }, effective, "500"},
		{"rounded to whole units, to nothing", func(l *ledger) { l.both(from, sunday, standard, "0", "0.49") }, billed, "2.45"},
		{"rounded to whole units, upwards", func(l *ledger) { l.both(from, sunday, standard, "2", "1.624") }, billed, "8.12"},
		{"rounded to cents", func(l *ledger) { l.both(from, sunday, standard, "10.25", "10.2461") }, effective, "51.25"},
		{"empty", func(l *ledger) { l.both(from, sunday, plain, "0", "10") }, billed, "50"},
		{"a commitment: purchase billed, use effective", func(l *ledger) {
			l.both(from+1, from+1, purchase, "0", "36500").both(from, sunday, committed, "100", "0").put(from, sunday, standard, "20")
		}, effective, "600"},
		{"a commitment, partly used at a discount", func(l *ledger) {
			l.both(from, sunday, committed, "100", "30").put(from, sunday, standard, "1")
		}, effective, "505"},
		{"a commitment without PricingCategory", func(l *ledger) {
			l.Lacks = []string{"PricingCategory"}
			l.both(from, sunday, plain, "120", "20")
		}, effective, "600"},
		{"emptiness without PricingCategory", func(l *ledger) {
			l.Lacks = []string{"PricingCategory"}
			l.both(from, sunday, plain, "0", "20")
		}, billed, "100"},
		{"a discount", func(l *ledger) { l.both(from, sunday, standard, "83.0013", "100.0016") }, effective, "415.0065"},
		{"a discount, in whole units", func(l *ledger) { l.both(from, sunday, standard, "83", "100") }, effective, "415"},
		{"a discount, in whole units by chance", func(l *ledger) { l.both(from, sunday, standard, "10", "12.50") }, effective, "50"},
		{"a discount without PricingCategory", func(l *ledger) {
			l.Lacks = []string{"PricingCategory"}
			l.both(from, sunday, plain, "10", "20")
		}, effective, "50"},
		{"a discount, beside little that is empty", func(l *ledger) {
			l.both(from, sunday, standard, "83.01", "100").both(from, sunday, money.Group{Provider: "AWS", Service: "S3", Pricing: "Standard"}, "0", "7")
		}, effective, "415.05"},
		{"empty, and chosen", func(l *ledger) {
			l.Forced = true
			l.both(from, sunday, standard, "0", "10")
		}, effective, "0"},
		{"a purchase that looks like usage, without ChargeCategory", func(l *ledger) {
			l.Lacks = []string{"ChargeCategory", "PricingCategory"}
			l.both(from+1, from+1, plain, "0", "36500").both(from, sunday, plain, "120", "20")
		}, effective, "600"},
		{"the marketplace bills elsewhere", func(l *ledger) {
			l.both(from, sunday, money.Group{Provider: "AWS", Service: "Marketplace", Pricing: "Standard"}, "50", "0").put(from, sunday, standard, "10")
		}, effective, "300"},
		{"another column was asked for", func(l *ledger) {
			l.Column = "ListCost"
			l.both(from, sunday, standard, "130", "100")
		}, "ListCost", "650"},
		{"one provider of two", func(l *ledger) {
			l.both(from, sunday, standard, "0", "10").put(from, sunday, money.Group{Provider: "Microsoft", Service: "AKS", Pricing: "Standard"}, "5")
		}, "EffectiveCost (AWS: BilledCost)", "75"},
	} {
		l := newLedger(t)
		c.ledger(l)
		m := judged(t, l.input())
		if m.Column != c.column || m.Total.String() != c.total {
			t.Errorf("%s: got %s by %s, want %s by %s", c.name, m.Total, m.Column, c.total, c.column)
		}
	}
}

// TestWhatStandsInIsNotMissing: where BilledCost stands in for an EffectiveCost that is
// empty, nothing is said to be missing of the total; where some provider's stays, it is.
func TestWhatStandsInIsNotMissing(t *testing.T) {
	t.Parallel()
	note := money.Note{Text: "7 rows have no EffectiveCost: nothing is counted there", Partial: true, Empty: true}
	l := newLedger(t).both(monday-70, sunday, group("EC2"), "0", "10")
	l.Notes = []money.Note{note}
	r := Judge(l.input())
	if m := r.Money[0]; m.Partial || m.Total.String() != "50" || slices.ContainsFunc(r.Missing, func(s string) bool { return strings.Contains(s, "nothing is counted") }) {
		t.Errorf("got %s, partial %t, missing %q", m.Total, m.Partial, r.Missing)
	}
	l.put(monday-70, sunday, money.Group{Provider: "Google", Service: "GKE"}, "10")
	r = Judge(l.input())
	if !r.Money[0].Partial {
		t.Error("rows of a provider that nothing stands in for may be missing")
	}
	holds(t, r.Missing, "FOCUS files: "+note.Text+".")
	// A note that says whose the rows are goes with that provider, and another's stays.
	note.Provider = "AWS"
	l.Notes = []money.Note{note}
	if r := Judge(l.input()); r.Money[0].Partial || strings.Contains(Text(r), "nothing is counted") {
		t.Errorf("AWS is whole by BilledCost: partial %t, missing %q", r.Money[0].Partial, r.Missing)
	}
	l.Notes[0].Provider = "Google"
	if r := Judge(l.input()); !r.Money[0].Partial || !strings.Contains(Text(r), "nothing is counted") {
		t.Errorf("nothing stands in for Google: partial %t, missing %q", r.Money[0].Partial, r.Missing)
	}
}
