package report

import (
	"encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// rows reads a CSV file with a header.
func rows(t *testing.T, name string) []map[string]string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, fields := range all[1:] {
		row := map[string]string{}
		for i, field := range fields {
			if field != "NULL" {
				row[all[0][i]] = field
			}
		}
		out = append(out, row)
	}
	return out
}

func mustMoney(t testing.TB, text string) money.Amount {
	t.Helper()
	m, err := money.ParseMoney(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// sample is FOCUS' own sample: real, with an EffectiveCost that is useless for AWS
// and Oracle.
func sample(t *testing.T) money.Reading {
	t.Helper()
	days := money.Days{}
	for _, row := range rows(t, "testdata/focus_sample_columns.csv") {
		at, err := time.Parse(time.DateTime, row["ChargePeriodStart"])
		if err != nil {
			t.Fatal(err)
		}
		billed := mustMoney(t, row["BilledCost"])
		kind := money.Usage
		switch {
		case row["ChargeCategory"] == "Credit" || billed.Sign() < 0:
			kind = money.Credit
		case row["ChargeCategory"] == "Adjustment":
			kind = money.Purchase
		}
		days.Add(money.DayOf(at), money.Group{
			Provider: row["ProviderName"], Service: row["ServiceName"], Category: row["ServiceCategory"],
			Currency: row["BillingCurrency"], Kind: kind, Pricing: row["PricingCategory"],
		}, money.Cost{Amount: mustMoney(t, row["EffectiveCost"]), Billed: billed})
	}
	newest, _ := days.Newest()
	return money.Reading{Source: "focus", Name: "FOCUS files", Origin: money.FOCUS, Days: days, Newest: newest, Known: true, Column: "EffectiveCost"}
}

func week(t *testing.T, text string) money.Week {
	t.Helper()
	w, err := money.ParseWeek(text)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestSampleTotals: the totals of each full week equal the independent check values
// to the last digit, by BilledCost although EffectiveCost was asked for.
func TestSampleTotals(t *testing.T) {
	t.Parallel()
	sums := map[string]money.Amount{}
	for _, row := range rows(t, "testdata/check_totals_by_week_service.csv") {
		sums[row["WeekMonday"]] = sums[row["WeekMonday"]].Add(mustMoney(t, row["BilledCost"]))
	}
	for name, want := range map[string]struct {
		total, was string
		percent    string
		monday     string
	}{
		"2024-W36": {total: "0.84312895064", monday: "2024-09-02"},
		"2024-W37": {"4.71928978461", "0.84312895064", "459.7", "2024-09-09"},
		"2024-W38": {"8.10435416364", "4.71928978461", "71.7", "2024-09-16"},
		"2024-W39": {"5.6560031254", "8.10435416364", "-30.2", "2024-09-23"},
	} {
		w := week(t, name)
		r := Judge(Input{Week: w, Now: w.Add(10).Monday().Time(), Readings: []money.Reading{sample(t)}})
		if len(r.Money) != 1 {
			t.Fatalf("%s: got %d currencies, want 1: %v", name, len(r.Money), r.Missing)
		}
		m := r.Money[0]
		if got := m.Total.String(); got != want.total || m.Total != sums[want.monday] || len(m.Days) != 7 {
			t.Errorf("%s: got a total of %s over %d days, want %s over 7, check file %s", name, got, len(m.Days), want.total, sums[want.monday])
		}
		if m.Billed != m.Total {
			t.Errorf("%s: got %s billed, want the total %s", name, m.Billed, m.Total)
		}
		if want.was != "" {
			if got := m.Before.Was.String(); got != want.was {
				t.Errorf("%s: got %s the week before, want %s", name, got, want.was)
			}
			if got := strings.TrimSuffix(money.Grouped(one(m.Before.Percent)), "%"); got != want.percent || !m.Before.Sayable {
				t.Errorf("%s: got %s %%, want %s %%", name, got, want.percent)
			}
		}
		if got, want := m.Column, "EffectiveCost (AWS, Oracle: BilledCost)"; got != want {
			t.Errorf("%s: got column %q, want %q", name, got, want)
		}
	}
}

// TestSampleCredit: the promotional credit stands on its own line, and in no
// comparison of services.
func TestSampleCredit(t *testing.T) {
	t.Parallel()
	w := week(t, "2024-W39")
	m := Judge(Input{Week: w, Now: w.Add(10).Monday().Time(), Readings: []money.Reading{sample(t)}}).Money[0]
	var before []Compared
	for _, text := range []string{"0", "-0.01288992729", "-0.00003356"} { // refunds of the week before: in the files to the last digit
		before = append(before, compared(money.Amount{}, mustMoney(t, text)))
	}
	before[0] = compared(mustMoney(t, "-2.6137"), money.Amount{})
	want := []Share{
		{Name: "AWS Amazon Elastic Compute Cloud", Total: mustMoney(t, "-2.6137"), Note: "credit or refund", Before: &before[0]},
		{Name: "Microsoft Azure Machine Learning", Note: "credit or refund", Before: &before[1]},
		{Name: "Microsoft Storage Accounts", Note: "credit or refund", Before: &before[2]},
	}
	same(t, "credits", m.Credits, want)
}

// TestSampleServices: each service's weeks equal the check values to the last digit.
func TestSampleServices(t *testing.T) {
	t.Parallel()
	w := week(t, "2024-W40")
	r, _ := Service(Input{Week: w, Now: w.Add(10).Monday().Time(), Readings: []money.Reading{sample(t)}}, "", "")
	if r.More > 0 {
		// The sample has 33 services: ask for each that the list leaves out.
		for _, row := range rows(t, "testdata/check_totals_by_service.csv") {
			if !slices.ContainsFunc(r.Services, func(s ServiceWeeks) bool { return s.Service == row["ServiceName"] }) {
				one, _ := Service(Input{Week: w, Now: w.Add(10).Monday().Time(), Readings: []money.Reading{sample(t)}}, row["ServiceName"], "")
				r.Services = append(r.Services, one.Services...)
			}
		}
	}
	got := map[string]money.Amount{}
	for _, s := range r.Services {
		for _, week := range s.Weeks {
			key := week.Week.Monday().String() + " " + s.Service
			got[key] = got[key].Add(week.Total)
		}
	}
	checks := rows(t, "testdata/check_totals_by_week_service.csv")
	for _, row := range checks {
		key := row["WeekMonday"] + " " + row["ServiceName"]
		if want := mustMoney(t, row["BilledCost"]); got[key] != want {
			t.Errorf("%s: got %s, want %s", key, got[key], want)
		}
		delete(got, key)
	}
	for key, sum := range got {
		if !sum.IsZero() {
			t.Errorf("%s: got %s, want nothing", key, sum)
		}
	}
	if len(checks) < 60 {
		t.Errorf("got %d check values, want the whole file", len(checks))
	}
}
