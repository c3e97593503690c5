package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// TestMainCurrency: the chosen one, else the one with most money at the rates; without
// either all are equal.
func TestMainCurrency(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		settings Settings
		order    string
		equal    bool
		missing  bool
	}{
		"nothing tells":             {Settings{}, "JPY USD EUR", true, false},
		"chosen":                    {Settings{Currency: "USD"}, "USD JPY EUR", false, false},
		"chosen, in other letters":  {Settings{Currency: "usd"}, "USD JPY EUR", false, false},
		"chosen, and rates":         {Settings{Currency: "USD", Rates: map[string]float64{"EUR": 1.08, "JPY": 0.0065}}, "USD EUR JPY", false, false},
		"chosen, the rest by rates": {Settings{Currency: "EUR", Rates: map[string]float64{"USD": 0.93, "JPY": 0.006}}, "EUR USD JPY", false, false},
		"rates of all":              {Settings{Rates: map[string]float64{"EUR": 1.08, "USD": 1, "JPY": 0.0065}}, "EUR USD JPY", false, false},
		"rates of all but one":      {Settings{Rates: map[string]float64{"EUR": 1.08, "JPY": 0.0065}}, "EUR USD JPY", false, false},
		"rates of one":              {Settings{Rates: map[string]float64{"EUR": 1.08}}, "JPY USD EUR", true, false},
		"one that is not there":     {Settings{Currency: "CHF"}, "JPY USD EUR", true, true},
	} {
		l := newLedger(t)
		for currency, amount := range map[string]string{"USD": "100", "EUR": "95", "JPY": "9000"} {
			l.put(monday-70, friday, money.Group{Provider: "AWS", Service: "EC2", Currency: currency}, amount)
		}
		in := l.input()
		in.Settings = c.settings
		r := Judge(in)
		var order []string
		for _, m := range r.Money {
			order = append(order, m.Currency)
		}
		if got := strings.Join(order, " "); got != c.order || r.Equal != c.equal {
			t.Errorf("%s: got %s, equal %t, want %s, %t", name, got, r.Equal, c.order, c.equal)
		}
		if said := slices.ContainsFunc(r.Missing, func(text string) bool { return strings.Contains(text, "No cost of the week is in CHF") }); said != c.missing {
			t.Errorf("%s: missing %q", name, r.Missing)
		}
	}
	in := newLedger(t).put(monday-70, friday, group("EC2"), "1").input()
	if r := Judge(in); r.Equal {
		t.Error("one currency is equal to none")
	}
}

// TestCurrencyCodesAreOne: usd and USD, also in what was stored before.
func TestCurrencyCodesAreOne(t *testing.T) {
	t.Parallel()
	l := newLedger(t).put(monday-70, friday, money.Group{Provider: "AWS", Service: "EC2", Currency: "usd"}, "1")
	l.put(monday-70, friday, group("EC2"), "2").put(monday-70, friday, group("S3"), "4")
	if m := judged(t, l.input()); m.Currency != "USD" || m.Total.String() != "35" {
		t.Errorf("got %s %s", m.Currency, m.Total)
	}
}
