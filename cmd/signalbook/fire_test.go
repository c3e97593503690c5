package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/app"
	"github.com/signalbook/signalbook/bot/web"
)

// fired runs `signalbook fire` against a bot that answers so, and returns its exit code
// and all that it said.
func fired(t *testing.T, answer http.HandlerFunc, args ...string) (int, string) {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	var said bytes.Buffer
	code := run(append([]string{"fire", "--url=" + server.URL}, args...), streams{os.Stdin, &said, &said}, app.Timing{})
	return code, said.String()
}

// TestFireSaysWhyNothingCanBeStored, as the bot's readiness tells it.
func TestFireSaysWhyNothingCanBeStored(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]string{
		"Redis does not answer: connection refused": "fire: not sent, because the bot can store nothing now: Redis does not answer: connection refused. Try again once that is fixed\n",
		"": "fire: not sent: 503 Service Unavailable: it could not be stored (the bot could not store it: its log says why)\n",
	} {
		code, said := fired(t, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
			if r.URL.Path == "/-/ready" {
				_ = json.NewEncoder(w).Encode(web.Readiness{Reason: reason})
				return
			}
			_, _ = w.Write([]byte("it could not be stored\n"))
		}, "triage")
		if code != exitFindings || !strings.HasSuffix(said, want) {
			t.Errorf("%q: got %d, %s", reason, code, said)
		}
	}
}

// TestFireSendsNothingUnknown: a bot that does not tell its playbooks gets the built-in
// ones, and one whose list is hostile steers no terminal.
func TestFireSendsNothingUnknown(t *testing.T) {
	t.Parallel()
	long, err := json.Marshal(map[string]any{"playbooks": []web.Playbook{{Name: "\x1b[2Jqueue-full"}, {Name: strings.Repeat("x", 100_000)}}})
	if err != nil {
		t.Fatal(err)
	}
	for what, test := range map[string]struct {
		status   int
		list     string
		playbook string
		sent     bool
		says     string
	}{
		"an older bot":                  {404, "404 page not found", "database-cpu", true, "sent to "},
		"an older bot, its own":         {404, "404 page not found", "queue-full", false, "Whether the bot has one of its own is not known: it answers 404 Not Found."},
		"no bot at all":                 {200, "<html>", "cdn-cost", true, "sent to "},
		"no bot at all, its own":        {200, "<html>", "queue-full", false, "its answer cannot be read"},
		"wrong credentials":             {401, "no", "queue-full", true, "sent to "},
		"a bot without built-in ones":   {200, `{"playbooks":[{"name":"queue-full"}]}`, "cdn-cost", false, "There are queue-full."},
		"triage is there in any case":   {200, `{"playbooks":[]}`, "triage", true, "sent to "},
		"a bot without playbooks":       {200, `{"playbooks":[]}`, "cdn-cost", false, "there is no playbook"},
		"a hostile list":                {200, string(long), "queue-full", false, "Did you mean"},
		"a playbook's name in the list": {200, `{"playbooks":[{"name":"queue-full"}]}`, "queue-full", true, "sent to "},
	} {
		sent := false
		_, said := fired(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				sent = true
				w.WriteHeader(http.StatusAccepted)
				return
			}
			w.WriteHeader(test.status)
			_, _ = w.Write([]byte(test.list))
		}, test.playbook)
		if sent != test.sent || !strings.Contains(said, test.says) || strings.Contains(said, "\x1b") || len(said) > 2000 {
			t.Errorf("%s: sent %v, said %.2000q", what, sent, said)
		}
	}
}
