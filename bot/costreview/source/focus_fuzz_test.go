package source

import (
	"encoding/csv"
	"errors"
	"io"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// FuzzCSV compares with a reading that is slow and simple: all records at once,
// rational numbers, time.Parse.
func FuzzCSV(f *testing.F) {
	f.Add(wide + line() + line("EffectiveCost=-1e-5") + line("ChargePeriodStart=2026-11-20 10:00"))
	f.Add(wide + line("EffectiveCost=NULL") + "x,y\n" + line("BillingCurrency=") + line("Tags=\"a\nb\""))
	f.Add("\xEF\xBB\xBFChargePeriodStart,BilledCost,ServiceName,BillingCurrency\r\n2026-11-20,1,\"E\"\"C2\",USD\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		told := File{Asked: "EffectiveCost"}
		table := newTable(&told, "a.csv", 1000, nil)
		if err := readCSV(table, strings.NewReader(text), form{}); err != nil {
			return
		}
		rows, sum := slowly(t, text)
		got := new(big.Rat)
		table.tell()
		told.Periods.spread(told.Days, money.DayOf(time.Date(lastYear+4, 1, 1, 0, 0, 0, 0, time.UTC)), func(_, _ money.Day, _ money.Group, c money.Cost) (money.Cost, bool) { return c, true })
		for _, groups := range told.Days {
			for _, c := range groups {
				amount, _ := new(big.Rat).SetString(c.Amount.String())
				got.Add(got, amount)
			}
		}
		if told.Rows != rows || got.Cmp(sum) != 0 {
			t.Errorf("got %d rows that cost %s, want %d and %s", told.Rows, got.FloatString(18), rows, sum.FloatString(18))
		}
	})
}

func slowly(t *testing.T, text string) (rows int64, sum *big.Rat) {
	t.Helper()
	records := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\xEF\xBB\xBF")))
	header, err := records.Read()
	if err != nil {
		t.Fatal(err)
	}
	column := func(names ...string) int {
		for _, name := range names {
			if k := slices.IndexFunc(header, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), name) }); k >= 0 {
				return k
			}
		}
		return -1
	}
	amount, billed := column(costColumns[:]...), column("BilledCost")
	start, currency := column("ChargePeriodStart"), column("BillingCurrency")
	sum = new(big.Rat)
	for {
		record, err := records.Read()
		if errors.Is(err, io.EOF) {
			return rows, sum
		}
		if err != nil {
			continue
		}
		value, ok := slowMoney(record[amount])
		if !ok || !slowDate(record[start]) || isNull(record[currency]) || clean(record[currency]) == "" {
			continue
		}
		if _, err := money.ParseMoney(clean(record[currency])); err == nil {
			continue
		}
		if billed >= 0 {
			if _, ok := slowMoney(record[billed]); !ok {
				continue
			}
		}
		rows++
		sum.Add(sum, value)
	}
}

func slowMoney(text string) (*big.Rat, bool) {
	if isNull(text) {
		return new(big.Rat), true
	}
	m, err := money.ParseMoney(text)
	if err != nil {
		return nil, false
	}
	return new(big.Rat).SetString(m.String())
}

// layouts are the forms that parseDay takes, as far as time.Parse can say them.
var layouts = []string{
	"2006-01-02", "2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02T15:04Z", "2006-01-02T15:04:05Z",
	"2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04-0700", "2006-01-02T15:04:05-0700", "2006-01-02T15:04 UTC", "2006-01-02T15:04:05 UTC",
}

func slowDay(text string) (money.Day, bool) {
	if len(text) > 10 && (text[10] == ' ' || text[10] == 't') {
		text = text[:10] + "T" + text[11:]
	}
	if strings.HasSuffix(text, "z") {
		text = text[:len(text)-1] + "Z"
	}
	if len(text) > 10 && (len(text) < 14 || text[13] != ':') {
		return 0, false // time.Parse takes hours of one digit
	}
	if len(text) > 11 && strings.HasSuffix(text, "60") {
		return 0, false // and offsets of 60 minutes
	}
	for _, layout := range layouts {
		if at, err := time.Parse(layout, text); err == nil && !strings.Contains(text, ",") {
			return money.DayOf(at), at.Year() >= firstYear && at.Year() <= lastYear
		}
	}
	return 0, false
}

func slowDate(text string) bool {
	_, ok := slowDay(text)
	return ok
}

func FuzzParseDay(f *testing.F) {
	for _, text := range []string{"2026-11-20", "2026-11-20T10:00Z", "2026-11-20 10:00:00.5", "2024-02-29T23:59:59-08:00", "2000-01-01t00:00z", "2026-11-20T10:00:00 UTC"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 12 && strings.Contains(text[12:], "24") {
			return // what offsets of 24 hours are is left open
		}
		got, ok := parseDay(text)
		want, wantOK := slowDay(text)
		if ok != wantOK || (ok && got != want) {
			t.Errorf("%q: got %s, %t, want %s, %t", text, got, ok, want, wantOK)
		}
	})
}

func FuzzParseAmount(f *testing.F) {
	for _, text := range []string{"1.6059E-05", "-1e2", "1E+10", "123456789.123456789e-9", "1e-18", "9.99e12", "0e0", "1.e5", "e5"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := parseMoney(text)
		want, wantErr := money.ParseMoney(text)
		if got != want || (err == nil) != (wantErr == nil) {
			t.Errorf("%q: got %s, %v, want %s, %v", text, got, err, want, wantErr)
		}
	})
}

func FuzzFromFloat(f *testing.F) {
	for _, x := range []float64{0, math.Copysign(0, -1), 0.1, 58.107420000000005, 1e-11, -0.0000008, 1e-12, 9999.99999999999, 123456.789, 1e12, 1e300, math.NaN(), math.Inf(1)} {
		f.Add(x, int64(x*1e9))
	}
	f.Fuzz(func(t *testing.T, x float64, n int64) {
		for _, x := range []float64{x, float64(n) / 1e11, float64(n) / 1e9, float64(n) / 1e2} {
			got, err := fromFloat(x, 64)
			want, wantErr := money.ParseMoney(strconv.FormatFloat(x, 'g', -1, 64))
			if got != want || (err == nil) != (wantErr == nil) {
				t.Errorf("%g: got %s, %v, want %s, %v", x, got, err, want, wantErr)
			}
		}
	})
}
