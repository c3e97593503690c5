package money

import (
	"math"
	"strconv"
	"strings"
)

// symbols are of the currencies that have one of their own; every other is named
// by its code.
var symbols = map[string]string{"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩"}

// Symbol is the currency as it stands at each amount where its name stands beside
// them, in tables and pictures: itself when it has a sign of its own, else nothing.
func Symbol(currency string) string {
	if symbols[currency] == "" {
		return ""
	}
	return currency
}

// Show writes an amount for people: "$52,010", "€3.40", "CHF 12.00", "1,200
// tokens", "-$3". From 1,000 on it is whole units, below 1 as many decimals as
// show two digits. The currency stands there as it is given: clean it first.
func Show(amount float64, currency string) string {
	return ShowTo(amount, currency, Decimals(amount))
}

// Decimals is how many decimals an amount of that size is shown with: 0 to 12.
func Decimals(largest float64) int {
	switch largest = math.Abs(largest); {
	case largest == 0 || largest >= 999.5 || math.IsNaN(largest) || math.IsInf(largest, 0):
		return 0
	case largest >= 1:
		return 2
	}
	return min(12, 1-int(math.Floor(math.Log10(largest))))
}

// ShowTo is Show with a number of decimals, so that amounts that stand below one
// another can be compared.
func ShowTo(amount float64, currency string, decimals int) string {
	size := math.Abs(amount)
	switch {
	case math.IsNaN(size) || math.IsInf(size, 0):
		return denoted(0, "?", currency)
	case size >= 1e18: // more than all money: a mistake, which is not to fill a page
		return denoted(amount, strconv.FormatFloat(size, 'e', 2, 64), currency)
	}
	return denoted(amount, Grouped(strconv.FormatFloat(size, 'f', decimals, 64)), currency)
}

// Signed is Show with a plus before what is more than nothing: "+$810".
func Signed(amount float64, currency string) string {
	return sign(Show(amount, currency))
}

// SignedTo is ShowTo with a plus before what is more than nothing.
func SignedTo(amount float64, currency string, decimals int) string {
	return sign(ShowTo(amount, currency, decimals))
}

func sign(shown string) string {
	if strings.HasPrefix(shown, "-") || !strings.ContainsAny(shown, "123456789") {
		return shown
	}
	return "+" + shown
}

// Short writes an amount for pictures: three digits and a letter for thousands
// (k), millions (M), billions (bn) and trillions (tn): "$5.5k", "€1.25M", "$224",
// "$0".
func Short(amount float64, currency string) string { return short(amount, currency, "k") }

// Brief is Short for sentences, with a capital K for thousands: "$142K", as
// configurations have it.
func Brief(amount float64, currency string) string { return short(amount, currency, "K") }

func short(amount float64, currency, thousand string) string {
	size := math.Abs(amount)
	if !(size < 1e18) {
		return Show(amount, currency)
	}
	for _, scale := range []struct {
		unit   float64
		letter string
	}{{1e12, "tn"}, {1e9, "bn"}, {1e6, "M"}, {1e3, thousand}} {
		if size < 0.9995*scale.unit {
			continue
		}
		size /= scale.unit
		decimals := max(0, 2-int(math.Floor(math.Log10(size*1.0005))))
		digits := strconv.FormatFloat(size, 'f', decimals, 64)
		if decimals > 0 {
			digits = strings.TrimRight(strings.TrimRight(digits, "0"), ".")
		}
		return denoted(amount, Grouped(digits)+scale.letter, currency)
	}
	decimals := Decimals(amount)
	if size >= 1 {
		decimals = max(0, 2-int(math.Floor(math.Log10(size))))
	}
	digits := strconv.FormatFloat(size, 'f', decimals, 64)
	if size >= 1 && decimals > 0 {
		digits = strings.TrimRight(strings.TrimRight(digits, "0"), ".")
	}
	return denoted(amount, digits, currency)
}

// denoted puts sign and currency to digits. Nothing has no sign.
func denoted(amount float64, digits, currency string) string {
	minus := ""
	if amount < 0 && strings.ContainsAny(digits, "123456789") {
		minus = "-"
	}
	switch symbol, ok := symbols[currency]; {
	case ok:
		return minus + symbol + digits
	case currency == "":
		return minus + digits
	case code(currency):
		return minus + currency + " " + digits
	}
	return minus + digits + " " + currency
}

// code reports whether a currency is named as ISO 4217 does.
func code(currency string) bool {
	return len(currency) == 3 && strings.Trim(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// Grouped puts commas into the whole part of a decimal number: 52010.5 is 52,010.5.
func Grouped(number string) string {
	whole, fraction, broken := strings.Cut(number, ".")
	for at := len(whole) - 3; at > 0 && whole[at-1] != '-'; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if broken {
		return whole + "." + fraction
	}
	return whole
}
