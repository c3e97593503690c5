package report

import (
	"math"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// TestUnitCosts: $700 a week for ever more units; of the week under review Monday to
// Friday have settled, and the weekend before stands in for its own.
func TestUnitCosts(t *testing.T) {
	in := newLedger(t).put(monday-105, friday, group("EC2"), "70").put(monday-105, friday, group("S3"), "30").input()
	requests := map[money.Week]float64{}
	for back := range 12 {
		requests[money.Week(monday).Add(-back)] = 10_000 + 1000*float64(10-back)
	}
	delete(requests, money.Week(monday).Add(-3))
	in.Units = []UnitCount{
		{Name: "1k requests", Weeks: requests},
		{Name: "upload", Weeks: map[money.Week]float64{money.Week(monday): 7}, Filter: money.Filter{"service": "S3"}},
		{Name: "old", Weeks: map[money.Week]float64{money.Week(monday).Add(-1): 7}, Why: "Prometheus does not answer"},
		{Name: "two", Why: "how many there were could not be measured: Prometheus gives 2 series for \"sum by (region) (increase(http_requests_total[7d]))\", expected one: aggregate them"},
		{Name: "none", Weeks: map[money.Week]float64{money.Week(monday): 0}},
		{Name: "odd", Weeks: map[money.Week]float64{money.Week(monday): math.Inf(1), money.Week(monday).Add(-1): math.NaN()}},
	}
	in.Units = append(in.Units,
		UnitCount{Name: "order", Weeks: map[money.Week]float64{money.Week(monday): 3000, money.Week(monday).Add(-2): 30_000}},
		UnitCount{Name: "tenfold", Weeks: map[money.Week]float64{money.Week(monday): 10_000, money.Week(monday).Add(-7): 100}},
		UnitCount{Name: "request a second", Weeks: map[money.Week]float64{money.Week(monday): 2, money.Week(monday).Add(-1): 2}, Doubt: "rate gives so many a second: count with increase(...[1w])"},
		UnitCount{Name: "at once", Weeks: map[money.Week]float64{money.Week(monday): 3000, money.Week(monday).Add(-2): 30_000, money.Week(monday).Add(-7): 20_000}},
		UnitCount{Name: "dot", Why: "they are left out."},
	)
	r := Judge(in)
	var got, short []string
	for _, u := range r.Units {
		got = append(got, u.Sentence())
		short = append(short, u.Short())
	}
	want := []string{
		"1k requests: $0.035 each, -35.0 % in 7 weeks: 20K of them instead of 13K",
		"upload: $30.00 each, no week before to compare with",
		"old: not known, Prometheus does not answer",
		// What to do stands at the end of an error.
		"two: not known, how many there were could not be measured: Prometheus gives 2 series for \"sum by (region) (increase(http_requests_total[7d]))\", expected one: aggregate them",
		"none: none in the week",
		"odd: not known, how many there were is not known",
		"order: $0.23 each, +900.0 % in 2 weeks: 3K of them instead of 30K",
		"tenfold: $0.070 each, -99.0 % in 7 weeks: 10K of them instead of 100",
		"request a second: $350.00 each, 0.0 % in 1 week; doubtful, as rate gives so many a second: count with increase(...[1w])",
		"at once: $0.23 each, +900.0 % in 2 weeks: 3K of them instead of 30K",
		"dot: not known, they are left out",
	}
	same(t, "units", got, want)
	same(t, "units in short", short, []string{
		"$0.035 each, -35.0 % in 7 weeks: 20K of them instead of 13K", "$30.00 each, no week before to compare with", "not known, Prometheus does not answer", "not known, see the thread for why",
		"none in the week", "not known, how many there were is not known", "$0.23 each, +900.0 % in 2 weeks: 3K of them instead of 30K", "$0.070 each, -99.0 % in 7 weeks: 10K of them instead of 100",
		"$350.00 each, 0.0 % in 1 week; doubtful, see the thread", "$0.23 each, +900.0 % in 2 weeks: 3K of them instead of 30K", "not known, they are left out",
	})
	if got, want := r.Units[0].Trend(), "$0.054 (W40), $0.050 (W41), $0.047 (W42), $0.044 (W43), no figure (W44), $0.039 (W45), $0.037 (W46), $0.035 (W47)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if text := Text(r); !strings.Contains(text, "  1k requests: $0.035 each") {
		t.Errorf("the text does not tell of units:\n%s", text)
	}
}

// TestUnitsOfAYoungBill: three days are no week.
func TestUnitsOfAYoungBill(t *testing.T) {
	in := newLedger(t).put(friday-2, friday, group("EC2"), "70").input()
	in.Units = []UnitCount{{Name: "1k requests", Weeks: map[money.Week]float64{money.Week(monday): 5}}}
	if got, want := Judge(in).Units[0].Sentence(), "1k requests: not known, its cost is not known, 3 weekdays of a week are settled"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
