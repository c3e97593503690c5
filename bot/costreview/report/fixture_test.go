package report

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// The week of the hand-made cases is 16 to 22 November 2026, reviewed on Monday
// the 23rd at 9:00 in Berlin: by then days up to Friday the 20th have settled.
const (
	monday = money.Day(20773) // 16 November 2026
	friday = monday + 4
	sunday = monday + 6
)

var review = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// ledger builds a reading.
type ledger struct {
	t testing.TB
	money.Reading
}

func newLedger(t testing.TB) *ledger {
	t.Helper()
	if monday.String() != "2026-11-16" {
		t.Fatalf("monday is %s", monday)
	}
	return &ledger{t, money.Reading{Source: "s", Name: "FOCUS files", Origin: money.FOCUS, Days: money.Days{}, Known: true, Column: "EffectiveCost"}}
}

// put charges the same amount on each day from first to last.
func (l *ledger) put(first, last money.Day, g money.Group, amount string) *ledger {
	l.t.Helper()
	return l.both(first, last, g, amount, amount)
}

func (l *ledger) both(first, last money.Day, g money.Group, amount, billed string) *ledger {
	l.t.Helper()
	if g.Currency == "" {
		g.Currency = "USD"
	}
	if g.Kind == "" {
		g.Kind = money.Usage
	}
	for d := first; d <= last; d++ {
		l.Days.Add(d, g, money.Cost{Amount: mustMoney(l.t, amount), Billed: mustMoney(l.t, billed)})
	}
	l.Newest, _ = l.Days.Newest()
	return l
}

func (l *ledger) input() Input {
	return Input{Week: money.Week(monday), Now: review, Readings: []money.Reading{l.Reading}, Incidents: &Incidents{}}
}

func group(service string) money.Group { return money.Group{Provider: "AWS", Service: service} }

// judged is the report's only currency.
func judged(t *testing.T, in Input) CurrencyReport {
	t.Helper()
	r := Judge(in)
	if len(r.Money) != 1 {
		t.Fatalf("got %d currencies, want 1; missing: %q", len(r.Money), r.Missing)
	}
	return r.Money[0]
}

// same compares money by its value and numbers that went through logarithms nearly.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	near := cmp.FilterValues(func(x, y float64) bool { return x == x && y == y }, cmp.Comparer(func(x, y float64) bool {
		return abs(x-y) <= 1e-9*max(1, abs(x), abs(y))
	}))
	if diff := cmp.Diff(want, got, near, cmp.Comparer(func(x, y money.Amount) bool { return x == y })); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func days(first, last money.Day) (all []money.Day) {
	for d := first; d <= last; d++ {
		all = append(all, d)
	}
	return all
}

// holds reports whether one of the texts is the wanted one.
func holds(t *testing.T, texts []string, want string) {
	t.Helper()
	if !slices.Contains(texts, want) {
		t.Errorf("got %q, want among them %q", texts, want)
	}
}
