package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"github.com/signalbook/signalbook/bot/testkit/loopback"
)

// TestWebhookAnswers: what can never be read is 400 and says why; nothing of it
// is written.
func TestWebhookAnswers(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{extra: "", http: true})
	small := strings.Replace(mustRead(t, r.config), "webhook: {", "webhook: {max_body: 64KB, ", 1)
	r.config = writeFile(t, r.dir, "small.yml", small)
	b := r.startBot()
	good := payload(t, "v0.34.0-single-firing")
	for what, test := range map[string]struct {
		method, token, body string
		want                int
		says                string
	}{
		"no JSON":       {"POST", webhookToken, "hello", 400, "JSON"},
		"wrong version": {"POST", webhookToken, strings.Replace(string(good), `"version":"4"`, `"version":"9"`, 1), 400, "version"},
		"no alerts":     {"POST", webhookToken, `{"version":"4","receiver":"r","status":"firing","groupKey":"k","alerts":[]}`, 400, "alerts"},
		"too large":     {"POST", webhookToken, `{"x":"` + strings.Repeat("y", 70<<10) + `"}`, 413, ""},
		"wrong token":   {"POST", "other", string(good), 401, ""},
		"no token":      {"POST", "", string(good), 401, ""},
		"read":          {"GET", webhookToken, "", 405, ""},
		"Grafana's PUT": {"PUT", webhookToken, string(good), 202, ""},
		"wrong source":  {"POST?source=A%20B", webhookToken, string(good), 400, "source"},
	} {
		method, query, _ := strings.Cut(test.method, "?")
		request, err := http.NewRequest(method, b.url+"/alertmanager/webhook?"+query, bytes.NewReader([]byte(test.body)))
		if err != nil {
			t.Fatal(err)
		}
		if test.token != "" {
			request.Header.Set("Authorization", "Bearer "+test.token)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		text := readAll(response)
		if response.StatusCode != test.want || !strings.Contains(text, test.says) {
			t.Errorf("%s was answered %d %q, want %d and a word about %q", what, response.StatusCode, text, test.want, test.says)
		}
	}
	r.root("incidents", 0)
	b.settled()
	if got := len(r.roots("incidents")); got != 1 {
		t.Errorf("got %d incidents, want the one that was good", got)
	}
}

func mustRead(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func readAll(response *http.Response) string {
	defer response.Body.Close()
	var text bytes.Buffer
	_, _ = text.ReadFrom(response.Body)
	return text.String()
}

// TestReload: a bad file changes nothing and is seen everywhere; a good one rules
// new incidents.
func TestReload(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{http: true})
	b := r.startBot()
	good := mustRead(t, r.config)
	writeFile(t, r.dir, "signalbook.yml", good+"\nchanel: x\n")
	if response, err := http.Post(b.url+"/-/reload", "", nil); err != nil || response.StatusCode != http.StatusInternalServerError || !strings.Contains(readAll(response), "signalbook.yml:") {
		t.Errorf("reloading a bad file was answered %v, %v, want 500 and the line", response, err)
	}
	if body, code := b.get("/-/ready"); code != http.StatusOK || !strings.Contains(body, "not taken") {
		t.Errorf("/-/ready answers %d %s, want 200 and what is degraded", code, body)
	}
	if metrics, _ := b.get("/metrics"); !strings.Contains(metrics, "signalbook_config_last_reload_successful 0") {
		t.Error("the metric does not tell of the failed reload")
	}
	b.mustNotify(group(t, 0))
	r.root("incidents", 0)

	writeFile(t, r.dir, "signalbook.yml", strings.Replace(good, "#incidents", "#db-incidents", 1))
	if err := b.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the good file is taken", func() bool {
		metrics, _ := b.get("/metrics")
		return strings.Contains(metrics, "\nsignalbook_config_last_reload_successful 1\n") // its help begins with a 1, too
	})
	b.mustNotify(group(t, 1))
	r.root("db-incidents", 0)
}

// TestWebConfiguration: who may pass is decided path by path.
func TestWebConfiguration(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{http: true})
	hash, err := bcrypt.GenerateFromPassword([]byte("secret"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	web := writeFile(t, r.dir, "web.yml", fmt.Sprintf("basic_auth_users: {ops: %q}\n", hash))
	b := startServer(t, exec.Command("signalbook", "serve", "--config.file="+r.config, "--web.config.file="+web, "--web.listen-address="+loopback.Any()))
	eventually(t, "the bot is ready, to anybody who asks", func() bool { _, code := b.get("/-/ready"); return code == http.StatusOK })
	ask := func(method, path, password string) int {
		request, err := http.NewRequest(method, b.url+path, bytes.NewReader(payload(t, "v0.34.0-single-firing")))
		if err != nil {
			t.Fatal(err)
		}
		if password != "" {
			request.SetBasicAuth("ops", password)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response.StatusCode
	}
	for _, test := range []struct {
		method, path, password string
		want                   int
	}{
		{"GET", "/-/healthy", "", 200}, {"GET", "/metrics", "", 401}, {"GET", "/metrics", "wrong", 401}, {"GET", "/metrics", "secret", 200},
		{"POST", "/-/reload", "", 401}, {"POST", "/-/reload", "secret", 200}, {"GET", "/", "", 401}, {"GET", "/", "secret", 200},
		{"POST", "/alertmanager/webhook", "", 401}, {"POST", "/alertmanager/webhook", "secret", 202},
	} {
		if got := ask(test.method, test.path, test.password); got != test.want {
			t.Errorf("%s %s with password %q was answered %d, want %d", test.method, test.path, test.password, got, test.want)
		}
	}
}

// TestRedisAbsentAtStart: the bot stays up, says why it is not ready, and goes on
// once Redis comes.
func TestRedisAbsentAtStart(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{http: true})
	r.redisNode.Kill()
	b := r.launchBot()
	eventually(t, "the bot says why it is not ready", func() bool {
		body, code := b.get("/-/ready")
		return code == http.StatusServiceUnavailable && strings.Contains(body, "Redis does not answer")
	})
	if got := b.notify(group(t, 0)); got != http.StatusServiceUnavailable {
		t.Errorf("a notification was answered %d, want 503", got)
	}
	r.redisNode.Start()
	eventually(t, "the bot takes notifications", func() bool { return b.notify(group(t, 0)) == http.StatusAccepted })
	r.root("incidents", 0)
}
