package source_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	promconfig "github.com/prometheus/common/config"
	"github.com/prometheus/common/model"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/source"
	"github.com/signalbook/signalbook/bot/promquery"
	"github.com/signalbook/signalbook/bot/testkit/promtest"
)

// on is a day of November 2026; 31 is the first of December.
func on(day int) money.Day { return money.DayOf(time.Date(2026, 11, day, 0, 0, 0, 0, time.UTC)) }

func at(day, hour int) time.Time { return on(day).Time().Add(time.Duration(hour) * time.Hour) }

// until is when something is seen for the last time before an hour: Prometheus
// looks back five minutes.
func until(day, hour int) time.Time { return at(day, hour).Add(-10 * time.Minute) }

// between are days with both ends.
func between(from, to int) (days []money.Day) {
	for d := on(from); d <= on(to); d++ {
		days = append(days, d)
	}
	return days
}

func prometheus(t *testing.T, past *promtest.Past) *promquery.Prometheus {
	t.Helper()
	p, err := promquery.New(promquery.Config{URL: promtest.Start(t, past.String()).URL, HTTP: promconfig.DefaultHTTPClientConfig})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// told is a reading as lines: "11-17 AmazonEC2 48", with what is unusual after it.
func told(read money.Reading) []string {
	lines := []string{}
	for day, groups := range read.Days {
		for g, c := range groups {
			line := day.String()[5:] + " " + strings.Trim(strings.Join([]string{g.Provider, g.Category, g.Account, g.Service}, "/"), "/") + " " + c.Amount.String()
			if g.Currency != "USD" || g.Kind != money.Usage {
				line += " " + g.Currency + " " + string(g.Kind)
			}
			if c.Billed != c.Amount {
				line += " billed " + c.Billed.String()
			}
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	return lines
}

// wantNotes fails unless each note holds its text, in order.
func wantNotes(t *testing.T, read money.Reading, want ...string) {
	t.Helper()
	ok := len(read.Notes) == len(want)
	for i := range want {
		ok = ok && strings.Contains(read.Notes[i].Text, want[i])
	}
	if !ok {
		t.Errorf("got notes %+v, want those that say %q", read.Notes, want)
	}
}

var later = at(45, 9)

// TestRates: what costs $2 an hour costs $48 a day, not $50.
func TestRates(t *testing.T) {
	t.Parallel()
	var past promtest.Past
	for metric, factor := range map[string]float64{"hourly": 1, "daily": 24, "monthly": 24 * 30} {
		for _, known := range [][2]time.Time{{at(15, 14), until(16, 0)}, {at(17, 0), until(20, 4)}, {at(20, 8), until(21, 8)}, {at(22, 0), until(23, 0)}, {at(24, 0), until(24, 5)}, {at(31, 0), until(32, 0)}, {at(32, 0), until(32, 7)}} {
			past.Add(metric, `service="AmazonEC2",provider="AWS",account="12"`, 2*factor, known[0], known[1])
		}
		past.Add(metric, `service="AmazonRDS",provider="AWS",account="12"`, 0.5*factor, at(19, 3), until(19, 9))
	}
	p := prometheus(t, &past)

	want := []string{
		"11-17 AWS//12/AmazonEC2 48",
		"11-18 AWS//12/AmazonEC2 48",
		"11-19 AWS//12/AmazonEC2 48",
		"11-19 AWS//12/AmazonRDS 3", // 6 hours
		"11-20 AWS//12/AmazonEC2 48",
		"11-22 AWS//12/AmazonEC2 48",
		"12-01 AWS//12/AmazonEC2 48",
	}
	for unit, metric := range map[string]string{"USD_per_hour": "hourly", "USD_per_day": "daily", "USD_per_month": "monthly"} {
		t.Run(unit, func(t *testing.T) {
			t.Parallel()
			series := source.Series{Query: "sum by (service, provider, account) (" + metric + ") # all of it", ServiceLabel: "service", Unit: unit, From: p}
			read := series.Read(t.Context(), append(between(10, 31), between(17, 50)...), later)
			want := slices.Clone(want)
			if unit == "USD_per_month" { // December is longer
				want[6] = "12-01 AWS//12/AmazonEC2 46.4516129032"
			}
			if diff := cmp.Diff(want, told(read)); diff != "" {
				t.Errorf("the costs differ (-want +got):\n%s", diff)
			}
			wantNotes(t, read,
				"no costs of 2026-11-23, 2026-11-25 to 2026-11-30: they are not known",
				"fewer than 12 hours of 2026-11-21, 2026-11-24, 2026-12-02: their costs are not known",
				"lacks hours of 2026-11-20: they are counted like")
			if !read.Known || read.Newest != on(31) || read.Origin != money.Prometheus || !read.At.Equal(later) {
				t.Errorf("got newest %v (known %v) of %q at %v, want 2026-12-01 of prometheus", read.Newest, read.Known, read.Origin, read.At)
			}
		})
	}
}

// TestTodayIsNotAsked: a day that is not over would look cheap.
func TestTodayIsNotAsked(t *testing.T) {
	t.Parallel()
	var past promtest.Past
	past.Add("hourly", `service="web"`, 2, at(17, 0), at(19, 0))
	series := source.Series{Query: "hourly", ServiceLabel: "service", Unit: "EUR_per_hour", From: prometheus(t, &past)}
	read := series.Read(t.Context(), between(17, 18), at(18, 23))
	if diff := cmp.Diff([]string{"11-17 web 48 EUR usage"}, told(read)); diff != "" {
		t.Errorf("the costs differ (-want +got):\n%s", diff)
	}
	wantNotes(t, read)
}

// monthToDate adds a figure that is refreshed at six in the morning, as it stands
// at the end of each day from the first one.
func monthToDate(past *promtest.Past, service string, first int, values ...float64) {
	for i, value := range values {
		if value >= 0 { // below: not there
			past.Add("month_to_date", fmt.Sprintf("service=%q", service), value, at(first+i, 6), at(first+i+1, 6))
		}
	}
}

func TestMonthToDate(t *testing.T) {
	t.Parallel()
	var past promtest.Past
	monthToDate(&past, "AmazonEC2", 26, 1000, 1100, 1250.25, 1300, 1400 /* 1 Dec */, 40, 90.5, 90.5, 85)
	monthToDate(&past, "AmazonS3", 28, 3, 5, 7 /* 1 Dec */, 1, 2, -1, 4, 5)
	series := source.Series{Query: "month_to_date", ServiceLabel: "service", Unit: "USD_month_to_date", From: prometheus(t, &past)}
	read := series.Read(t.Context(), between(20, 36), later)
	want := []string{
		"11-27 AmazonEC2 100", // the 26th has nothing before it
		"11-28 AmazonEC2 150.25",
		"11-28 AmazonS3 3",
		"11-29 AmazonEC2 49.75",
		"11-29 AmazonS3 2",
		"11-30 AmazonEC2 100",
		"11-30 AmazonS3 2",
		"12-01 AmazonEC2 40", // the value itself
		"12-01 AmazonS3 1",
		"12-02 AmazonEC2 50.5",
		"12-02 AmazonS3 1",
		"12-03 AmazonEC2 0",
		"12-04 AmazonEC2 -5.5 USD credit",
		"12-05 AmazonS3 1",
	}
	if diff := cmp.Diff(want, told(read)); diff != "" {
		t.Errorf("the costs differ (-want +got):\n%s", diff)
	}
	wantNotes(t, read,
		"AmazonEC2 has no month-to-date costs in Prometheus at the end of 2026-12-05: what it cost on that day",
		"AmazonEC2 in Prometheus fell from 90.5 to 85 USD on 2026-12-04",
		"AmazonS3 has no month-to-date costs in Prometheus at the end of 2026-12-03: what it cost on 2026-12-04",
		"AmazonS3 has no month-to-date costs in Prometheus at the end of 2026-12-03: what it cost on that day",
		"AmazonS3 is first seen in Prometheus on 2026-11-28")
}

// TestMonthToDateWithGaps: what cannot be told from one day to the next is not
// known, and a late refresh does not count a month twice.
func TestMonthToDateWithGaps(t *testing.T) {
	t.Parallel()
	var past promtest.Past
	past.Add("month_to_date", `service="web"`, 100, at(20, 0), at(21, 0))
	past.Add("month_to_date", `service="web"`, 110, at(21, 12), at(21, 20)) // away for the last four hours
	past.Add("month_to_date", `service="web"`, 130, at(22, 0), at(22, 17))  // for the last seven
	past.Add("month_to_date", `service="web"`, 150, at(23, 20), at(24, 0))
	past.Add("month_to_date", `service="web"`, 170, at(24, 0), at(25, 0))
	past.Add("month_to_date", `service="web"`, 300, at(30, 0), at(32, 5)) // still the old month's at the end of the 1st
	past.Add("month_to_date", `service="web"`, 30, at(32, 5), at(33, 0))
	past.Add("month_to_date", `service="web"`, 45, at(33, 0), at(34, 0))
	series := source.Series{Query: "month_to_date", ServiceLabel: "service", Unit: "USD_month_to_date", From: prometheus(t, &past)}
	read := series.Read(t.Context(), between(20, 33), later)
	if diff := cmp.Diff([]string{"11-21 web 10", "11-24 web 20", "12-03 web 15"}, told(read)); diff != "" {
		t.Errorf("the costs differ (-want +got):\n%s", diff)
	}
	wantNotes(t, read,
		"had not begun anew by the end of 2026-12-01",
		"no costs of 2026-11-22 to 2026-11-23, 2026-11-25 to 2026-12-02: they are not known")
}

// TestHostileLabels: labels are stored and shown, so they are bounded.
func TestHostileLabels(t *testing.T) {
	t.Parallel()
	var past promtest.Past
	past.Add("hourly", fmt.Sprintf(`service="a\n\tb%s"`, strings.Repeat("ä", 3000)), 1, at(17, 0), at(18, 0))
	past.Add("hourly", `job="no service"`, 1, at(17, 0), at(18, 0))
	series := source.Series{Query: "hourly", ServiceLabel: "service", Unit: "USD_per_hour", From: prometheus(t, &past)}
	read := series.Read(t.Context(), between(17, 17), later)
	for _, line := range told(read) {
		if len(line) > 230 || strings.ContainsAny(line, "\n\t") || strings.Contains(line, "\uFFFD") {
			t.Errorf("got %q, want it bounded and on one line", line)
		}
	}
	if got := len(read.Days[on(17)]); got != 2 {
		t.Errorf("got %d groups, want both", got)
	}
	wantNotes(t, read, `no label "service": they stand under no service`)
}

// TestPrometheusIsDown: what was read before stays, the rest is not known.
func TestPrometheusIsDown(t *testing.T) {
	t.Parallel()
	var past promtest.Past
	past.Add("hourly", `service="web"`, 2, at(17, 0), at(20, 0))
	server := promtest.Start(t, past.String())
	p, err := promquery.New(promquery.Config{URL: server.URL, HTTP: promconfig.DefaultHTTPClientConfig})
	if err != nil {
		t.Fatal(err)
	}
	series := source.Series{Query: "hourly", ServiceLabel: "service", Unit: "USD_per_hour", From: stopAfter{p, server, at(18, 0)}}
	read := series.Read(t.Context(), between(17, 19), later)
	if diff := cmp.Diff([]string{"11-18 web 48", "11-19 web 48"}, told(read)); diff != "" {
		t.Errorf("the costs differ (-want +got):\n%s", diff)
	}
	wantNotes(t, read, "Costs of 2026-11-17 are not known: ask Prometheus for")

	read = series.Read(t.Context(), between(17, 19), later)
	if read.Known || len(read.Days) != 0 {
		t.Errorf("got %v, want that nothing is known", told(read))
	}
	wantNotes(t, read, "Costs of 2026-11-17 to 2026-11-19 are not known: ask Prometheus for")
	if !read.Notes[0].Partial || !strings.Contains(read.Notes[0].Text, "see whether Prometheus is up") {
		t.Errorf("got note %+v, want what to do, and that figures are incomplete", read.Notes[0])
	}
}

// failsOn is a Prometheus that cannot answer for one day.
type failsOn struct {
	source.Querier
	day money.Day
}

func (f failsOn) Query(ctx context.Context, expr string, at time.Time) (model.Vector, []string, error) {
	if money.DayOf(at) == f.day {
		return nil, nil, errors.New("query processing would load too many samples into memory")
	}
	return f.Querier.Query(ctx, expr, at)
}

// TestOneBadDayOfPrometheus does not give up the others.
func TestOneBadDayOfPrometheus(t *testing.T) {
	t.Parallel()
	var past promtest.Past
	past.Add("hourly", `service="web"`, 2, at(17, 0), at(21, 0))
	series := source.Series{Query: "hourly", ServiceLabel: "service", Unit: "USD_per_hour", From: failsOn{prometheus(t, &past), on(19)}}
	read := series.Read(t.Context(), between(17, 20), later)
	if diff := cmp.Diff([]string{"11-17 web 48", "11-18 web 48", "11-20 web 48"}, told(read)); diff != "" {
		t.Errorf("the costs differ (-want +got):\n%s", diff)
	}
	wantNotes(t, read, "Costs of 2026-11-19 are not known: query processing would load too many samples")
}

// TestCountersGivenAsRatesAreNamed: what only ever rises is no cost of a day; what goes
// up and down, or stays, is.
func TestCountersGivenAsRatesAreNamed(t *testing.T) {
	t.Parallel()
	var past promtest.Past
	for hour := range 24 * 5 {
		from, to := at(16, hour), until(16, hour+1).Add(5*time.Minute)
		past.Add("spent_total", `service="web"`, float64(1000+10*hour), from, to)
		past.Add("estimate", `service="web"`, float64(100+hour%24), from, to)
		past.Add("flat", `service="web"`, 100, from, to)
	}
	p := prometheus(t, &past)
	for query, warned := range map[string]bool{"spent_total": true, "sum by (service) (spent_total)": true, "increase(spent_total[1d])": false, "estimate": false, "flat": false} {
		read := source.Series{Query: query, ServiceLabel: "service", Unit: "USD_per_day", From: p}.Read(t.Context(), between(18, 20), later)
		if !read.Known {
			t.Errorf("%s: nothing is known: %+v", query, read.Notes)
		}
		if said := slices.ContainsFunc(read.Notes, func(n money.Note) bool { return strings.Contains(n.Text, "only ever rise, as a counter does") }); said != warned {
			t.Errorf("%s: notes %+v, want a warning: %t", query, read.Notes, warned)
		}
	}
}

// stopAfter stops Prometheus before it is asked for an earlier moment.
type stopAfter struct {
	source.Querier
	server *promtest.Server
	moment time.Time
}

func (s stopAfter) Query(ctx context.Context, expr string, at time.Time) (model.Vector, []string, error) {
	if at.Before(s.moment) {
		s.server.Stop()
	}
	return s.Querier.Query(ctx, expr, at)
}

// answers is a Prometheus that always answers the same.
type answers struct {
	values model.Vector
	notes  []string
	err    error
}

func (a answers) Query(_ context.Context, expr string, _ time.Time) (model.Vector, []string, error) {
	if strings.HasPrefix(expr, "count_over_time") {
		return model.Vector{{Value: 24}}, nil, nil
	}
	return a.values, a.notes, a.err
}

func TestNothingLearnt(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		series source.Series
		want   string
	}{
		"empty":         {source.Series{Unit: "USD_per_day", From: answers{}}, "no costs of 2026-11-17 to 2026-11-19: see whether the query still has an answer"},
		"refused":       {source.Series{Unit: "USD_per_day", From: answers{err: errors.New("parse error")}}, "not known: parse error"},
		"not a number":  {source.Series{Unit: "USD_per_day", From: answers{notes: []string{"1 of 1 values are no numbers"}}}, "no numbers"},
		"unit":          {source.Series{Unit: "dollars", From: answers{}}, `"dollars" is not a unit`},
		"beyond reason": {source.Series{Unit: "USD_per_day", From: answers{values: model.Vector{{Value: 1e18}}}}, "left out"},
		"no month":      {source.Series{Unit: "USD_month_to_date", From: answers{}}, "no costs of 2026-11-17 to 2026-11-19"},
	} {
		read := tt.series.Read(t.Context(), between(17, 19), later)
		if read.Known || len(read.Days) != 0 || len(read.Notes) == 0 || !strings.Contains(read.Notes[0].Text, tt.want) {
			t.Errorf("%s: got %v, notes %+v, want nothing known and a note that says %q", name, told(read), read.Notes, tt.want)
		}
	}
}

func TestSourcesAreToldApart(t *testing.T) {
	t.Parallel()
	a := source.Series{Query: "a", ServiceLabel: "b", Unit: "USD_per_day"}
	if got := a.Source(); got != "prometheus-"+got[11:] || len(got) != 27 || got != a.Source() {
		t.Errorf("the source is %q, want prometheus- and 16 digits", got)
	}
	for _, other := range []source.Series{{Query: "c", ServiceLabel: "b", Unit: "USD_per_day"}, {Query: "a", ServiceLabel: "c", Unit: "USD_per_day"}, {Query: "a", ServiceLabel: "b", Unit: "USD_per_hour"}} {
		if other.Source() == a.Source() {
			t.Errorf("%+v and %+v have the same source", a, other)
		}
	}
}

// TestTeamIsALabel: what the query's label names is whose a cost is; a query that lost
// the label is named.
func TestTeamIsALabel(t *testing.T) {
	t.Parallel()
	var past promtest.Past
	past.Add("hourly", `service="web",team="checkout"`, 2, at(17, 0), at(18, 2))
	past.Add("hourly", `service="web"`, 1, at(17, 0), at(18, 2))
	series := source.Series{Query: "hourly", ServiceLabel: "service", Unit: "USD_per_hour", Team: "team", From: prometheus(t, &past)}
	read := series.Read(t.Context(), between(17, 17), later)
	for team, want := range map[string]string{"checkout": "48", "": "24"} {
		g := money.Group{Service: "web", Currency: "USD", Kind: money.Usage, Team: team}
		if got := read.Days[on(17)][g].Amount.String(); got != want {
			t.Errorf("team %q has %s, want %s: %+v", team, got, want, read.Days)
		}
	}
	wantNotes(t, read)
	series.Query = "sum by (service) (hourly)"
	wantNotes(t, series.Read(t.Context(), between(17, 17), later), `No costs from Prometheus have the label "team": all of them are untagged; keep the label in the query, as in sum by (service, team) (...).`)
	without := series
	without.Team = ""
	if series.Source() == without.Source() {
		t.Error("a source keeps its days when it is asked for teams, which they do not have")
	}
}
