package source

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// manyOf is a bill of days of November with machines of a service, rows rows an hour of
// each, in two hours of each day: an amount by chance each.
func manyOf(first, last, machines, rows int, seed uint64, change func(row map[string]string)) (records [][]string) {
	header := append(strings.Split(strings.TrimSpace(wide), ","), "ResourceId", "SkuPriceId", "RegionId", "x_Operation")
	records = append(records, header)
	rng := rand.New(rand.NewPCG(seed, 1))
	for day := first; day <= last; day++ {
		for hour := range 2 {
			for machine := range machines {
				for range rows {
					cost := fmt.Sprintf("%d.%06d", rng.IntN(9), rng.IntN(1e6))
					row := map[string]string{
						"EffectiveCost": cost, "BilledCost": cost, "ChargePeriodStart": fmt.Sprintf("2026-11-%02dT%02d:00:00Z", day, hour), "ChargePeriodEnd": fmt.Sprintf("2026-11-%02dT%02d:00:00Z", day, hour+1),
						"BillingCurrency": "USD", "ServiceName": "EC2", "ProviderName": "AWS", "SubAccountId": "111", "ServiceCategory": "Compute", "ChargeCategory": "Usage", "PricingCategory": "Standard",
						"ResourceId": fmt.Sprintf("i-%03d", machine), "SkuPriceId": "p1", "RegionId": "eu",
					}
					if change != nil {
						change(row)
					}
					record := make([]string, len(header))
					for k, name := range header {
						record[k] = row[name]
					}
					records = append(records, record)
				}
			}
		}
	}
	return records
}

// dealt deals records out to files by chance, as the parts of a large export are.
func dealt(records [][]string, parts int) map[string][][]string {
	rng := rand.New(rand.NewPCG(3, 3))
	files := map[string][][]string{}
	for _, record := range records[1:] {
		name := fmt.Sprintf("export-%05d.csv", 1+rng.IntN(parts))
		if files[name] == nil {
			files[name] = [][]string{records[0]}
		}
		files[name] = append(files[name], record)
	}
	return files
}

func set(column, value string) func(map[string]string) {
	return func(row map[string]string) { row[column] = value }
}

// without are records that lack columns.
func without(records [][]string, columns ...string) (fewer [][]string) {
	for _, record := range records {
		var row []string
		for k, text := range record {
			if !slices.Contains(columns, records[0][k]) {
				row = append(row, text)
			}
		}
		fewer = append(fewer, row)
	}
	return fewer
}

// TestOneScopeToldTwiceIsNamed: two exports of one scope with other amounts are named, and
// whatever honest bills consist of is not.
func TestOneScopeToldTwiceIsNamed(t *testing.T) {
	bill := func(first, last int, seed uint64) [][]string { return manyOf(first, last, 10, 1, seed, nil) }
	for name, test := range map[string]struct {
		files map[string][][]string
		notes []string
	}{
		"with other amounts": {map[string][][]string{"old.csv": bill(1, 10, 1), "new.csv": bill(1, 10, 2)},
			[]string{"May be counted twice: old.csv tells of the same resources and times as new.csv (200 of 200 rows that were compared), of 2026-11-01 to 2026-11-10"}},
		"of other days too":           {map[string][][]string{"a.csv": bill(1, 10, 1), "b.csv": bill(8, 20, 2)}, []string{"(60 of 60 rows that were compared), of 2026-11-08 to 2026-11-10"}},
		"the last day not whole":      {map[string][][]string{"a.csv": bill(1, 10, 1)[:190], "b.csv": bill(1, 10, 2)}, []string{"(189 of 189 rows"}},
		"of another version of FOCUS": {map[string][][]string{"a.csv": without(bill(1, 10, 1), "x_Operation", "PricingCategory"), "b.csv": without(bill(1, 10, 2), "x_Operation", "PricingCategory", "ChargeFrequency", "Tags")}, []string{"(200 of 200 rows"}},
		"one account of all":          {map[string][][]string{"all.csv": append(bill(1, 10, 1), manyOf(1, 10, 30, 1, 4, set("SubAccountId", "222"))[1:]...), "111.csv": bill(1, 10, 2)}, []string{"rows that were compared"}},
		"thousands of rows":           {map[string][][]string{"a.csv": manyOf(1, 20, 100, 1, 1, nil), "b.csv": manyOf(1, 20, 100, 1, 2, nil)}, []string{"(1000 of 1000 rows"}},
		"a day of a month":            {map[string][][]string{"month.csv": manyOf(1, 20, 200, 1, 1, nil), "day.csv": manyOf(7, 7, 200, 1, 2, nil)}, []string{"of 2026-11-07"}},

		"a file a day":             {map[string][][]string{"1.csv": bill(1, 1, 1), "2.csv": bill(2, 2, 2), "3.csv": bill(3, 3, 3)}, nil},
		"a file a month":           {map[string][][]string{"a.csv": bill(1, 10, 1), "b.csv": bill(11, 20, 2)}, nil},
		"a file a region":          {map[string][][]string{"eu.csv": bill(1, 10, 1), "us.csv": manyOf(1, 10, 10, 1, 2, set("RegionId", "us"))}, nil},
		"a file an account":        {map[string][][]string{"111.csv": bill(1, 10, 1), "222.csv": manyOf(1, 10, 10, 1, 2, set("SubAccountId", "222"))}, nil},
		"a file a team":            {map[string][][]string{"a.csv": manyOf(1, 10, 10, 1, 1, set("Tags", `{"team":"a"}`)), "b.csv": manyOf(1, 10, 10, 1, 2, set("Tags", `{"team":"b"}`))}, nil},
		"usage and its credits":    {map[string][][]string{"usage.csv": bill(1, 10, 1), "credits.csv": manyOf(1, 10, 10, 1, 2, set("ChargeCategory", "Credit"))}, nil},
		"usage and its refunds":    {map[string][][]string{"usage.csv": bill(1, 10, 1), "refunds.csv": manyOf(1, 10, 10, 1, 2, func(row map[string]string) { row["BilledCost"] = "-" + row["BilledCost"] })}, nil},
		"parts":                    {dealt(manyOf(1, 10, 20, 1, 1, nil), 3), nil},
		"parts, two rows of each":  {dealt(manyOf(1, 10, 40, 2, 1, nil), 2), nil},
		"many parts, four of each": {dealt(manyOf(1, 10, 40, 4, 1, nil), 9), nil},
		"no resources":             {map[string][][]string{"a.csv": manyOf(1, 10, 10, 1, 1, set("ResourceId", "")), "b.csv": manyOf(1, 10, 10, 1, 2, set("ResourceId", "NULL"))}, nil},
		"few rows":                 {map[string][][]string{"a.csv": manyOf(1, 1, 5, 1, 1, nil), "b.csv": manyOf(1, 1, 5, 1, 2, nil)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			rows := int64(0)
			for name, records := range test.files {
				write(t, filepath.Join(folder, name), csvOf(t, records))
				rows += int64(len(records) - 1)
			}
			a := again{Files: Files{Patterns: []string{filepath.Join(folder, "*")}}}
			for range 2 { // the second time by what is remembered
				r := a.read(t)
				var said []string
				for _, n := range r.Notes {
					if strings.HasPrefix(n.Text, "May be counted twice") {
						said = append(said, n.Text)
					}
					if n.Partial || strings.Contains(n.Text, "tells again") {
						t.Errorf("got %q", n.Text)
					}
				}
				if len(said) != len(test.notes) || len(said) > 0 && !strings.Contains(said[0], test.notes[0]) {
					t.Errorf("got %q, want %q", said, test.notes)
				}
				if r.Rows != rows {
					t.Errorf("got %d rows, want %d", r.Rows, rows)
				}
			}
			if a.bytes != 0 {
				t.Errorf("%d bytes are read again", a.bytes)
			}
		})
	}
}

// TestOneScopeToldTwiceInParquet: whatever the form.
func TestOneScopeToldTwiceInParquet(t *testing.T) {
	folder := t.TempDir()
	write(t, filepath.Join(folder, "a.csv"), csvOf(t, manyOf(1, 10, 10, 1, 1, nil)))
	write(t, filepath.Join(folder, "b.parquet"), parquetOf(t, manyOf(1, 10, 10, 1, 2, nil), map[string]shape{"BilledCost": double(t), "EffectiveCost": double(t)}, 64, plain))
	wantNotes(t, read(t, Files{Patterns: []string{filepath.Join(folder, "*")}}), "May be counted twice: b.parquet tells of the same resources and times as a.csv (200 of 200 rows")
}
