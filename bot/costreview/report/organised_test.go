package report

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

func known(x float64) Figure { return Figure{Value: x, Known: true, Source: "configured"} }

// TestGrowth: configured, else the median of the weekly logarithmic ratios.
func TestGrowth(t *testing.T) {
	t.Parallel()
	w := money.Week(monday)
	stored := func(values ...float64) map[money.Week]float64 {
		m := map[money.Week]float64{}
		for i, v := range values {
			if v != 0 {
				m[w.Add(i-len(values)+1)] = v
			}
		}
		return m
	}
	for _, c := range []struct {
		name           string
		org            Organisation
		value          float64
		known          bool
		weeks          int
		low, high      float64
		why, source    string
		onlyThatItsNot bool
	}{
		{name: "configured", org: Organisation{WeeklyGrowth: known(0.026), UsersByWeek: stored(1, 2, 3, 4, 5)}, value: 0.026, known: true, low: 0.026, high: 0.026, source: "configured"},
		// ratios 1.1, 1.2, 1.3: median 1.2, quartiles exp of the middle of the logarithms.
		{name: "measured", org: Organisation{UsersByWeek: stored(100, 110, 132, 171.6)}, value: 0.2, known: true, weeks: 3,
			low: math.Sqrt(1.1*1.2) - 1, high: math.Sqrt(1.2*1.3) - 1, source: "measured over 3 stored weeks"},
		{name: "a missing week is no ratio", org: Organisation{UsersByWeek: stored(100, 110, 0, 171.6, 180)}, why: "it is not configured, and measuring it takes 3 pairs of stored weeks: there are 2"},
		{name: "only the last eight ratios", org: Organisation{UsersByWeek: stored(1, 100, 100, 100, 100, 100, 100, 100, 100, 100)}, known: true, weeks: 8, source: "measured over 8 stored weeks"},
		{name: "a query that answers nonsense", org: Organisation{WeeklyGrowth: Figure{Value: math.NaN(), Known: true}}, why: "it is not configured, and measuring it takes 3 pairs of stored weeks: there are 0"},
		{name: "a query that fails", org: Organisation{WeeklyGrowth: Figure{Why: "Prometheus is down"}}, why: "Prometheus is down"},
	} {
		got := c.org.growth(w)
		if got.Known != c.known || abs(got.Value-c.value) > 1e-12 || got.weeks != c.weeks || abs(got.low-c.low) > 1e-12 || abs(got.high-c.high) > 1e-12 || got.Why != c.why || got.Source != c.source {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c)
		}
	}
}

// TestOrganised: the worked example of the facts, and both of the sheet's yardsticks
// with the factor between them.
func TestOrganised(t *testing.T) {
	t.Parallel()
	in := newLedger(t).put(monday-70, sunday, group("EC2"), "2000").input() // 60,800 a month
	in.Organisation = Organisation{Users: known(44e6), WeeklyGrowth: known(0.026), Teams: Figure{Why: "nobody said"}}
	o := Judge(in).Organisation
	if o == nil || len(o.Moves) == 0 || o.Moves[0].ID != "M1" {
		t.Fatalf("got %+v, want M1 first", o)
	}
	m1 := o.Moves[0]
	if *m1.Weeks < 4.975 || *m1.Weeks > 4.985 || m1.Late < 8.015 || m1.Late > 8.025 {
		t.Errorf("got M1 in %v weeks, %v late, want 4.98 and 8.02", *m1.Weeks, m1.Late)
	}
	if want := "50M users in 5 weeks, the move takes 13 weeks: its start was due 8 weeks ago; read replicas (E1-1) and connection pooling (E1-2) buy time"; m1.Sentence != want {
		t.Errorf("got %q, want %q", m1.Sentence, want)
	}
	holds(t, o.Notes, "Cloudflare to a custom CDN (M2): not due; 200M users are more than 52 weeks away.")
	holds(t, o.Notes, "Teams not known: nobody said.")
	for _, later := range o.Moves[1:] {
		if later.Weeks != nil || !strings.HasPrefix(later.Sentence, "due: ") {
			t.Errorf("got %+v after M1, want what was passed", later)
		}
	}
	if want := "99.95% availability at this scale: 4.38 hours down a year, multi-region, active-passive (A2)"; o.SLO != want {
		t.Errorf("got %q, want %q", o.SLO, want)
	}

	in.Organisation = Organisation{Users: known(1e6)}
	p := Judge(in).Organisation.PerUser
	same(t, "per user", p, &PerUser{
		Currency: "USD", Month: 60800, Value: 0.0608, BandLow: 0.5, BandHigh: 1, Table: 0.02,
		Yardsticks: "The sheet: $0.020 a user by its table (T2: yours is 3.04 times that), $0.50-1.00 by its range (Q5: that is 8.22 times yours)", Disagree: "X2",
		Sentences: []string{
			"1M users share $60,800 of usage a month, reckoned from 7 settled days, the newest of each weekday.",
			"The sheet: $0.020 a user by its table (T2: yours is 3.04 times that), $0.50-1.00 by its range (Q5: that is 8.22 times yours); they disagree (X2).",
		},
	})
	holds(t, Judge(in).Organisation.Notes, "Weekly growth not known: it is not configured, and measuring it takes 3 pairs of stored weeks: there are 0.")
}

// TestMeasuredRange: with measured growth the quartiles give a range.
func TestMeasuredRange(t *testing.T) {
	t.Parallel()
	in := newLedger(t).input()
	w := in.Week
	in.Organisation = Organisation{Users: known(44e6), UsersByWeek: map[money.Week]float64{
		w: 44e6, w.Add(-1): 44e6 / 1.03, w.Add(-2): 44e6 / 1.03 / 1.02, w.Add(-3): 44e6 / 1.03 / 1.02 / 1.01,
	}}
	o := Judge(in).Organisation
	// ln(50/44) / ln 1.02 = 6.46; quartiles sqrt(1.02*1.03) and sqrt(1.01*1.02): 5.18 and 8.61.
	if got, want := o.Moves[0].Sentence, " (between 5.2 and 8.6 weeks, by the quartiles of 3 weeks' growth)"; !strings.HasSuffix(got, want) || abs(*o.Moves[0].Weeks-6.46) > 0.01 {
		t.Errorf("got %v weeks, %q, want 6.46 and %q", *o.Moves[0].Weeks, got, want)
	}
	if o.Measured != 3 || o.PerUser != nil {
		t.Errorf("got measured over %d, per user %+v, want 3 and none without money", o.Measured, o.PerUser)
	}
}

// TestOtherCurrency: the sheet counts in dollars and says nothing of euros.
func TestOtherCurrency(t *testing.T) {
	t.Parallel()
	in := newLedger(t).put(monday-70, sunday, money.Group{Service: "AKS", Currency: "EUR"}, "100").input()
	in.Organisation = Organisation{Users: known(1e6)}
	p := Judge(in).Organisation.PerUser
	if p.Table != 0 || p.BandHigh != 0 || p.Value != 0.00304 {
		t.Errorf("got %+v, want 0.00304 and no yardsticks", p)
	}
	holds(t, p.Sentences, "The sheet counts in dollars: it has no yardstick for EUR.")
}

// TestUnknownOrganisation: what is not known is named and left out.
func TestUnknownOrganisation(t *testing.T) {
	t.Parallel()
	in := newLedger(t).input()
	r := Judge(in)
	if r.Organisation != nil {
		t.Errorf("got %+v, want nothing", r.Organisation)
	}
	holds(t, r.Missing, "No cost per user, no thresholds: nothing of the organisation is configured.")
	in.Organisation.Users.Why = "Prometheus is down"
	holds(t, Judge(in).Missing, "No cost per user, no thresholds: how many users there are is not known: Prometheus is down.")
}

// TestUsersUnknown: why nobody knows is said to its end, which is what to do.
func TestUsersUnknown(t *testing.T) {
	t.Parallel()
	in := newLedger(t).input()
	in.Organisation.Users.Why = strings.Repeat("because of this and that ", 12) + "see whether Prometheus is up"
	missing := Judge(in).Missing
	if !slices.ContainsFunc(missing, func(s string) bool { return strings.HasSuffix(s, "see whether Prometheus is up.") }) {
		t.Errorf("it is not said what to do: %q", missing)
	}
}
