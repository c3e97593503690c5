package config

import (
	"maps"
	"math"
	"slices"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// maxCurrencyName bounds a currency's name: virtual ones are words.
const maxCurrencyName = 50

func (d *Digest) checkCurrencies(p place) {
	d.Currency = money.Currency(d.Currency)
	if len(d.Currency) > maxCurrencyName {
		p.at("currency").problem("%.20q is not a currency: write it like USD", d.Currency)
	}
	rates := map[string]float64{}
	for _, name := range slices.Sorted(maps.Keys(d.Rates)) {
		rate := d.Rates[name]
		_, twice := rates[money.Currency(name)]
		switch {
		case name == "" || len(name) > maxCurrencyName:
			p.at("rates", name).problem("%.20q is not a currency: write it like EUR", name)
		case !(rate > 0) || math.IsInf(rate, 0):
			p.at("rates", name).problem("a rate is what one %s is worth, such as 1.08, got %v", name, rate)
		case twice:
			p.at("rates", name).problem("%q is given twice", money.Currency(name))
		}
		rates[money.Currency(name)] = rate
	}
	if d.Rates != nil {
		d.Rates = rates
	}
}
