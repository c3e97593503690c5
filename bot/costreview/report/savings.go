package report

import (
	"maps"
	"slices"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/playbooks/handbook"
)

// wins are the sheet's cost steps with where they stand, so that no spend is saved on
// twice: what one step saves is no longer there for the next.
type wins struct {
	sheet []handbook.CostStep
	steps []CostStep // the same ones
}

// spend is what the rows cost a month that the same steps apply to.
type spend struct {
	of    string // a byte for each step: 1 when it applies
	month float64
}

func (s spend) counts(step int) bool { return s.of[step] == 1 }

// spends cuts a currency's usage by which steps apply to it. Their order depends on
// the steps only.
func (w wins) spends(u monthlyUsage) []spend {
	sums := map[string]monthlyUsage{}
	for g, cost := range u.rows {
		row := rowOf(g)
		of := make([]byte, len(w.sheet))
		for i, s := range w.sheet {
			if w.steps[i].Applies && s.Base.Matches(row) {
				of[i] = 1
			}
		}
		part, ok := sums[string(of)]
		if !ok {
			part = newMonthlyUsage(u.currency, u.days)
			sums[string(of)] = part
		}
		part.rows[g] = cost
	}
	var all []spend
	for _, of := range slices.Sorted(maps.Keys(sums)) {
		part := sums[of]
		all = append(all, spend{of, part.total()})
	}
	return all
}

// among are those steps for which a state says so.
func (w wins) among(state AdoptionState) (all []int) {
	for i, s := range w.steps {
		if s.Applies && s.Adoption.State == state {
			all = append(all, i)
		}
	}
	return all
}

// before are the adopted steps whose saving comes off before that of a step: all of
// them, of an adopted step those that were adopted earlier.
func (w wins) before(step int) (all []int) {
	own := w.steps[step].Adoption
	for _, i := range w.among(StepAdopted) {
		other := w.steps[i].Adoption
		later := own.State == StepAdopted && (other.At.After(own.At) || other.At.Equal(own.At) && i > step)
		if i != step && !later {
			all = append(all, i)
		}
	}
	return all
}

// left is which shares of a spend at least and at most are left after steps.
func (w wins) left(s spend, after []int) (low, high float64) {
	low, high = 1, 1
	for _, i := range after {
		if s.counts(i) {
			low *= 1 - float64(w.sheet[i].Saving.High)
			high *= 1 - float64(w.sheet[i].Saving.Low)
		}
	}
	return low, high
}

// saving is what one step saves of what others leave.
func (w wins) saving(step int, u monthlyUsage, all []spend) Saving {
	own, before := w.sheet[step], w.before(step)
	out := Saving{Currency: u.currency, Rows: own.Base.String()}
	for _, s := range all {
		if !s.counts(step) {
			continue
		}
		low, high := w.left(s, before)
		out.Base += s.month
		out.Low += float64(own.Saving.Low) * low * s.month
		out.High += float64(own.Saving.High) * high * s.month
		out.LeftLow += low * s.month
		out.LeftHigh += high * s.month
		out.After = append(out.After, w.ids(s, before)...)
		if w.steps[step].Adoption.State != StepAdopted {
			out.With = append(out.With, w.ids(s, slices.DeleteFunc(w.among(StepOpen), func(i int) bool { return i == step }))...)
		}
	}
	out.After, out.With = unique(out.After), unique(out.With)
	if len(out.After) == 0 {
		out.LeftLow, out.LeftHigh = 0, 0
	}
	if len(out.With) > 0 {
		together := []int{step}
		for i, s := range w.steps {
			if i != step && slices.Contains(out.With, s.ID) {
				together = append(together, i)
			}
		}
		out.TogetherLow, out.TogetherHigh, _ = w.together(together, all)
	}
	return out
}

// ids are those of the steps that a spend counts for.
func (w wins) ids(s spend, steps []int) (all []string) {
	for _, i := range steps {
		if s.counts(i) && s.month > 0 {
			all = append(all, w.steps[i].ID)
		}
	}
	return all
}

// together is what steps save in all, each of what the others leave, and of which
// spend.
func (w wins) together(steps []int, all []spend) (low, high, base float64) {
	adopted := w.among(StepAdopted)
	for _, s := range all {
		if !slices.ContainsFunc(steps, s.counts) {
			continue
		}
		leastLeft, mostLeft := w.left(s, adopted)
		saveMost, saveLeast := w.left(s, steps) // what they leave: the least when they save most
		low += s.month * leastLeft * (1 - saveLeast)
		high += s.month * mostLeft * (1 - saveMost)
		base += s.month
	}
	return low, high, base
}

// openSavings are what all open steps save together, by currency.
func (w wins) openSavings(all []monthlyUsage) (savings []Saving) {
	open := w.among(StepOpen)
	for _, u := range all {
		low, high, base := w.together(open, w.spends(u))
		if base > 0 && high > 0 {
			savings = append(savings, Saving{Currency: u.currency, Low: low, High: high, Base: base})
		}
	}
	return savings
}

// LeftSentence says what adopted steps leave of the spend; empty when there are none.
// Show writes an amount.
func (s Saving) LeftSentence(show func(float64) string) string {
	if len(s.After) == 0 {
		return ""
	}
	verb := textutil.Plural(len(s.After), "leaves", "leave")
	return textutil.List(s.After) + " " + verb + " " + fromTo(s.LeftLow, s.LeftHigh, show) + " of that"
}

// TogetherSentence says which other steps count the same spend, and what all of them
// save together at most; empty when there are none.
func (s Saving) TogetherSentence(show func(float64) string) string {
	if len(s.With) == 0 {
		return ""
	}
	says := "Counts the same spend as " + textutil.List(s.With)
	if s.TogetherHigh == 0 {
		return says
	}
	return says + ": together they save " + fromTo(s.TogetherLow, s.TogetherHigh, show)
}

// fromTo is a range, or one figure when both are shown alike.
func fromTo(low, high float64, show func(float64) string) string {
	if show(low) == show(high) {
		return show(low)
	}
	return show(low) + " to " + show(high)
}
