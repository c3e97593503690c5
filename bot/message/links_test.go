package message

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/incident"
)

// payload is a webhook body of another room's testdata.
func payload(t testing.TB, name string) alerts.Notification {
	t.Helper()
	file, err := os.Open("../../alerts/testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	n, err := alerts.Decode(file, "default")
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// linkLine is the root's line of links as a terminal shows it.
func linkLine(t testing.TB, i incident.Incident) string {
	t.Helper()
	for _, b := range root(View{Incident: i, Command: "/playbook"}).Blocks {
		if b.ID() == "links" {
			return strings.TrimSpace(Terminal(Message{Blocks: []slack.Block{b}}))
		}
	}
	return ""
}

// TestGrafanaLinkSaysGrafana: wherever it is served, by whomever it is sent, and
// nothing else does.
func TestGrafanaLinkSaysGrafana(t *testing.T) {
	for name, c := range map[string]struct {
		grafana        bool
		external, rule string
		uid, want      string
	}{
		"at the root": {true, "https://g.example/", "https://g.example/alerting/grafana/u1/view?orgId=1", "",
			"Grafana rule (https://g.example/alerting/grafana/u1/view?orgId=1) · Grafana (https://g.example/)"},
		"under a path": {true, "https://ops.example/monitoring/", "https://ops.example/monitoring/alerting/grafana/u1/view", "",
			"Grafana rule (https://ops.example/monitoring/alerting/grafana/u1/view) · Grafana (https://ops.example/monitoring/)"},
		"of version 8":         {true, "https://g.example/", "https://g.example/alerting/u1/edit", "", "Grafana rule (https://g.example/alerting/u1/edit) · Grafana (https://g.example/)"},
		"rewritten by a proxy": {true, "https://g.example/", "https://g.example/r/u1", "", "Grafana rule (https://g.example/r/u1) · Grafana (https://g.example/)"},
		"only the rule's UID":  {true, "https://g.example/x/", "?orgId=1", "u1", "Grafana rule (https://g.example/x/alerting/grafana/u1/view) · Grafana (https://g.example/x/)"},
		"a test, without rule": {true, "https://g.example/", "?orgId=1", "", "Grafana (https://g.example/)"},
		"through Alertmanager": {false, "http://am.example:9093", "https://g.example/alerting/grafana/u1/view", "",
			"Grafana rule (https://g.example/alerting/grafana/u1/view) · Alertmanager (http://am.example:9093/#/alerts"},
		"Prometheus on a host of that name": {false, "http://am.example/alerting", "http://x.example/alerting/graph?g0.expr=up", "",
			"Prometheus (http://x.example/alerting/graph?g0.expr=up) · Alertmanager (http://am.example/alerting/#/alerts"},
		"vmalert":       {false, "http://am.example", "http://v.example/vmalert/alert?group_id=1&alert_id=2", "", "vmalert (http://v.example/vmalert/alert?group_id=1&alert_id=2) · Alertmanager"},
		"anything else": {false, "http://am.example", "https://ci.example/build/7", "", "Source (https://ci.example/build/7) · Alertmanager"},
	} {
		n := database(night, alerts.Firing)
		n.Grafana, n.ExternalURL, n.CommonAnnotations = c.grafana, c.external, nil
		n.Alerts[0].GeneratorURL, n.Alerts[0].RuleUID, n.Alerts[0].Annotations = c.rule, c.uid, nil
		i := newScene(t, triage()).hears(n).incident
		if got := linkLine(t, i); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
		if i.Alerts[0].RuleUID != c.uid {
			t.Errorf("%s: the incident keeps the rule %q, want %q", name, i.Alerts[0].RuleUID, c.uid)
		}
	}
	old := incident.Incident{ExternalURL: "https://g.example/", Alerts: []incident.Alert{{Firing: true, StartsAt: time.Unix(1, 0), URL: "https://g.example/alerting/grafana/u1/view"}}}
	if got := linkLine(t, old); !strings.HasSuffix(got, "Grafana (https://g.example/)") {
		t.Errorf("a document of an earlier binary: got %s, want Grafana's address as it is", got)
	}
}

// TestGrafanaTestOpensAnIncident: what its button Test sends is shown like any alert.
func TestGrafanaTestOpensAnIncident(t *testing.T) {
	got := Terminal(Render(newScene(t, triage()).hears(payload(t, "grafana-v1-test.json")).view())[0].Message)
	for _, want := range []string{"TestAlert", "Notification test", "1 alert firing", "\nGrafana (https://ops.example.com/monitoring/)\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("the root lacks %q:\n%s", want, got)
		}
	}
}
