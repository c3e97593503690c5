package chart

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
)

// maxSeries is how many services a bar can tell apart: five and the rest.
const maxSeries = 6

// figures are a chart's numbers, made fit to be drawn.
type figures struct {
	currency string // as a name
	symbol   string // money.Symbol
	names    []string
	weeks    []week
	red      bool // some week has something above expected
}

// week is one bar.
type week struct {
	report.ChartWeek
	values []float64
	costs  []float64 // of the services, with what is above expected of them
	total  float64
	above  float64 // never below zero
	same   float64 // on the weekdays that an unfinished newest week has; 0: not known
	stack  float64 // what lies above the zero line, without above
	below  float64 // what lies below it, negative
}

// unfinished is the newest week when some of its days are not there yet, and the one
// before is known on the same weekdays.
func (f figures) unfinished() (newest, before week, ok bool) {
	n := len(f.weeks)
	if n < 2 {
		return week{}, week{}, false
	}
	newest, before = f.weeks[n-1], f.weeks[n-2]
	return newest, before, newest.Days > 0 && !newest.whole() && before.same > 0
}

// top is the upper end of the bar.
func (w week) top() float64 { return w.stack + w.above }

func (w week) whole() bool { return w.Days >= 7 }

func figuresOf(m report.CurrencyReport) figures {
	f := figures{currency: textutil.CutUnits(money.OneLine(m.Currency), 20), symbol: money.Symbol(m.Currency)}
	for k, name := range m.Chart.Series[:min(len(m.Chart.Series), maxSeries)] {
		if k == maxSeries-1 && len(m.Chart.Series) > maxSeries {
			name = "other"
		}
		f.names = append(f.names, textutil.CutUnits(money.OneLine(name), 80))
	}
	for _, given := range m.Chart.Weeks {
		w := week{ChartWeek: given, values: make([]float64, len(f.names)), above: max(0, finite(given.Above)), same: max(0, finite(given.Same))}
		for k, v := range given.Values[:min(len(given.Values), len(m.Chart.Series))] {
			w.values[min(k, len(f.names)-1)] += finite(v)
		}
		w.costs = slices.Clone(w.values)
		for k, v := range given.Over[:min(len(given.Over), len(m.Chart.Series))] {
			w.costs[min(k, len(f.names)-1)] += finite(v)
		}
		for _, v := range w.values {
			w.stack += max(0, v)
			w.below += min(0, v)
		}
		w.total = w.stack + w.below + w.above
		f.red = f.red || w.above > 0
		f.weeks = append(f.weeks, w)
	}
	return f
}

// finite is a number that can be drawn.
func finite(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	if math.Abs(v) < 1e-18 { // less than the least money
		return 0
	}
	return max(-1e30, min(1e30, v))
}

// short is an amount as bars and ticks have it.
func (f figures) short(amount float64) string { return money.Short(amount, f.symbol) }

// plus is short with a sign.
func (f figures) plus(amount float64) string { return "+" + f.short(amount) }

// tickText is a tick's amount: all ticks have the same decimals.
func (s *sheet) tickText(tick float64) string {
	if math.Abs(tick) >= 1000 || tick == 0 {
		return s.short(tick)
	}
	decimals := 0
	for at := s.step; decimals < 12 && math.Abs(at-math.Round(at)) > 1e-6*at; at *= 10 {
		decimals++
	}
	return money.ShowTo(tick, s.symbol, decimals)
}

// label is a name in letters that the font has. What is written from right to
// left, or in a script that the font lacks, is a number instead: the words beside
// the picture have its name.
func (s *sheet) label(k int) string {
	name := s.names[k]
	var drawn strings.Builder
	letters, lost := 0, 0
	for _, r := range name {
		switch index, err := s.regular.GlyphIndex(nil, r); {
		case err != nil || index == 0 || unicode.In(r, unicode.Hebrew, unicode.Arabic) || unicode.Is(unicode.M, r):
			if unicode.IsLetter(r) {
				lost++
			}
			continue
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			letters++
		}
		drawn.WriteRune(r)
	}
	shown := strings.Join(strings.Fields(drawn.String()), " ")
	if shown == "" || letters == 0 || lost > letters {
		return "service " + strconv.Itoa(k+1)
	}
	return shown
}
