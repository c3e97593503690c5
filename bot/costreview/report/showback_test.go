package report

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

func of(team, service string) money.Group {
	return money.Group{Provider: "AWS", Service: service, Team: team, Account: "acc-" + team}
}

func byTeam(in Input) Input {
	in.Settings.By = "team"
	return in
}

// threeTeams is a steady bill of ten weeks, 14 % of it nobody's.
func threeTeams(t *testing.T) *ledger {
	return newLedger(t).
		put(monday-70, sunday, of("checkout", "EC2"), "500").
		put(monday-70, sunday, of("search", "EC2"), "300").
		put(monday-70, sunday, of("Search", "S3"), "60").
		put(monday-70, sunday, money.Group{Provider: "AWS", Service: "S3"}, "140")
}

// TestShowbackNamesTeamsAndWhatIsNobodys: each team has its total, whatever capitals
// its tags have; what names nobody is a line of its own.
func TestShowbackNamesTeamsAndWhatIsNobodys(t *testing.T) {
	t.Parallel()
	in := byTeam(threeTeams(t).input())
	s := judged(t, in).Showback
	if s == nil || len(s.Teams) != 2 || s.Others != nil || s.Untagged == nil {
		t.Fatalf("got %+v, want two teams and what is untagged", s)
	}
	for k, want := range []struct{ name, total string }{{"checkout", "2500"}, {"search", "1800"}} {
		if got := s.Teams[k]; got.Name != want.name || got.Total.String() != want.total || got.Before == nil || !got.Before.Change.IsZero() || got.Spike != nil {
			t.Errorf("team %d: got %+v, want %s with %s and no change", k, got, want.name, want.total)
		}
	}
	text := Text(Judge(in))
	for _, want := range []string{"By team:", "untagged", " 14 %", "month: $10K, ends at $15K"} {
		if !strings.Contains(text, want) {
			t.Errorf("the text does not say %q:\n%s", want, text)
		}
	}
	in.Settings.By = ""
	if m := judged(t, in); m.Showback != nil {
		t.Errorf("without `by` there is %+v", m.Showback)
	}
}

// TestMonthsOfTeamsAreToldWhereTheyMatter: not of teams whose month is lost in the doubt
// about the bill's own, and not where nothing can be foreseen. Their costs stay.
func TestMonthsOfTeamsAreToldWhereTheyMatter(t *testing.T) {
	t.Parallel()
	l := newLedger(t).put(monday-70, friday, of("large", "EC2"), "1000")
	for k := range 150 {
		l.put(monday-70, friday, of(fmt.Sprintf("tiny-%d", k), "EC2"), "3.50")
	}
	random := rand.New(rand.NewPCG(5, 5))
	for d := monday - 70; d <= friday; d++ { // nearly all of it on few days that nobody foresees
		l.put(d, d, of("erratic", "EC2"), []string{"1", "1", "1", "1", "1", "600"}[random.IntN(6)])
	}
	r := Judge(byTeam(l.input()))
	told := map[string]bool{}
	for team := range r.Money[0].Showback.Each() {
		told[team.Name] = team.Month != nil
		if team.Total.IsZero() {
			t.Errorf("%s costs nothing", team.Name)
		}
	}
	if !told["large"] || told["erratic"] || len(told) != maxTeams+1 {
		t.Errorf("months are told: %v, want that of the large team", told)
	}
	if text := Text(r); strings.Count(text, "ends at") != 2 {
		t.Errorf("want the month of all and of the large team:\n%s", text)
	}
}

// TestMoversAndSpikesNameTheirTeam: whose the largest part of it is, and in which
// account.
func TestMoversAndSpikesNameTheirTeam(t *testing.T) {
	t.Parallel()
	l := threeTeams(t)
	l.put(friday, friday, of("search", "EC2"), "900").put(friday, friday, of("checkout", "EC2"), "100")
	in := byTeam(l.input())
	m := judged(t, in)
	if len(m.Spikes) != 1 || len(m.Up) != 1 {
		t.Fatalf("got %d spikes and %d movers, want one of each", len(m.Spikes), len(m.Up))
	}
	same(t, "whose the spike is", m.Spikes[0].Causes, []Cause{{"team", "search", 90}, {"account", "acc-search", 90}})
	same(t, "whose the mover is", m.Up[0].Causes, []Cause{{"team", "search", 90}})
	for _, team := range m.Showback.Teams {
		if (team.Spike != nil) != (team.Name == "search") {
			t.Errorf("spike of %s: %+v, want one of search only", team.Name, team.Spike)
		}
	}
	text := Text(Judge(in))
	for _, want := range []string{"team search (90 %), account acc-search (90 %)", "+900.00 USD above expected on 20 Nov"} {
		if !strings.Contains(text, want) {
			t.Errorf("the text does not say %q:\n%s", want, text)
		}
	}
}

// TestFilterMakesADigestOneTeams: all figures are the team's, and a day on which only
// others were charged is not missing.
func TestFilterMakesADigestOneTeams(t *testing.T) {
	t.Parallel()
	l := threeTeams(t).put(monday+2, monday+2, of("batch", "EC2"), "70").put(monday-5, monday-5, of("batch", "EC2"), "50")
	in := byTeam(l.input())
	in.Filter = money.Filter{"Team": "BATCH"}
	r := Judge(in)
	m := r.Money[0]
	if m.Total.String() != "70" || m.Before.Was.String() != "50" || len(m.Days) != 5 || m.Partial || len(r.Missing) > 1 || m.Showback != nil {
		t.Errorf("got %s after %s over %d days, at least %v, missing %q, showback %v; want 70 after 50 over 5 days", m.Total, m.Before.Was, len(m.Days), m.Partial, r.Missing, m.Showback)
	}
	if text := Text(r); !strings.Contains(text, "Only Team BATCH.") {
		t.Errorf("the text does not say what it is about:\n%s", text)
	}
	in.Filter = money.Filter{"team": "nobody"}
	holds(t, Judge(in).Missing, "Nothing matches the digest's filter (team nobody).")
}

// TestTenThousandTeamsAreBounded: the largest are named, the rest is one line, and all
// of it is the total.
func TestTenThousandTeamsAreBounded(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	for n := range 10_000 {
		l.put(monday-1, monday, of(fmt.Sprintf("team %05d", n), "EC2"), fmt.Sprintf("%d.000001", 1+n%977))
	}
	m := judged(t, byTeam(l.input()))
	if len(m.Showback.Teams) != maxTeams || m.Showback.Others.Label() != "9,980 others" {
		t.Errorf("got %d teams and %q", len(m.Showback.Teams), m.Showback.Others.Label())
	}
	teamsAddUp(t, "10,000 teams", m)
}

// teamsAddUp checks totals and changes.
func teamsAddUp(t *testing.T, what string, m CurrencyReport) {
	t.Helper()
	var total, change money.Amount
	for team := range m.Showback.Each() {
		total = total.Add(team.Total)
		if team.Before != nil {
			change = change.Add(team.Before.Change)
		}
	}
	if total != m.Total || m.Before != nil && change != m.Before.Change {
		t.Errorf("%s: the teams have %s and a change of %s, the bill %s and %+v", what, total, change, m.Total, m.Before)
	}
}

// TestTeamsAddUp: of any bill, exactly and as printed to any number of decimals.
func TestTeamsAddUp(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(13, 7))
	for n := range 60 {
		in := byTeam(randomBill(t, random))
		teams := []string{"", "a", "A", "b", money.OtherTeams, "others", "untagged"}
		for k := range 30 {
			teams = append(teams, fmt.Sprint("team ", k))
		}
		regroup(in, func(g *money.Group) { g.Team = teams[random.IntN(len(teams))] })
		for _, m := range Judge(in).Money {
			teamsAddUp(t, fmt.Sprintf("bill %d", n), m)
			for places := range 7 {
				rounded := m.Rounded(places)
				rounded.Total = rounded.Total.Round(places)
				teamsAddUp(t, fmt.Sprintf("bill %d to %d decimals", n, places), rounded)
			}
		}
	}
}

// TestATagThatNobodyHas: it is said, because it may be another's name. A bill of nothing
// has no heading of teams without any.
func TestATagThatNobodyHas(t *testing.T) {
	t.Parallel()
	in := newLedger(t).put(monday-70, sunday, group("EC2"), "10").input()
	in.Settings.By = "costcenter"
	holds(t, Judge(in).Missing, "No charge of the week says its costcenter, so whose they are is not known: see whether `by` names a tag, a column or a label that they have.")
	in = newLedger(t).put(monday-70, sunday, group("EC2"), "0").input()
	in.Settings.By, in.Settings.Budgets = "team", []Budget{{Name: "all", Amount: 100}}
	text := Text(Judge(in))
	if strings.Contains(text, "By team:") || !strings.Contains(text, "  month: $0 of $100, ends at $0.\n") {
		t.Errorf("got:\n%s", text)
	}
}

// TestAFileWithoutRowsIsNamed: a note about its columns does not say why there are no figures.
func TestAFileWithoutRowsIsNamed(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	l.Known, l.Notes = false, []money.Note{{Text: "a.csv: there is no PricingCategory column"}}
	holds(t, Judge(l.input()).Missing, "FOCUS files: has no figures at all, so none of it is in here.")
}
