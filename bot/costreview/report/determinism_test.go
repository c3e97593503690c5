package report

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// busy is an input that has something of everything.
func busy(t *testing.T) Input {
	t.Helper()
	aws, azure := newLedger(t), newLedger(t)
	aws.Source, azure.Source = "aws", "azure"
	azure.Name = "Azure export"
	for i := range 12 {
		g := money.Group{Provider: "AWS", Service: fmt.Sprintf("service %d", i%8), Category: []string{"Compute", "Storage"}[i%2], Account: fmt.Sprint(i), Pricing: "Standard"}
		aws.put(monday-100, monday-1, g, fmt.Sprintf("%d.1", 100+i)).put(monday, sunday, g, fmt.Sprintf("%d.7", 90+20*i))
		g.Provider, g.Currency = "Microsoft", []string{"USD", "EUR"}[i%2]
		azure.put(monday-100, sunday, g, fmt.Sprintf("%d.3", 50+i))
	}
	aws.put(monday, monday, money.Group{Provider: "AWS", Service: "tax", Kind: money.Tax}, "19")
	aws.both(monday-30, sunday, money.Group{Provider: "Oracle", Service: "COMPUTE", Pricing: "Standard"}, "0", "3")
	in := aws.input()
	in.Readings = append(in.Readings, azure.Reading)
	in.Organisation = Organisation{Users: known(44e6), WeeklyGrowth: known(0.026), Teams: known(12)}
	in.Expected = []Expectation{
		{Series: SeriesID("AWS", "service 7", "USD"), By: "Ana", Reason: "one", Level: 1e6, Until: sunday, At: review},
		{Series: SeriesID("AWS", "service 7", "USD"), By: "Bo", Reason: "two", Level: 1e6, Until: sunday, At: review},
	}
	for i := range 9 {
		in.Incidents.Opened = append(in.Incidents.Opened, Incident{ID: fmt.Sprint(i), Playbook: fmt.Sprint(i % 3), Severity: "warning", OpenedAt: review})
		in.Incidents.Overdue = append(in.Incidents.Overdue, Overdue{Incident: fmt.Sprint(i), Owner: fmt.Sprint("@", i%4), Due: review.AddDate(0, 0, -1-i%2)})
	}
	return in
}

// TestOrder: the same values give the same bytes in whatever order they come, and
// however a source is cut into accounts or its days into several adds.
func TestOrder(t *testing.T) {
	t.Parallel()
	write := func(r Report, s ServiceReport) string {
		data, err := json.Marshal([]any{r, s, Text(r)})
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	in := busy(t)
	services, _ := Service(in, "", "")
	want := write(Judge(in), services)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 10 {
		other := busy(t)
		shuffle := func(n int, swap func(i, j int)) { rng.Shuffle(n, swap) }
		shuffle(len(other.Readings), func(i, j int) { swap(other.Readings, i, j) })
		shuffle(len(other.Expected), func(i, j int) { swap(other.Expected, i, j) })
		shuffle(len(other.Incidents.Opened), func(i, j int) { swap(other.Incidents.Opened, i, j) })
		shuffle(len(other.Incidents.Overdue), func(i, j int) { swap(other.Incidents.Overdue, i, j) })
		before := slices.Clone(other.Readings)
		services, _ := Service(other, "", "")
		if got := write(Judge(other), services); got != want {
			t.Fatalf("the same values in another order give another report (-want +got):\n%s", cmp.Diff(strings.Split(want, ","), strings.Split(got, ",")))
		}
		for i := range before {
			if before[i].Source != other.Readings[i].Source {
				t.Fatal("Judge changed its input's order")
			}
		}
	}
}

func swap[T any](list []T, i, j int) { list[i], list[j] = list[j], list[i] }

// TestReportJSON: a report that was stored is the report that was judged.
func TestReportJSON(t *testing.T) {
	t.Parallel()
	want := Judge(busy(t))
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Report
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	same(t, "report", got, want)
}
