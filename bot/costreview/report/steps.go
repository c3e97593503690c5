package report

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/playbooks/handbook"
)

// costSteps sets each of the sheet's wins beside the spend that it applies to, and says
// what all open ones save together.
func costSteps(in Input, all []monthlyUsage, book *handbook.Handbook) (steps []CostStep, open []Saving) {
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
		}
		steps = append(steps, step)
	}
	w := wins{book.CostSteps(), steps}
	for _, u := range all {
		spends := w.spends(u)
		for i := range steps {
			if saving := w.saving(i, u, spends); steps[i].Applies && saving.Base > 0 {
				steps[i].Savings = append(steps[i].Savings, saving)
			}
		}
	}
	for i, s := range w.sheet {
		if steps[i].Applies {
			steps[i].Why = whyNot(s, steps[i], all)
		}
	}
	return steps, w.openSavings(all)
}

// whyNot says why a step that applies saves nothing, or not all.
func whyNot(s handbook.CostStep, step CostStep, all []monthlyUsage) string {
	unpriced := slices.ContainsFunc(all, func(u monthlyUsage) bool { return u.unpriced(s.Base) })
	switch {
	case len(all) == 0:
		return "its saving is not known: there are no figures of money"
	case unpriced && len(step.Savings) == 0:
		return "its saving is not known: no row says its PricingCategory"
	case unpriced:
		return "rows without PricingCategory are not counted"
	case len(step.Savings) > 0:
		return ""
	case uncategorised(all):
		return "its saving is not known: no row says its ServiceCategory"
	}
	return "there is nothing to save on: no " + s.Base.String() + " this week"
}

// rowOf is a group as the sheet's steps look at it.
func rowOf(g money.Group) handbook.Row {
	return handbook.Row{ServiceName: g.Service, ServiceCategory: g.Category, PricingCategory: g.Pricing, Batch: g.Batch}
}

// unpriced reports whether some rows would count if they said how they are priced.
func (u *monthlyUsage) unpriced(of handbook.Base) bool {
	for g, cost := range u.rows {
		row := rowOf(g)
		if of.Matches(row) || len(of.Pricing) == 0 || g.Pricing != "" || cost.Sign() <= 0 {
			continue
		}
		row.PricingCategory = of.Pricing[0]
		if of.Matches(row) {
			return true
		}
	}
	return false
}

func uncategorised(all []monthlyUsage) bool {
	for _, u := range all {
		for g := range u.rows {
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
