package report

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// watching looks at a bill every midnight from a day to another, as two replicas do
// that die now and then: each look is done twice, and what is remembered is stored. The
// readings are those of the moment. It returns what was told, as "when: what".
func watching(t *testing.T, first, last string, least float64, read func(now time.Time) Input) (told []string, known Watched) {
	t.Helper()
	for midnight := dayNamed(t, first).Time(); !midnight.After(dayNamed(t, last).Time()); midnight = midnight.AddDate(0, 0, 1) {
		in := read(midnight)
		was := maps.Clone(in.Raised)
		in.Now, in.Name = midnight, "weekly"
		alarms, next := Watch(in, known, least)
		again, same := Watch(in, known, least) // the first one died before it was stored
		if diff := cmp.Diff(alarms, again) + cmp.Diff(next, same); diff != "" {
			t.Fatalf("another look at the same moment tells something else:\n%s", diff)
		}
		if !maps.EqualFunc(was, in.Raised, func(x, y Raised) bool { return slices.Equal(x.Days, y.Days) }) {
			t.Fatal("what has incidents is changed")
		}
		for _, a := range alarms {
			told = append(told, fmt.Sprintf("%s: %s %v +%.0f %s", midnight.Format("2006-01-02 15:04"), a.Spike.Service, a.Spike.Days, a.Spike.Excess, a.Currency))
		}
		data, err := json.Marshal(next)
		if err != nil {
			t.Fatal(err)
		}
		known = Watched{}
		if err := json.Unmarshal(data, &known); err != nil {
			t.Fatal(err)
		}
	}
	return told, known
}

// until is a reading as it was at a moment: what came later is not there.
func until(l *ledger, now time.Time, arrives func(money.Day, money.Group) time.Time) Input {
	r := l.Reading
	r.Days = money.Days{}
	for d, groups := range l.Days {
		for g, c := range groups {
			if !arrives(d, g).After(now) {
				r.Days.Add(d, g, c)
			}
		}
	}
	r.Newest, r.Known = r.Days.Newest()
	return Input{Readings: []money.Reading{r}}
}

func atDaysEnd(d money.Day, _ money.Group) time.Time { return (d + 1).Time() }

// TestASpikeIsToldOnTheDayItIsSettled: once, whatever day of the week it is, when it is
// large; what goes on is the same spike, and what is much worse, or comes back after three
// days as usual, is not.
func TestASpikeIsToldOnTheDayItIsSettled(t *testing.T) {
	t.Parallel()
	bill := func() *ledger { return newLedger(t).put(monday-120, monday+40, group("EC2"), "1000") }
	spike := func(l *ledger, amount string, days ...string) *ledger {
		for _, d := range days {
			l.put(dayNamed(t, d), dayNamed(t, d), group("EC2"), amount)
		}
		return l
	}
	for _, c := range []struct {
		name string
		bill *ledger
		want []string
	}{
		{"nothing", bill(), nil},
		{"on a Saturday", spike(bill(), "2000", "2026-11-21"), []string{"2026-11-24 00:00: EC2 [2026-11-21] +2000 USD"}},
		{"a small one is left to the digest", spike(bill(), "900", "2026-11-21"), nil},
		{"four days are one", spike(bill(), "2000", "2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"), []string{"2026-11-23 00:00: EC2 [2026-11-20] +2000 USD"}},
		{"small ones add up", spike(bill(), "600", "2026-11-18", "2026-11-19"), []string{"2026-11-22 00:00: EC2 [2026-11-18 2026-11-19] +1200 USD"}},
		{"two days later it is still the same one", spike(bill(), "2000", "2026-11-18", "2026-11-20"), []string{"2026-11-21 00:00: EC2 [2026-11-18] +2000 USD"}},
		{"after three days as usual it is another one", spike(bill(), "2000", "2026-11-18", "2026-11-22"), []string{"2026-11-21 00:00: EC2 [2026-11-18] +2000 USD", "2026-11-25 00:00: EC2 [2026-11-22] +2000 USD"}},
		{"what follows is much worse", spike(spike(bill(), "1500", "2026-11-18", "2026-11-20"), "9000", "2026-11-19"), []string{"2026-11-21 00:00: EC2 [2026-11-18] +1500 USD", "2026-11-22 00:00: EC2 [2026-11-19] +9000 USD"}},
		{"what follows is worse, and too small by itself", spike(spike(bill(), "600", "2026-11-18", "2026-11-19"), "900", "2026-11-20"), []string{"2026-11-22 00:00: EC2 [2026-11-18 2026-11-19] +1200 USD"}},
		{"every weekday for three weeks", spike(bill(), "2000", "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27", "2026-11-30", "2026-12-01", "2026-12-02"), []string{"2026-11-21 00:00: EC2 [2026-11-18] +2000 USD"}},
		{"two, with nine days between them", spike(bill(), "2000", "2026-11-18", "2026-11-27"), []string{"2026-11-21 00:00: EC2 [2026-11-18] +2000 USD", "2026-11-30 00:00: EC2 [2026-11-27] +2000 USD"}},
		{"a day before the watch began", spike(bill(), "2000", "2026-11-12"), nil},
		{"a new level", bill().put(dayNamed(t, "2026-11-19"), monday+40, group("EC2"), "2000"), []string{"2026-11-22 00:00: EC2 [2026-11-19] +2000 USD"}},
	} {
		got, _ := watching(t, "2026-11-17", "2026-12-10", 1000, func(now time.Time) Input { return until(c.bill, now, atDaysEnd) })
		same(t, c.name, got, c.want)
	}
}

// TestALookThatIsLate: of what was judged days later all is told, also two spikes of one
// service, and what goes on is one.
func TestALookThatIsLate(t *testing.T) {
	t.Parallel()
	l := newLedger(t).put(monday-120, monday+40, group("EC2"), "1000")
	for _, d := range []money.Day{monday + 2, monday + 3, monday + 8} {
		l.put(d, d, group("EC2"), "2000")
	}
	in := until(l, (monday + 15).Time(), atDaysEnd)
	in.Now, in.Name = (monday + 13).Time(), "weekly"
	alarms, known := Watch(in, Watched{Since: monday + 1}, 1000)
	var got []string
	for _, a := range alarms {
		got = append(got, fmt.Sprintf("%v +%.0f", a.Spike.Days, a.Spike.Excess))
	}
	same(t, "alarms", got, []string{"[2026-11-18 2026-11-19] +4000", "[2026-11-24] +2000"})
	if again, _ := Watch(in, known, 1000); len(again) > 0 {
		t.Errorf("got %+v, want each told once", again)
	}
}

// TestNoFalseAlarm: a part of the bill that comes late is judged when it comes, whatever
// is corrected later stays as it was judged, and what people expect or comes at each
// month's beginning is no incident.
func TestNoFalseAlarm(t *testing.T) {
	t.Parallel()
	azure := group("AKS")
	azure.Provider = "Microsoft"
	two := func() *ledger {
		return newLedger(t).put(monday-120, monday+40, group("EC2"), "1000").put(monday-120, monday+40, azure, "1000")
	}
	day := dayNamed(t, "2026-11-18")
	late := func(d money.Day, g money.Group) time.Time {
		if g.Provider == azure.Provider {
			return (d + 1).Time().AddDate(0, 0, 4) // always four days late
		}
		return (d + 1).Time()
	}
	fees := newLedger(t).put(monday-120, monday+40, group("EC2"), "1000")
	fees.Lacks = []string{"ChargeCategory"}
	for _, first := range []string{"2026-08-01", "2026-09-01", "2026-10-01", "2026-11-01", "2026-12-01"} {
		fees.put(dayNamed(t, first), dayNamed(t, first), group("EC2"), "5000")
	}
	investigated := map[string]Raised{SeriesID("AWS", "EC2", "USD"): *RaisedAs(12, Anomaly{Days: []money.Day{day}, Actual: 1900, Expected: 1000, Excess: 900, Highest: 1900})}
	meant := Expectation{Series: SeriesID("AWS", "EC2", "USD"), By: "ben", ByID: "U2", Reason: "sale", Level: 4000, Until: day + 40}
	for _, c := range []struct {
		name string
		read func(now time.Time) Input
		want []string
	}{
		{"a provider that is always late", func(now time.Time) Input { return until(two(), now, late) }, nil},
		{"a spike of it", func(now time.Time) Input { return until(two().put(day, day, azure, "2000"), now, late) }, []string{"2026-11-23 00:00: AKS [2026-11-18] +2000 USD"}},
		{"a day that nobody tells for a week", func(now time.Time) Input {
			return until(two().put(day, day, group("EC2"), "2000"), now, func(d money.Day, g money.Group) time.Time {
				if d == day {
					return (d + 8).Time()
				}
				return (d + 1).Time()
			})
		}, []string{"2026-11-26 00:00: EC2 [2026-11-18] +2000 USD"}},
		{"a day that is restated", func(now time.Time) Input {
			l := two()
			if now.After(day.Time().AddDate(0, 0, 6)) {
				l.put(day, day, group("EC2"), "3000")
			}
			return until(l, now, atDaysEnd)
		}, nil},
		{"a spike that is corrected away", func(now time.Time) Input {
			l := two()
			if now.Before(day.Time().AddDate(0, 0, 6)) {
				l.put(day, day, group("EC2"), "3000")
			}
			return until(l, now, atDaysEnd)
		}, []string{"2026-11-21 00:00: EC2 [2026-11-18] +3000 USD"}},
		{"one that people expect", func(now time.Time) Input {
			in := until(two().put(day, day, group("EC2"), "2000"), now, atDaysEnd)
			in.Expected = []Expectation{meant}
			return in
		}, nil},
		{"one that somebody investigates, and that goes on", func(now time.Time) Input {
			in := until(two().put(day, day+1, group("EC2"), "900"), now, atDaysEnd)
			in.Raised = investigated
			return in
		}, nil},
		{"one that somebody investigates, and that gains a day that was late", func(now time.Time) Input {
			in := until(two().put(day-1, day, group("EC2"), "900"), now, func(d money.Day, _ money.Group) time.Time {
				if d == day-1 {
					return (d + 7).Time()
				}
				return (d + 1).Time()
			})
			in.Raised = investigated
			return in
		}, nil},
		{"one that somebody investigates, and that becomes much worse", func(now time.Time) Input {
			in := until(two().put(day, day, group("EC2"), "900").put(day+1, day+1, group("EC2"), "2000"), now, atDaysEnd)
			in.Raised = investigated
			return in
		}, []string{"2026-11-22 00:00: EC2 [2026-11-19] +2000 USD"}},
		{"a month's fee without ChargeCategory", func(now time.Time) Input { return until(fees, now, atDaysEnd) }, nil},
		{"too little history", func(now time.Time) Input {
			return until(newLedger(t).put(monday-9, monday+40, group("EC2"), "10").put(day, day, group("EC2"), "9000"), now, atDaysEnd)
		}, nil},
		{"nothing at all", func(time.Time) Input { return Input{} }, nil},
	} {
		got, _ := watching(t, "2026-11-17", "2026-12-10", 1000, c.read)
		same(t, c.name, got, c.want)
	}
}

// TestTheDigestNamesTheIncident of a spike that was told when it had settled, with the
// days that settled later; a spike of another month it does not.
func TestTheDigestNamesTheIncident(t *testing.T) {
	t.Parallel()
	l := newLedger(t).put(monday-120, monday+40, group("EC2"), "1000").put(monday+1, monday+3, group("EC2"), "2000")
	_, known := watching(t, "2026-11-17", "2026-11-23", 1000, func(now time.Time) Input { return until(l, now, atDaysEnd) })
	in := l.input()
	in.Watched = known
	id := SeriesID("AWS", "EC2", "USD")
	for want, raised := range map[string]Raised{
		"; INC-12 is about it": {Incident: 12, Days: []money.Day{monday + 1}},
		"(+6,000.00)":          {Incident: 12, Days: []money.Day{monday - 40}},
	} {
		in.Raised = map[string]Raised{id: raised}
		text := Text(Judge(in))
		if !strings.Contains(text, want) || strings.Contains(text, "INC-") != strings.Contains(want, "INC-") {
			t.Errorf("the digest lacks %q:\n%s", want, text)
		}
	}
}
