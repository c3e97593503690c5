package money

import (
	"cmp"
	"math/big"
	"slices"
)

// Round is the nearest amount of so many decimals, 0 to 18; halves go away from
// zero.
func (m Amount) Round(places int) Amount {
	step := stepOf(places).big()
	n := m.Abs().big()
	n.Add(n, new(big.Int).Rsh(step, 1))
	n.Mul(n.Quo(n, step), step)
	rounded := amountOf(n)
	if m.Sign() < 0 {
		return rounded.Neg()
	}
	return rounded
}

// Apportion rounds parts to so many decimals, 0 to 18, such that they add up to
// total, which has no more decimals than that: each to the nearest, then those that
// rounding took most from get the rest (the largest remainder method). A part that
// is nothing stays nothing.
func Apportion(total Amount, parts []Amount, places int) []Amount {
	rounded := make([]Amount, len(parts))
	var order []int
	left := total
	for i, part := range parts {
		rounded[i] = part.Round(places)
		left = left.Sub(rounded[i])
		if !part.IsZero() {
			order = append(order, i)
		}
	}
	step := stepOf(places)
	if left.Sign() < 0 {
		step = step.Neg()
	}
	lost := func(i int) Amount { // in the direction of what is left
		if left.Sign() < 0 {
			return rounded[i].Sub(parts[i])
		}
		return parts[i].Sub(rounded[i])
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Or(lost(y).Cmp(lost(x)), cmp.Compare(x, y)) })
	for at := 0; !left.IsZero() && at < len(order); at++ {
		rounded[order[at]] = rounded[order[at]].Add(step)
		left = left.Sub(step)
	}
	return rounded
}

// stepOf is the last of so many decimals.
func stepOf(places int) Amount { return Amount{lo: power(decimals - min(max(places, 0), decimals))} }
