package handbook

import (
	"fmt"
	"strings"
)

// Budget is what a number of users may cost a month by the sheet's two
// yardsticks, which disagree.
type Budget struct {
	Users    Users
	Tier     Tier
	PerUser  Dollars      // the table's cost for one user; 0 without users
	Band     *DollarRange // Q5's range for one user; nil where the sheet gives none
	Without  string       // for which users it gives none, and which ranges there are; empty with Band
	Monthly  DollarRange  // Q5's range for all users; zero without Band
	Factor   FactorRange  // how many times Monthly is the table's cost; zero without Band
	Patterns []Pattern    // the patterns, priced at 100M users
	Entry
}

// FactorRange is from Low to High times.
type FactorRange struct{ Low, High float64 }

// String is "80x to 120x".
func (f FactorRange) String() string {
	if f.Low == f.High {
		return number(f.Low, 4) + "x"
	}
	return number(f.Low, 4) + "x to " + number(f.High, 4) + "x"
}

// perUser returns Q5's range for so many users.
func (h *Handbook) perUser(u Users) (DollarRange, string, bool) {
	for _, q := range h.sheet.Answers.OneLiners {
		switch {
		case q.SmallUsers.given() && q.SmallUsers.Contains(u):
			return q.SmallCost, q.ID + ".small_cost", true
		case q.LargeUsers.given() && q.LargeUsers.Contains(u):
			return q.LargeCost, q.ID + ".large_cost", true
		}
	}
	return DollarRange{}, "", false
}

// Budget puts the table's monthly cost and the per-user range of Q5 side by
// side, with the factor between them. At 100M users and above the patterns'
// costs stand beside.
func (h *Handbook) Budget(u Users) Budget {
	out := Budget{Users: u, Tier: h.TierFor(u)}
	t := out.Tier
	b := h.answer(fmt.Sprintf("%s users: what a month may cost", u)).at(u)
	b.asked = everything
	text := fmt.Sprintf("%s a month for %s users", t.MonthlyCost, t.Users)
	if u > 0 {
		out.PerUser = t.MonthlyCost / Dollars(u)
		text += fmt.Sprintf(", %s per user", out.PerUser)
	}
	b.line("Table", text, t.ID+".users", t.ID+".monthly_cost")
	band, from, ok := h.perUser(u)
	if !ok {
		out.Without = h.without(u)
		b.line("Per user", "the sheet has "+out.Without, "Q5")
		out.Entry = b.done()
		return out
	}
	out.Band = &band
	out.Monthly = DollarRange{band.Low * Dollars(u), band.High * Dollars(u)}
	b.line("Per user", fmt.Sprintf("%s per user and month, so %s to %s a month", band, out.Monthly.Low, out.Monthly.High), from, "Q5")
	if t.MonthlyCost > 0 {
		out.Factor = FactorRange{float64(out.Monthly.Low / t.MonthlyCost), float64(out.Monthly.High / t.MonthlyCost)}
		b.line("Between them", "the per-user range is "+out.Factor.String()+" the table's cost", t.ID+".users", "Q5.small_users")
	}
	if u >= patternUsers {
		out.Patterns = h.Patterns()
		for _, p := range out.Patterns {
			b.line("Pattern "+p.Name, fmt.Sprintf("%s a month at %s users, %s per user", p.Cost, patternUsers, p.Cost/Dollars(patternUsers)), p.ID+".cost")
		}
	}
	out.Entry = b.done()
	return out
}

// patternUsers is the scale at which the sheet prices its patterns.
const patternUsers Users = 100e6

// without says for which users Q5 has no range, and which it has: "no range for
// 10M-100M users; $0.50-1.00 for 1M-10M, $0.20-0.30 for 100M+".
func (h *Handbook) without(u Users) string {
	text := "no range for 10M-100M users"
	if u < 1e6 {
		text = "no range for 0-1M users"
	}
	var given []string
	for _, q := range h.sheet.Answers.OneLiners {
		if q.SmallUsers.given() {
			given = append(given, fmt.Sprintf("%s for %s", q.SmallCost, q.SmallUsers))
		}
		if q.LargeUsers.given() {
			given = append(given, fmt.Sprintf("%s for %s", q.LargeCost, q.LargeUsers))
		}
	}
	return text + "; it has " + strings.Join(given, " and ")
}
