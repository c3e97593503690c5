package paging_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/paging"
)

var since = time.Date(2026, 11, 30, 3, 2, 0, 0, time.UTC)

func hot() incident.Incident {
	return incident.Incident{
		Number: 142, Title: `Database is at 90% CPU: "orders"`, Summary: "94 %\nof its CPU", Severity: "Critical", Critical: true, State: incident.Open,
		Labels: map[string]string{"instance": "orders-0", "team": "db"}, OpeningAt: since, Opening: 1, ExternalURL: "https://am.example",
		Playbook: incident.PlaybookRef{Name: "database-cpu"}, Alerts: []incident.Alert{{Firing: true}},
	}
}

func facts(e incident.PageEvent) paging.Facts {
	return paging.FactsOf(hot(), incident.Page{Opening: 1, Level: 2}, e, "T0123", "https://acme.slack.com/archives/C1/p1")
}

func TestPagerDuty(t *testing.T) {
	t.Parallel()
	h := paging.PagerDuty("R0123456789", paging.PagerDutyURL)
	for e, want := range map[incident.PageEvent]map[string]any{
		incident.PageTrigger: {
			"routing_key": "R0123456789", "event_action": "trigger", "dedup_key": "signalbook-T0123-INC-142-1-2",
			"client": "Signalbook", "client_url": "https://acme.slack.com/archives/C1/p1",
			"payload": map[string]any{
				"summary": `INC-142: Database is at 90% CPU: "orders". 94 % of its CPU`, "source": "signalbook T0123", "severity": "critical",
				"timestamp": "2026-11-30T03:02:00Z", "class": "database-cpu", "custom_details": map[string]any{"instance": "orders-0", "team": "db"},
			},
			"links": []any{
				map[string]any{"href": "https://acme.slack.com/archives/C1/p1", "text": "Thread in Slack"},
				map[string]any{"href": "https://am.example", "text": "Alerts"},
			},
		},
		incident.PageAcknowledge: {"routing_key": "R0123456789", "event_action": "acknowledge", "dedup_key": "signalbook-T0123-INC-142-1-2"},
		incident.PageResolve:     {"routing_key": "R0123456789", "event_action": "resolve", "dedup_key": "signalbook-T0123-INC-142-1-2"},
	} {
		r, err := h.Request(facts(e))
		var got map[string]any
		if err != nil || json.Unmarshal(r.Body, &got) != nil || r.URL != paging.PagerDutyURL || r.ContentType != "application/json" {
			t.Fatalf("%s: got %s to %s (%v)", e, r.Body, r.URL, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", e, diff)
		}
	}
	if strings.Contains(h.ID()+h.Name(), "R0123456789") {
		t.Errorf("%s %s holds the routing key", h.ID(), h.Name())
	}
	severe := func(word string, critical bool) string {
		f := facts(incident.PageTrigger)
		f.Severity, f.Critical = word, critical
		r, _ := h.Request(f)
		var got struct{ Payload struct{ Severity string } }
		_ = json.Unmarshal(r.Body, &got)
		return got.Payload.Severity
	}
	for word, want := range map[string]string{"warning": "warning", "INFO": "info", "page": "error", "": "error"} {
		if got := severe(word, false); got != want {
			t.Errorf("severity %q is %s, want %s", word, got, want)
		}
	}
	if got := severe("P1", true); got != "critical" {
		t.Errorf("the worst severity is %s, want critical", got)
	}
}

// documented are the bodies that the README gives, and what a service gets of them.
func TestTemplates(t *testing.T) {
	t.Parallel()
	h, err := paging.Template("https://ntfy.example/", `{"topic":"sre","title":{{ json .Title }},"message":{{ json (print .Event " " .ID) }},"priority":{{ if eq .Event "trigger" }}5{{ else }}3{{ end }},"click":{{ json .Link }}}`)
	if err != nil {
		t.Fatal(err)
	}
	r, err := h.Request(facts(incident.PageTrigger))
	want := `{"topic":"sre","title":"Database is at 90% CPU: \"orders\"","message":"trigger INC-142","priority":5,"click":"https://acme.slack.com/archives/C1/p1"}`
	if err != nil || string(r.Body) != want || r.ContentType != "application/json" || h.Name() != "ntfy.example" {
		t.Errorf("got %s (%v), want %s", r.Body, err, want)
	}
	h, err = paging.Template(`https://goalert.example/api/v2/generic/incoming?token=x&dedup={{ urlquery .Key }}{{ if eq .Event "resolve" }}&action=close{{ end }}`, `{{ .Title }}`)
	if err != nil {
		t.Fatal(err)
	}
	r, err = h.Request(facts(incident.PageResolve))
	if u, bad := url.Parse(r.URL); err != nil || bad != nil || u.Query().Get("action") != "close" || u.Query().Get("dedup") != "signalbook-T0123-INC-142-1-2" || r.ContentType != "text/plain; charset=utf-8" {
		t.Errorf("got %+v (%v)", r, err)
	}
}

func TestTemplatesThatAreWrong(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ url, body, want string }{
		"no template":          {"https://x.example", "{{ .Title", "body"},
		"an unknown field":     {"https://x.example", "{{ .Titel }}", "Titel"},
		"an unknown function":  {"https://x.example", "{{ env \"HOME\" }}", "env"},
		"values without json":  {"https://x.example", `{"a":"{{ .Title }}"}`, "json"},
		"a host of an alert's": {"https://{{ .Title }}/", "x", "host"},
		"half a host":          {"https://x{{ .Level }}.example/", "x", "no address of"},
		"no address":           {"ftp://x.example/", "x", "http://"},
		"an alert's user":      {"https://x.example{{ .Title }}", "x", "no address of"},
		"too much":             {"https://x.example", "{{ range 100000 }}0123456789{{ end }}", "longer than 65536 bytes"},
	} {
		if _, err := paging.Template(tt.url, tt.body); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, tt.want)
		}
	}
}

func TestAssess(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]paging.Verdict{
		202: {Taken: true},
		302: {Why: "it leads elsewhere (302): give the address that it leads to", Forever: true},
		400: {Why: "it refuses (400): invalid event", Forever: true},
		401: {Why: "it does not let us in (401): invalid event"},
		429: {Why: "it answers 429: invalid event"},
		503: {Why: "it answers 503: invalid event"},
	} {
		if diff := cmp.Diff(want, paging.Assess(status, "invalid event")); diff != "" {
			t.Errorf("%d (-want +got):\n%s", status, diff)
		}
	}
}

func TestNextTry(t *testing.T) {
	t.Parallel()
	now := since
	busy := paging.Verdict{Why: "busy"}
	for _, tt := range []struct {
		name         string
		tries        paging.Tries
		verdict      paging.Verdict
		wait         time.Duration
		tell, giveUp bool
	}{
		{"once", paging.Tries{Count: 1, First: now}, busy, 2 * time.Second, false, false},
		{"twice", paging.Tries{Count: 2, First: now}, busy, 4 * time.Second, true, false},
		{"often", paging.Tries{Count: 6, First: now}, busy, 64 * time.Second, true, false},
		{"for hours", paging.Tries{Count: 700, First: now.Add(-20 * time.Hour)}, busy, 2 * time.Minute, true, false},
		{"for a day", paging.Tries{Count: 800, First: now.Add(-24 * time.Hour)}, busy, 0, true, true},
		{"refused", paging.Tries{Count: 1, First: now}, paging.Verdict{Why: "no", Forever: true}, 0, true, true},
	} {
		at, tell, giveUp := tt.tries.Next(now, tt.verdict)
		wait := time.Duration(0)
		if !at.IsZero() {
			wait = at.Sub(now)
		}
		if wait != tt.wait || tell != tt.tell || giveUp != tt.giveUp {
			t.Errorf("%s: next in %s, tell %t, give up %t", tt.name, wait, tell, giveUp)
		}
	}
}
