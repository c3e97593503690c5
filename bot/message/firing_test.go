package message

import (
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/incident"
)

// TestAnAlertWithoutANameIsNamedByItsLabels: never by its fingerprint.
func TestAnAlertWithoutANameIsNamedByItsLabels(t *testing.T) {
	for name, c := range map[string]struct {
		common, own map[string]string
		want        string
	}{
		"its own":     {map[string]string{"job": "backup"}, map[string]string{"host": "db-7"}, "host=db-7"},
		"common ones": {map[string]string{"job": "backup", "host": "db-7", "severity": "critical", "playbook": "p"}, nil, "host=db-7, job=backup"},
		"none":        {map[string]string{"severity": "critical"}, nil, "an alert without labels"},
		"a name":      {map[string]string{"alertname": "Late", "host": "db-7"}, nil, "Late"},
		"hostile":     {map[string]string{"host": "\x1b[31m<!channel>`" + strings.Repeat("x", 500)}, nil, "host=[31m<\u2060!channel>`" + strings.Repeat("x", 33) + "…"},
	} {
		a := incident.Alert{Fingerprint: "deadbeef", Firing: true, Labels: c.own}
		if got := alertName(incident.Incident{Labels: c.common}, a); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
