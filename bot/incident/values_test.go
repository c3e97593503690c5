package incident_test

import (
	"testing"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// TestWhatAlertsSaidAtFirstAndAtLast: the words with which an alert began to fire, and
// those with which it ended, stay, alone in its group or beside another.
func TestWhatAlertsSaidAtFirstAndAtLast(t *testing.T) {
	for name, beside := range map[string]string{"alone": "", "beside another": "disk b is 70% full"} {
		t.Run(name, func(t *testing.T) {
			plan := &incident.Plan{Playbook: &playbooks.Playbook{Name: "disk", Title: "The disk is full"}, Channel: "#incidents"}
			in := incident.StepInput{Next: 1, Loaded: incident.Loaded{Plan: plan}}
			hear := func(minute int, status alerts.Status, says string) incident.Alert {
				a := alerts.Alert{Status: status, Fingerprint: "a", StartsAt: noon, Labels: map[string]string{"disk": "a"}, Annotations: map[string]string{"summary": says}}
				at := noon.Add(time.Duration(minute) * time.Minute)
				if status == alerts.Resolved {
					a.EndsAt = at
				}
				n := alerts.Notification{GroupKey: "disks", Status: status, Alerts: []alerts.Alert{a}, CommonAnnotations: a.Annotations}
				if beside != "" {
					n.CommonAnnotations = nil
					n.Alerts = append(n.Alerts, alerts.Alert{Status: alerts.Firing, Fingerprint: "b", StartsAt: noon, Labels: map[string]string{"disk": "b"}, Annotations: map[string]string{"summary": beside}})
					n.Status, n.Firing = alerts.Firing, 1
				}
				if status == alerts.Firing {
					n.Firing++
				}
				out, err := incident.Rules{ReopenWithin: time.Hour}.Settle(in, incident.Event{At: at, Notification: &n}, func(incident.Needs, *incident.Loaded) error { return nil })
				if err != nil || len(out.Results) != 1 {
					t.Fatalf("minute %d leads to %d results: %s, %v", minute, len(out.Results), out.Reason, err)
				}
				in.Current = &out.Results[0].Incident
				return in.Current.Alerts[0]
			}
			hear(0, alerts.Firing, "disk a is 91% full")
			hear(1, alerts.Firing, "disk a is 95% full")
			if a := hear(2, alerts.Firing, "disk a is 97% full"); a.AtFiring != "disk a is 91% full" || a.AtResolving != "" {
				t.Errorf("while it fires: %q at first, %q at last", a.AtFiring, a.AtResolving)
			}
			a := hear(3, alerts.Resolved, "disk a is 40% full")
			last := a.AtResolving
			if last == "" {
				last = a.Summary
			}
			if a.AtFiring != "disk a is 91% full" || last != "disk a is 40% full" {
				t.Errorf("when it is over: %q at first, %q at last", a.AtFiring, last)
			}
			if a = hear(10, alerts.Firing, "disk a is 92% full"); a.AtFiring != "" || a.AtResolving != "" {
				t.Errorf("another occurrence has %q and %q of the one before", a.AtFiring, a.AtResolving)
			}
		})
	}
}
