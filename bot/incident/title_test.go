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

// TestTitlesSayWhatDiffers: labels that say nothing stay out, and so does a fingerprint.
func TestTitlesSayWhatDiffers(t *testing.T) {
	for name, test := range map[string]struct {
		playbook      string
		group, common map[string]string
		want          string
	}{
		"no name":              {playbooks.Triage, nil, map[string]string{"host": "db-7", "job": "backup", "severity": "critical"}, "host=db-7, job=backup"},
		"no name, grouped":     {playbooks.Triage, map[string]string{"job": "backup"}, map[string]string{"host": "db-7", "job": "backup"}, "host=db-7, job=backup"},
		"no name, a playbook":  {"cpu", map[string]string{"host": "db-7"}, map[string]string{"host": "db-7", "job": "backup"}, "The database is hot: db-7"},
		"nothing at all":       {playbooks.Triage, nil, nil, "The database is hot"},
		"the playbook's label": {"cpu", map[string]string{"alertname": "A", "playbook": "cpu", "instance": "orders-0"}, nil, "The database is hot: orders-0"},
		"the sender's labels":  {"cpu", map[string]string{"prometheus": "monitoring/k8s", "severity": "page", "__alert_rule_uid__": "x", "grafana_folder": "f", "shard": "7"}, nil, "The database is hot: 7"},
		"a common cluster":     {"cpu", map[string]string{"cluster": "eu-1", "instance": "orders-0"}, nil, "The database is hot: orders-0"},
		"only the cluster":     {"cpu", map[string]string{"cluster": "eu-1"}, nil, "The database is hot: eu-1"},
		"a port of a test":     {"cpu", map[string]string{"instance": "127.0.0.1:38417"}, nil, "The database is hot: 127.0.0.1"},
		"a port":               {"cpu", map[string]string{"instance": "db-7:9100"}, nil, "The database is hot: db-7:9100"},
		"very many": {"cpu", map[string]string{"a": "1", "b": "2", "c": "3", "d": "4", "e": "5", "instance": "db-7", "service": "orders"}, nil,
			"The database is hot: 1, 2, db-7, orders"},
	} {
		if got := Title("The database is hot", test.playbook, alerts.Notification{GroupLabels: test.group, CommonLabels: test.common}); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}
