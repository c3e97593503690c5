package report

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// TestCostOfAServiceByAccountAndTeam: eight weeks of each value, and a change although
// the newest week is not whole.
func TestCostOfAServiceByAccountAndTeam(t *testing.T) {
	t.Parallel()
	l := threeTeams(t).put(friday, friday, of("search", "EC2"), "900")
	in := byTeam(l.input())
	r, _ := Service(in, "ec2", "team")
	s := r.Services[0]
	newest := s.Weeks[7]
	if newest.Days != 5 || newest.Change == nil || newest.Change.Was.String() != "4000" || newest.Change.Change.String() != "900" {
		t.Errorf("got %d days and the change %+v, want 5 days, 900 more than 4000 on the same weekdays", newest.Days, newest.Change)
	}
	if s.Weeks[6].Days != 7 || s.Weeks[6].Change == nil || !s.Weeks[6].Change.Change.IsZero() || s.Weeks[0].Change == nil {
		t.Errorf("got the changes %+v and %+v, want none in money of the week before, and one of the oldest", s.Weeks[6].Change, s.Weeks[0].Change)
	}
	if len(s.Slices.Values) != 2 || s.Slices.Values[0].Name != "checkout" || s.Slices.Values[1].Name != "search" || s.Slices.Values[1].Change.Change.String() != "900" || s.Slices.Values[1].Weeks[7].String() != "2400" {
		t.Errorf("got %+v, want checkout and search, with 900 more", s.Slices)
	}
	if len(s.Spikes) != 1 || len(s.Spikes[0].Causes) != 2 || s.Spikes[0].Causes[0].Name != "search" {
		t.Errorf("got %+v, want one spike, of search", s.Spikes)
	}
	r, _ = Service(in, "EC2", "account")
	if got := r.Services[0].Slices; len(got.Values) != 2 || got.Values[0].Name != "acc-checkout" || got.Why != "" {
		t.Errorf("by account: got %+v", got)
	}
	in.Settings.Links = []money.Link{{Title: "Console", URL: "https://c.example/{{ .Account }}?{{ .Service }}"}, {Title: "other", URL: "https://x", Filter: money.Filter{"provider": "Azure"}}}
	r, _ = Service(in, "EC2", "")
	same(t, "links", r.Services[0].Links, []Filled{{"Console", "https://c.example/acc-checkout?EC2"}})
	in.Settings.By = ""
	for by, why := range map[string]string{"team": "nothing says what teams are known by: give the digest `by`", "colour": `costs cannot be told apart by "colour": by one of account, region, sku, team`} {
		if r, _ := Service(in, "EC2", by); r.Services[0].Slices.Why != why {
			t.Errorf("by %s: got %+v, want %q", by, r.Services[0].Slices, why)
		}
	}
	none := newLedger(t).put(monday-30, sunday, group("EC2"), "1").input()
	if r, _ := Service(none, "EC2", "account"); r.Services[0].Slices.Why != "its costs do not name their account" {
		t.Errorf("without accounts: got %+v", r.Services[0].Slices)
	}
}

// TestSlicesAddUp: to the service's weeks, to the last digit.
func TestSlicesAddUp(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(13, 8))
	for n := range 40 {
		in := randomBill(t, random)
		regroup(in, func(g *money.Group) { g.Account = fmt.Sprint("account ", random.IntN(25)) })
		r, _ := Service(in, "every day", "account")
		for _, s := range r.Services {
			for k, w := range s.Weeks {
				var sum money.Amount
				for _, v := range s.Slices.Values {
					sum = sum.Add(v.Weeks[k])
				}
				if s.Slices.Rest != nil {
					sum = sum.Add(s.Slices.Rest.Weeks[k])
				}
				if sum != w.Total {
					t.Errorf("bill %d, %s: the accounts have %s, the service %s", n, w.Week, sum, w.Total)
				}
			}
		}
		if len(r.Services) == 0 || len(r.Services[0].Slices.Values) > maxSlices {
			t.Errorf("bill %d: %+v", n, r)
		}
	}
}

// TestSpikeNamesItsSKUAndRegion: and a service is told apart by them.
func TestSpikeNamesItsSKUAndRegion(t *testing.T) {
	t.Parallel()
	meter := func(region, sku string) money.Group {
		return money.Group{Provider: "AWS", Service: "EC2", Account: "1", Region: region, SKU: sku}
	}
	l := newLedger(t).put(monday-70, sunday, meter("eu", "hours"), "500").put(monday-70, sunday, meter("us", "egress"), "100")
	l.put(friday, friday, meter("us", "egress"), "800").put(friday, friday, meter("us", "hours"), "200")
	m := judged(t, l.input())
	if len(m.Spikes) != 1 {
		t.Fatalf("got %d spikes, want one", len(m.Spikes))
	}
	same(t, "where it lies", m.Spikes[0].Causes, []Cause{{"account", "1", 100}, {"region", "us", 100}, {"SKU", "egress", 80}})
	for by, largest := range map[string]string{"region": "eu", "sku": "hours"} {
		r, _ := Service(l.input(), "EC2", by)
		if got := r.Services[0].Slices; len(got.Values) != 2 || got.Why != "" || got.Values[0].Name != largest {
			t.Errorf("by %s: got %+v, want two values, %s first", by, got, largest)
		}
	}
}
