package playbooktest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/playbooktest"
	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/library"
)

// TestStage: pings come on time, each once in an opening, and again after a
// reopening; what somebody did in time is told nobody.
func TestStage(t *testing.T) {
	set, _ := playbooks.NewSet(nil, library.All())
	stage := playbooktest.NewStage(playbooktest.Settings{
		Rules:     incident.Rules{ReopenWithin: 4 * time.Hour, StaleAfter: 24 * time.Hour, SeverityLabel: "severity", SeverityOrder: []string{"critical"}},
		Playbooks: set, Command: "/playbook",
		Route: func(map[string]string) incident.Target {
			return incident.Target{Channel: "#db", Owners: []string{"@db"}, Escalate: []incident.Escalation{{After: 10 * time.Minute, Mention: []string{"@leads"}}}}
		},
	})
	if _, ok := stage.Newest(); ok {
		t.Error("an empty stage shows an incident")
	}
	labels := map[string]string{"alertname": "DatabaseHighCPU", "severity": "critical"}
	at := func(minutes int) time.Time { return playbooktest.Start.Add(time.Duration(minutes) * time.Minute) }
	notify := func(minute int, status alerts.Status) {
		stage.Pass(at(minute), false)
		n := playbooktest.Gather(alerts.Notification{GroupKey: "k", Alerts: []alerts.Alert{
			{Status: status, Labels: labels, StartsAt: at(minute / 100 * 100), EndsAt: at(minute), Fingerprint: playbooktest.Fingerprint(labels)},
		}}, nil)
		stage.Handle(incident.Event{At: at(minute), Notification: &n})
	}
	act := func(minute int, verb incident.Verb, step string) {
		stage.Pass(at(minute), false)
		stage.Handle(incident.Event{At: at(minute), Act: &incident.Act{Verb: verb, Incident: 1, Step: step, User: incident.User{ID: "anna", Name: "anna"}}})
	}
	notify(0, alerts.Firing)
	act(20, incident.VerbDone, "add-read-replicas")
	stage.Pass(at(60), false)
	if pings := stage.Pings(); len(pings) != 1 {
		t.Errorf("pings before the deadline: got %d, want the escalation alone", len(pings))
	}
	stage.Pass(at(60), true)
	notify(90, alerts.Resolved)
	notify(100, alerts.Firing)
	act(101, incident.VerbAcknowledge, "")
	stage.Pass(at(200), true)
	var got []string
	for _, p := range stage.Pings() {
		got = append(got, fmt.Sprint(p.At.Sub(playbooktest.Start).Minutes(), " ", p.Slot, " ", p.To, " ", p.Steps))
	}
	want := []string{
		"10 escalation:1 [@leads] []",
		"60 deadline:immediate [@db] [pool-connections scale-up]",
		"90 resolved [anna] []",
		"100 reopened [@db] []",
		"160 deadline:immediate [@db] [pool-connections scale-up]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pings (-want +got):\n%s", diff)
	}
}
