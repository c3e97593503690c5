package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// TestSourcesThatTellTheSameAreNamed: as two exports of one bill do; sources of other
// regions, providers or days do not.
func TestSourcesThatTellTheSameAreNamed(t *testing.T) {
	told := func(name string, first, last money.Day, region string, change func(day money.Day) string) money.Reading {
		l := newLedger(t)
		l.Source, l.Name = name, name
		for d := first; d <= last; d++ {
			for k, service := range []string{"EC2", "S3", "RDS"} {
				g := group(service)
				g.Region = region
				l.put(d, d, g, fmt.Sprintf("%d.%d", int(d)%100+100*k, k)+change(d))
			}
		}
		return l.Reading
	}
	as := func(money.Day) string { return "" }
	other := func(money.Day) string { return "7" }
	flat := newLedger(t).put(monday-70, friday, group("NAT gateway"), "1.08").Reading
	flat.Source, flat.Name = "flat", "flat"
	flatToo := newLedger(t).put(monday-70, friday, group("NAT gateway"), "1.08").Reading
	flatToo.Source, flatToo.Name = "flat too", "flat too"
	for name, test := range map[string]struct {
		a, b money.Reading
		want bool
	}{
		"the same":                   {told("a", monday-70, friday, "eu", as), told("b", monday-70, friday, "eu", as), true},
		"newer days are others":      {told("a", monday-70, friday, "eu", as), told("b", monday-70, friday, "eu", func(d money.Day) string { return []string{"", "7"}[min(1, max(0, int(d-monday+40)))] }), true},
		"less of it":                 {told("a", monday-70, friday, "eu", as), told("b", monday-20, friday, "eu", as), true},
		"other regions":              {told("a", monday-70, friday, "eu", as), told("b", monday-70, friday, "us", as), false},
		"other amounts":              {told("a", monday-70, friday, "", as), told("b", monday-70, friday, "", other), false},
		"one after the other":        {told("a", monday-70, monday-30, "eu", as), told("b", monday-29, friday, "eu", as), false},
		"what costs always the same": {flat, flatToo, false},
		"nothing":                    {told("a", monday-70, friday, "eu", as), money.Reading{Source: "b", Origin: money.FOCUS}, false},
	} {
		t.Run(name, func(t *testing.T) {
			in := newLedger(t).input()
			in.Readings = []money.Reading{test.a, test.b}
			said := strings.Join(Judge(in).Missing, "\n")
			if got := strings.Contains(said, "May be counted twice: "); got != test.want {
				t.Errorf("got %q, want it to be said: %t", said, test.want)
			}
			in.Readings = []money.Reading{test.b, test.a}
			if again := strings.Join(Judge(in).Missing, "\n"); again != said {
				t.Errorf("the other way round: got %q, want %q", again, said)
			}
		})
	}
	rate := told("b", monday-70, friday, "eu", as)
	rate.Origin = money.Prometheus
	if said := toldTwice([]money.Reading{told("a", monday-70, friday, "eu", as), rate}); said != nil {
		t.Errorf("a query is taken for an export: %q", said)
	}
}
