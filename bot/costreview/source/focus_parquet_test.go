package source

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// mapped is a row as AWS writes it: tags are a map.
type mapped struct {
	BilledCost        float64
	EffectiveCost     *float64
	ChargePeriodStart time.Time `parquet:",timestamp(millisecond)"`
	BillingCurrency   string    `parquet:",dict"`
	ServiceName       *string   `parquet:",dict"`
	ProviderName      string
	SubAccountId      int64
	Tags              map[string]string
	Lists             []string
}

func mappedFile(t *testing.T, rows []mapped) string {
	t.Helper()
	var out bytes.Buffer
	w := parquet.NewGenericWriter[mapped](&out, parquet.PageBufferSize(1024))
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.parquet")
	write(t, path, out.Bytes())
	return path
}

func TestParquetWithMaps(t *testing.T) {
	service, cost := "EC2", 0.1
	base := mapped{BilledCost: 0.1, EffectiveCost: &cost, ChargePeriodStart: time.Date(2026, 11, 20, 23, 0, 0, 0, time.UTC), BillingCurrency: "USD", ServiceName: &service, ProviderName: "AWS", SubAccountId: 111}
	var rows []mapped
	for k := range 30_000 { // several batches, and pages of different columns that end in different rows
		row := base
		switch k % 3 {
		case 0:
			row.Tags = map[string]string{"team": "a", "kind": "batch", "x": "y"}
		case 1:
			row.Tags = map[string]string{"batch": "no", "team": "batchelors"}
			row.Lists = []string{"batch", "b"}
		}
		rows = append(rows, row)
	}
	r := read(t, Files{Patterns: []string{mappedFile(t, rows)}})
	wantDays(t, r,
		"2026-11-20 AWS|EC2||111|USD|usage| 2000 2000",
		"2026-11-20 AWS|EC2||111|USD|usage| batch 1000 1000")
}

func TestParquetOddRows(t *testing.T) {
	service, cost, huge := "EC2", 1.25, 1e30
	base := mapped{BilledCost: 1.5, EffectiveCost: &cost, ChargePeriodStart: time.Date(2026, 11, 20, 23, 0, 0, 0, time.UTC), BillingCurrency: "USD", ServiceName: &service, ProviderName: "AWS", SubAccountId: 111}
	rows := []mapped{base, base, base, base, base, base, base}
	rows[1].EffectiveCost = nil
	rows[2].EffectiveCost = &huge
	rows[3].ChargePeriodStart = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	rows[4].BillingCurrency = "NULL"
	rows[5].ServiceName = nil
	rows[6].BilledCost = -1.5
	r := read(t, Files{Patterns: []string{mappedFile(t, rows)}})
	wantDays(t, r,
		"2026-11-20 AWS|EC2||111|USD|usage| 2.5 1.5",
		"2026-11-20 AWS|||111|USD|usage| 1.25 1.5")
	if r.Rows != 4 || r.Broken != 3 {
		t.Errorf("got %d rows and %d broken, want 4 and 3", r.Rows, r.Broken)
	}
	wantNotes(t, r,
		`a.parquet:3: EffectiveCost "1e+30" is larger than 1,000,000,000,000; a.parquet:4: ChargePeriodStart "1970-01-01" is not a date of this century; a.parquet:5: BillingCurrency is empty.`,
		"1 row of AWS has no EffectiveCost", "no ChargeCategory column", "no ChargeClass column", "no ChargeFrequency column", "no ServiceCategory column", "no PricingCategory column")
}

func TestParquetWithLists(t *testing.T) {
	type listed struct {
		BilledCost        float64
		ChargePeriodStart time.Time
		BillingCurrency   string
		ServiceName       []string
	}
	var out bytes.Buffer
	w := parquet.NewGenericWriter[listed](&out)
	if _, err := w.Write([]listed{{1, later, "USD", []string{"a", "b"}}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.parquet")
	write(t, path, out.Bytes())
	r := read(t, Files{Patterns: []string{path}})
	if r.Known || len(r.Notes) == 0 {
		t.Errorf("known is %t, notes %v", r.Known, r.Notes)
	}
}

// TestParquetDictionaries: whatever a column's dictionary is like, the sums are those of
// the same rows as CSV.
func TestParquetDictionaries(t *testing.T) {
	records := [][]string{{"BilledCost", "EffectiveCost", "ChargePeriodStart", "ChargePeriodEnd", "BillingCurrency", "ServiceName", "SubAccountId", "SkuId", "Tags", "CommitmentDiscountId", "PricingCategory"}}
	for k := range 3 * maxWords / 2 {
		day := 1 + k%3
		row := []string{fmt.Sprintf("%d.25", k%50), fmt.Sprintf("%d.5", k), fmt.Sprintf("2026-11-%02d", day), fmt.Sprintf("2026-11-%02d", day+1), "USD", fmt.Sprint("service ", k), "1", "NULL", "NULL", "NULL", "NULL"}
		switch k % 4 {
		case 0:
			row[6], row[8] = "NULL", `{"team":"a","kind":"batch"}`
		case 1:
			row[1], row[5] = "", "EC2"
			if k%8 == 1 {
				row[8] = `{"kind":"batch"}`
			}
		case 2:
			row[8] = fmt.Sprintf(`{"team":"t%d"}`, k%7)
		}
		if k%5000 == 17 { // rarely: of pages that are not looked into
			row[5], row[9], row[10] = "EC2", fmt.Sprint("plan ", k), "Committed"
		}
		records = append(records, row)
	}
	readOne := func(name string, data []byte) money.Reading {
		path := filepath.Join(t.TempDir(), name)
		write(t, path, data)
		return read(t, Files{Patterns: []string{path}, Column: "EffectiveCost", By: "team"})
	}
	want := readOne("a.csv", csvOf(t, records))
	if len(want.Commitments) != 3 || want.Rows != int64(len(records)-1) {
		t.Fatalf("got %d commitments and %d rows", len(want.Commitments), want.Rows)
	}
	for name, data := range map[string][]byte{
		"large":           parquetOf(t, records, nil, len(records), withDict),
		"one a row group": parquetOf(t, records, nil, 4000, withDict),
		"given up midway": parquetOf(t, records, nil, len(records), withDict, parquet.DictionaryMaxBytes(64<<10)),
		"none":            parquetOf(t, records, nil, 7000, plain),
	} {
		got := readOne("a.parquet", data)
		if diff := cmp.Diff(daysJSON(t, want), daysJSON(t, got)); diff != "" {
			t.Errorf("%s: want, got:\n%.2000s", name, diff)
		}
		if diff := cmp.Diff(want.Commitments, got.Commitments); diff != "" || got.Rows != want.Rows {
			t.Errorf("%s: %d rows; commitments want, got:\n%s", name, got.Rows, diff)
		}
	}
}
