package digest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/testkit/blocktest"
)

// Signs on a line of the root in a window of 1280 px, and on a phone of 390 px: measured.
const (
	desktop = 90
	phone   = 40
)

// threeTeams is a bill of three teams over ten weeks, judged.
func threeTeams(t testing.TB, currencies, budgets, units int) report.Report {
	days := money.Days{}
	for _, c := range []string{"USD", "EUR", "JPY"}[:currencies] {
		for k, team := range []string{"platform", "data", "shop", ""} {
			g := money.Group{Provider: "AWS", Service: "Amazon Elastic Compute Cloud " + team, Team: team, Currency: c, Kind: money.Usage}
			for d := week47.Monday() - 63; d < week47.Monday()+7; d++ {
				x := amount(t, fmt.Sprint(4000-900*k+10*int(d-week47.Monday())))
				days.Add(d, g, money.Cost{Amount: x, Billed: x})
			}
			g.Kind = money.Tax
			days.Add(week47.Monday()+2, g, money.Cost{Amount: amount(t, "210"), Billed: amount(t, "210")})
		}
	}
	in := report.Input{Name: "weekly-cost-review", Week: week47, Now: week47.Add(2).Monday().Time()}
	in.Readings = []money.Reading{{Name: "files", Origin: money.FOCUS, Known: true, Newest: week47.Monday() + 6, Days: days}}
	in.Settings = report.Settings{By: "team", Currency: "USD"}
	in.Organisation.Users = report.Figure{Value: 4e6, Known: true}
	for k := range budgets {
		in.Settings.Budgets = append(in.Settings.Budgets, report.Budget{Name: fmt.Sprint("department ", k), Amount: 330_000 - 50_000*float64(k%2)})
	}
	for k := range units {
		u := report.UnitCount{Name: fmt.Sprintf("%dk requests", k+1), Weeks: map[money.Week]float64{}}
		if k == 0 && units > 3 { // it does not take the place of what is known
			u.Why = "how many there were could not be measured: Prometheus gives 2 series for \"x\", expected one"
		} else {
			for back := range 8 {
				u.Weeks[week47.Add(-back)] = float64((k + 1) * (1000 + 10*back))
			}
		}
		in.Units = append(in.Units, u)
	}
	return report.Judge(in)
}

// lineOf is on which line of a message people see some words first, in a window that is
// so many signs wide; 0: on none. Blocks are a line, and more where they are wider.
func lineOf(text, words string, width int) int {
	seen := 0
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(strings.NewReplacer("**", "", "//", "").Replace(line))
		if line == "" || strings.HasPrefix(line, "text: ") {
			continue
		}
		if at := strings.Index(line, words); at >= 0 {
			return seen + 1 + at/width
		}
		seen += 1 + len(line)/width
	}
	return 0
}

// TestThreeQuestionsAreAnsweredFirst: whether we stay in the budget, whose the costs are
// and what one unit costs stands in the first ten lines of the root, above the picture,
// whatever else a week has to say.
func TestThreeQuestionsAreAnsweredFirst(t *testing.T) {
	for currencies := 1; currencies <= 3; currencies++ {
		for _, budgets := range []int{1, 2, 7} {
			for _, units := range []int{0, 1, 2, 12} {
				r := threeTeams(t, currencies, budgets, units)
				v := View{Report: r, Command: "/playbook", Number: 7}
				if units == 12 {
					v.Belongs, v.BelongsWhy = "#cost-review", "the channel is archived"
				}
				root := Render(v)[0]
				text := blocktest.Readable(t, root.Message)
				name := fmt.Sprintf("%d currencies, %d budgets, %d units", currencies, budgets, units)
				unit := map[int]string{0: "Per user: $", 1: "Per 1k requests: $", 2: "Per 1k requests: $", 12: "Per 2k requests: $"}[units]
				for question, answer := range map[string]string{"in budget": "ends at $", "whose": "By team: platform $", "what one costs": unit} {
					if line := lineOf(text, answer, desktop); line == 0 || line > 10 {
						t.Errorf("%s: %q stands on line %d, want it within ten:\n%s", name, question, line, text)
					}
					if line := lineOf(text, answer, phone); line == 0 || line > 18 {
						t.Errorf("%s: %q stands on line %d of a phone, want it on the first screen:\n%s", name, question, line, text)
					}
				}
				root.File = "F1"
				if ids := blocktest.BlockIDs(root.Shown()); strings.Index(ids, "months") > strings.Index(ids, "picture:") {
					t.Errorf("%s: got blocks %s, want the answers above the picture", name, ids)
				}
			}
		}
	}
}

// TestBudgetsThatAreOverGoFirst: of more budgets than the root has lines for.
func TestBudgetsThatAreOverGoFirst(t *testing.T) {
	r := richReport(t)
	over := r.Money[0].Months[0]
	fine := r.Money[0].Months[1]
	over.Name = "the one that is over"
	r.Money[0].Months = []report.MonthEnd{fine, fine, fine, over}
	text := blocktest.Readable(t, Render(View{Report: r, Command: "/playbook", Number: 7})[0].Message)
	for _, want := range []string{"Data to Sun 22 Nov. Month, the one that is over: $142K of $200K", "in USD\n  ⚠️ **Month, the one that is over**", " · 2 more in the thread\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("the root does not say %q:\n%s", want, text)
		}
	}
}
