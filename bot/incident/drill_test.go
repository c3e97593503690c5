package incident_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/incident"
)

// TestIsDrill: in doubt it is real, because a drill calls nobody.
func TestIsDrill(t *testing.T) {
	t.Parallel()
	drill := alerts.Alert{Labels: map[string]string{incident.DrillLabel: "true"}}
	odd := alerts.Alert{Labels: map[string]string{incident.DrillLabel: "yes"}}
	real := alerts.Alert{Labels: map[string]string{"alertname": "Hot"}}
	for name, test := range map[string]struct {
		n    alerts.Notification
		want bool
	}{
		"all marked":               {alerts.Notification{Alerts: []alerts.Alert{drill, drill}}, true},
		"one real":                 {alerts.Notification{Alerts: []alerts.Alert{drill, real}}, false},
		"another word":             {alerts.Notification{Alerts: []alerts.Alert{odd}}, false},
		"no alerts":                {alerts.Notification{CommonLabels: drill.Labels}, false},
		"cut short, who knows":     {alerts.Notification{Alerts: []alerts.Alert{drill}, Truncated: 3}, false},
		"cut short, common to all": {alerts.Notification{Alerts: []alerts.Alert{drill}, Truncated: 3, CommonLabels: drill.Labels}, true},
	} {
		if got := incident.IsDrill(test.n); got != test.want {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
		if apart := incident.GroupOf(test.n) != test.n.GroupID(); apart != test.want {
			t.Errorf("%s: group of its own %v, want %v", name, apart, test.want)
		}
	}
}

// TestDrillsAndStorms: a drill never makes a storm, and is never lost in one.
func TestDrillsAndStorms(t *testing.T) {
	t.Parallel()
	s := newSky(t)
	drill := func() incident.Incident {
		labels := map[string]string{"channel": "a", incident.DrillLabel: "true"}
		return s.do(incident.Event{Start: &incident.Start{Playbook: "p", User: user("anna"), Labels: labels}}, 0).Results[0].Incident
	}
	for range 10 {
		if i := drill(); i.Storm != 0 || !i.Drill {
			t.Fatalf("%s belongs to storm %d, is a drill: %v", i.ID(), i.Storm, i.Drill)
		}
	}
	for range 4 {
		s.fire("a", "warning")
	}
	if len(s.storms) != 1 || s.incidents[14].Storm != 14 {
		t.Fatalf("the fourth real one belongs to storm %d of %d, want 14 and one: drills are not counted", s.incidents[14].Storm, len(s.storms))
	}
	if i := drill(); i.Storm != 0 || i.Show != incident.ShowAll {
		t.Errorf("a drill during the storm belongs to storm %d and shows %q, want none and all", i.Storm, i.Show)
	}
}

// TestDrillSharesNoDeadline: the ping for a real deadline lists no drill, nor the
// other way round.
func TestDrillSharesNoDeadline(t *testing.T) {
	t.Parallel()
	s := newSky(t)
	real := s.fire("a", "warning")
	labels := map[string]string{"channel": "a", "team": "team-a", incident.DrillLabel: "true"}
	drill := s.do(incident.Event{Start: &incident.Start{Playbook: "p", User: user("anna"), Labels: labels}}, 0).Results[0].Incident
	for _, pair := range [][2]incident.Incident{{real, drill}, {drill, real}} {
		out := s.rules.Handle(incident.StepInput{Current: &pair[0], Neighbours: []incident.Incident{pair[1]}}, incident.Event{
			At: s.now.Add(time.Hour), Timer: &incident.Timer{Incident: pair[0].Number},
		})
		if len(out.Results) != 1 || len(out.Results[0].Incident.Tiers[0].Together) != 0 || !out.Results[0].Incident.Tiers[0].Overdue {
			t.Errorf("the deadline of %s (a drill: %v) is told together with %d others, want none", pair[0].ID(), pair[0].Drill, len(out.Results)-1)
		}
	}
}

// TestRun: a run is remembered as it was, to the millisecond.
func TestRun(t *testing.T) {
	t.Parallel()
	for _, run := range []incident.Run{
		{Number: 142, Opening: 2, Ack: 90 * time.Second, Resolve: 61*time.Minute + time.Millisecond, InTime: 2, Late: 1, Left: 3},
		{Number: 1, Opening: 1, Ack: incident.Never, Resolve: incident.Never},
		{Number: 1, Opening: 1, Ack: 0, Resolve: 0},
	} {
		data, err := run.Encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := incident.DecodeRun(data)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(run, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", data, diff)
		}
	}
	for _, bad := range []string{"", "{}", "[1,2]", `["a"]`} {
		if got, err := incident.DecodeRun([]byte(bad)); err == nil {
			t.Errorf("%q: got %+v, want an error", bad, got)
		}
	}
}
