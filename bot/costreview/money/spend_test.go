package money

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseMoney(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0", "-0": "0", "12": "12", "12.50": "12.5", "-0.00000080000": "-0.0000008",
		"+1.5": "1.5", "1.2E-05": "0.000012", "1.2e3": "1200", "-3E0": "-3", ".5": "0.5", "5.": "5",
		"58.107420000000005":         "58.107420000000005",
		"0.1234567890123456785":      "0.123456789012345678", // half to even
		"0.1234567890123456775":      "0.123456789012345678",
		"0.12345678901234567850001":  "0.123456789012345679",
		"1e-400":                     "0",
		"1000000000000":              "1000000000000",
		"999999999999.999999999999":  "999999999999.999999999999",
		"0.000000000000000001":       "0.000000000000000001",
		"-0.000000000000000001":      "-0.000000000000000001",
		"00000000000000000012.00000": "12",
	} {
		got, err := ParseMoney(text)
		if err != nil || got.String() != want {
			t.Errorf("ParseMoney(%q): got %s, %v, want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "-", "NULL", "1,5", "1.2.3", "0x10", "1e", "1e+", "1_000", " 1", "--1", "NaN", "Inf", "1e9999", ".", strings.Repeat("1", 65), "1 USD"} {
		if got, err := ParseMoney(text); err == nil {
			t.Errorf("ParseMoney(%q): got %s, want an error", text, got)
		}
	}
	for _, text := range []string{"1000000000001", "-1e13", "9e300"} {
		if _, err := ParseMoney(text); !errors.Is(err, ErrRange) {
			t.Errorf("ParseMoney(%q): got %v, want ErrRange", text, err)
		}
	}
}

// TestFloat64IsTheNearest: as the decimal number is read, however many decimals and digits it has.
func TestFloat64IsTheNearest(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	texts := []string{"0", "-0.000000000000000001", "1000000000000", "-999999999999.999999999999", "90071.99254740992", "90071.99254740993", "9007199254.740993", "170141183460469231731.687303715884105727"}
	for range 20_000 {
		few := big.NewInt(0).Exp(big.NewInt(10), big.NewInt(random.Int64N(19)), nil)
		texts = append(texts, new(big.Rat).SetFrac(big.NewInt((random.Int64()-random.Int64())>>random.IntN(60)), few).FloatString(18))
	}
	for _, text := range texts {
		want, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		m, err := ParseMoney(text)
		if errors.Is(err, ErrRange) {
			continue
		}
		if got := m.Float64(); err != nil || got != want || math.Signbit(got) != (m.Sign() < 0) {
			t.Fatalf("%s: got %v, %v, want %v", text, got, err, want)
		}
	}
}

// TestSumsAreExact compares sums with rational numbers, in two orders.
func TestSumsAreExact(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	want := new(big.Rat)
	var all []Amount
	for range 2000 {
		text := big.NewRat(random.Int64N(2_000_000_000_000)-1_000_000_000_000, 100_000_000_000).FloatString(11)
		m, err := ParseMoney(text)
		if err != nil {
			t.Fatal(err)
		}
		exact, _ := new(big.Rat).SetString(text)
		want.Add(want, exact)
		all = append(all, m)
	}
	var forth, back Amount
	for k := range all {
		forth, back = forth.Add(all[k]), back.Add(all[len(all)-1-k])
	}
	exact, _ := new(big.Rat).SetString(forth.String())
	if exact.Cmp(want) != 0 || forth != back {
		t.Errorf("got %s and %s, want %s", forth, back, want.FloatString(18))
	}
	if got := forth.Sub(forth); !got.IsZero() {
		t.Errorf("got %s for m - m", got)
	}
	if forth.Cmp(forth.Neg()) != forth.Sign() {
		t.Errorf("%s compared with its negative: %d", forth, forth.Cmp(forth.Neg()))
	}
}

func FuzzParseMoney(f *testing.F) {
	for _, text := range []string{"1.5", "-1e-7", "0.1234567890123456785", "x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseMoney(text)
		if err != nil {
			return
		}
		again, err := ParseMoney(m.String())
		if err != nil || again != m {
			t.Fatalf("%q became %s, which reads as %s, %v", text, m, again, err)
		}
		// The fast way and the slow way agree.
		if slow, err := parseSlow(text); err != nil || slow != m {
			t.Fatalf("%q: got %s, slowly %s, %v", text, m, slow, err)
		}
	})
}

func TestJSON(t *testing.T) {
	m, _ := ParseMoney("-12.000000000000000001")
	data, err := json.Marshal(map[Day]Amount{20777: m})
	if err != nil {
		t.Fatal(err)
	}
	var got map[Day]Amount
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[Day]Amount{20777: m}, got, cmp.Comparer(func(a, b Amount) bool { return a == b })); diff != "" {
		t.Errorf("want, got:\n%s", diff)
	}
	for _, bad := range []string{`"1e5"`, `"x"`, `"1.0000000000000000001"`, `""`} {
		if err := json.Unmarshal([]byte(bad), &m); err == nil {
			t.Errorf("%s was read as %s", bad, m)
		}
	}
}

func TestDaysAndWeeks(t *testing.T) {
	day := DayOf(time.Date(2026, 11, 22, 23, 59, 59, 0, time.UTC)) // a Sunday
	if got, want := day.String(), "2026-11-22"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := WeekOf(day).String(), "2026-W47"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := WeekOf(day).Monday().String(), "2026-11-16"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := DayOf(time.Unix(-1, 0)).String(), "1969-12-31"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, text := range []string{"2026-W47", "2020-W53", "2021-W01", "2024-W35"} {
		week, err := ParseWeek(text)
		if err != nil || week.String() != text || week.Monday().Weekday() != time.Monday {
			t.Errorf("%s: got %s, %v, beginning on a %s", text, week, err, week.Monday().Weekday())
		}
	}
	for _, text := range []string{"", "2026-47", "2026-W54", "2021-W53", "2026-W00", "26-W10", "2026-W+1", "2026-W7", "2026-Wxx"} {
		if week, err := ParseWeek(text); err == nil {
			t.Errorf("%q was read as %s", text, week)
		}
	}
}

func TestDaysAddUp(t *testing.T) {
	one, _ := ParseMoney("1")
	g := Group{Service: "EC2", Currency: "USD", Kind: Usage}
	days := Days{}
	days.Add(3, g, Cost{one, one})
	days.Add(3, g, Cost{one, Amount{}})
	days.Add(4, g, Cost{one, one})
	if got, want := days[3][g], (Cost{one.Add(one), one}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if newest, ok := days.Newest(); !ok || newest != 4 {
		t.Errorf("got %s, %t, want day 4", newest, ok)
	}
}

func BenchmarkParseMoney(b *testing.B) {
	for b.Loop() {
		if _, err := ParseMoney("0.00001605990"); err != nil {
			b.Fatal(err)
		}
	}
}

func TestOneLine(t *testing.T) {
	for text, want := range map[string]string{"  a\tb\n c ": "a b c", "a\u202eb\x00": "ab", "\xff": "\ufffd", "": ""} {
		if got := OneLine(text); got != want {
			t.Errorf("OneLine(%q): got %q, want %q", text, got, want)
		}
	}
}
