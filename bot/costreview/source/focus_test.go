package source

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// sample is real, anonymised data of AWS, Microsoft and Oracle (FinOps Foundation,
// CC BY 4.0). The check values beside it were computed with other tools.
const sample = "testdata/focus/focus_sample.csv"

var later = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// read reads files that shall be in order.
func read(t testing.TB, f Files) money.Reading {
	t.Helper()
	r, _, err := f.Read(t.Context(), later, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// total adds up what the key tells apart.
func total(r money.Reading, key func(money.Day, money.Group) string) map[string]money.Amount {
	sums := map[string]money.Amount{}
	for day, groups := range r.Days {
		for g, c := range groups {
			sums[key(day, g)] = sums[key(day, g)].Add(c.Amount)
		}
	}
	return sums
}

// oracle reads a table of check values: the key is all columns before Rows.
func oracle(t *testing.T, name string) map[string]money.Amount {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata/focus", name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]money.Amount{}
	for _, r := range records[1:] {
		m, err := money.ParseMoney(r[len(r)-1])
		if err != nil {
			t.Fatal(err)
		}
		sums[strings.Join(r[:len(r)-2], "/")] = m
	}
	return sums
}

var sameMoney = cmp.Comparer(func(a, b money.Amount) bool { return a == b })

func TestSampleByService(t *testing.T) {
	r := read(t, Files{Patterns: []string{sample}, Column: "BilledCost"})
	got := total(r, func(_ money.Day, g money.Group) string { return g.Provider + "/" + g.Service })
	if diff := cmp.Diff(oracle(t, "check_totals_by_service.csv"), got, sameMoney); diff != "" {
		t.Errorf("want, got:\n%s", diff)
	}
	got = total(r, func(d money.Day, g money.Group) string { return money.WeekOf(d).Monday().String() + "/" + g.Service })
	if diff := cmp.Diff(oracle(t, "check_totals_by_week_service.csv"), got, sameMoney); diff != "" {
		t.Errorf("by week: want, got:\n%s", diff)
	}
	if r.Rows != 1000 || r.Broken != 0 || len(r.Notes) != 0 || len(r.Lacks) != 0 || !r.Known || r.Newest.String() != "2024-09-30" {
		t.Errorf("got %d rows, %d broken, notes %v, lacks %v, newest %s", r.Rows, r.Broken, r.Notes, r.Lacks, r.Newest)
	}
}

func TestSampleByColumn(t *testing.T) {
	for column, want := range map[string]string{
		"BilledCost": "20.52022672899", "EffectiveCost": "14.97651418586", "ListCost": "20.39090575119", "ContractedCost": "14.97626039326",
	} {
		r := read(t, Files{Patterns: []string{sample}, Column: column})
		sums := total(r, func(money.Day, money.Group) string { return "" })
		if got := sums[""].String(); got != want {
			t.Errorf("%s: got %s, want %s", column, got, want)
		}
		var billed money.Amount
		for _, groups := range r.Days {
			for _, c := range groups {
				billed = billed.Add(c.Billed)
			}
		}
		if got, want := billed.String(), "20.52022672899"; got != want {
			t.Errorf("billed beside %s: got %s, want %s", column, got, want)
		}
	}
	r := read(t, Files{Patterns: []string{sample}, Column: "ContractedCost"})
	wantNotes(t, r, "7 rows of Oracle have no ContractedCost")
}

func TestSampleByProviderWeekAndKind(t *testing.T) {
	r := read(t, Files{Patterns: []string{sample}, Column: "BilledCost"})
	text := func(sums map[string]money.Amount) map[string]string {
		out := map[string]string{}
		for k, m := range sums {
			out[k] = m.String()
		}
		return out
	}
	got := text(total(r, func(_ money.Day, g money.Group) string { return g.Provider }))
	if diff := cmp.Diff(map[string]string{"AWS": "18.0066386184", "Microsoft": "1.97651418586", "Oracle": "0.53707392473"}, got); diff != "" {
		t.Errorf("want, got:\n%s", diff)
	}
	got = text(total(r, func(d money.Day, _ money.Group) string { return money.WeekOf(d).Monday().String() }))
	want := map[string]string{
		"2024-08-26": "0.1275914035", "2024-09-02": "0.84312895064", "2024-09-09": "4.71928978461",
		"2024-09-16": "8.10435416364", "2024-09-23": "5.6560031254", "2024-09-30": "1.0698593012",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want, got:\n%s", diff)
	}
	// All 13 negative rows are credits; Oracle has two adjustments above zero.
	got = text(total(r, func(_ money.Day, g money.Group) string { return string(g.Kind) }))
	if diff := cmp.Diff(map[string]string{"usage": "23.02389802909", "credit": "-2.7756713001", "purchase": "0.272"}, got); diff != "" {
		t.Errorf("want, got:\n%s", diff)
	}
}

// wantNotes compares notes by what they begin with or hold, in any order.
func wantNotes(t *testing.T, r money.Reading, want ...string) {
	t.Helper()
	texts := make([]string, len(r.Notes))
	for k, n := range r.Notes {
		texts[k] = n.Text
	}
	missing := false
	for _, w := range want {
		if !slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, w) }) {
			t.Errorf("no note says %q", w)
			missing = true
		}
	}
	if len(texts) != len(want) || missing {
		t.Errorf("got %d notes, want %d:\n%s", len(texts), len(want), strings.Join(texts, "\n"))
	}
}

// daysJSON is all that a reading tells, as bytes that are equal when it is.
func daysJSON(t *testing.T, r money.Reading) string {
	t.Helper()
	data, err := json.Marshal(File{Days: r.Days})
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
