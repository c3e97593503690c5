package chart

import (
	"math"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/report"
)

// TestUnfinishedWeekIsNoFall: beside a newest week of three days each other bar has an
// outline as high as its same three days, and the newest one that of the week before.
// Without it there are none.
func TestUnfinishedWeekIsNoFall(t *testing.T) {
	m := weeks("USD", []string{"EC2"}, []float64{280}, []float64{300}, []float64{130})
	m.Chart.Weeks[0].Same, m.Chart.Weeks[1].Same, m.Chart.Weeks[2].Days = 110, 120, 3
	outlines := func(m report.CurrencyReport) (heights []float64) {
		img := drawn(t, m)
		blue := func(x int) bool {
			return shows(img, x, Height-plotBottom-10, palette[0]) || shows(img, x, Height-plotBottom-10, pale(palette[0]))
		}
		for x := 1; x < Width-legendWidth-20; x++ {
			if !blue(x) || blue(x-1) {
				continue
			}
			most, at := 0, 0
			for y := Height - plotTop + 90; y < Height-plotBottom-6; y++ { // below the labels, above the axis
				dark := 0
				for k := range 70 {
					if shows(img, x+k, y, ink) {
						dark++
					}
				}
				if dark > most {
					most, at = dark, y
				}
			}
			height := 0.0
			if most > 34 { // letters have less
				height = float64(Height - plotBottom - at)
			}
			heights = append(heights, height)
		}
		return heights
	}
	got := outlines(m)
	if len(got) != 3 || got[1] == 0 {
		t.Fatalf("got outlines of %v, want three", got)
	}
	unit := got[1] / 120
	for k, want := range []float64{110, 120, 120} {
		if math.Abs(got[k]-want*unit) > 3 {
			t.Errorf("outline %d is %v pixels high, want %v", k, got[k], want*unit)
		}
	}
	if alt := Alt(report.Report{Money: []report.CurrencyReport{m}}); !strings.Contains(alt, "Week of 16 Nov, 3 of 7 days: EC2 $130. The same 3 weekdays of the week before: $120.") {
		t.Errorf("the words beside the picture are %q", alt)
	}
	m.Chart.Weeks[2].Days = 7
	for _, height := range outlines(m) {
		if height != 0 {
			t.Errorf("beside a whole week there is an outline of %v", height)
		}
	}
}

// TestLegendHasWhatServicesCost: what is above expected of a service is in its amount,
// as it is in the tables.
func TestLegendHasWhatServicesCost(t *testing.T) {
	alt := Alt(report.Report{Money: []report.CurrencyReport{unfinishedWeek()}})
	if !strings.Contains(alt, "Amazon CloudFront $8.71k") { // 6,600 × 5/7 + 4,000
		t.Errorf("got %q", alt)
	}
}
