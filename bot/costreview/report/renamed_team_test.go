package report

import (
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// TestTeamRenamedOnAnyDay: a team that gives itself another name is one team on whatever
// day of whatever week it does, its spike after that is told, and what is filtered by it
// goes on.
func TestTeamRenamedOnAnyDay(t *testing.T) {
	t.Parallel()
	for off := money.Day(-50); off <= 3; off++ {
		l := newLedger(t).put(monday-90, sunday, of("search", "EC2"), "500").put(monday-90, sunday, of("", "S3"), "140")
		l.put(monday-90, monday+off-1, of("Shop", "EC2"), "1000").put(monday-90, monday+off-1, of("shop", "RDS"), "200")
		l.put(monday+off, sunday, of("Storefront", "EC2"), "1010").put(monday+off, sunday, of("Storefront", "RDS"), "200")
		l.put(friday, friday, of("storefront", "EC2"), "2000")
		in := byTeam(l.input())
		in.Settings.Budgets = []Budget{{Name: "shop", Amount: 50_000, Filter: money.Filter{"team": "SHOP"}}}
		in.Units = []UnitCount{{Name: "order", Filter: money.Filter{"team": "shop"}, Weeks: map[money.Week]float64{in.Week: 10, in.Week.Add(-1): 10}}}
		r := Judge(in)
		m := r.Money[0]
		teams := m.Showback.Teams
		if len(teams) != 2 || !strings.EqualFold(teams[0].Name, "storefront") || teams[0].Before == nil || !teams[0].Before.Sayable || teams[0].Spike == nil {
			t.Fatalf("renamed %d days after Monday: got teams %+v", off, teams)
		}
		if m.Showback.Untagged == nil || m.Showback.Untagged.Total.String() != "700" {
			t.Errorf("renamed %d days after Monday: got untagged %+v", off, m.Showback.Untagged)
		}
		if spent := m.Months[len(m.Months)-1].Spent.Float64(); spent < 25_000 || spent > 27_000 {
			t.Errorf("renamed %d days after Monday: its budget has %v spent in 20 days", off, spent)
		}
		if len(r.Units[0].Weeks) < 2 || r.Units[0].Weeks[0].Value < 800 {
			t.Errorf("renamed %d days after Monday: a unit of its costs %+v", off, r.Units[0])
		}
		said := strings.Contains(Text(r), "Renamed: team shop is team Storefront since ") || strings.Contains(Text(r), "Renamed: team shop is team storefront since ")
		if said != (off >= 0) {
			t.Errorf("renamed %d days after Monday: said %t, want in the week of it only:\n%s", off, said, Text(r))
		}
		in.Settings.Budgets, in.Filter = nil, money.Filter{"team": "shop"}
		if only := judged(t, in); only.Before == nil || !only.Before.Sayable || len(only.Chart.Weeks) == 0 {
			t.Errorf("renamed %d days after Monday: a digest of the team's has %+v", off, only.Before)
		}
	}
}

// TestTeamNotRenamed: what only looks like it.
func TestTeamNotRenamed(t *testing.T) {
	t.Parallel()
	for name, put := range map[string]func(l *ledger){
		"what was nobody's is tagged": func(l *ledger) {
			l.put(monday-90, monday, of("", "RDS"), "300").put(monday+1, sunday, of("data", "RDS"), "300")
		},
		"tags are lost": func(l *ledger) {
			l.put(monday-90, monday, of("data", "RDS"), "300").put(monday+1, sunday, of("", "RDS"), "300")
		},
		"another amount": func(l *ledger) {
			l.put(monday-90, monday, of("data", "RDS"), "300").put(monday+1, sunday, of("ml", "RDS"), "420")
		},
		"teams that are one by their capitals": func(l *ledger) {
			l.put(monday-90, monday, of("data", "RDS"), "300").put(monday+1, sunday, of("Data", "RDS"), "300")
		},
		"others": func(l *ledger) {
			l.put(monday-90, monday, of("data", "RDS"), "300").put(monday+1, sunday, of(money.OtherTeams, "RDS"), "300")
		},
	} {
		l := newLedger(t).put(monday-90, sunday, of("search", "EC2"), "500")
		put(l)
		if m := judged(t, byTeam(l.input())); len(m.Renames) != 0 {
			t.Errorf("%s: got %+v", name, m.Renames)
		}
	}
	// Nothing names teams.
	l := newLedger(t).put(monday-90, sunday, of("search", "EC2"), "500").put(monday-90, monday, of("a", "RDS"), "300").put(monday+1, sunday, of("b", "RDS"), "300")
	if m := judged(t, l.input()); len(m.Renames) != 0 {
		t.Errorf("without `by`: got %+v", m.Renames)
	}
}
