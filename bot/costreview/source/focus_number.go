package source

import (
	"math"
	"math/big"
	"strconv"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// parseMoney is [money.ParseMoney], quick for E notation too: some providers write
// every second amount as 1.6059E-05, and reading that the general way costs as
// much as reading the row.
func parseMoney(text string) (money.Amount, error) {
	if n, places, ok := scientific(text); ok {
		if m, err := money.Scaled(n, places); err == nil {
			return m, nil
		}
	}
	return money.ParseMoney(text)
}

// scientific takes 1.6059E-05 apart: 16059 and 9 places. It is only for numbers of
// at most 18 digits with an exponent of at most two.
func scientific(text string) (n int64, places int, ok bool) {
	mark := len(text) - 3 // 1E-5, 1E-05
	if mark < 1 || (text[mark]|0x20 != 'e' && (mark < 2 || text[mark-1]|0x20 != 'e')) {
		return 0, 0, false
	}
	if text[mark]|0x20 != 'e' {
		mark--
	}
	exponent, signed := text[mark+1:], byte(0)
	if exponent[0] == '-' || exponent[0] == '+' {
		signed, exponent = exponent[0], exponent[1:]
	}
	power, ok := digits(exponent)
	if !ok || exponent == "" || len(exponent) > 2 {
		return 0, 0, false
	}
	if places = power; signed != '-' {
		places = -power
	}
	at, negative := 0, false
	if text[0] == '-' || text[0] == '+' {
		at, negative = 1, text[0] == '-'
	}
	count, point := 0, -1
	for ; at < mark; at++ {
		switch c := text[at]; {
		case c >= '0' && c <= '9':
			n = n*10 + int64(c-'0')
			count++
		case c == '.' && point < 0 && count > 0 && at+1 < mark:
			point = count
		default:
			return 0, 0, false
		}
	}
	if count == 0 || count > 18 {
		return 0, 0, false
	}
	if point >= 0 {
		places += count - point
	}
	if negative {
		n = -n
	}
	return n, places, true
}

// fromFloat is a binary fraction as the shortest decimal that reads back as the
// same: what its writer meant.
func fromFloat(f float64, bits int) (money.Amount, error) {
	// A decimal of at most 15 digits is the only such one that reads as its double
	// (IEEE 754: DBL_DIG), so one with 11 decimals that does is the shortest. Costs
	// mostly are of that kind, and this is twenty times as quick as looking for it.
	if whole := math.Round(f * 1e11); bits == 64 && math.Abs(whole) < 1e15 && whole/1e11 == f {
		return money.Scaled(int64(whole), 11)
	}
	var buffer [32]byte
	return parseMoney(string(strconv.AppendFloat(buffer[:0], f, 'e', -1, bits)))
}

// fromBigEndian is a two's complement number of any length / 10^scale, as Parquet
// keeps decimals.
func fromBigEndian(data []byte, scale int) (money.Amount, error) {
	if len(data) <= 8 || isInt64(data) {
		var n int64
		if len(data) > 0 && data[0]&0x80 != 0 {
			n = -1
		}
		for _, b := range data {
			n = n<<8 | int64(b)
		}
		return money.Scaled(n, scale)
	}
	n := new(big.Int).SetBytes(data)
	if data[0]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(data))))
	}
	return money.ParseMoney(n.String() + "E" + strconv.Itoa(-scale))
}

// isInt64 reports whether all bytes but the last eight only repeat the sign.
func isInt64(data []byte) bool {
	split := len(data) - 8
	sign := byte(0)
	if data[split]&0x80 != 0 {
		sign = 0xff
	}
	for _, b := range data[:split] {
		if b != sign {
			return false
		}
	}
	return true
}
