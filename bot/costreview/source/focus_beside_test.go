package source

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// beyond is a row with what is told beside costs.
type beyond struct {
	BilledCost, EffectiveCost          float64
	ChargePeriodStart, ChargePeriodEnd string
	BillingCurrency, ServiceName       string `parquet:",dict"`
	ProviderName, ServiceCategory      string `parquet:",dict"`
	ChargeCategory, PricingCategory    string `parquet:",dict"`
	CommitmentDiscountStatus           *string
	CommitmentDiscountId               *string
	CommitmentDiscountName             *string
	ConsumedQuantity                   *float64
	ConsumedUnit                       *string
}

func beyondRows() (rows []beyond) {
	text := func(s string) *string { return &s }
	number := func(f float64) *float64 { return &f }
	at := func(day, hour int) string {
		return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC).Format("2006-01-02T15:04:05Z")
	}
	put := func(day int, service, category, charge, pricing string, cost float64) *beyond {
		rows = append(rows, beyond{
			BilledCost: cost, EffectiveCost: cost, ChargePeriodStart: at(day, 3), ChargePeriodEnd: at(day, 4), BillingCurrency: "USD",
			ServiceName: service, ProviderName: "AWS", ServiceCategory: category, ChargeCategory: charge, PricingCategory: pricing,
		})
		return &rows[len(rows)-1]
	}
	for day := 1; day <= 20; day++ {
		for range 200 { // several pages without any of it
			put(day, "EC2", "Compute", "Usage", "Standard", 0.5)
		}
		if day <= 12 {
			used := put(day, "EC2", "Compute", "Usage", "Committed", 2)
			used.CommitmentDiscountStatus, used.CommitmentDiscountId, used.CommitmentDiscountName = text("Used"), text("sp-1"), text("Savings plan")
			unused := put(day, "EC2", "Compute", "Usage", "Committed", 1)
			unused.CommitmentDiscountStatus, unused.CommitmentDiscountId = text("Unused"), text("sp-1")
		}
		ai := put(day, "Bedrock", money.AI, "Usage", "Standard", 3)
		ai.ConsumedQuantity, ai.ConsumedUnit = number(1500), text("1K tokens")
		ai = put(day, "Bedrock", money.AI, "Usage", "Standard", 1)
		ai.ConsumedQuantity, ai.ConsumedUnit = number(500), text("1K tokens")
		put(day, "Bedrock", money.AI, "Usage", "Standard", 1) // of which nothing is measured
	}
	bought := put(1, "EC2", "Compute", "Purchase", "Standard", 0)
	bought.CommitmentDiscountId, bought.ChargePeriodEnd = text("sp-2"), time.Date(2027, 11, 1, 0, 0, 0, 0, time.UTC).Format("2006-01-02T15:04:05Z")
	return rows
}

// TestBesideCosts: commitments and quantities of AI are told the same by CSV and Parquet.
func TestBesideCosts(t *testing.T) {
	rows := beyondRows()
	var csv, packed bytes.Buffer
	csv.WriteString("BilledCost,EffectiveCost,ChargePeriodStart,ChargePeriodEnd,BillingCurrency,ServiceName,ProviderName,ServiceCategory,ChargeCategory,PricingCategory,CommitmentDiscountStatus,CommitmentDiscountId,CommitmentDiscountName,ConsumedQuantity,ConsumedUnit\n")
	text := func(s *string) string {
		if s == nil {
			return "NULL"
		}
		return *s
	}
	for _, r := range rows {
		quantity := ""
		if r.ConsumedQuantity != nil {
			quantity = fmt.Sprint(*r.ConsumedQuantity)
		}
		fmt.Fprintf(&csv, "%v,%v,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s\n", r.BilledCost, r.EffectiveCost, r.ChargePeriodStart, r.ChargePeriodEnd, r.BillingCurrency, r.ServiceName, r.ProviderName, r.ServiceCategory,
			r.ChargeCategory, r.PricingCategory, text(r.CommitmentDiscountStatus), text(r.CommitmentDiscountId), text(r.CommitmentDiscountName), quantity, text(r.ConsumedUnit))
	}
	w := parquet.NewGenericWriter[beyond](&packed, parquet.PageBufferSize(512))
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	day := func(n int) money.Day { return money.DayOf(time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC)) }
	for name, data := range map[string][]byte{"a.csv": csv.Bytes(), "a.parquet": packed.Bytes()} {
		path := filepath.Join(t.TempDir(), name)
		write(t, path, data)
		r := read(t, Files{Patterns: []string{path}})
		if len(r.Measured) != 20 {
			t.Fatalf("%s: got %d days of quantities, want 20: %+v", name, len(r.Measured), r.Measured)
		}
		same := cmp.Comparer(func(a, b money.Amount) bool { return a == b })
		amount := func(text string) money.Amount { m, _ := money.ParseMoney(text); return m }
		if diff := cmp.Diff(money.Measured{Day: day(1), Provider: "AWS", Service: "Bedrock", Currency: "USD", Unit: "1K tokens", Quantity: amount("2000"), Cost: amount("4")}, r.Measured[0], same); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
		want := []money.Commitment{
			{ID: "sp-1", Name: "Savings plan", Provider: "AWS", First: day(1), Last: day(12)},
			{ID: "sp-2", Provider: "AWS", First: day(1), Last: day(1), End: day(1) + 364},
		}
		if diff := cmp.Diff(want, r.Commitments); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
		unused := money.Amount{}
		for g, c := range r.Days[day(5)] {
			if g.Unused {
				unused = unused.Add(c.Amount)
			}
		}
		if unused != amount("1") {
			t.Errorf("%s: got %s unused on a day, want 1", name, unused)
		}
	}
}

// TestBesideCostsIsBounded: ten thousand commitments are too many to tell one by one,
// and cost no more than a note.
func TestBesideCostsIsBounded(t *testing.T) {
	var csv bytes.Buffer
	csv.WriteString("EffectiveCost,ChargePeriodStart,BillingCurrency,ServiceName,PricingCategory,ServiceCategory,ChargeCategory,CommitmentDiscountId,ConsumedQuantity,ConsumedUnit\n")
	for k := range 10_000 {
		fmt.Fprintf(&csv, "1,2026-11-20T00:00:00Z,USD,EC2,Committed,Compute,Usage,sp-%d,,\n", k)
		fmt.Fprintf(&csv, "1,2026-11-20T00:00:00Z,USD,Bedrock,Standard,AI and Machine Learning,Usage,,%s,unit x%d\n", []string{"1", "-5", "1e40", "lots", "NULL"}[k%5], k%7)
	}
	path := filepath.Join(t.TempDir(), "a.csv")
	write(t, path, csv.Bytes())
	r := read(t, Files{Patterns: []string{path}})
	if len(r.Measured)+len(r.Commitments) != 0 || r.Rows != 20_000 {
		t.Errorf("got %d and %d of %d rows", len(r.Measured), len(r.Commitments), r.Rows)
	}
	if !slices.ContainsFunc(r.Notes, func(n money.Note) bool {
		return strings.HasPrefix(n.Text, "There are more than 2000 commitments")
	}) {
		t.Errorf("nothing says so: %+v", r.Notes)
	}
}
