package ingest

import (
	"strings"
	"testing"
	"time"

	promconfig "github.com/prometheus/common/config"

	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/promquery"
	"github.com/signalbook/signalbook/bot/testkit/promtest"
)

// TestUnitsAreRemembered: the week that has ended is counted while Prometheus knows it,
// and stays known when Prometheus does not.
func TestUnitsAreRemembered(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	w, err := money.ParseWeek(week)
	if err != nil {
		t.Fatal(err)
	}
	var past promtest.Past
	past.Add("requests", "", 5000, w.Monday().Time().Add(-time.Hour), w.Add(1).Monday().Time()) // the next week has others
	past.Add("requests", "", 9, w.Add(1).Monday().Time().Add(time.Minute), w.Add(1).Monday().Time().Add(time.Hour))
	prometheus, err := promquery.New(promquery.Config{URL: promtest.Start(t, past.String()).URL, HTTP: promconfig.DefaultHTTPClientConfig})
	if err != nil {
		t.Fatal(err)
	}
	units := []config.Unit{
		{Name: "1k requests", Query: "max_over_time(requests[7d]) / 1000"},
		{Name: "upload", Query: "uploads"},
	}
	im := r.importer("a")
	im.Units = func() ([]config.Unit, *promquery.Prometheus) { return units, prometheus }
	im.round(t.Context())
	got, err := Units(t.Context(), r.st.Costs, nil, units, w)
	if err != nil || got[0].Weeks[w] != 5 || got[0].Why != "" {
		t.Errorf("got %+v, %v, want five thousand requests remembered", got, err)
	}
	if !strings.Contains(got[1].Why, "could not be measured: prometheus.url is missing") || len(got[1].Weeks) != 0 {
		t.Errorf("got %+v, want no uploads", got[1])
	}
	// Without a store Prometheus is asked, for the week under review alone.
	got, err = Units(t.Context(), nil, prometheus, units, w)
	if err != nil || len(got[0].Weeks) != 1 || got[0].Weeks[w] != 5 || !strings.Contains(got[1].Why, "Prometheus has nothing for") {
		t.Errorf("got %+v, %v", got, err)
	}
	// Another query is another unit.
	units[0].Query = "requests"
	if got, err = Units(t.Context(), r.st.Costs, nil, units, w); err != nil || len(got[0].Weeks) != 0 {
		t.Errorf("got %+v, %v, want nothing of another query", got, err)
	}
}
