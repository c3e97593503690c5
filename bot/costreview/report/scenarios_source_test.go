package report_test

import (
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
)

// sourceScenarios are bills that come in other ways than one row a day in one file: the
// sums stay those of the rows.
var sourceScenarios = []scenario{
	{
		name:  "a month's licences in one row",
		bill:  func(b *bill) { b.flat("AWS/111", "EC2", 100).flat("Datadog/9", "Licences", 31) },
		write: licencesByMonth,
		digests: []expected{
			{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20")},
			{at: "2026-11-30 09:00", days: span("2026-11-23", "2026-11-27"), late: []hole{{"*", span("2026-11-21", "2026-11-22")}}},
		},
	},
	{
		name: "licences that cost three times as much from a month on",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 100).flat("Datadog/9", "Licences", 31)
			for _, i := range b.of("Datadog") {
				if b.rows[i].day >= on("2026-11-01") {
					b.rows[i].cents, b.rows[i].billed = 3*b.rows[i].cents, 3*b.rows[i].billed
				}
			}
		},
		write:   licencesByMonth,
		digests: []expected{{at: "2026-11-09 09:00", days: span("2026-11-02", "2026-11-06")}},
	},
	{
		name:    "one file packed, and copied by a browser",
		bill:    threeServices,
		write:   copied,
		digests: []expected{{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), missing: []string{"costs (1).csv tells again what costs.csv does", "costs.csv.gz tells again"}}},
	},
	{
		name: "downloads that overlap",
		bill: threeServices,
		write: func(t *testing.T, dir string, rows []row) {
			var both []row
			for _, r := range rows {
				if r.file = "until-october.csv"; r.day <= on("2026-11-05") {
					both = append(both, r)
				}
				if r.file = "from-october.csv"; r.day >= on("2026-10-01") {
					both = append(both, r)
				}
			}
			writeFOCUS(t, dir, both)
		},
		digests: []expected{{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), missing: []string{"until-october.csv tells again what from-october.csv does, of 2026-10-01 to 2026-11-05"}}},
	},
	{
		name:    "every row twice",
		bill:    threeServices,
		write:   func(t *testing.T, dir string, rows []row) { writeFOCUS(t, dir, append(slices.Clone(rows), rows...)) },
		digests: []expected{{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), missing: []string{"is there twice"}}},
	},
	{
		name: "a negotiated discount",
		bill: func(b *bill) {
			threeServices(b)
			for i := range b.rows {
				b.rows[i].cents = b.rows[i].billed * 83 / 100
			}
		},
		digests: []expected{{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), says: []string{"By EffectiveCost"}, silent: []string{"stands in for it"}}},
	},
	{
		name:    "saved by a spreadsheet",
		bill:    threeServices,
		write:   spreadsheet,
		digests: []expected{{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), missing: []string{"are read as month, day and year, numbers such as $"}}},
	},
	{
		name: "usd and USD",
		bill: threeServices,
		write: func(t *testing.T, dir string, rows []row) {
			rows = slices.Clone(rows)
			for i := range rows {
				if i%2 == 0 {
					rows[i].currency = "usd"
				}
			}
			writeFOCUS(t, dir, rows)
		},
		digests: []expected{{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), check: func(t *testing.T, r report.Report) {
			if len(r.Money) != 1 {
				t.Errorf("got %d currencies", len(r.Money))
			}
		}}},
	},
	{
		name: "a month by days of which the weekend is not settled",
		bill: func(b *bill) { b.daily("AWS/111", "EC2", 1000, 0, 30) },
		digests: []expected{{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), check: func(t *testing.T, r report.Report) {
			if got, want := r.Money[0].UsageMonth, (5*1000+2*300)/7.0*30.4; math.Abs(got-want) > 1e-6 {
				t.Errorf("usage a month is %v, want %v", got, want)
			}
		}}},
	},
	{
		name:     "two currencies of which one is chosen",
		bill:     twoCurrencies,
		settings: report.Settings{Currency: "USD"},
		digests: []expected{{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), check: func(t *testing.T, r report.Report) {
			if len(r.Money) != 2 || r.Equal || r.Money[0].Currency != "USD" {
				t.Errorf("equal %t, first %s", r.Equal, r.Money[0].Currency)
			}
		}}},
	},
	{
		name: "two currencies of one rank",
		bill: twoCurrencies,
		digests: []expected{{at: "2026-11-23 09:00", days: span("2026-11-16", "2026-11-20"), check: func(t *testing.T, r report.Report) {
			if len(r.Money) != 2 || !r.Equal {
				t.Errorf("%d currencies, equal %t", len(r.Money), r.Equal)
			}
		}}},
	},
}

func threeServices(b *bill) {
	b.daily("AWS/111", "EC2", 10000, 40, 50).daily("AWS/111", "S3", 400, 20, 90).daily("AWS/111", "RDS", 700, 30, 90)
}

func twoCurrencies(b *bill) {
	b.flat("AWS/111", "EC2", 100).flat("OVH/7", "Servers", 900)
	for _, i := range b.of("OVH") {
		b.rows[i].currency = "EUR"
	}
}

// licencesByMonth writes all that a month's licences cost in one row, as soon as the
// month begins.
func licencesByMonth(t *testing.T, dir string, rows []row) {
	var all []row
	done := map[money.Day]bool{}
	for _, r := range rows {
		if r.service != "Licences" {
			all = append(all, r)
			continue
		}
		at := r.day.Time()
		first := time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC)
		if done[money.DayOf(first)] {
			continue
		}
		done[money.DayOf(first)] = true
		month := int64(first.AddDate(0, 1, 0).Sub(first) / (24 * time.Hour))
		r.day, r.until, r.cents, r.billed = money.DayOf(first), money.DayOf(first.AddDate(0, 1, 0)), r.cents*month, r.billed*month
		all = append(all, r)
	}
	writeFOCUS(t, dir, all)
}

// copied writes the file, itself packed, and itself again as browsers name it.
func copied(t *testing.T, dir string, rows []row) {
	t.Helper()
	writeFOCUS(t, dir, rows)
	data, err := os.ReadFile(filepath.Join(dir, "costs.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "costs (1).csv"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(dir, "costs.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	packed := gzip.NewWriter(f)
	if _, err := packed.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := packed.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// spreadsheet writes UTF-16 with semicolons, dollars with commas, and dates such as
// 11/20/26.
func spreadsheet(t *testing.T, dir string, rows []row) {
	t.Helper()
	date := func(d money.Day) string { return d.Time().Format("1/2/06") }
	dollars := func(cents int64) string {
		whole := fmt.Sprint(cents / 100)
		if len(whole) > 3 {
			whole = whole[:len(whole)-3] + "," + whole[len(whole)-3:]
		}
		return fmt.Sprintf("$%s.%02d ", whole, cents%100)
	}
	var text strings.Builder
	text.WriteString("Provider;BillingAccountId;ServiceName;ServiceCategory;ChargeCategory;ChargeClass;ChargeFrequency;PricingCategory;SubAccountId;Tags;BillingCurrency;BilledCost;EffectiveCost;ChargePeriodStart;ChargePeriodEnd\r\n")
	for _, r := range rows {
		fmt.Fprintf(&text, "%s;%s;%s;Compute;Usage;;Usage-Based;Standard;%s;;%s;%s;%s;%s;%s\r\n", r.provider, r.billing, r.service, r.billing, r.currency, dollars(r.billed), dollars(r.cents), date(r.day), date(r.until))
	}
	data := binary.LittleEndian.AppendUint16(nil, 0xFEFF)
	for _, unit := range utf16.Encode([]rune(text.String())) {
		data = binary.LittleEndian.AppendUint16(data, unit)
	}
	if err := os.WriteFile(filepath.Join(dir, "costs.csv"), data, 0o600); err != nil {
		t.Fatal(err)
	}
}
