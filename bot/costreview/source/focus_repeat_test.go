package source

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// billOf is a small bill with a resource in each row: three services on the days from
// one of November to another, day d of service s costing d + s / 10.
func billOf(first, last int, change func(day, service int, row []string)) (records [][]string) {
	header := append(strings.Split(strings.TrimSpace(wide), ","), "ResourceId")
	records = append(records, header)
	for day := first; day <= last; day++ {
		for service := range 3 {
			cost := fmt.Sprintf("%d.%d", day, service)
			row := append(strings.Split(strings.TrimSpace(line("EffectiveCost="+cost, "BilledCost="+cost, fmt.Sprintf("ServiceName=s%d", service),
				fmt.Sprintf("ChargePeriodStart=2026-11-%02dT10:00:00Z", day), fmt.Sprintf("ChargePeriodEnd=2026-11-%02dT11:00:00Z", day))), ","), fmt.Sprintf("i-%d", service))
			if change != nil {
				change(day, service, row)
			}
			records = append(records, row)
		}
	}
	return records
}

// sumOf is what billOf's rows cost.
func sumOf(first, last int) string {
	tenths := 0
	for day := first; day <= last; day++ {
		tenths += 3*10*day + 3
	}
	m, _ := money.ParseMoney(fmt.Sprintf("%de-1", tenths))
	return m.String()
}

func totalOf(r money.Reading) string {
	sums := total(r, func(money.Day, money.Group) string { return "" })
	return sums[""].String()
}

// TestTheSameRowsCountOnce: in whatever files they come twice, which is named; what only
// looks alike counts.
func TestTheSameRowsCountOnce(t *testing.T) {
	bill := func(first, last int) []byte { return csvOf(t, billOf(first, last, nil)) }
	tagged := func(day, service int, row []string) { row[13] = `{"team":"b"}` }
	reversed := func(records [][]string) [][]string {
		slices.Reverse(records[1:])
		return records
	}
	for name, test := range map[string]struct {
		files map[string][]byte
		want  string
		notes []string
	}{
		"packed beside itself": {map[string][]byte{"a.csv": bill(1, 10), "a.csv.gz": gzipOf(t, bill(1, 10))}, sumOf(1, 10), []string{"a.csv.gz tells again what a.csv does, of 2026-11-01 to 2026-11-10: counted once"}},
		"a browser's copy":     {map[string][]byte{"x.csv": bill(1, 10), "x (1).csv": bill(1, 10)}, sumOf(1, 10), []string{"x (1).csv tells again what x.csv does"}},
		"two copies":           {map[string][]byte{"x.csv": bill(1, 10), "x (1).csv": bill(1, 10), "x (2).csv": bill(1, 10)}, sumOf(1, 10), []string{"x (1).csv tells again", "x (2).csv tells again"}},
		"under another name":   {map[string][]byte{"november.csv": bill(1, 10), "download.csv": bill(1, 10)}, sumOf(1, 10), []string{"tells again what"}},
		"in another order":     {map[string][]byte{"a.csv": bill(1, 10), "b.csv": csvOf(t, reversed(billOf(1, 10, nil)))}, sumOf(1, 10), []string{"b.csv tells again"}},
		"as Parquet too":       {map[string][]byte{"a.csv": bill(1, 10), "a.parquet": parquetOf(t, billOf(1, 10, nil), nil, 7, plain)}, sumOf(1, 10), []string{"a.parquet tells again"}},
		"as Parquet twice":     {map[string][]byte{"a.parquet": parquetOf(t, billOf(1, 10, nil), nil, 7, plain), "b.parquet": parquetOf(t, billOf(1, 10, nil), nil, 9, plain)}, sumOf(1, 10), []string{"b.parquet tells again"}},
		"a month and its days": {map[string][]byte{"month.csv": bill(1, 10), "3.csv": bill(3, 3), "4.csv": bill(4, 4)}, sumOf(1, 10), []string{"3.csv tells again what month.csv does, of 2026-11-03", "4.csv tells again"}},
		"two times of one month": {map[string][]byte{"10th.csv": csvOf(t, billOf(1, 10, func(day, _ int, row []string) {
			if day > 8 { // not all is there yet
				row[0], row[1] = "0.5", "0.5"
			}
		})), "20th.csv": bill(1, 20)}, sumOf(1, 20), []string{"10th.csv tells again what 20th.csv does, of 2026-11-01 to 2026-11-10"}},
		"months that share a day":      {map[string][]byte{"a.csv": bill(1, 10), "b.csv": bill(10, 20)}, sumOf(1, 20), []string{"of 2026-11-10: counted once"}},
		"one after the other":          {map[string][]byte{"a.csv": bill(1, 10), "b.csv": bill(11, 20)}, sumOf(1, 20), nil},
		"another team's, of one price": {map[string][]byte{"a.csv": bill(1, 5), "b.csv": csvOf(t, billOf(1, 5, tagged))}, sumTwice(t, 1, 5), nil},
		"every row twice":              {map[string][]byte{"a.csv": csvOf(t, append(billOf(1, 10, nil), billOf(1, 10, nil)[1:]...))}, sumOf(1, 10), []string{"a.csv: every row of 2026-11-01 to 2026-11-10 is there twice"}},
		"every row twice, in Parquet":  {map[string][]byte{"a.parquet": parquetOf(t, append(billOf(1, 10, nil), billOf(1, 10, nil)[1:]...), nil, 11, plain)}, sumOf(1, 10), []string{"is there twice"}},
		"some days twice":              {map[string][]byte{"a.csv": csvOf(t, append(billOf(1, 10, nil), billOf(4, 6, nil)[1:]...))}, sumOf(1, 10), []string{"every row of 2026-11-04 to 2026-11-06 is there twice"}},
		"two machines of one price": {map[string][]byte{"a.csv": csvOf(t, append(billOf(1, 10, nil), billOf(1, 10, func(_, _ int, row []string) { row[14] += "b" })[1:]...))},
			sumTwice(t, 1, 10), nil},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			for name, data := range test.files {
				path := filepath.Join(folder, name)
				write(t, path, data)
				if err := os.Chtimes(path, later, later); err != nil {
					t.Fatal(err)
				}
			}
			a := again{Files: Files{Patterns: []string{filepath.Join(folder, "*")}}}
			for range 2 { // the second time by what is remembered
				r := a.read(t)
				if got := totalOf(r); got != test.want {
					t.Errorf("got %s, want %s", got, test.want)
				}
				wantNotes(t, r, test.notes...)
			}
			if a.bytes != 0 {
				t.Errorf("%d bytes are read again", a.bytes)
			}
		})
	}
}

func sumTwice(t *testing.T, first, last int) string {
	t.Helper()
	m, err := money.ParseMoney(sumOf(first, last))
	if err != nil {
		t.Fatal(err)
	}
	return m.Add(m).String()
}

// TestExportsOfOneScopeCountOnce: under two names, told at different times, the newer
// one counts for each account's day; what only the other tells counts too.
func TestExportsOfOneScopeCountOnce(t *testing.T) {
	first := func(day, _ int, row []string) {
		if day == 10 {
			row[0], row[1] = "1", "1" // as it was when the day had just begun
		}
	}
	account := func(id string) func(int, int, []string) {
		return func(_, _ int, row []string) { row[7] = id }
	}
	t.Run("AWS", func(t *testing.T) {
		root := t.TempDir()
		export := func(name, arn, at string, records [][]string) {
			folder := filepath.Join(root, name)
			write(t, filepath.Join(folder, "data", november, at, name+"-00001.csv.gz"), gzipOf(t, csvOf(t, records)))
			data, err := json.Marshal(map[string]any{"exportArn": arn, "dataFiles": []string{"s3://b/" + name + "/data/" + november + "/" + at + "/" + name + "-00001.csv.gz"}})
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(folder, "metadata", november, at, name+"-Manifest.json"), data)
		}
		const arn = "arn:aws:bcm-data-exports:us-east-1:111122223333:export/"
		export("focus", arn+"focus-1", "20261111T060000Z-a", billOf(1, 12, nil))
		export("focus-old", arn+"focus-old-2", "20261110T060000Z-b", billOf(1, 10, first))
		r := read(t, Files{Patterns: []string{filepath.Join(root, "*", "data", "*", "*", "*.gz")}})
		if got := totalOf(r); got != sumOf(1, 12) {
			t.Errorf("got %s, want %s", got, sumOf(1, 12))
		}
		wantNotes(t, r, "export focus-old tells again what export focus does, of 2026-11-01 to 2026-11-10: counted once")

		export("other", "arn:aws:bcm-data-exports:us-east-1:999922223333:export/other-1", "20261109T060000Z-c", billOf(1, 12, account("999")))
		export("filtered", arn+"filtered-1", "20261109T060000Z-d", billOf(1, 12, account("222")))
		r = read(t, Files{Patterns: []string{filepath.Join(root, "*", "data", "*", "*", "*.gz")}})
		want := sumTwice(t, 1, 12)
		m, _ := money.ParseMoney(want)
		n, _ := money.ParseMoney(sumOf(1, 12))
		if got := totalOf(r); got != m.Add(n).String() {
			t.Errorf("with other accounts: got %s, want %s", got, m.Add(n))
		}
		wantNotes(t, r, "export focus-old tells again")
	})
	t.Run("Microsoft", func(t *testing.T) {
		root := t.TempDir()
		export := func(name, scope string, at time.Time, records [][]string) {
			folder := filepath.Join(root, name, "20261101-20261130", name+"-run")
			write(t, filepath.Join(folder, "part_0_0001.csv"), csvOf(t, records))
			data, err := json.Marshal(map[string]any{
				"exportConfig": map[string]string{"exportName": name, "resourceId": scope + "/providers/Microsoft.CostManagement/exports/" + name, "type": "FocusCost"},
				"runInfo":      map[string]string{"submittedTime": at.Format(time.RFC3339), "startDate": "2026-11-01T00:00:00", "endDate": "2026-11-30T00:00:00"},
				"blobs":        []map[string]string{{"blobName": name + "/part_0_0001.csv"}},
			})
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(folder, "manifest.json"), data)
		}
		const billing = "/providers/Microsoft.Billing/billingAccounts/42"
		export("daily", billing, later, billOf(1, 12, nil))
		export("daily-v2", strings.ToUpper(billing), later.AddDate(0, 0, -1), billOf(1, 10, first))
		r := read(t, Files{Patterns: []string{filepath.Join(root, "*", "*", "*", "*.csv")}})
		if got := totalOf(r); got != sumOf(1, 12) {
			t.Errorf("got %s, want %s", got, sumOf(1, 12))
		}
		wantNotes(t, r, "export daily-v2 tells again what export daily does")
	})
}
