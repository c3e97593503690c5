package money

import (
	"math"
	"testing"
)

func TestShow(t *testing.T) {
	for _, test := range []struct {
		amount                 float64
		currency               string
		show, signed, inLetter string
	}{
		{52010.4, "USD", "$52,010", "+$52,010", "$52k"},
		{5512, "USD", "$5,512", "+$5,512", "$5.51k"},
		{-5500, "USD", "-$5,500", "-$5,500", "-$5.5k"},
		{999.5, "EUR", "€1,000", "+€1,000", "€1k"},
		{999.4, "EUR", "€999.40", "+€999.40", "€999"},
		{99.96, "USD", "$99.96", "+$99.96", "$100"},
		{12.34, "USD", "$12.34", "+$12.34", "$12.3"},
		{3, "GBP", "£3.00", "+£3.00", "£3"},
		{12, "CHF", "CHF 12.00", "+CHF 12.00", "CHF 12"},
		{-12, "CHF", "-CHF 12.00", "-CHF 12.00", "-CHF 12"},
		{1234.5, "tokens", "1,234 tokens", "+1,234 tokens", "1.23k tokens"},
		{0.01234, "USD", "$0.012", "+$0.012", "$0.012"},
		{0.0000000001, "USD", "$0.00000000010", "+$0.00000000010", "$0.00000000010"},
		{-1e-15, "USD", "$0.000000000000", "$0.000000000000", "$0.000000000000"},
		{0, "USD", "$0", "$0", "$0"},
		{999_499, "USD", "$999,499", "+$999,499", "$999k"},
		{999_700, "USD", "$999,700", "+$999,700", "$1M"},
		{123_456_789, "USD", "$123,456,789", "+$123,456,789", "$123M"},
		{2.5e12, "", "2,500,000,000,000", "+2,500,000,000,000", "2.5tn"},
		{1.5e17, "JPY", "¥150,000,000,000,000,000", "+¥150,000,000,000,000,000", "¥150,000tn"},
	} {
		if got := Show(test.amount, test.currency); got != test.show {
			t.Errorf("Show(%v, %s): got %s, want %s", test.amount, test.currency, got, test.show)
		}
		if got := Signed(test.amount, test.currency); got != test.signed {
			t.Errorf("Signed(%v, %s): got %s, want %s", test.amount, test.currency, got, test.signed)
		}
		if got := Short(test.amount, test.currency); got != test.inLetter {
			t.Errorf("Short(%v, %s): got %s, want %s", test.amount, test.currency, got, test.inLetter)
		}
	}
	if got, want := Brief(142_300, "USD")+" "+Brief(1_234, "kilotokens")+" "+Brief(2.5e6, "EUR"), "$142K 1.23K kilotokens €2.5M"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := ShowTo(0.4, "USD", 0), "$0"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for strange, want := range map[float64]string{math.NaN(): "$?", math.Inf(1): "$?", math.Inf(-1): "$?", -math.MaxFloat64: "-$1.80e+308"} {
		if got := Show(strange, "USD"); got != want {
			t.Errorf("Show(%v): got %s, want %s", strange, got, want)
		}
		if got := Short(strange, "USD"); got != want {
			t.Errorf("Short(%v): got %s, want %s", strange, got, want)
		}
	}
}
