package report

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/playbooks/handbook"
)

const (
	// spendWeeks is of how many whole weeks a level of spend is the mean, at most,
	// spendBack how many weeks back these are looked for, and spendNeeded how many
	// there have to be since a step was adopted.
	spendWeeks  = 4
	spendBack   = 8
	spendNeeded = 2
)

// student are the quantiles of Student's distribution that 80 % lie between, by
// degrees of freedom, the first of which is 1.
var student = [...]float64{3.078, 1.886, 1.638, 1.533, 1.476, 1.440}

// Spend is what the rows that cost steps apply to cost in whole weeks, in one
// currency. With an adoption it is what there was before.
type Spend struct {
	Currency string       `json:"currency"`
	Weeks    []money.Week `json:"weeks"` // oldest first
	Parts    []SpendPart  `json:"parts,omitempty"`
}

// SpendPart is the spend that the same steps apply to, week by week as Spend.Weeks:
// no row is in two parts.
type SpendPart struct {
	Steps []string       `json:"steps"`
	Weeks []money.Amount `json:"weeks"`
}

// Saved is what adopted steps changed in one currency, a month, and how far chance
// alone can have changed it: four times in five the truth lies within Doubt.
type Saved struct {
	Currency string   `json:"currency"`
	Was      float64  `json:"was"`
	Now      float64  `json:"now"`
	Doubt    float64  `json:"doubt"`
	Before   int      `json:"before,omitempty"` // whole weeks that Was is of
	Weeks    int      `json:"weeks,omitempty"`  // likewise Now
	Steps    []string `json:"steps,omitempty"`  // of all together: whose it is
}

// Sentence is what was saved, with its doubt, as a part of a sentence.
func (s Saved) Sentence(show func(float64) string) string {
	says := s.Short(show) + ": " + show(s.Was) + " before, " + show(s.Now) + " now"
	if s.Weeks > 0 {
		says = fmt.Sprintf("%s: %s over %s before it was adopted, %s over the last %d", s.Short(show), show(s.Was), textutil.Count(s.Before, "whole week"), show(s.Now), s.Weeks)
	}
	return says + "; other things change spend, too"
}

// Short is what was saved as a clause: "saved $1,200 ± $300 a month".
func (s Saved) Short(show func(float64) string) string {
	saved := s.Was - s.Now
	switch {
	case math.Abs(saved) <= s.Doubt:
		return "no saving shows yet, within ± " + show(s.Doubt) + " a month"
	case saved < 0:
		return "costs " + show(-saved) + " ± " + show(s.Doubt) + " more a month"
	}
	return "saved " + show(saved) + " ± " + show(s.Doubt) + " a month"
}

// Once says, of several steps together, how their common spend is counted.
func (s Saved) Once() string {
	if len(s.Steps) < 2 {
		return ""
	}
	return "; spend of several counts once, for the one adopted first"
}

// spend adds up what the rows of each step cost in the newest whole weeks up to the one
// under review. A week that lacks anything is none of them.
func (b *currencyLedger) spend(sheet []handbook.CostStep) Spend {
	s := Spend{Currency: b.currency}
	for k := 0; k < spendBack && len(s.Weeks) < spendWeeks; k++ {
		if w := b.week.Add(-k); b.whole(w) {
			s.Weeks = append(s.Weeks, w)
		}
	}
	slices.Reverse(s.Weeks)
	if len(s.Weeks) == 0 {
		return s
	}
	rows := map[handbook.Row][]money.Amount{} // by week
	b.countedFrom(s.Weeks[0].Monday(), func(_ *stream, d money.Day, g money.Group, c cost) {
		i := slices.Index(s.Weeks, money.WeekOf(d))
		if i < 0 || g.Kind != money.Usage {
			return
		}
		row := rowOf(g)
		if rows[row] == nil {
			rows[row] = make([]money.Amount, len(s.Weeks))
		}
		rows[row][i] = rows[row][i].Add(c.amount)
	})
	parts := map[string]*SpendPart{}
	for row, weeks := range rows {
		var steps []string
		for _, step := range sheet {
			if step.Base.Matches(row) {
				steps = append(steps, step.ID)
			}
		}
		if len(steps) == 0 {
			continue
		}
		key := strings.Join(steps, " ")
		if parts[key] == nil {
			parts[key] = &SpendPart{steps, make([]money.Amount, len(s.Weeks))}
		}
		for i, x := range weeks {
			parts[key].Weeks[i] = parts[key].Weeks[i].Add(x)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(parts)) {
		s.Parts = append(s.Parts, *parts[key])
	}
	return s
}

// whole reports whether all of a week is there.
func (b *currencyLedger) whole(w money.Week) bool {
	for d := w.Monday(); d < w.Add(1).Monday(); d++ {
		if !b.told[d] || len(b.gaps[d]) > 0 {
			return false
		}
	}
	return true
}

// of is the spend that a step applies to, without that of some other steps, in the
// weeks from one on.
func (s Spend) of(step string, without []string, from money.Week) (weeks []money.Amount) {
	for i, w := range s.Weeks {
		if w < from {
			continue
		}
		var sum money.Amount
		for _, p := range s.Parts {
			if slices.Contains(p.Steps, step) && !slices.ContainsFunc(p.Steps, func(id string) bool { return slices.Contains(without, id) }) {
				sum = sum.Add(p.Weeks[i])
			}
		}
		weeks = append(weeks, sum)
	}
	return weeks
}

// before is what an adoption of a step keeps of a report: the spend that the step
// applies to, by currency.
func (r Report) before(step string) (all []Spend) {
	for _, s := range r.Spend {
		s.Parts = slices.DeleteFunc(slices.Clone(s.Parts), func(p SpendPart) bool { return !slices.Contains(p.Steps, step) })
		if len(s.Parts) > 0 {
			all = append(all, s)
		}
	}
	return all
}

// measure says what each adopted step saved, and all of them together: what several
// apply to is counted for the one that was adopted first.
func (r *Report) measure() {
	var adopted []int
	for i, s := range r.Steps {
		if s.Adoption.State == StepAdopted {
			adopted = append(adopted, i)
		}
	}
	slices.SortStableFunc(adopted, func(i, j int) int { return r.Steps[i].Adoption.At.Compare(r.Steps[j].Adoption.At) })
	counted := map[string][]string{} // steps, by currency
	together := map[string]*Saved{}
	for _, i := range adopted {
		s := &r.Steps[i]
		if s.Unmeasured = s.Adoption.unmeasured(r.Digest); s.Unmeasured != "" {
			continue
		}
		from := money.WeekOf(money.DayOf(s.Adoption.At)).Add(1)
		for _, was := range s.Adoption.Before {
			k := slices.IndexFunc(r.Spend, func(now Spend) bool { return now.Currency == was.Currency })
			if k < 0 {
				continue
			}
			now := r.Spend[k]
			saved, ok := change(was.of(s.ID, nil, 0), now.of(s.ID, nil, from))
			if !ok {
				continue
			}
			saved.Currency = was.Currency
			s.Measured = append(s.Measured, saved)
			own, _ := change(was.of(s.ID, counted[was.Currency], 0), now.of(s.ID, counted[was.Currency], from))
			all := together[was.Currency]
			if all == nil {
				all = &Saved{Currency: was.Currency}
				together[was.Currency] = all
			}
			// Spend moves together, so doubts add up.
			all.Was, all.Now, all.Doubt, all.Steps = all.Was+own.Was, all.Now+own.Now, all.Doubt+own.Doubt, append(all.Steps, s.ID)
			counted[was.Currency] = append(counted[was.Currency], s.ID)
		}
		if len(s.Measured) == 0 {
			s.Unmeasured = fmt.Sprintf("not known yet: that takes %d whole weeks after %s", spendNeeded, s.Adoption.At.UTC().Format("2 Jan 2006"))
		}
	}
	for _, m := range r.Money { // the largest first
		if all := together[m.Currency]; all != nil {
			r.Saved = append(r.Saved, *all)
		}
	}
}

// unmeasured is why an adoption can never be measured in a digest; empty when it can.
func (a Adoption) unmeasured(digest string) string {
	switch {
	case a.From == "":
		return "not measured: adopted before this was kept"
	case a.From != digest:
		return "measured in the digest " + cmp.Or(clean(a.From), "of another name") + ", where it was adopted"
	case len(a.Before) == 0:
		return "not measured: no whole week of such spend was known when it was adopted"
	}
	return ""
}

// change compares weekly spend before and after, each made a month. ok is false while
// there are too few weeks.
func change(before, after []money.Amount) (s Saved, ok bool) {
	if len(before) == 0 || len(after) < spendNeeded {
		return s, false
	}
	was, offWas := level(before)
	now, offNow := level(after)
	n, m := float64(len(before)), float64(len(after))
	free := len(before) + len(after) - 2
	spread := math.Sqrt((offWas + offNow) / float64(free) * (1/n + 1/m))
	return Saved{Was: was, Now: now, Doubt: student[min(free, len(student))-1] * spread, Before: len(before), Weeks: len(after)}, true
}

// level is the mean of weeks, made a month, and the sum of the squares of how far they
// are from it.
func level(weeks []money.Amount) (mean, off float64) {
	const month = monthDays / 7
	var sum money.Amount
	for _, w := range weeks {
		sum = sum.Add(w)
	}
	mean = sum.Float64() / float64(len(weeks)) * month
	for _, w := range weeks {
		x := w.Float64()*month - mean
		off += x * x
	}
	return mean, off
}
