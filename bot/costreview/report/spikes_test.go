package report

import (
	"fmt"
	"math"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// TestUsual: each of the method's rules on one weekday, with the numbers by hand.
func TestUsual(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		same     []float64 // the weekday's six weeks, the newest last; -1 is not there
		today    float64
		floor    float64
		judged   bool
		expected float64
		flagged  bool
	}{
		{"steady, 25 % more", []float64{100, 100, 100, 100, 100, 100}, 125, 20, true, 100, true},
		{"steady, less than 25 % more", []float64{100, 100, 100, 100, 100, 100}, 124.9, 20, true, 100, false},
		{"below the floor of money", []float64{100, 100, 100, 100, 100, 100}, 149.9, 50, true, 100, false},
		{"at the floor of money", []float64{100, 100, 100, 100, 100, 100}, 150, 50, true, 100, true},
		// median 100; distances 20, 10, 0, 0, 10, 20: MAD 10, spread 14.826, three of it 44.478.
		{"unsteady, within three spreads", []float64{80, 90, 100, 100, 110, 120}, 144.4, 20, true, 100, false},
		{"unsteady, beyond three spreads", []float64{80, 90, 100, 100, 110, 120}, 144.5, 20, true, 100, true},
		{"one spike before does not count", []float64{100, 100, 900, 100, 100, 100}, 130, 20, true, 100, true},
		{"four of six are enough", []float64{-1, 100, 100, -1, 100, 100}, 130, 20, true, 100, true},
		{"three of six are not", []float64{-1, 100, -1, 100, -1, 100}, 900, 20, false, 0, false},
		{"nothing expected", []float64{0, 0, 0, 0, 0, 0}, 60, 50, true, 0, true},
	} {
		d := monday
		tr := newDailySeries(d-42, d)
		for i, x := range c.same {
			if x >= 0 {
				tr.set(d-money.Day(7*(len(c.same)-i)), x)
			}
		}
		u, ok := tr.baseline(d)
		if ok != c.judged || abs(u.expected-c.expected) > 1e-9 {
			t.Errorf("%s: got %v, judged %t, want %v, %t", c.name, u.expected, ok, c.expected, c.judged)
		}
		if got := ok && u.exceeds(c.today, c.floor); got != c.flagged {
			t.Errorf("%s: got flagged %t, want %t", c.name, got, c.flagged)
		}
	}
}

// TestTrend: a service that grows steadily is expected to go on, up to 10 % a week.
func TestTrend(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ weekly, growth, expected float64 }{
		{1.05, 1.05, 1000}, {0.95, 0.95, 1000}, {1.00, 1, 1000},
		// Clamped to 1.1: 1000 * (1.1/1.3)^k, the median of k = 3 and 4.
		{1.30, 1.10, 1000 * (math.Pow(1.1/1.3, 3) + math.Pow(1.1/1.3, 4)) / 2},
	} {
		tr := newDailySeries(monday-42, sunday)
		for d := tr.from; d < monday; d++ {
			tr.set(d, 1000*math.Pow(c.weekly, -float64(1+(monday-1-d)/7)))
		}
		u, ok := tr.baseline(monday + 2)
		if g := tr.growth(money.Week(monday)); !ok || abs(g-c.growth) > 1e-9 || abs(u.expected-c.expected) > 1e-6 {
			t.Errorf("%v a week: got growth %v, expected %v, want %v, %v", c.weekly, g, u.expected, c.growth, c.expected)
		}
	}
}

// TestAnomaly: the sentence of the facts: days, expected, actual, excess; a CDN is
// told apart.
func TestAnomaly(t *testing.T) {
	t.Parallel()
	cdn := group("Amazon CloudFront")
	cdn.Category = "Networking"
	l := newLedger(t).put(monday-70, monday+2, cdn, "2200").put(monday+3, friday, cdn, "4050")
	m := judged(t, l.input())
	want := []Anomaly{{
		Series: SeriesID("AWS", "Amazon CloudFront", "USD"), Provider: "AWS", Service: "Amazon CloudFront", Category: "Networking", CDN: true,
		Days: []money.Day{monday + 3, friday}, Actual: 8100, Expected: 4400, Excess: 3700, Highest: 4050,
	}}
	same(t, "anomalies", m.Spikes, want)
	if got, want := m.Spikes[0].Sentence("USD"), "AWS Amazon CloudFront: 8,100.00 USD against 4,400.00 expected on Thursday and Friday (+3,700.00)."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	bar := m.Chart.Weeks[7]
	if bar.Above != 3700 || bar.Values[0] != 14700-3700 || bar.Days != 5 || len(m.Chart.Weeks) != 8 {
		t.Errorf("got the bar %+v of %d, want 3700 above 11000 over 5 days, of 8", bar, len(m.Chart.Weeks))
	}
}

// TestFloors: at least 50 and half a percent of the average day; both can be set.
func TestFloors(t *testing.T) {
	t.Parallel()
	l := newLedger(t).put(monday-70, sunday, group("large"), "100000")
	l.put(monday-70, monday-1, group("small"), "100").put(monday, sunday, group("small"), "500")
	if m := judged(t, l.input()); len(m.Spikes) != 0 { // 400 a day, and 0.5 % of 100,000 is more
		t.Errorf("got %+v, want none below the floor", m.Spikes)
	}
	in := l.input()
	in.Settings.Floor = 300
	if m := judged(t, in); len(m.Spikes) != 1 || m.Spikes[0].Excess != 2000 {
		t.Errorf("got %+v, want one of 2000", m.Spikes)
	}
	in.Settings.WeekFloor = 2001
	if m := judged(t, in); len(m.Spikes) != 0 {
		t.Errorf("got %+v, want none below the week's floor", m.Spikes)
	}
}

// TestUnjudged: a history that is too short is said.
func TestUnjudged(t *testing.T) {
	t.Parallel()
	l := newLedger(t).put(monday-70, sunday, group("old"), "100").put(monday-20, sunday, group("young"), "100")
	m := judged(t, l.input())
	same(t, "unjudged", m.Unjudged, []Share{{Name: "AWS young", Total: mustMoney(t, "500"), Note: "since 27 Oct"}})
	if got, want := m.Verdict()+". "+m.NotJudged(), "Nothing out of the ordinary: 1 service judged on 16 Nov to 20 Nov. Not judged, because the history is too short: AWS young (since 27 Oct)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	m = judged(t, newLedger(t).put(monday-20, sunday, group("young"), "100").input())
	if got, want := m.Verdict(), "Not judged whether anything is out of the ordinary: that takes 4 of the 6 weeks before, and there are 2"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestVerdictSaysWhatWasNotJudged: a provider some of whose days are missing was not
// judged on these.
func TestVerdictSaysWhatWasNotJudged(t *testing.T) {
	t.Parallel()
	l := newLedger(t).put(monday-70, sunday, group("EC2"), "100").put(monday-70, monday+2, money.Group{Provider: "Google", Service: "GKE"}, "100")
	if got, want := judged(t, l.input()).Verdict(), "Nothing out of the ordinary: 2 services judged on 16 Nov to 20 Nov, without the missing days of Google"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for i := range 4 {
		l.put(monday-70, monday+2, money.Group{Provider: string(rune('a' + i)), Service: "GKE"}, "100")
	}
	if got, want := judged(t, l.input()).Verdict(), "Nothing out of the ordinary: 6 services judged on 16 Nov to 20 Nov, without the missing days of Google, a and 3 more"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestLevelShift: told for two weeks, then it is the usual level; what leaps from
// there is told again.
func TestLevelShift(t *testing.T) {
	t.Parallel()
	l := newLedger(t).put(monday-70, monday-1, group("EC2"), "100").put(monday, monday+48, group("EC2"), "1000")
	var posted *Posted
	for i, want := range [][]string{{"told 0"}, {"told 1"}, {"shifted 2"}, nil, nil, nil} {
		in := l.input()
		in.Week = in.Week.Add(i)
		in.Now = in.Now.AddDate(0, 0, 7*i)
		in.Posted = posted
		m := judged(t, in)
		var got []string
		for _, a := range m.Spikes {
			got = append(got, fmt.Sprint("told ", a.Again))
		}
		for _, a := range m.Shifted {
			got = append(got, fmt.Sprint("shifted ", a.Again))
		}
		same(t, fmt.Sprintf("week %d", i+1), got, want)
		p := Report{Week: in.Week, Money: []CurrencyReport{m}}.Posted()
		posted = &p
	}
	l = newLedger(t).put(monday-70, monday-15, group("EC2"), "100").put(monday-14, monday-1, group("EC2"), "300").put(monday, sunday, group("EC2"), "900")
	in := l.input()
	in.Posted = &Posted{Week: in.Week.Add(-1), Totals: map[string]PostedTotal{"USD": {Days: days(monday-7, monday-1), Told: map[string]int{SeriesID("AWS", "EC2", "USD"): 2}}}}
	m := judged(t, in)
	if len(m.Spikes) != 1 || m.Spikes[0].Expected != 1500 || m.Spikes[0].Excess != 3000 {
		t.Errorf("got %+v, want the leap from the new level of 300 to 900 a day", m.Spikes)
	}
	in.Posted.Week = in.Week.Add(-2) // the row is broken
	if m := judged(t, in); len(m.Spikes) != 1 || m.Spikes[0].Again != 0 || len(m.Spikes[0].Late) != 14 {
		t.Errorf("got %+v, want it told anew, with the week that no digest told", m.Spikes)
	}
	in.Posted = nil // the six weeks count, which seem to grow by 10 %
	if m, want := judged(t, in), 5*(100*math.Pow(1.1, 5)+100*math.Pow(1.1, 6))/2; len(m.Spikes) != 1 || abs(m.Spikes[0].Expected-want) > 1e-6 {
		t.Errorf("got %+v, want it judged by the six weeks, %v expected", m.Spikes, want)
	}
}

// TestExpected: a spike that people expected is not told again up to a quarter
// above it, for six weeks.
func TestExpected(t *testing.T) {
	t.Parallel()
	l := newLedger(t).put(monday-70, monday-1, group("EC2"), "100").put(monday, sunday, group("EC2"), "300")
	in := l.input()
	r := Judge(in)
	e, ok := expect(r, Act{Subject: SeriesID("AWS", "EC2", "USD"), By: "Ana", ByID: "U1", Text: "load test", At: review})
	want := Expectation{Series: SeriesID("AWS", "EC2", "USD"), By: "Ana", ByID: "U1", At: review, Reason: "load test", Week: in.Week, Level: 375, Until: sunday + 42}
	if !ok || e != want {
		t.Errorf("got %+v, %t, want %+v", e, ok, want)
	}
	if _, ok := expect(r, Act{Subject: SeriesID("AWS", "S3", "USD")}); ok {
		t.Error("got an expectation of a series that was not told, want none")
	}
	in.Expected = []Expectation{e}
	m := judged(t, in)
	if len(m.Spikes) != 0 || len(m.Meant) != 1 || m.Meant[0].Why != "load test (Ana)" || m.Chart.Weeks[7].Above != 0 {
		t.Errorf("got told %+v, meant %+v, want it meant", m.Spikes, m.Meant)
	}
	l.put(friday, friday, group("EC2"), "75") // to 375: that high is not meant
	m = judged(t, in)
	if len(m.Spikes) != 1 || len(m.Spikes[0].Days) != 1 || m.Spikes[0].Days[0] != friday || len(m.Meant[0].Days) != 4 {
		t.Errorf("got told %+v, meant %+v, want Friday told and the others meant", m.Spikes, m.Meant)
	}
	in.Expected[0].Until = monday - 1
	if m := judged(t, in); len(m.Spikes) != 1 || len(m.Spikes[0].Days) != 5 {
		t.Errorf("got %+v, want all of it told when the expectation has ended", m.Spikes)
	}
}

// TestRecurring: without ChargeCategory an excess at a month's beginning that came in
// two earlier months is labelled; with it such charges are not in the series.
func TestRecurring(t *testing.T) {
	t.Parallel()
	december := money.Day(20788) // 1 December 2026, a Tuesday
	for _, c := range []struct {
		name                      string
		october, november, charge string
		lacks                     []string
		label                     string
	}{
		{"the same each month", "1000", "1000", "1000", []string{"ChargeCategory"}, "recurring"},
		{"within a quarter", "1000", "760", "1000", []string{"ChargeCategory"}, "recurring"},
		{"too different", "1000", "700", "1000", []string{"ChargeCategory"}, ""},
		{"one month only", "0", "1000", "1000", []string{"ChargeCategory"}, ""},
		{"the source can tell", "1000", "1000", "1000", nil, ""},
	} {
		l := newLedger(t).put(december-84, december+6, group("support"), "100")
		for d, extra := range map[money.Day]string{december - 61: c.october, december - 30: c.november, december: c.charge} {
			l.put(d, d, group("support"), extra)
		}
		l.Lacks = c.lacks
		in := l.input()
		in.Week = money.WeekOf(december)
		in.Now = review.AddDate(0, 0, 14)
		m := judged(t, in)
		if len(m.Spikes) != 1 || m.Spikes[0].Label != c.label || len(m.Spikes[0].Days) != 1 || m.Spikes[0].Days[0] != december {
			t.Errorf("%s: got %+v, want 1 December labelled %q", c.name, m.Spikes, c.label)
		}
	}
}
