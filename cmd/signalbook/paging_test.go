package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/paging"
)

// services are a PagerDuty and an ntfy, as far as both can be called: PagerDuty's Events
// API v2 refuses what its documentation says it refuses, and has one alert a dedup_key.
type services struct {
	mu     sync.Mutex
	events map[string][]string // of PagerDuty, by dedup_key; a repeated event counts once
	pushes []string            // of ntfy
	calls  int
	first  chan struct{} // closed at the first call, which is never answered
	busy   bool          // ntfy takes nothing
}

func (s *services) pagerDuty(w http.ResponseWriter, r *http.Request) {
	var e struct {
		RoutingKey string `json:"routing_key"`
		Action     string `json:"event_action"`
		Key        string `json:"dedup_key"`
		Payload    *struct{ Summary, Source, Severity string }
	}
	err := json.NewDecoder(r.Body).Decode(&e)
	wrong := ""
	switch {
	case err != nil || r.Method != http.MethodPost:
		wrong = "no event"
	case e.RoutingKey != "R-of-the-test":
		wrong = "routing_key is invalid"
	case !slices.Contains([]string{"trigger", "acknowledge", "resolve"}, e.Action):
		wrong = "event_action is invalid"
	case e.Action == "trigger" && (e.Payload == nil || e.Payload.Summary == "" || e.Payload.Source == "" || !slices.Contains([]string{"critical", "error", "warning", "info"}, e.Payload.Severity)):
		wrong = "payload is invalid"
	}
	if wrong != "" {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"status":"invalid event","message":%q}`, wrong)
		return
	}
	s.mu.Lock()
	s.calls++
	if s.calls == 1 {
		close(s.first)
	}
	hold := s.calls == 1
	if !slices.Contains(s.events[e.Key], e.Action) {
		s.events[e.Key] = append(s.events[e.Key], e.Action)
	}
	s.mu.Unlock()
	if hold {
		<-r.Context().Done() // taken, and nobody hears of it
		return
	}
	w.WriteHeader(http.StatusAccepted)
	fmt.Fprintf(w, `{"status":"success","dedup_key":%q}`, e.Key)
}

func (s *services) ntfy(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var push struct{ Topic, Title, Message string }
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy {
		http.Error(w, "busy", http.StatusServiceUnavailable)
		return
	}
	if json.Unmarshal(body, &push) != nil || push.Topic != "sre" {
		http.Error(w, "no push", http.StatusBadRequest)
		return
	}
	if said := push.Message + ": " + push.Title; !slices.Contains(s.pushes, said) {
		s.pushes = append(s.pushes, said)
	}
}

func (s *services) heard() (events map[string][]string, pushes []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	events = map[string][]string{}
	for key, all := range s.events {
		events[key] = slices.Clone(all)
	}
	return events, slices.Clone(s.pushes)
}

// TestServicesOutsideSlackAreCalled: nobody acknowledges, so PagerDuty and ntfy are called.
// The bot is killed while PagerDuty has taken the call and has not answered; the next one
// calls again, with the same key. Both hear of the acknowledgement and of the end. What
// does not get through stands in the thread.
func TestServicesOutsideSlackAreCalled(t *testing.T) {
	t.Parallel()
	s := &services{events: map[string][]string{}, first: make(chan struct{}), busy: true}
	pagerDuty, ntfy := httptest.NewServer(http.HandlerFunc(s.pagerDuty)), httptest.NewServer(http.HandlerFunc(s.ntfy))
	defer pagerDuty.Close()
	defer ntfy.Close()
	r := startRig(t, options{extra: fmt.Sprintf(`route:
  channel: "#incidents"
  owners: ["@sre-oncall"]
  escalate:
    - {after: 1ms, webhook: {pagerduty: {routing_key: R-of-the-test, url: %q}}}
    - after: 2ms
      webhook:
        url: %q
        body: '{"topic":"sre","title":{{ json .Title }},"message":{{ json (print .Event " " .ID) }}}'
`, pagerDuty.URL+"/v2/enqueue", ntfy.URL)})
	b := r.startBot()
	b.mustNotify(alert("Hot", "critical", "firing"))
	<-s.first
	b.end(syscall.SIGKILL)
	b = r.startBot()
	eventually(t, "PagerDuty is called again", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.calls > 1
	})
	eventually(t, "the thread says that ntfy is not reached", func() bool {
		roots := r.roots("incidents")
		return len(roots) == 1 && strings.Contains(roots[0].PlainText(), "was not reached, and is tried again: it answers 503: busy")
	})
	s.mu.Lock()
	s.busy = false
	s.mu.Unlock()
	eventually(t, "ntfy is called", func() bool { _, pushes := s.heard(); return len(pushes) == 1 })
	root := r.roots("incidents")[0]
	r.click("anna", root, "incident:ack", "INC-1")
	eventually(t, "both hear that somebody has it", func() bool {
		events, pushes := s.heard()
		return len(pushes) == 2 && len(events) == 1 && len(one(events)) == 2
	})
	b.mustNotify(alert("Hot", "critical", "resolved"))
	eventually(t, "both hear of the end", func() bool {
		events, pushes := s.heard()
		return len(pushes) == 3 && len(one(events)) == 3
	})
	events, pushes := s.heard()
	if diff := cmp.Diff([]string{"trigger", "acknowledge", "resolve"}, one(events)); diff != "" {
		t.Errorf("PagerDuty heard (-want +got):\n%s", diff)
	}
	title := pushes[0][len("trigger INC-1: "):]
	if title == "" {
		t.Error("ntfy heard no title")
	}
	if diff := cmp.Diff([]string{"trigger INC-1: " + title, "acknowledge INC-1: " + title, "resolve INC-1: " + title}, pushes); diff != "" {
		t.Errorf("ntfy heard (-want +got):\n%s", diff)
	}
	b.settled()
	if strings.Contains(r.roots("incidents")[0].PlainText(), "was not reached") {
		t.Error("the thread still says that a service was not reached")
	}
}

// one is the only value of a map.
func one(all map[string][]string) []string {
	for _, v := range all {
		return v
	}
	return nil
}

// TestWebhooksOfTheReadme: what the README gives for other services is what these take.
func TestWebhooksOfTheReadme(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(readme), "# signalbook.yml, in a route\n")
	block, _, found := strings.Cut(block, "```")
	_, address, named := strings.Cut(block, "the file holds ")
	address, _, _ = strings.Cut(address, "\n")
	if !found || !named {
		t.Fatal("the README has no escalation with services any more")
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"secrets/pagerduty": "R0123456789", "secrets/goalert": strings.ReplaceAll(address, "token=...", "token=T0"), "secrets/opsgenie": "G0"} {
		if err := errors.Join(os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700), os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, "signalbook.yml")
	text := "slack: {bot_token: xoxb-1, app_token: xapp-1}\nredis: {addresses: [localhost:6379]}\nwebhook: {open: true}\nroute:\n  channel: \"#incidents\"\n" +
		strings.ReplaceAll("  "+block, "\n", "\n  ")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, problems := config.Load(file)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	i := incident.Incident{Number: 7, Title: strings.Repeat("hot ", 100), Summary: "94 %", Labels: map[string]string{"instance": "orders-0"}}
	var got []string
	for _, e := range c.Route(nil).Escalate[1:] {
		for _, ev := range []incident.PageEvent{incident.PageTrigger, incident.PageAcknowledge, incident.PageResolve} {
			r, err := e.Webhook.Hook().Request(paging.FactsOf(i, incident.Page{Opening: 1, Level: 2}, ev, "T0", "https://acme.slack.com/archives/C1/p1"))
			if err != nil || len(r.Body) > 0 && !json.Valid(r.Body) {
				t.Fatalf("%s of %s: %v: %s", ev, e.Webhook.Hook().Name(), err, r.Body)
			}
			var fields map[string]any
			_ = json.Unmarshal(r.Body, &fields)
			got = append(got, fmt.Sprintf("%s: %s", strings.TrimPrefix(r.URL, "https://"), strings.Join(slices.Sorted(maps.Keys(fields)), " ")))
			if message, ok := fields["message"].(string); ok && len(message) > 130 {
				t.Errorf("%s: Opsgenie takes 130 characters of a message: got %d", r.URL, len(message))
			}
		}
	}
	const key = "signalbook-T0-INC-7-1-2"
	want := []string{
		"events.pagerduty.com/v2/enqueue: client client_url dedup_key event_action links payload routing_key",
		"events.pagerduty.com/v2/enqueue: dedup_key event_action routing_key",
		"events.pagerduty.com/v2/enqueue: dedup_key event_action routing_key",
		"ntfy.example/: click message priority title topic",
		"ntfy.example/: click message priority title topic",
		"ntfy.example/: click message priority title topic",
		"goalert.example/api/v2/generic/incoming?token=T0&dedup=" + key + ": details summary",
		"goalert.example/api/v2/generic/incoming?token=T0&dedup=" + key + ": details summary",
		"goalert.example/api/v2/generic/incoming?token=T0&dedup=" + key + "&action=close: details summary",
		"api.opsgenie.com/v2/alerts: alias description details message",
		"api.opsgenie.com/v2/alerts/" + key + "/acknowledge?identifierType=alias: source",
		"api.opsgenie.com/v2/alerts/" + key + "/close?identifierType=alias: source",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what is sent (-want +got):\n%s", diff)
	}
}
