package report

import (
	"slices"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// TestChartAgreesWithTheTables: the newest bar is the usage of the days that count, its
// parts are the services' totals, and its outline is what the change of usage is against.
func TestChartAgreesWithTheTables(t *testing.T) {
	t.Parallel()
	m := Judge(scene(t)).Money[0]
	weeks := m.Chart.Weeks
	newest, before := weeks[len(weeks)-1], weeks[len(weeks)-2]
	if len(m.Spikes) == 0 || newest.Above == 0 || newest.Days != len(m.Days) {
		t.Fatalf("got %+v, want a spike in a week of %d days", newest, len(m.Days))
	}
	total := newest.Above
	for _, v := range newest.Values {
		total += v
	}
	same(t, "the newest bar", total, m.Usage.Float64())
	seen := 0
	for _, mover := range slices.Concat(m.Up, m.Down) {
		if k := slices.Index(m.Chart.Series, mover.Service); k >= 0 {
			same(t, mover.Service, newest.Values[k]+newest.Over[k], mover.Total.Float64())
			seen++
		}
	}
	if seen < 3 {
		t.Errorf("only %d services are in the chart and in the table", seen)
	}
	i := slices.IndexFunc(m.Parts, func(p Part) bool { return p.Kind == money.Usage })
	same(t, "the outline", before.Same, m.Parts[i].Was.Float64())
	if newest.Same != 0 {
		t.Errorf("the newest week has an outline of its own: %v", newest.Same)
	}
	whole := scene(t)
	whole.Now = whole.Now.AddDate(0, 0, 7)
	for _, w := range Judge(whole).Money[0].Chart.Weeks {
		if w.Same != 0 {
			t.Errorf("%s has an outline beside a whole week: %v", w.Week, w.Same)
		}
	}
}
