package report

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// billIn is a steady bill of a service of each currency, named after it, with so much
// more on 18 November.
func billIn(t *testing.T, spikes map[string]string) *ledger {
	l := newLedger(t)
	for _, currency := range slices.Sorted(maps.Keys(spikes)) {
		g := money.Group{Provider: "AWS", Service: "in " + currency, Currency: currency}
		usual := map[string]string{"USD": "1000", "EUR": "900", "JPY": "100000"}[currency]
		l.put(monday-120, monday+40, g, usual).put(monday+2, monday+2, g, spikes[currency])
	}
	return l
}

// TestLeastAlarmIsOfTheMainCurrency: what is 2,000 in dollars is 303,030 in yen; where nothing tells what a currency is worth, its spikes open
// no incident, and the digest says so.
func TestLeastAlarmIsOfTheMainCurrency(t *testing.T) {
	t.Parallel()
	rates := map[string]float64{"EUR": 1.08, "JPY": 0.0066}
	for name, c := range map[string]struct {
		settings Settings
		want     []string // currencies that are told
		missing  string
	}{
		"one number in each":                      {Settings{}, []string{"JPY", "USD", "EUR"}, "`anomalies.min` is the same number in EUR, JPY and USD, because nothing tells what they are worth: give `rates`."},
		"the rates' own currency is the main one": {Settings{Currency: "USD", Rates: rates}, []string{"USD"}, ""},
		"all rates are given":                     {Settings{Currency: "EUR", Rates: map[string]float64{"EUR": 1.08, "USD": 1, "JPY": 0.0066}}, nil, ""},
		"most money":                              {Settings{Rates: rates}, []string{"USD"}, ""},
		"another has most money":                  {Settings{Rates: map[string]float64{"EUR": 1.4, "JPY": 0.0066}}, []string{"EUR"}, ""}, // 2,000 EUR: 2,800 USD
		"a currency without a rate":               {Settings{Currency: "USD", Rates: map[string]float64{"EUR": 1.08}}, []string{"USD"}, "Spikes in JPY open no incident and are told by the digest alone, because `anomalies.min` is of USD and `rates` does not say what they are worth."},
		"no rates":                                {Settings{Currency: "EUR"}, []string{"EUR"}, "Spikes in JPY and USD open no incident"},
		"a main one that is not there":            {Settings{Currency: "CHF"}, nil, "Spikes in EUR, JPY and USD open no incident and are told by the digest alone, because `anomalies.min` is of CHF"},
	} {
		amounts := map[string]string{"USD": "2100", "EUR": "1800", "JPY": "220000"} // 1,800 EUR are 1,944 USD, 220,000 JPY 1,452
		if name == "another has most money" || name == "no rates" || name == "one number in each" {
			amounts["EUR"] = "2050"
		}
		l := billIn(t, amounts)
		told, known := watching(t, "2026-11-16", "2026-11-25", 2000, func(now time.Time) Input {
			in := until(l, now, atDaysEnd)
			in.Settings = c.settings
			return in
		})
		var got []string
		for _, says := range told {
			got = append(got, says[len(says)-3:])
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: currencies that are told (-want +got):\n%s", name, diff)
		}
		in := l.input()
		in.Settings, in.Watched = c.settings, known
		missing := strings.Join(Judge(in).Missing, "\n")
		if !strings.Contains(missing, c.missing) || c.missing == "" && strings.Contains(missing, "anomalies.min") {
			t.Errorf("%s: missing is %q, want %q", name, missing, c.missing)
		}
		if in.Watched = (Watched{}); strings.Contains(strings.Join(Judge(in).Missing, "\n"), "anomalies.min") {
			t.Errorf("%s: a digest that nobody watches says something of its watch", name)
		}
	}
}

// TestFloorIsOfTheMainCurrency: a floor is worth the same in each currency that has a rate.
func TestFloorIsOfTheMainCurrency(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		settings Settings
		want     []string
	}{
		"nothing tells": {Settings{Floor: 2000}, []string{"EUR", "JPY", "USD"}},
		"rates":         {Settings{Floor: 2000, Currency: "USD", Rates: map[string]float64{"EUR": 1.08, "JPY": 0.0066}}, []string{"EUR", "USD"}},
		"rates of one":  {Settings{Floor: 2000, Currency: "USD", Rates: map[string]float64{"JPY": 0.0066}}, []string{"EUR", "USD"}},
	} {
		in := billIn(t, map[string]string{"USD": "2100", "EUR": "2050", "JPY": "220000"}).input()
		in.Settings = c.settings
		var got []string
		for _, m := range Judge(in).Money {
			if len(m.Spikes) > 0 {
				got = append(got, m.Currency)
			}
		}
		slices.Sort(got)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: currencies with a spike (-want +got):\n%s", name, diff)
		}
	}
}
