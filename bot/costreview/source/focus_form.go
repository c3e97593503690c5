package source

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// order is how a date such as 4/1/25 is read.
type order int

const (
	orderUnknown order = iota
	monthFirst         // 4/1/25 is 1 April
	dayFirst           // 4/1/25 is 4 January
	orderMixed         // some rows tell the one, some the other
)

// decimals is what stands before a number's decimals.
type decimals int

const (
	decimalsUnknown decimals = iota
	decimalPoint
	decimalComma
)

// form is how a text writes dates and numbers where it does not follow FOCUS: proven
// from all of its rows, because one alone may be read in two ways.
type form struct {
	proven   bool
	dates    order
	decimals decimals
}

// errForm says that a row cannot be read before the file's form is known.
var errForm = errors.New("the form of its dates and numbers is not known yet")

// numericDate takes a date of three numbers apart, such as 4/1/25, 04.01.2025 or
// 2025/4/1 with a time behind it; first is -1 when the year comes first.
func numericDate(text string) (first, second, year int, clock string, ok bool) {
	text, clock, _ = strings.Cut(strings.TrimSpace(text), " ")
	at := strings.IndexAny(text, "/.-")
	if at < 1 {
		return 0, 0, 0, "", false
	}
	parts := strings.Split(text, text[at:at+1])
	if len(parts) != 3 {
		return 0, 0, 0, "", false
	}
	var n [3]int
	for k, part := range parts {
		if len(part) == 0 || len(part) > 4 || len(part) == 3 {
			return 0, 0, 0, "", false
		}
		if n[k], ok = digits(part); !ok {
			return 0, 0, 0, "", false
		}
	}
	switch {
	case len(parts[0]) == 4 && len(parts[1]) <= 2 && len(parts[2]) <= 2:
		return -1, n[1]*100 + n[2], n[0], clock, true
	case len(parts[0]) > 2 || len(parts[1]) > 2:
		return 0, 0, 0, "", false
	case len(parts[2]) == 2:
		n[2] += firstYear
	}
	return n[0], n[1], n[2], clock, true
}

// dateIn reads a date of three numbers in an order.
func dateIn(text string, in order) (moment, bool) {
	first, second, year, clock, ok := numericDate(text)
	month, date := first, second
	switch {
	case first < 0:
		month, date = second/100, second%100
	case in == dayFirst:
		month, date = second, first
	}
	day, real := dayOf(year, month, date)
	if !ok || !real {
		return moment{}, false
	}
	m := moment{day: day}
	if clock == "" {
		return m, true
	}
	for _, layout := range [...]string{"15:04", "15:04:05", "3:04 PM", "3:04:05 PM", "15:04Z", "15:04:05Z"} {
		if at, err := time.Parse(layout, strings.ToUpper(clock)); err == nil {
			m.minute = at.Hour()*60 + at.Minute()
			return m, true
		}
	}
	return moment{}, false
}

// date reads a date that FOCUS' form did not fit. errForm: the order has to be known.
func (f form) date(text string) (moment, error) {
	if m, ok := parseMoment(strings.TrimSpace(text)); ok {
		return m, nil
	}
	first, _, _, _, ok := numericDate(text)
	if ok && first >= 0 {
		switch {
		case !f.proven:
			return moment{}, errForm
		case f.dates == orderMixed:
			return moment{}, fmt.Errorf("%.40q cannot be read, because in some rows the month comes first and in some the day: write dates like 2025-04-01", text)
		case f.dates == orderUnknown:
			return moment{}, fmt.Errorf("%.40q may begin with the month or with the day, and no date of the file tells which: write dates like 2025-04-01", text)
		}
	}
	if m, read := dateIn(text, f.dates); ok && read {
		return m, nil
	}
	return moment{}, fmt.Errorf("%.40q is not a date of this century", text)
}

// bareNumber takes away blanks, a sign of a currency, and brackets, which bookkeepers
// write for a minus; what is left are digits and separators.
func bareNumber(text string) (bare string, negative, ok bool) {
	if len(text) > 64 {
		return "", false, false
	}
	trim := func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Sc, r) }
	text = strings.TrimFunc(text, trim)
	if strings.HasPrefix(text, "(") && strings.HasSuffix(text, ")") {
		negative, text = true, strings.TrimFunc(text[1:len(text)-1], trim)
	} else if strings.HasPrefix(text, "-") || strings.HasPrefix(text, "+") {
		negative, text = text[0] == '-', strings.TrimFunc(text[1:], trim)
	}
	digit := false
	for _, r := range text {
		digit = digit || isDigit(r)
		if !isDigit(r) && !strings.ContainsRune(".,'’ \u00a0\u202f", r) {
			return "", false, false
		}
	}
	return text, negative, digit
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// ungrouped is a bare number without what stands between its thousands, and with a
// point before its decimals; ok is false when its groups are none of three digits.
func ungrouped(bare string, point byte) (plain string, ok bool) {
	whole, decimals, broken := strings.Cut(bare, string(point))
	if broken && (decimals == "" || strings.ContainsFunc(decimals, func(r rune) bool { return !isDigit(r) })) {
		return "", false
	}
	other := byte('.' + ',' - point)
	var groups []string
	for _, between := range []string{string(other), "'", "’", " ", "\u00a0", "\u202f"} {
		if strings.Contains(whole, between) {
			groups = strings.Split(whole, between)
			break
		}
	}
	for k, group := range groups {
		if k == 0 && (group == "" || len(group) > 3) || k > 0 && len(group) != 3 {
			return "", false
		}
	}
	if groups != nil {
		whole = strings.Join(groups, "")
	}
	if whole == "" || strings.ContainsFunc(whole, func(r rune) bool { return !isDigit(r) }) {
		return "", false
	}
	if broken {
		whole += "." + decimals
	}
	return whole, true
}

// number reads an amount that FOCUS' form did not fit. errForm: what stands before
// decimals has to be known.
func (f form) number(text string) (money.Amount, error) {
	trimmed := strings.TrimSpace(text)
	if f.decimals != decimalComma {
		if m, err := parseMoney(trimmed); err == nil || errors.Is(err, money.ErrRange) {
			return m, err
		}
	}
	bare, negative, ok := bareNumber(text)
	point, isPoint := ungrouped(bare, '.')
	comma, isComma := ungrouped(bare, ',')
	var plain string
	switch {
	case !ok, !isPoint && !isComma:
	case isPoint && isComma && point == comma, f.decimals == decimalPoint && isPoint, !isComma && f.decimals != decimalComma:
		plain = point
	case f.decimals == decimalComma && isComma:
		plain = comma
	case !f.proven:
		return money.Amount{}, errForm
	case f.decimals == decimalsUnknown:
		return money.Amount{}, fmt.Errorf("%.30q may be %q or %q, and no number of the file tells which: write it without what stands between thousands", trimmed, point, comma)
	}
	if plain == "" {
		return money.Amount{}, fmt.Errorf("%.20q is not a number", trimmed)
	}
	m, err := parseMoney(plain)
	if negative {
		m = m.Neg()
	}
	return m, err
}
