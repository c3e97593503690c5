package config

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/promql"
)

// Budget is what a month may cost.
type Budget struct {
	Name   string       `yaml:"name"`
	Amount *Figure      `yaml:"amount"` // of the digest's main currency: 200K
	Per    string       `yaml:"per"`    // month, which is also what it is when the file gives none
	Filter money.Filter `yaml:"filter"` // which charges it is for; absent: all
	// Owners are told when the budget is nearly used up, or will be; absent: the route's.
	Owners []string `yaml:"owners"`
}

// Unit is something that the costs are divided by, beside users.
type Unit struct {
	Name   string       `yaml:"name"`   // what one of them is called: "1k requests"
	Query  string       `yaml:"query"`  // PromQL: how many there were in the seven days before it is asked
	Filter money.Filter `yaml:"filter"` // which charges they cause; absent: all
}

// maxCalled bounds the names of budgets and units, in characters.
const maxCalled = 60

// checkCalled checks names that people see and that tell entries of a list apart.
func checkCalled(p place, name, what string, seen map[string]bool) {
	switch key := strings.ToLower(name); {
	case name == "":
		p.missing(what)
	case utf8.RuneCountInString(name) > maxCalled || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		p.problem("a name is one line of at most %d characters", maxCalled)
	case seen[key]:
		p.problem("%q is given twice", name)
	default:
		seen[key] = true
	}
}

func checkBudgets(p place, budgets []Budget, by string) {
	seen := map[string]bool{}
	for i := range budgets {
		b, at := &budgets[i], p.at(i)
		checkCalled(at.at("name"), b.Name, "what tells this budget from others", seen)
		switch a := b.Amount; {
		case a == nil:
			at.at("amount").missing("what a month may cost, such as 200K")
		case a.Query != "" || a.Percent:
			at.at("amount").problem("a budget is an amount of money, such as 200K")
		case a.Value <= 0 || a.Value > 1e15:
			at.at("amount").problem("a budget is more than 0 and at most 1,000,000,000,000,000: write it like 200K")
		}
		switch b.Per {
		case "":
			b.Per = "month"
		case "month":
		default:
			at.at("per").problem("%.40q is not a span of a budget: month", b.Per)
		}
		checkFilter(at.at("filter"), b.Filter, by)
		at.at("owners").people(b.Owners)
	}
}

func checkUnits(p place, units []Unit, by string, hasPrometheus bool) {
	seen := map[string]bool{}
	for i, u := range units {
		at := p.at(i)
		checkCalled(at.at("name"), u.Name, `what one of them is called, such as "1k requests"`, seen)
		if u.Query == "" {
			at.at("query").missing("the PromQL that counts them over a week, such as 'sum(increase(http_requests_total[7d])) / 1000'")
		} else if !hasPrometheus {
			at.at("query").problem("nobody to ask: prometheus.url is missing")
		}
		if doubt := promql.Doubt(u.Query, 7*24*time.Hour); doubt != "" {
			at.at("query").warning("%s", doubt)
		}
		checkFilter(at.at("filter"), u.Filter, by)
	}
}
