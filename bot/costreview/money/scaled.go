package money

import "math/bits"

// Scaled is n / 10^places, as columns of decimals hold amounts; more than 18
// decimals are rounded half to even. Amounts beyond ±10¹² are refused with
// [ErrRange].
func Scaled(n int64, places int) (Amount, error) {
	size := uint64(n)
	if n < 0 {
		size = -size
	}
	for ; places < 0 && size != 0; places++ {
		if size > maxWhole {
			return Amount{}, ErrRange
		}
		size *= 10
	}
	up := uint64(1)
	switch {
	case places > 2*decimals+1:
		size = 0 // below half of the last decimal: an int64 has 19 digits
	case places > decimals:
		by := power(places - decimals) // at most 10^19
		rest := size % by
		if size /= by; rest > by/2 || (rest == by/2 && size%2 == 1) {
			size++
		}
	default:
		up = power(decimals - max(places, 0))
	}
	hi, lo := bits.Mul64(size, up)
	if limitHi, limitLo := bits.Mul64(maxWhole, unit); hi > limitHi || (hi == limitHi && lo > limitLo) {
		return Amount{}, ErrRange
	}
	m := Amount{int64(hi), lo}
	if n < 0 {
		m = m.Neg()
	}
	return m, nil
}

// power is 10^n; n is at most 19.
func power(n int) uint64 {
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}
