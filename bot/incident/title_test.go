package incident

import (
	"testing"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/playbooks"
)

// TestTitleShowsSomething: what a label does not show is no part of a title.
func TestTitleShowsSomething(t *testing.T) {
	for _, test := range []struct {
		playbook string
		labels   map[string]string
		want     string
	}{
		{playbooks.Triage, map[string]string{"alertname": "\u200b\u2060"}, "Triage"},
		{playbooks.Triage, map[string]string{"alertname": "A", "b": "\u0301", "c": "\u3164", "d": "e"}, "A: e"},
		{"cpu", map[string]string{"alertname": "A", "b": "\u00ad"}, "Triage"},
	} {
		if got := Title("Triage", test.playbook, alerts.Notification{GroupLabels: test.labels}); got != test.want {
			t.Errorf("%+q: got %+q, want %q", test.labels, got, test.want)
		}
	}
}
