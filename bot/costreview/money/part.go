package money

import "math/bits"

// Part is the k-th of n parts of an amount that are as equal as they can be; n is at
// least 1, k at least 0 and below n. All parts together are the amount to the last
// digit: what does not divide lies in the first ones.
func (m Amount) Part(k, n int) Amount {
	size := m.Abs()
	hi, rest := bits.Div64(0, uint64(size.hi), uint64(n))
	lo, rest := bits.Div64(rest, size.lo, uint64(n))
	part := Amount{int64(hi), lo}
	if uint64(k) < rest {
		part = part.Add(Amount{0, 1})
	}
	if m.Sign() < 0 {
		return part.Neg()
	}
	return part
}

// Whole reports whether an amount has no more than so many decimals: 0 for whole
// units, 2 for cents, at most 18.
func (m Amount) Whole(places int) bool {
	size := m.Abs()
	return bits.Rem64(uint64(size.hi), size.lo, power(decimals-places)) == 0
}

// Hash is a number that is the same for equal costs and one seed, and as good as never
// for others.
func (c Cost) Hash(seed uint64) uint64 {
	one := mul(c.Amount.lo^0x9e3779b97f4a7c15, uint64(c.Amount.hi)^seed<<32^0xd1b54a32d192ed03)
	return mul(one^c.Billed.lo, uint64(c.Billed.hi)^0xa0761d6478bd642f)
}

func mul(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
