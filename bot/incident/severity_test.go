package incident_test

import (
	"testing"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

func TestSeverityComparesWithoutCase(t *testing.T) {
	rules := incident.Rules{SeverityLabel: "severity", SeverityOrder: []string{"Critical", "warning", "info"}}
	for given, want := range map[string]struct {
		known string
		rank  int
	}{
		"Critical": {"Critical", 0}, "CRITICAL": {"Critical", 0}, "critical\n": {"Critical", 0},
		"Warning": {"warning", 1}, " INFO ": {"info", 2}, "Page": {"Page", 3}, "": {"", 3}, "  ": {"", 3},
	} {
		if known, rank := rules.SeverityRank(given); known != want.known || rank != want.rank {
			t.Errorf("%q: got %q of rank %d, want %q of rank %d", given, known, rank, want.known, want.rank)
		}
	}
}

// TestTheWorstSeverityOfAGroupIsSpelledAsTheOrderDoes: what people see, count and sort
// by is one word, however the rules write it.
func TestTheWorstSeverityOfAGroupIsSpelledAsTheOrderDoes(t *testing.T) {
	rules := incident.Rules{SeverityLabel: "severity", SeverityOrder: []string{"critical", "warning", "info"}}
	for name, c := range map[string]struct {
		given    []string
		want     string
		critical bool
	}{
		"another case":       {[]string{"Warning", "CRITICAL"}, "critical", true},
		"known before other": {[]string{"page", "INFO"}, "info", false},
		"only others":        {[]string{"Page", "P1"}, "Page", false},
		"none":               {[]string{"", " "}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			n := alerts.Notification{Status: alerts.Firing, Firing: len(c.given)}
			for k, s := range c.given {
				n.Alerts = append(n.Alerts, alerts.Alert{Status: alerts.Firing, Fingerprint: string(rune('a' + k)), StartsAt: noon, Labels: map[string]string{"severity": s}})
			}
			plan := &incident.Plan{Playbook: &playbooks.Playbook{Name: "disk", Title: "The disk is full"}, Channel: "#incidents"}
			out := rules.Handle(incident.StepInput{Next: 1, Loaded: incident.Loaded{Plan: plan}}, incident.Event{At: noon, Notification: &n})
			if len(out.Results) != 1 {
				t.Fatalf("results: got %d (%s), want 1", len(out.Results), out.Reason)
			}
			if i := out.Results[0].Incident; i.Severity != c.want || i.Critical != c.critical {
				t.Errorf("severity: got %q, critical %t, want %q, critical %t", i.Severity, i.Critical, c.want, c.critical)
			}
		})
	}
}
