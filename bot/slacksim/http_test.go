package slacksim_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/delivery"
	"github.com/signalbook/signalbook/bot/slacksim/people"
)

// app is an app that takes Slack over HTTP and checks every signature.
type app struct {
	mu       sync.Mutex
	requests []string // path, retry number and reason
	handle   func(w http.ResponseWriter, path string, body []byte, n int)
}

func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	verifier, err := slack.NewSecretsVerifier(r.Header, "s3cret")
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	body, err := io.ReadAll(io.TeeReader(r.Body, &verifier))
	if err != nil || verifier.Ensure() != nil {
		http.Error(w, "forged", http.StatusUnauthorized)
		return
	}
	a.mu.Lock()
	a.requests = append(a.requests, r.URL.Path+" "+r.Header.Get("X-Slack-Retry-Num")+" "+r.Header.Get("X-Slack-Retry-Reason"))
	n := len(a.requests)
	a.mu.Unlock()
	a.handle(w, r.URL.Path, body, n)
}

func startApp(t *testing.T, handle func(w http.ResponseWriter, path string, body []byte, n int)) (*app, string) {
	t.Helper()
	a := &app{handle: handle}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return a, server.URL
}

func form(t *testing.T, body []byte) *http.Request {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Body = io.NopCloser(bytes.NewReader(body))
	return r
}

func TestHTTPDelivery(t *testing.T) {
	commands := make(chan slack.SlashCommand, 1)
	clicks := make(chan slack.InteractionCallback, 1)
	a, url := startApp(t, func(w http.ResponseWriter, path string, body []byte, _ int) {
		switch path {
		case "/slack/commands":
			cmd, err := slack.SlashCommandParse(form(t, body))
			if err != nil {
				t.Error(err)
			}
			commands <- cmd
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"response_type":"in_channel","text":"*hello*"}`)
		case "/slack/interactions":
			cb, err := slack.InteractionCallbackParse(form(t, body))
			if err != nil {
				t.Error(err)
			}
			clicks <- cb
		case "/slack/events":
			e, err := slackevents.ParseEvent(body, slackevents.OptionNoVerifyToken())
			if err != nil {
				t.Error(err)
			}
			if e.Type == slackevents.URLVerification {
				_ = json.NewEncoder(w).Encode(map[string]any{"challenge": e.Data.(*slackevents.EventsAPIURLVerificationEvent).Challenge})
			}
		}
	})
	sim, api := start(t, slacksim.Options{SigningSecret: "s3cret", RequestURL: url + "/"})
	if err := sim.Delivery.VerifyRequestURL(within(t)); err != nil {
		t.Error(err)
	}
	r, err := sim.People.Slash(within(t), "ben", "general", "/playbook list")
	if err != nil || !r.InChannel || r.Message.PlainText() != "hello" {
		t.Errorf("got %+v, %v; want hello for all", r, err)
	}
	if cmd := <-commands; cmd.Text != "list" || cmd.UserName != "ben" || cmd.TriggerID == "" || cmd.ResponseURL == "" {
		t.Errorf("got command %+v", cmd)
	}
	_, ts := mustPost(t, api, "general", slack.MsgOptionBlocks(slack.NewActionBlock("b", button("a", "1 & <2>", "A"))))
	if err := sim.People.Click(within(t), people.Click{User: "ben", Channel: "general", TS: ts, ActionID: "a"}); err != nil {
		t.Error(err)
	}
	if cb := <-clicks; cb.ActionCallback.BlockActions[0].Value != "1 & <2>" || cb.User.Name != "ben" {
		t.Errorf("got callback %+v", cb)
	}
	if want := []string{"/slack/events  ", "/slack/commands  ", "/slack/interactions  "}; !cmp.Equal(a.requests, want) {
		t.Errorf("got requests %q, want %q", a.requests, want)
	}
}

func TestHTTPFailures(t *testing.T) {
	_, url := startApp(t, func(w http.ResponseWriter, _ string, _ []byte, _ int) {
		http.Error(w, "no", http.StatusInternalServerError)
	})
	sim, _ := start(t, slacksim.Options{SigningSecret: "s3cret", RequestURL: url})
	var failed *delivery.Error
	if _, err := sim.People.Slash(within(t), "anna", "general", "/playbook x"); !errors.As(err, &failed) || failed.Code != "http_service_error" {
		t.Errorf("got %v, want http_service_error", err)
	}
	sim.Delivery.SetRequestURL("http://127.0.0.1:1")
	if _, err := sim.People.Slash(within(t), "anna", "general", "/playbook x"); !errors.As(err, &failed) || failed.Code != "dispatch_failed" {
		t.Errorf("got %v, want dispatch_failed", err)
	}
	other, _ := start(t, slacksim.Options{SigningSecret: "other", RequestURL: url})
	if _, err := other.People.Slash(within(t), "anna", "general", "/playbook x"); !errors.As(err, &failed) || failed.Code != "http_service_error" {
		t.Errorf("wrong secret: got %v, want http_service_error", err)
	}
}

func TestEventRetriesOverHTTP(t *testing.T) {
	for name, test := range map[string]struct {
		noRetry bool
		want    []string
	}{
		"three retries": {false, []string{"/slack/events  ", "/slack/events 1 http_error", "/slack/events 2 http_error", "/slack/events 3 http_error"}},
		"no retry":      {true, []string{"/slack/events  "}},
	} {
		t.Run(name, func(t *testing.T) {
			taken := make(chan struct{}, 10)
			a, url := startApp(t, func(w http.ResponseWriter, _ string, _ []byte, n int) {
				if test.noRetry {
					w.Header().Set("X-Slack-No-Retry", "1")
				}
				taken <- struct{}{}
				http.Error(w, "no", http.StatusInternalServerError)
			})
			sim, _ := start(t, slacksim.Options{SigningSecret: "s3cret", RequestURL: url, EventRetries: []time.Duration{0, time.Millisecond, time.Millisecond}})
			if _, err := sim.People.Say("anna", "incidents", "", "@signalbook hello"); err != nil {
				t.Fatal(err)
			}
			for range test.want {
				select {
				case <-taken:
				case <-within(t).Done():
					t.Fatal("no more requests came")
				}
			}
			sim.Close()
			if !cmp.Equal(a.requests, test.want) {
				t.Errorf("got %q, want %q", a.requests, test.want)
			}
		})
	}
}
