package ingest

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	promconfig "github.com/prometheus/common/config"

	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/promquery"
	"github.com/signalbook/signalbook/bot/testkit/promtest"
)

// TestUnitsAreRemembered: the week that has ended and those before are counted while
// Prometheus knows them whole, and stay known when Prometheus does not.
func TestUnitsAreRemembered(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	w, err := money.ParseWeek(week)
	if err != nil {
		t.Fatal(err)
	}
	begin := func(back int) time.Time { return w.Add(-back).Monday().Time() }
	var past promtest.Past
	past.Add("requests", "", 3000, begin(5), begin(4))
	past.Add("requests", "", 7000, begin(3).Add(48*time.Hour), begin(2)) // its first days are forgotten, and the next week is silent
	past.Add("requests", "", 4000, begin(1), begin(0))
	past.Add("requests", "", 5000, begin(0), begin(-1)) // the next week has others
	past.Add("requests", "", 9, begin(-1).Add(time.Minute), begin(-1).Add(time.Hour))
	prometheus, err := promquery.New(promquery.Config{URL: promtest.Start(t, past.String()).URL, HTTP: promconfig.DefaultHTTPClientConfig})
	if err != nil {
		t.Fatal(err)
	}
	units := []config.Unit{
		{Name: "1k requests", Query: "max_over_time(requests[7d]) / 1000 # the most"},
		{Name: "upload", Query: "uploads"},
	}
	want := map[money.Week]float64{w: 5, w.Add(-1): 4, w.Add(-5): 3}
	im := r.importer("a")
	im.Units = func() ([]config.Unit, *promquery.Prometheus) { return units, prometheus }
	im.round(t.Context())
	got, err := Units(t.Context(), r.st.Costs, nil, units, w)
	if err != nil || got[0].Why != "" {
		t.Errorf("got %+v, %v, want five thousand requests remembered", got, err)
	}
	if diff := cmp.Diff(want, got[0].Weeks); diff != "" {
		t.Errorf("the weeks that are remembered (-want +got):\n%s", diff)
	}
	if !strings.Contains(got[1].Why, "could not be measured: prometheus.url is missing") || len(got[1].Weeks) != 0 {
		t.Errorf("got %+v, want no uploads", got[1])
	}
	// Without a store Prometheus is asked.
	got, err = Units(t.Context(), nil, prometheus, units, w)
	if diff := cmp.Diff(want, got[0].Weeks); err != nil || diff != "" || !strings.Contains(got[1].Why, "Prometheus has nothing for") {
		t.Errorf("got %+v, %v (-want +got):\n%s", got, err, diff)
	}
	// What it has only a part of is not known, and never less.
	if got, err = Units(t.Context(), nil, prometheus, units, w.Add(-3)); err != nil || len(got[0].Weeks) != 1 || got[0].Weeks[w.Add(-5)] != 3 || !strings.Contains(got[0].Why, "Prometheus has only 120 of the 168 hours of 2026-W") {
		t.Errorf("got %+v, %v", got, err)
	}
	// Another query is another unit.
	units[0].Query = "sum(rate(requests[7d]))"
	if got, err = Units(t.Context(), r.st.Costs, nil, units, w); err != nil || len(got[0].Weeks) != 0 || !strings.Contains(got[0].Doubt, "a second") {
		t.Errorf("got %+v, %v, want nothing of another query, and that it counts something else", got, err)
	}
}
