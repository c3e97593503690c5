package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/playbooks/handbook"
)

// costSteps sets each of the sheet's wins beside the spend that it applies to.
func costSteps(in Input, all []monthlyUsage, book *handbook.Handbook) (steps []CostStep) {
	org := in.Organisation.sheet(in.Organisation.growth(in.Week).Figure)
	groups := map[string]string{}
	for _, g := range book.CostGroups() {
		groups[g.Name] = fmt.Sprintf("%s win, %s", g.Name, g.Months)
	}
	for _, s := range book.CostSteps() {
		step := CostStep{ID: s.ID, Title: s.Name, Group: groups[s.Group], Effort: s.Effort, Adoption: adoption(in.Adoptions[s.ID], in.Now)}
		if s.EffortNote != "" {
			step.Effort += " (" + s.EffortNote + ")"
		}
		fits := s.Applies(org)
		step.Applies = fits.Applies
		if !fits.Applies {
			step.Why = fits.Reason
			steps = append(steps, step)
			continue
		}
		unpriced := false
		for _, u := range all {
			base, without := u.base(s.Base)
			unpriced = unpriced || without
			if base <= 0 {
				continue
			}
			step.Savings = append(step.Savings, Saving{
				Currency: u.currency, Low: float64(s.Saving.Low) * base, High: float64(s.Saving.High) * base,
				Base: base, Rows: s.Base.String(),
			})
		}
		switch {
		case len(all) == 0:
			step.Why = "its saving is not known: there are no figures of money"
		case unpriced && len(step.Savings) == 0:
			step.Why = "its saving is not known: no row says its PricingCategory"
		case unpriced:
			step.Why = "rows without PricingCategory are not counted"
		case len(step.Savings) == 0:
			step.Why = "there is nothing to save on: no " + s.Base.String() + " this week"
			if uncategorised(all) {
				step.Why = "its saving is not known: no row says its ServiceCategory"
			}
		}
		steps = append(steps, step)
	}
	return steps
}

// base is what the rows that a step applies to cost a month; unpriced: some rows
// would count if they said how they are priced.
func (u *monthlyUsage) base(of handbook.Base) (month float64, unpriced bool) {
	var sum money.Amount
	for g, cost := range u.rows {
		row := handbook.Row{ServiceName: g.Service, ServiceCategory: g.Category, PricingCategory: g.Pricing, Batch: g.Batch}
		if of.Matches(row) {
			sum = sum.Add(cost)
			continue
		}
		if len(of.Pricing) > 0 && g.Pricing == "" && cost.Sign() > 0 {
			row.PricingCategory = of.Pricing[0]
			unpriced = unpriced || of.Matches(row)
		}
	}
	return u.of(sum), unpriced
}

func uncategorised(all []monthlyUsage) bool {
	for _, u := range all {
		for g := range maps.Keys(u.rows) {
			if g.Category != "" {
				return false
			}
		}
	}
	return true
}

// adoption is what was decided, as it stands now: a step that was snoozed comes back.
func adoption(a Adoption, now time.Time) Adoption {
	a.State = cmp.Or(a.State, StepOpen)
	if !slices.Contains([]AdoptionState{StepOpen, StepAdopted, StepSnoozed}, a.State) ||
		a.State == StepSnoozed && !now.Before(a.Until) {
		a.State = StepOpen
	}
	return a
}
