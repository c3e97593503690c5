package report

import (
	"fmt"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

const (
	// leastTold is how many different amounts two sources have to share to be no chance: what costs the same every hour does
	// so in many places.
	leastTold = 10
	// shareTold is of how many sums of the smaller source, on days that both have, that has to be so: one in three. Exports
	// that were made at different times differ in their last days.
	shareTold = 3
)

// toldTwice names sources of FOCUS files that tell the same amounts of the same days,
// accounts, services and whatever else tells charges apart: which files they have in
// common nobody knows here, so both count.
func toldTwice(readings []money.Reading) (all []string) {
	for i, b := range readings {
		for _, a := range readings[:i] {
			if a.Origin != money.FOCUS || b.Origin != money.FOCUS {
				continue
			}
			if same, of := sameSums(a.Days, b.Days); shareTold*same >= of && same > 0 {
				all = append(all, fmt.Sprintf("May be counted twice: %s tells the same as %s, of %d of %d sums of a day: give the same spend by one source only.", orUnnamed(b.Name, b.Source), orUnnamed(a.Name, a.Source), same, of))
			}
		}
	}
	return all
}

// sameSums is how many sums are the same in both, of how many that the one has which has
// fewer on the days that both have; none when their amounts are too few.
func sameSums(a, b money.Days) (same, of int) {
	amounts := map[money.Amount]bool{}
	hasA, hasB := 0, 0
	for day, groups := range a {
		others := b[day]
		if len(others) == 0 {
			continue
		}
		hasA, hasB = hasA+len(groups), hasB+len(others)
		for g, c := range groups {
			// The invoice's amount is the same, whichever column counts.
			if other, ok := others[g]; ok && other.Billed == c.Billed && !c.Billed.IsZero() {
				same++
				amounts[c.Billed] = true
			}
		}
	}
	if len(amounts) < leastTold {
		return 0, 0
	}
	return same, min(hasA, hasB)
}
