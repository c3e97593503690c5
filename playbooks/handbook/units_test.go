package handbook

import (
	"strings"
	"testing"
)

func TestParseUsers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Users{
		"75M": 75e6, "75m": 75e6, "75 M": 75e6, "75 million": 75e6, "75 Million users": 75e6, "75_000_000": 75e6, "75,000,000": 75e6,
		"75.000.000": 75e6, "75 000 000": 75e6, "75'000'000": 75e6, "75000000": 75e6, "75\u202f000\u202f000": 75e6, "0.5B": 5e8, ".5B": 5e8, "0.5bn": 5e8,
		"1 billion": 1e9, "300k": 3e5, "300K": 3e5, "300 thousand": 3e5, "1.234M": 1_234_000, "1,234": 1234, "1.5": 2, "0": 0, "~ 2M": 2e6,
		"  44M  ": 44e6, "1e": -1, "1_0": 10, "100B": 1e11,
	} {
		got, err := ParseUsers(text)
		if want < 0 {
			if err == nil {
				t.Errorf("%q: got %v, want an error", text, got)
			}
			continue
		}
		if err != nil || got != want {
			t.Errorf("%q: got %v, %v, want %v", text, float64(got), err, float64(want))
		}
	}
	for text, want := range map[string]string{
		"":                      "no number of users given",
		"users":                 "no number of users given",
		"many":                  `"many" is not a number`,
		"-5M":                   "less than no users",
		"75X":                   `"x" is no unit`,
		"75 trillion":           `"trillion" is no unit`,
		"7,5,0":                 "cannot be told apart",
		"1,000.000":             "cannot be told apart",
		"1,5M":                  "cannot be told apart",
		"NaN":                   "is not a number",
		"Inf":                   "is not a number",
		"1e400":                 "is not a number",
		"0x10":                  "is not a number",
		"101B":                  "more users than there are people",
		strings.Repeat("9", 61): "61 characters",
		strings.Repeat("9", 60): "more users than there are people",
		"<!channel>":            "is not a number",
		"75M 80M":               "is not a number",
		"\u0667\u0665M":         "is not a number",
	} {
		_, err := ParseUsers(text)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "75M") {
			t.Errorf("%q: got error %v, want %q and an example", text, err, want)
		}
	}
}

func FuzzParseUsers(f *testing.F) {
	f.Add("75M")
	f.Add("75,000,000")
	f.Fuzz(func(t *testing.T, text string) {
		u, err := ParseUsers(text)
		if err != nil {
			return
		}
		if !(u >= 0 && u <= maxUsers) {
			t.Errorf("%q: got %v, want 0 to %v", text, float64(u), float64(maxUsers))
		}
		if _, err := ParseUsers(u.String()); err != nil {
			t.Errorf("%q is written %q, which cannot be read: %v", text, u, err)
		}
	})
}

func TestUnitsAsText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ got, want string }{
		{Users(75e6).String(), "75M"}, {Users(999_999).String(), "1M"}, {Users(1234).String(), "1.234K"}, {Users(12).String(), "12"}, {Users(1.5e9).String(), "1.5B"},
		{Dollars(150e3).String(), "$150K"}, {Dollars(0.5).String(), "$0.50"}, {Dollars(0.00125).String(), "$0.00125"}, {Dollars(1).String(), "$1"},
		{Dollars(416_667).String(), "$416.667K"}, {Dollars(2.5).String(), "$2.50"}, {Dollars(500).String(), "$500"},
		{DollarRange{0.5, 1}.String(), "$0.50-1.00"}, {DollarRange{0.2, 0.3}.String(), "$0.20-0.30"}, {DollarRange{0.75, 0.75}.String(), "$0.75"},
		{Share(0.9995).String(), "99.95%"}, {Saving{0.3, 0.5}.String(), "30-50%"}, {Saving{0.4, 0.4}.String(), "40%"},
	} {
		if c.got != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
}
