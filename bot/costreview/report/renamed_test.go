package report

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// TestNewAndRenamed: what has no history is new; what takes over another's cost is
// the same service, neither new nor gone.
func TestNewAndRenamed(t *testing.T) {
	t.Parallel()
	l := newLedger(t).put(monday-70, sunday, group("EC2"), "100")
	l.put(monday-70, monday-1, group("old name"), "50").put(monday, sunday, group("new name"), "54")
	l.put(monday-70, monday-1, group("gone"), "20").put(monday, sunday, group("fresh"), "30")
	l.put(monday-69, monday-63, group("once"), "30").put(monday, sunday, group("once"), "30") // back again, not new
	m := judged(t, l.input())
	if len(m.Renames) != 1 || m.Renames[0].From != "AWS old name" || m.Renames[0].To != "AWS new name" || m.Renames[0].Since != monday {
		t.Errorf("got renames %+v, want old name to new name", m.Renames)
	}
	if len(m.New) != 1 || m.New[0].Service != "fresh" || m.New[0].Total.String() != "150" {
		t.Errorf("got new %+v, want fresh with 150", m.New)
	}
	if len(m.Down) != 1 || m.Down[0].Service != "gone" || len(m.Up) != 2 || m.Up[0].Service != "once" || m.Up[1].Service != "new name" || m.Up[1].Was.String() != "250" {
		t.Errorf("got up %+v, down %+v, want once, new name and gone", m.Up, m.Down)
	}
	if len(m.Unjudged) != 0 {
		t.Errorf("got unjudged %+v, want none: new ones are named already", m.Unjudged)
	}
}

// TestRenamedOnAnyDay: a service is one series on whatever day of whatever week it was
// renamed, its spike after that is told, and nothing is new or gone.
func TestRenamedOnAnyDay(t *testing.T) {
	t.Parallel()
	for off := money.Day(-50); off <= 3; off++ {
		l := newLedger(t).put(monday-90, sunday, group("EC2"), "500")
		l.put(monday-90, monday+off-1, group("old name"), "1000").put(monday+off, sunday, group("new name"), "1010")
		l.put(friday, friday, group("new name"), "2000")
		m := judged(t, l.input())
		if len(m.Spikes) != 1 || m.Spikes[0].Service != "new name" || abs(m.Spikes[0].Excess-2000) > 60 {
			t.Errorf("renamed %d days after Monday: got spikes %+v, want one of 2000", off, m.Spikes)
		}
		if len(m.New)+len(m.Unjudged) > 0 || m.Before == nil || len(m.Chart.Series) != 2 {
			t.Errorf("renamed %d days after Monday: got new %+v, unjudged %+v, chart %v", off, m.New, m.Unjudged, m.Chart.Series)
		}
		if said := len(m.Renames) > 0; said != (off >= 0) {
			t.Errorf("renamed %d days after Monday: said %t, want in the week of it only", off, said)
		}
	}
}

// TestRenamedAtMidday: on the day of the rename both names have a part.
func TestRenamedAtMidday(t *testing.T) {
	t.Parallel()
	l := newLedger(t).put(monday-90, sunday, group("EC2"), "500")
	l.put(monday-90, monday, group("old name"), "1000").put(monday+1, monday+1, group("old name"), "400")
	l.put(monday+1, monday+1, group("new name"), "600").put(monday+2, sunday, group("new name"), "1000")
	l.put(monday+3, monday+3, group("old name"), "0.5") // what is left over
	m := judged(t, l.input())
	if len(m.Renames) != 1 || len(m.New) != 0 || len(m.Up) != 1 || m.Up[0].Change.String() != "0.5" {
		t.Errorf("got renames %+v, new %+v, up %+v", m.Renames, m.New, m.Up)
	}
}

// TestRenamedWithNoise: of bills whose days differ by a tenth, nine renames in ten are
// found at once, all of them after a week, and of names that began for another reason
// next to none.
func TestRenamedWithNoise(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 13))
	bills, found, late, wrong := 40, 0, 0, 0
	for range bills {
		l := newLedger(t)
		put := func(first, last money.Day, service string, level float64) {
			for d := first; d <= last; d++ {
				x := level * (1 + 0.10*rng.NormFloat64())
				if d.Weekday() == time.Saturday || d.Weekday() == time.Sunday {
					x *= 0.5
				}
				l.put(d, d, group(service), fmt.Sprintf("%.4f", max(0, x)))
			}
		}
		level := func() float64 { return 100 * float64(1+rng.IntN(40)) }
		for i := range 20 {
			put(monday-90, sunday+7, fmt.Sprint("service ", i), level())
		}
		begin := monday + money.Day(rng.IntN(5))
		own := level()
		put(monday-90, begin-1, "old", own)
		put(begin, sunday+7, "new", own)
		put(monday-90, monday-30, "gone", level())
		put(monday-3, sunday+7, "launched", level())
		in := l.input()
		named := func(in Input) map[string]string {
			all := map[string]string{}
			for _, r := range judged(t, in).Renames {
				all[r.From] = r.To
			}
			return all
		}
		now := named(in)
		if now["AWS old"] == "AWS new" {
			found++
		}
		delete(now, "AWS old")
		wrong += len(now)
		in.Week, in.Now = in.Week.Add(1), in.Now.AddDate(0, 0, 7)
		in.Posted = &Posted{Week: in.Week.Add(-1), Totals: map[string]PostedTotal{"USD": {Days: []money.Day{monday - 1}}}}
		if named(in)["AWS old"] == "AWS new" {
			late++
		}
	}
	t.Logf("of %d renames %d were found in the digest of the week, %d in the next; %d names were taken for another", bills, found, late, wrong)
	if found < bills*9/10 || late < bills-1 || wrong > 1 {
		t.Errorf("got %d and %d of %d, %d wrong", found, late, bills, wrong)
	}
}

// TestProviderRenamed: a move between FOCUS versions gives a provider and its services
// other names. Nothing is missing, nothing new, and fixed charges and credits keep
// their week before.
func TestProviderRenamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		services map[string]string
	}{
		{"services keep their names", map[string]string{"EC2": "EC2", "S3": "S3", "RDS": "RDS"}},
		{"services have other names", map[string]string{"EC2": "Elastic Compute Cloud", "S3": "Simple Storage Service", "RDS": "Relational Database Service"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newLedger(t).put(monday-90, sunday, money.Group{Provider: "Microsoft", Service: "AKS"}, "300")
			for service, cost := range map[string]string{"EC2": "1000", "S3": "150", "RDS": "420"} {
				l.put(monday-90, monday+1, group(service), cost)
				l.put(monday+2, sunday, money.Group{Provider: "Amazon Web Services", Service: c.services[service]}, cost)
			}
			fee := money.Group{Provider: "AWS", Service: "EC2", Kind: money.Purchase}
			l.put(monday-6, monday-6, fee, "70").put(monday+1, monday+1, fee, "70")
			in := l.input()
			in.Expected = []Expectation{{Series: SeriesID("AWS", "EC2", "USD"), By: "Ana", Reason: "a launch", At: review, Level: 1e6, Until: sunday}}
			l.put(friday, friday, money.Group{Provider: "Amazon Web Services", Service: c.services["EC2"]}, "2000")
			r := Judge(in)
			m := r.Money[0]
			if len(m.Days) != 5 || len(m.Notes)+len(r.Missing) != len(lacking(in.Readings))+1 { // the organisation
				t.Errorf("got days %v, notes %q, missing %q, want nothing missing", m.Days, m.Notes, r.Missing)
			}
			if len(m.New)+len(m.Down) > 0 || m.Before.Change.String() != "2000" || len(m.Meant) != 1 || len(m.Spikes) != 0 {
				t.Errorf("got change %s, new %+v, down %+v, meant %+v, spikes %+v", m.Before.Change, m.New, m.Down, m.Meant, m.Spikes)
			}
			if len(m.Fixed) != 1 || !m.Fixed[0].Before.Change.IsZero() {
				t.Errorf("got fixed charges %+v, want one that is unchanged", m.Fixed)
			}
			if text := Text(r); !strings.Contains(text, "Renamed: AWS is Amazon Web Services since 18 Nov") {
				t.Errorf("the provider's new name is not said:\n%s", text)
			}
			// People still ask by the old names.
			for _, asked := range []string{c.services["EC2"], "Amazon Web Services " + c.services["EC2"], "EC2"} {
				if s, _ := Service(in, asked, ""); len(s.Services) != 1 || s.Typed != "" || s.Services[0].Weeks[0].Days != 7 {
					t.Errorf("%s: got %+v", asked, s.Services)
				}
			}
		})
	}
}

// TestRenamedTwice: each of the names leads to the newest.
func TestRenamedTwice(t *testing.T) {
	t.Parallel()
	l := newLedger(t).put(monday-90, sunday, group("EC2"), "500")
	l.put(monday-90, monday-41, group("one"), "100").put(monday-40, monday-20, group("two"), "100").put(monday-19, sunday, group("three"), "100")
	in := l.input()
	before := maps.Clone(in.Readings[0].Days[monday-50])
	for _, asked := range []string{"one", "AWS two", "three"} {
		s, _ := Service(in, asked, "")
		if len(s.Services) != 1 || s.Services[0].Service != "three" || len(s.Services[0].Renames) != 2 || s.Services[0].Weeks[0].Usage.String() != "700" {
			t.Errorf("%s: got %+v", asked, s.Services)
		}
	}
	if after := in.Readings[0].Days[monday-50]; len(after) != len(before) || after[seriesGroup("one")] != before[seriesGroup("one")] {
		t.Errorf("what was read was changed: %v", after)
	}
}

func seriesGroup(service string) money.Group {
	g := group(service)
	g.Currency, g.Kind = "USD", money.Usage
	return g
}

// TestNotRenamed: what only looks like it.
func TestNotRenamed(t *testing.T) {
	t.Parallel()
	for name, put := range map[string]func(l *ledger){
		"another amount": func(l *ledger) { l.put(monday-90, monday, group("a"), "100").put(monday+1, sunday, group("b"), "140") },
		"a week apart":   func(l *ledger) { l.put(monday-90, monday-8, group("a"), "100").put(monday, sunday, group("b"), "100") },
		"still there":    func(l *ledger) { l.put(monday-90, sunday, group("a"), "100").put(monday, sunday, group("b"), "100") },
		"there before": func(l *ledger) {
			l.put(monday-90, monday-1, group("a"), "100").put(monday-30, sunday, group("b"), "100")
		},
		"another currency": func(l *ledger) {
			l.put(monday-90, monday-1, group("a"), "100")
			g := group("b")
			g.Currency = "EUR"
			l.put(monday, sunday, g, "100")
		},
		"now and then": func(l *ledger) {
			for d := monday - 84; d < monday; d += 7 {
				l.put(d, d, group("a"), "100")
			}
			l.put(monday+1, monday+1, group("b"), "100")
		},
		"the data end":    func(l *ledger) { l.put(monday-90, friday, group("a"), "100") },
		"next to nothing": func(l *ledger) { l.put(monday-90, monday-1, group("a"), "0.1").put(monday, sunday, group("b"), "0.1") },
		"two are too alike": func(l *ledger) {
			l.put(monday-90, monday-1, group("a"), "-100").put(monday, sunday, group("b"), "-100")
		},
	} {
		l := newLedger(t).put(monday-90, sunday, group("EC2"), "500")
		put(l)
		for _, m := range Judge(l.input()).Money {
			if len(m.Renames) != 0 {
				t.Errorf("%s: got %+v", name, m.Renames)
			}
		}
	}
}

// TestFiltersFollowRenames: a digest or a budget of a service goes on when the service
// has another name.
func TestFiltersFollowRenames(t *testing.T) {
	t.Parallel()
	for _, filter := range []money.Filter{{"service": "Elasticsearch"}, {"ServiceName": "elasticsearch", "provider": "AWS"}, {"provider": "AWS"}, {"service": "Elasticsearch", "team": ""}} {
		l := newLedger(t).put(monday-90, sunday, money.Group{Provider: "Microsoft", Service: "AKS"}, "500")
		l.put(monday-90, monday, group("Elasticsearch"), "100").put(monday+1, sunday, money.Group{Provider: "Amazon Web Services", Service: "OpenSearch"}, "100")
		in := l.input()
		in.Filter = filter
		in.Settings.Budgets = []Budget{{Name: "search", Amount: 4000, Filter: filter}}
		m := judged(t, in)
		if m.Total.String() != "500" || m.Before == nil || !m.Before.Change.IsZero() {
			t.Errorf("%v: got %s, %+v, want 500, unchanged", filter, m.Total, m.Before)
		}
		if len(m.Months) == 0 || m.Months[len(m.Months)-1].Spent.String() != "2000" {
			t.Errorf("%v: got months %+v, want 2000 spent in the first 20 days", filter, m.Months)
		}
		if in.Settings.Budgets[0].Filter.String() != filter.String() {
			t.Errorf("the filter of the configuration was changed: %v", in.Settings.Budgets)
		}
	}
}

// TestRegroupedWhereOneTakesAnothersName: all that was charged stays, in whatever order it
// is looked at, and the days that were given are left as they are.
func TestRegroupedWhereOneTakesAnothersName(t *testing.T) {
	t.Parallel()
	names := map[string]string{"a": "b", "b": "c"}
	given := newLedger(t).put(monday, sunday, group("a"), "1").put(monday, monday, group("b"), "20").put(monday, monday, group("c"), "300").put(sunday, sunday, group("other"), "4").Days
	want := newLedger(t).put(monday, sunday, group("b"), "1").put(monday, monday, group("c"), "320").put(sunday, sunday, group("other"), "4").Days
	was := maps.Clone(given[monday])
	for range 50 {
		got := regrouped(given, func(g money.Group) (money.Group, bool) {
			name, moves := names[g.Service]
			g.Service = name
			return g, moves
		})
		same(t, "days", got, want)
	}
	same(t, "the days that were given", given[monday], was)
}
