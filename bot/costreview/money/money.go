// Package money says what was spent: exact amounts of money, days, and the
// groups that charges fall into. It reads nothing and judges nothing; sources
// fill it, the store keeps it, and the digest judges it.
package money

import (
	"errors"
	"fmt"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

// Amount is an exact amount of one currency: a 128-bit number of 10⁻¹⁸ units. Sums
// are the same in any order, so equal files give equal digests to the last digit.
// The zero value is nothing.
type Amount struct {
	hi int64
	lo uint64
}

const (
	decimals = 18
	unit     = 1_000_000_000_000_000_000 // 10^decimals
	// maxText bounds a number as text; binary fractions print at most 25 characters.
	maxText = 64
	// maxWhole bounds one amount, in units: a hundred million of the largest do
	// not overflow a sum.
	maxWhole = 1_000_000_000_000
)

// ErrRange says that an amount is too large to be one.
var ErrRange = errors.New("larger than 1,000,000,000,000")

// ParseMoney reads a decimal number such as 12.5, -0.00000080000 or 1.2E-05; more
// than 18 decimals are rounded half to even. It refuses everything else, amounts
// beyond ±10¹² with [ErrRange].
func ParseMoney(text string) (Amount, error) {
	if m, ok := parsePlain(text); ok {
		return m, nil
	}
	if text == "" || len(text) > maxText {
		return Amount{}, fmt.Errorf("%.20q is not a number", text)
	}
	return parseSlow(text)
}

// parsePlain reads the common form without allocating: up to 12 digits, and up to
// 18 after the point.
func parsePlain(text string) (Amount, bool) {
	at, negative := 0, false
	if text != "" && (text[0] == '-' || text[0] == '+') {
		at, negative = 1, text[0] == '-'
	}
	var whole, fraction uint64
	digits := 0
	for ; at < len(text) && isDigit(text[at]); at++ {
		whole = whole*10 + uint64(text[at]-'0')
		digits++
	}
	if digits == 0 || digits > 12 {
		return Amount{}, false
	}
	places := 0
	if at < len(text) && text[at] == '.' {
		for at++; at < len(text) && isDigit(text[at]); at++ {
			fraction = fraction*10 + uint64(text[at]-'0')
			if places++; places > decimals {
				return Amount{}, false
			}
		}
		if places == 0 {
			return Amount{}, false
		}
	}
	if at != len(text) {
		return Amount{}, false
	}
	for ; places < decimals; places++ {
		fraction *= 10
	}
	hi, lo := bits.Mul64(whole, unit)
	lo, carry := bits.Add64(lo, fraction, 0)
	m := Amount{int64(hi + carry), lo}
	if negative {
		m = m.Neg()
	}
	return m, true
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func parseSlow(text string) (Amount, error) {
	mantissa, exponent, hasExponent := strings.Cut(strings.ToLower(text), "e")
	shift := 0
	if hasExponent {
		var err error
		if shift, err = strconv.Atoi(exponent); err != nil || shift < -400 || shift > 400 {
			return Amount{}, fmt.Errorf("%q is not a number", text)
		}
	}
	sign := mantissa
	mantissa = strings.TrimLeft(mantissa, "+-")
	if len(sign)-len(mantissa) > 1 {
		return Amount{}, fmt.Errorf("%q is not a number", text)
	}
	whole, fraction, hasPoint := strings.Cut(mantissa, ".")
	digits := whole + fraction
	if digits == "" || (hasPoint && fraction == "" && whole == "") || strings.ContainsFunc(digits, func(r rune) bool { return r < '0' || r > '9' }) {
		return Amount{}, fmt.Errorf("%q is not a number", text)
	}
	n, _ := new(big.Int).SetString(digits, 10)
	if shift += decimals - len(fraction); shift >= 0 {
		if n.Sign() != 0 && len(strings.TrimLeft(digits, "0"))+shift > decimals+13 {
			return Amount{}, fmt.Errorf("%q is %w", text, ErrRange)
		}
		n.Mul(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(shift)), nil))
	} else {
		n = roundHalfEven(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(-shift)), nil))
	}
	if n.Cmp(new(big.Int).Mul(big.NewInt(maxWhole), big.NewInt(unit))) > 0 {
		return Amount{}, fmt.Errorf("%q is %w", text, ErrRange)
	}
	m := amountOf(n)
	if strings.HasPrefix(sign, "-") {
		m = m.Neg()
	}
	return m, nil
}

// amountOf is n of the smallest units; n is not negative.
func amountOf(n *big.Int) Amount {
	lo := new(big.Int).And(n, new(big.Int).SetUint64(^uint64(0))).Uint64()
	return Amount{new(big.Int).Rsh(n, 64).Int64(), lo}
}

// roundHalfEven divides two positive numbers.
func roundHalfEven(n, by *big.Int) *big.Int {
	quotient, rest := new(big.Int).QuoRem(n, by, new(big.Int))
	twice := rest.Lsh(rest, 1)
	if c := twice.Cmp(by); c > 0 || (c == 0 && quotient.Bit(0) == 1) {
		quotient.Add(quotient, big.NewInt(1))
	}
	return quotient
}

// Add returns m + other.
func (m Amount) Add(other Amount) Amount {
	lo, carry := bits.Add64(m.lo, other.lo, 0)
	hi, _ := bits.Add64(uint64(m.hi), uint64(other.hi), carry)
	return Amount{int64(hi), lo}
}

// Sub returns m − other.
func (m Amount) Sub(other Amount) Amount { return m.Add(other.Neg()) }

// Neg returns −m.
func (m Amount) Neg() Amount {
	lo, borrow := bits.Sub64(0, m.lo, 0)
	hi, _ := bits.Sub64(0, uint64(m.hi), borrow)
	return Amount{int64(hi), lo}
}

// Abs returns the amount without its sign.
func (m Amount) Abs() Amount {
	if m.Sign() < 0 {
		return m.Neg()
	}
	return m
}

// Sign is -1, 0 or 1.
func (m Amount) Sign() int {
	switch {
	case m.hi < 0:
		return -1
	case m.hi == 0 && m.lo == 0:
		return 0
	}
	return 1
}

// IsZero reports whether it is nothing.
func (m Amount) IsZero() bool { return m.Sign() == 0 }

// Cmp is -1 when m is less than other, 0 when equal, 1 when more.
func (m Amount) Cmp(other Amount) int { return m.Sub(other).Sign() }

// Float64 is the nearest number that statistics can work with.
func (m Amount) Float64() float64 {
	// One division of two numbers that a float64 holds exactly is rounded once: to the same.
	abs := m.Abs()
	for _, few := range []struct {
		unit   uint64 // of the decimals that are left out
		others float64
	}{{1e7, 1e11}, {1e12, 1e6}} {
		if uint64(abs.hi) >= few.unit {
			continue
		}
		if whole, rest := bits.Div64(uint64(abs.hi), abs.lo, few.unit); rest == 0 && whole < 1<<53 {
			return float64(m.Sign()) * (float64(whole) / few.others)
		}
	}
	f, _ := new(big.Rat).SetFrac(m.big(), big.NewInt(unit)).Float64()
	return f
}

func (m Amount) big() *big.Int {
	n := new(big.Int).Lsh(big.NewInt(m.hi), 64)
	return n.Add(n, new(big.Int).SetUint64(m.lo))
}

// String is the exact decimal number, without trailing zeros after the point.
func (m Amount) String() string {
	digits := m.Abs().big().String()
	if len(digits) <= decimals {
		digits = strings.Repeat("0", decimals+1-len(digits)) + digits
	}
	whole, fraction := digits[:len(digits)-decimals], strings.TrimRight(digits[len(digits)-decimals:], "0")
	if fraction != "" {
		whole += "." + fraction
	}
	if m.Sign() < 0 {
		return "-" + whole
	}
	return whole
}

// MarshalText implements encoding.TextMarshaler: JSON holds a text, because its
// numbers lose digits in most readers.
func (m Amount) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (m *Amount) UnmarshalText(text []byte) error {
	sum, ok := new(big.Int), false
	whole, fraction, _ := strings.Cut(string(text), ".")
	if whole != "" && len(text) <= maxText && len(fraction) <= decimals {
		sum, ok = sum.SetString(whole+fraction+strings.Repeat("0", decimals-len(fraction)), 10)
	}
	if !ok || sum.BitLen() > 126 {
		return fmt.Errorf("%.20q is not an amount", text)
	}
	negative := sum.Sign() < 0
	*m = amountOf(sum.Abs(sum))
	if negative {
		*m = m.Neg()
	}
	return nil
}
