package handbook

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Users is a number of users.
type Users float64

// maxUsers is the largest number of users that is read: more than there are
// people.
const maxUsers Users = 1e11

// String is the short form: "300K", "75M", "1.5B".
func (u Users) String() string { return scaled(float64(u), 4) }

// UnmarshalText reads what ParseUsers reads.
func (u *Users) UnmarshalText(text []byte) error {
	parsed, err := ParseUsers(string(text))
	*u = parsed
	return err
}

const usersExample = "write it like 75M, 300k, 0.5B or 75,000,000"

var (
	usersForm = regexp.MustCompile(`^([0-9][0-9 _,.'\x{a0}\x{202f}]*|\.[0-9]+) ?([a-z]*)$`)
	grouped   = regexp.MustCompile(`^[0-9]{1,3}(?:[ _,.'\x{a0}\x{202f}][0-9]{3})+$`)
	plain     = regexp.MustCompile(`^[0-9_]*(?:\.[0-9]+)?$`)
	units     = map[string]float64{
		"": 1, "k": 1e3, "thousand": 1e3, "m": 1e6, "mio": 1e6, "mn": 1e6, "mil": 1e6, "million": 1e6, "millions": 1e6,
		"b": 1e9, "bn": 1e9, "g": 1e9, "billion": 1e9, "billions": 1e9,
	}
)

// ParseUsers reads a number of users as people write one: 75M, 75 million,
// 75_000_000, 75,000,000, 0.5B, 300k, with or without "users" behind it. The
// error says what is wrong with an example; at most 60 characters are read.
func ParseUsers(text string) (Users, error) {
	if len(text) > 60 {
		return 0, fmt.Errorf("a number of users of %d characters cannot be read: %s", len(text), usersExample)
	}
	s := strings.ToLower(strings.Join(strings.Fields(text), " "))
	s = strings.TrimPrefix(s, "~")
	s = strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(s, "users"), "user"))
	if s == "" {
		return 0, fmt.Errorf("no number of users given: %s", usersExample)
	}
	if strings.HasPrefix(s, "-") {
		return 0, fmt.Errorf("%q is less than no users: %s", text, usersExample)
	}
	m := usersForm.FindStringSubmatch(s)
	if m == nil {
		return 0, fmt.Errorf("%q is not a number of users: %s", text, usersExample)
	}
	factor, known := units[m[2]]
	if !known {
		return 0, fmt.Errorf("%q is not a number of users, %q is no unit here: %s", text, m[2], usersExample)
	}
	digits := strings.TrimSpace(m[1])
	switch {
	case grouped.MatchString(digits) && oneSeparator(digits) && !decimal(digits, factor):
		digits = strings.Map(onlyDigits, digits)
	case !plain.MatchString(digits):
		return 0, fmt.Errorf("the digits of %q cannot be told apart: %s", text, usersExample)
	default:
		digits = strings.ReplaceAll(digits, "_", "")
	}
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number of users: %s", text, usersExample)
	}
	if n *= factor; n > float64(maxUsers) {
		return 0, fmt.Errorf("%q is more users than there are people (at most %s): %s", text, maxUsers, usersExample)
	}
	return Users(math.Round(n)), nil
}

// decimal tells whether a dot in "1.234" begins decimals: with a unit behind
// it ("1.234M") it does.
func decimal(digits string, factor float64) bool {
	return factor > 1 && strings.Count(digits, ".") == 1
}

// oneSeparator refuses "1,000.000": who mixes signs means something else.
func oneSeparator(digits string) bool {
	var sign rune
	for _, r := range digits {
		if r >= '0' && r <= '9' {
			continue
		}
		if sign != 0 && r != sign {
			return false
		}
		sign = r
	}
	return true
}

func onlyDigits(r rune) rune {
	if r < '0' || r > '9' {
		return -1
	}
	return r
}

// scaled writes a number with K, M or B and at most so many digits.
func scaled(n float64, digits int) string {
	abs := math.Abs(n)
	for _, unit := range []struct {
		name string
		size float64
	}{{"B", 1e9}, {"M", 1e6}, {"K", 1e3}} {
		// 999,999 is 1M when it is rounded, not 1000K.
		if rounded(abs, digits) >= unit.size {
			return number(n/unit.size, digits) + unit.name
		}
	}
	return number(n, digits)
}

// number writes n with at most so many significant digits and no exponent.
func number(n float64, digits int) string {
	return strconv.FormatFloat(rounded(n, digits), 'f', -1, 64)
}

func rounded(n float64, digits int) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(n, 'g', digits, 64), 64)
	if err != nil {
		return n
	}
	return r
}
