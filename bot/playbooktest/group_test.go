package playbooktest

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/playbooks"
)

func span(d time.Duration) *playbooks.Duration {
	p := playbooks.Duration(d)
	return &p
}

// TestDeliveries: a group that starts, grows, ends, and begins anew.
func TestDeliveries(t *testing.T) {
	const hour = time.Hour
	a, b := map[string]string{"alertname": "A", "pod": "a"}, map[string]string{"alertname": "A", "pod": "b"}
	g := group{start: Start, by: []string{"alertname", "pod"}, alerts: []TestAlert{
		{Labels: a, Starts: playbooks.Duration(hour), ResolvedAt: span(10 * hour)},
		{Labels: b, Starts: playbooks.Duration(2 * hour), ResolvedAt: span(3 * hour)},
		{Labels: a, Starts: playbooks.Duration(20 * hour)},
	}}
	var got []string
	for _, at := range g.deliveries(Start.Add(25 * hour)) {
		n := g.notification(at)
		var line strings.Builder
		line.WriteString(at.Sub(Start).String() + " " + string(n.Status))
		for _, a := range n.Alerts {
			line.WriteString(" " + a.Labels["pod"] + ":" + string(a.Status))
		}
		got = append(got, line.String())
	}
	want := []string{
		"1h0m0s firing a:firing",
		"2h0m0s firing a:firing b:firing",
		"3h0m0s firing a:firing b:resolved",
		"7h0m0s firing a:firing", // a repeat
		"10h0m0s resolved a:resolved",
		"20h0m0s firing a:firing", // nothing was told while nothing fired
		"24h0m0s firing a:firing",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("deliveries (-want +got):\n%s", diff)
	}
	n := g.notification(Start.Add(2 * hour))
	if diff := cmp.Diff(map[string]string{"alertname": "A"}, n.CommonLabels); diff != "" {
		t.Errorf("common labels (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"alertname": "A"}, n.GroupLabels); diff != "" {
		t.Errorf("group labels (-want +got):\n%s", diff)
	}
	if again := g.notification(Start.Add(20 * hour)).Alerts[0]; !again.StartsAt.Equal(Start.Add(20*hour)) || again.Status != alerts.Firing {
		t.Errorf("the second time: got %s since %s, want it firing since 20h", again.Status, again.StartsAt)
	}
}
