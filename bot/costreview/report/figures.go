package report

import (
	"math"
	"slices"
	"strconv"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/costreview/money"
)

// amount writes money for people: two decimals, thousands apart. What is not
// nothing but would be written so gets three digits that count.
func amount(x float64) string {
	if x != 0 && math.Abs(x) < 0.005 {
		return threeDigits(x)
	}
	return money.Grouped(strconv.FormatFloat(x, 'f', 2, 64))
}

// threeDigits writes a small number without an exponent.
func threeDigits(x float64) string {
	short, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 3, 64), 64)
	if err != nil {
		return "0.00"
	}
	return strconv.FormatFloat(short, 'f', -1, 64)
}

// list names days in few words: a run is "16 to 20 Nov".
func list(days []money.Day) string {
	days = slices.Clone(days)
	slices.Sort(days)
	var parts []string
	for i := 0; i < len(days); {
		j := i
		for j+1 < len(days) && days[j+1] == days[j]+1 {
			j++
		}
		switch {
		case j > i+1:
			parts = append(parts, day(days[i])+" to "+day(days[j]))
		case j > i:
			parts = append(parts, day(days[i]), day(days[j]))
		default:
			parts = append(parts, day(days[i]))
		}
		i = j + 1
	}
	return textutil.List(parts)
}

// one writes a number with one decimal.
func one(x float64) string { return money.Grouped(strconv.FormatFloat(x, 'f', 1, 64)) }

// signed is an amount with its sign, for a change.
func signed(x float64) string {
	if x > 0 {
		return "+" + amount(x)
	}
	return amount(x)
}
