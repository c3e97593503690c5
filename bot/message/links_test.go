package message

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
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
		if b.ID() == "facts" {
			facts := strings.TrimSpace(blockkit.Terminal(blockkit.Message{Blocks: []slack.Block{b}}))
			facts = strings.TrimPrefix(facts, i.ID()+" · playbook "+i.Playbook.Name)
			return strings.TrimPrefix(facts, " · ")
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
	got := blockkit.Terminal(Render(newScene(t, triage()).hears(payload(t, "grafana-v1-test.json")).view())[0].Message)
	for _, want := range []string{"TestAlert", "Notification test", "1 alert firing", " · Grafana (https://ops.example.com/monitoring/)\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("the root lacks %q:\n%s", want, got)
		}
	}
}

// leading is a firing group whose alerts have these annotations, by instance.
func leading(status alerts.Status, annotations ...map[string]string) alerts.Notification {
	n := alerts.Notification{Source: "default", Receiver: "r", Status: status, GroupKey: "{}:{}", CommonLabels: map[string]string{"alertname": "A"}, GroupLabels: map[string]string{"alertname": "A"}}
	for k, own := range annotations {
		a := alerts.Alert{Status: status, Fingerprint: fmt.Sprintf("f%015d", k), StartsAt: night.Add(-time.Minute), Labels: map[string]string{"alertname": "A", "instance": fmt.Sprintf("db-%d", k)}, Annotations: own}
		if own == nil { // this one is over
			a.Status, a.EndsAt = alerts.Resolved, night
		}
		if a.Status == alerts.Firing {
			n.Firing++
		} else {
			a.EndsAt = night
			n.Resolved++
		}
		n.Alerts = append(n.Alerts, a)
	}
	return n
}

func runbook(address string) map[string]string { return map[string]string{"runbook_url": address} }

// TestLinksFollowTheAlerts: each firing alert's own, changed and added ones while they
// fire, none of one that is over as long as others fire.
func TestLinksFollowTheAlerts(t *testing.T) {
	s := newScene(t, triage())
	for _, step := range []struct {
		what string
		n    alerts.Notification
		want string
	}{
		{"two that differ", leading(alerts.Firing, runbook("https://r.example/0"), runbook("https://r.example/1")), "Runbook: db-0 (https://r.example/0) · Runbook: db-1 (https://r.example/1)"},
		{"one is over", leading(alerts.Firing, runbook("https://r.example/0"), nil), "Runbook (https://r.example/0)"},
		{"changed while it fires", leading(alerts.Firing, runbook("https://r.example/new"), nil), "Runbook (https://r.example/new)"},
		{"one joins, with a dashboard", leading(alerts.Firing, runbook("https://r.example/new"), nil, map[string]string{"dashboard": "https://d.example/2"}), "Runbook (https://r.example/new) · Dashboard (https://d.example/2)"},
		{"one is not reported any more", leading(alerts.Firing, runbook("https://r.example/new")), "Runbook (https://r.example/new) · Dashboard (https://d.example/2)"},
		{"all over: they stay for the follow-ups", leading(alerts.Resolved, runbook("https://r.example/new"), nil, map[string]string{"dashboard": "https://d.example/2"}), "Runbook (https://r.example/new) · Dashboard (https://d.example/2)"},
	} {
		before := s.incident
		s.after(time.Minute).hears(step.n)
		if got := linkLine(t, s.incident); !sameWords(got, step.want) {
			t.Errorf("%s:\n got %s\nwant %s", step.what, got, step.want)
		}
		if step.what == "changed while it fires" && !s.incident.Moved(&before) {
			t.Errorf("%s: nobody shows it anew", step.what)
		}
	}
}

// sameWords compares lines of links, in any order.
func sameWords(a, b string) bool {
	count := func(s string) map[string]int {
		all := map[string]int{}
		for l := range strings.SplitSeq(s, " · ") {
			all[l]++
		}
		return all
	}
	return fmt.Sprint(count(a)) == fmt.Sprint(count(b))
}

// TestLinksAreNamedByWhatDiffers: by the label that tells their alerts apart, the
// alert's name first.
func TestLinksAreNamedByWhatDiffers(t *testing.T) {
	n := leading(alerts.Firing, runbook("https://r.example/cpu"), runbook("https://r.example/cpu"), runbook("https://r.example/disk"))
	delete(n.CommonLabels, "alertname")
	for k, name := range []string{"HighCPU", "HighCPU", "DiskFull"} {
		n.Alerts[k].Labels["alertname"] = name
	}
	want := "Runbook: HighCPU (https://r.example/cpu) · Runbook: DiskFull (https://r.example/disk)"
	if got := linkLine(t, newScene(t, triage()).hears(n).incident); !sameWords(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestALinkIsOfAllWhoWriteIt, however each does: what it is called may not be the name
// of the first alone.
func TestALinkIsOfAllWhoWriteIt(t *testing.T) {
	other := runbook("https://r.example/disk")
	line := func(second string) string {
		return linkLine(t, newScene(t, triage()).hears(leading(alerts.Firing, runbook("https://r.example/cpu"), runbook(second), other)).incident)
	}
	want := line("https://r.example/cpu")
	for _, second := range []string{"<https://r.example/cpu>", "[cpu](https://r.example:443/cpu)"} {
		if got := line(second); got != want {
			t.Errorf("the second alert writes %s:\n got %s\nwant %s", second, got, want)
		}
	}
}

// TestManyLinksAreCounted: five of a title, ten in all, the first of each title before
// the second of any; the rest is a number.
func TestManyLinksAreCounted(t *testing.T) {
	var many []map[string]string
	for k := range 20 {
		many = append(many, map[string]string{"runbook_url": fmt.Sprintf("https://r.example/%d", k), "dashboard_url": fmt.Sprintf("https://d.example/%d", k), "wiki_url": "https://w.example/"})
	}
	got := linkLine(t, newScene(t, triage()).hears(leading(alerts.Firing, many...)).incident)
	for part, want := range map[string]int{"https://r.example/": 5, "https://d.example/": 4, "Wiki (https://w.example/)": 1, "15 more Runbook links and 16 more Dashboard links": 1} {
		if n := strings.Count(got, part); n != want {
			t.Errorf("%q stands there %d times, want %d:\n%s", part, n, want, got)
		}
	}
}

// TestOneLinkPerTarget: whoever names it, and however.
func TestOneLinkPerTarget(t *testing.T) {
	p := triage()
	p.Links = []playbooks.Link{{Title: "The wiki", URL: "https://Wiki.example/db/"}, {Title: "Other", URL: "https://other.example/"}}
	n := leading(alerts.Firing, map[string]string{"runbook_url": "https://wiki.example/db", "runbook": "[db](https://wiki.example:443/db)", "dashboard": "https://wiki.example/db\n"})
	n.ExternalURL = "https://other.example"
	n.Grafana = true
	if got, want := linkLine(t, newScene(t, p).hears(n).incident), "Grafana (https://other.example) · Runbook (https://wiki.example/db)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestNoLinkIsNamed: what leads nowhere is counted, with its name and the reason, and
// shown nowhere.
func TestNoLinkIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		annotations map[string]string
		want        string
	}{
		"relative":                      {runbook("wiki/db"), "1 link left out: no web address (Runbook)"},
		"two":                           {map[string]string{"runbook_url": "TBD", "logs_url": "/logs"}, "2 links left out: no web address (Runbook, Logs)"},
		"a value is missing":            {runbook("https://wiki.example/<no value>"), "1 link left out: a value is missing in it (Runbook)"},
		"too long":                      {runbook("https://wiki.example/" + strings.Repeat("x", 2_000)), "1 link left out: too long for Slack (Runbook)"},
		"words beside a link":           {map[string]string{"runbook": "call Anna", "runbook_url": "https://wiki.example/db"}, "Runbook (https://wiki.example/db)"},
		"trimmed":                       {runbook("  https://wiki.example/db\n"), "Runbook (https://wiki.example/db)"},
		"blanks and quotes":             {runbook(`https://wiki.example/My "db"`), "Runbook (https://wiki.example/My%20%22db%22)"},
		"an annotation of any name":     {map[string]string{"kibanaLogsURL": "https://k.example/"}, "Kibana logs (https://k.example/)"},
		"an address by any name":        {map[string]string{"logs": "https://k.example/"}, "Logs (https://k.example/)"},
		"words of any name":             {map[string]string{"hint": "see https://k.example/ first"}, ""},
		"an address as the summary":     {map[string]string{"summary": "https://k.example/"}, ""},
		"no playbook of that name":      {map[string]string{"playbook": "https://k.example/"}, ""},
		"what Grafana keeps for itself": {map[string]string{"__dashboardUid__": "x", "__alertImageToken__": "https://k.example/"}, ""},
	} {
		if got := linkLine(t, newScene(t, triage()).hears(leading(alerts.Firing, c.annotations)).incident); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

// TestPlaybookLinksFollowTheAlerts: a link of the playbook leads to each firing alert's
// page, also of one that joins later.
func TestPlaybookLinksFollowTheAlerts(t *testing.T) {
	p := triage()
	p.Links = []playbooks.Link{{Title: "Host", URL: "https://g.example/d?i={{ .Labels.instance }}"}, {Title: "Wiki", URL: "https://w.example/"}}
	s := newScene(t, p).hears(leading(alerts.Firing, runbook("")))
	if got, want := linkLine(t, s.incident), "Host (https://g.example/d?i=db-0) · Wiki (https://w.example/)"; got != want {
		t.Errorf("opened:\n got %s\nwant %s", got, want)
	}
	s.hears(leading(alerts.Firing, runbook(""), runbook("")))
	if got, want := linkLine(t, s.incident), "Host: db-0 (https://g.example/d?i=db-0) · Host: db-1 (https://g.example/d?i=db-1) · Wiki (https://w.example/)"; !sameWords(got, want) {
		t.Errorf("one joined:\n got %s\nwant %s", got, want)
	}
	s.hears(leading(alerts.Firing, nil, runbook("")))
	if got, want := linkLine(t, s.incident), "Host (https://g.example/d?i=db-1) · Wiki (https://w.example/)"; got != want {
		t.Errorf("the first is over:\n got %s\nwant %s", got, want)
	}
}

// TestGrafanaDashboardAndPanel: Grafana's own links are shown.
func TestGrafanaDashboardAndPanel(t *testing.T) {
	got := linkLine(t, newScene(t, triage()).hears(payload(t, "grafana-v1-two-alerts.json")).incident)
	want := "Grafana rule (https://grafana.example.com/alerting/grafana/qPdEJzY4k/view?orgId=1) · Grafana (https://grafana.example.com/) · " +
		"Dashboard (https://grafana.example.com/d/mem?orgId=1) · Panel (https://grafana.example.com/d/mem?orgId=1&viewPanel=4)"
	if got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// TestCredentialsAreNeverShown: of no address, in no message, nor in what is exported.
func TestCredentialsAreNeverShown(t *testing.T) {
	const body = `{"version":"4","status":"firing","receiver":"r","groupKey":"k","externalURL":"http://am:hunter2@am.example","groupLabels":{"instance":"https://u:hunter2@x.example"},
		"commonLabels":{"alertname":"A","instance":"https://u:hunter2@x.example"},"commonAnnotations":{},"alerts":[{"status":"firing","startsAt":"2026-11-23T02:00:00Z",
		"labels":{"alertname":"A","instance":"https://u:hunter2@x.example"},"generatorURL":"http://p:hunter2@p.example/graph?g0.expr=up","fingerprint":"f1",
		"annotations":{"summary":"https://u:hunter2@x.example is down","description":"try https://x.example/?token=hunter2","runbook_url":"https://u:hunter2@wiki.example/db?token=hunter2"}}]}`
	n, err := alerts.Decode(strings.NewReader(body), "default")
	if err != nil {
		t.Fatal(err)
	}
	p := triage()
	p.Links = []playbooks.Link{{Title: "Wiki", URL: "{{ .Annotations.runbook_url }}&x=1"}, {Title: "Own", URL: "https://u:hunter2@own.example/"}}
	s := newScene(t, p).hears(n)
	exported, err := s.incident.Encode()
	if err != nil {
		t.Fatal(err)
	}
	var shown []byte
	for _, slot := range Render(s.view()) {
		data, err := json.Marshal(slot.Message)
		if err != nil {
			t.Fatal(err)
		}
		shown = append(shown, data...)
	}
	for what, text := range map[string]string{"the messages": string(shown), "the export": string(exported)} {
		if strings.Contains(text, "hunter2") {
			t.Errorf("%s show the password: %s", what, text)
		}
	}
	if got, want := linkLine(t, s.incident), "Prometheus (http://p.example/graph?g0.expr=up) · Alertmanager (http://am.example/#/alerts?filter=%7Balertname%3D%22A%22%7D) · Runbook (https://wiki.example/db)"; !strings.HasPrefix(got, want) {
		t.Errorf("got %s\nwant %s", got, want)
	}
}
