package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const feedSecret = "secret-of-the-feed-of-the-test"

// receiver takes signed entries of timelines, and drops those whose id it has.
type receiver struct {
	mu    sync.Mutex
	types []string // in the order in which they came
	ids   []string
	wrong []string
	calls int
	hold  chan struct{} // closed when the fourth call came, which is never answered
}

func (s *receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	mac := hmac.New(sha256.New, []byte(feedSecret))
	mac.Write([]byte(r.Header.Get("webhook-id") + "." + r.Header.Get("webhook-timestamp") + "."))
	mac.Write(body)
	var e struct {
		ID, Type string
		Incident struct{ ID, Title string }
	}
	s.mu.Lock()
	s.calls++
	hold := s.calls == 4
	switch {
	case r.Header.Get("webhook-signature") != "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)):
		s.wrong = append(s.wrong, "signature")
	case json.Unmarshal(body, &e) != nil || e.ID != r.Header.Get("webhook-id") || e.Incident.ID != "INC-1" || e.Incident.Title == "":
		s.wrong = append(s.wrong, string(body))
	case !slices.Contains(s.ids, e.ID):
		s.ids, s.types = append(s.ids, e.ID), append(s.types, e.Type)
	}
	s.mu.Unlock()
	if hold {
		close(s.hold)
		<-r.Context().Done()
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *receiver) has(kind string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Contains(s.types, kind)
}

// TestTimelinesGoToWebhooks: everything in an incident's timeline goes out signed, in order
// and nothing is left out, over a kill in the middle of a call; another webhook gets the
// kinds that it asks for alone, and one that fails holds up neither.
func TestTimelinesGoToWebhooks(t *testing.T) {
	t.Parallel()
	all, some := &receiver{hold: make(chan struct{})}, &receiver{hold: make(chan struct{}), calls: 100}
	servers := [...]*httptest.Server{httptest.NewServer(all), httptest.NewServer(some), httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "down", http.StatusBadGateway)
	}))}
	for _, s := range servers {
		defer s.Close()
	}
	r := startRig(t, options{extra: fmt.Sprintf(`webhooks:
  - {url: %q, secret: %s}
  - {url: %q, secret: %s, events: [opened, resolved]}
  - {url: %q, secret: %s}
`, servers[0].URL, feedSecret, servers[1].URL, feedSecret, servers[2].URL, feedSecret)})
	b := r.startBot()
	b.mustNotify(alert("Hot", "critical", "firing"))
	root := r.roots
	eventually(t, "the thread", func() bool { return len(root("incidents")) == 1 })
	r.slash("anna", "incidents", "/playbook ack INC-1 1")
	r.slash("anna", "incidents", "/playbook note INC-1 one")
	<-all.hold
	b.end(syscall.SIGKILL)
	b = r.startBot()
	b.settled()
	r.slash("ben", "incidents", "/playbook done INC-1 1 it holds")
	b.mustNotify(alert("Hot", "critical", "resolved"))
	eventually(t, "both have the end", func() bool { return all.has("resolved") && some.has("resolved") })
	all.mu.Lock()
	defer all.mu.Unlock()
	some.mu.Lock()
	defer some.mu.Unlock()
	want := []string{"opened", "step_acknowledged", "acknowledged", "noted", "step_done", "alert_resolved", "resolved"} // and what the end drops
	if diff := cmp.Diff(want, all.types[:min(len(all.types), len(want))]); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"opened", "resolved"}, some.types); diff != "" {
		t.Errorf("entries of two kinds (-want +got):\n%s", diff)
	}
	if wrong := append(all.wrong, some.wrong...); len(wrong) > 0 {
		t.Errorf("wrong: %s", strings.Join(wrong, "\n"))
	}
}

// TestDeadWebhookHoldsUpNoOther: a webhook that takes nothing is behind with more incidents
// than are looked at in one round; another one hears of all of them all the same.
func TestDeadWebhookHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	const incidents = 80
	var mu sync.Mutex
	heard := map[string]bool{}
	live := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		heard[r.Header.Get("webhook-id")] = true
	}))
	defer live.Close()
	dead := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "down", http.StatusBadGateway) }))
	defer dead.Close()
	r := startRig(t, options{extra: fmt.Sprintf(`webhooks:
  - {url: %q, secret: %s}
  - {url: %q, secret: %s, events: [opened]}
`, dead.URL, feedSecret, live.URL, feedSecret)})
	b := r.startBot()
	for n := range incidents {
		b.mustNotify(alert(fmt.Sprint("Hot", n), "warning", "firing"))
	}
	eventually(t, "the live one has heard of all", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(heard) == incidents
	})
}
