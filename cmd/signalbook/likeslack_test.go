package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// likeSlack is a server that answers like Slack and is not slacksim: few methods,
// and the token in one place only.
type likeSlack struct {
	inHeader bool

	mu       sync.Mutex
	posts    []url.Values
	edits    []url.Values
	answered []string
}

func (l *likeSlack) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	token := form.Get("token")
	if l.inHeader {
		token = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	}
	answer := map[string]any{"ok": true}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case strings.HasPrefix(r.URL.Path, "/respond/"):
		l.answered = append(l.answered, string(body))
	case token != "xoxb-like":
		answer = map[string]any{"ok": false, "error": "invalid_auth"}
	case r.URL.Path == "/api/auth.test":
		answer = map[string]any{"ok": true, "team_id": "TLIKE", "team": "Like", "user_id": "UBOT", "bot_id": "BBOT"}
	case r.URL.Path == "/api/chat.postMessage":
		l.posts = append(l.posts, form)
		answer["channel"], answer["ts"] = "CLIKE01", fmt.Sprintf("1700000000.%06d", len(l.posts))
	case r.URL.Path == "/api/chat.update":
		l.edits = append(l.edits, form)
		answer["channel"], answer["ts"] = form.Get("channel"), form.Get("ts")
	default:
		answer = map[string]any{"ok": false, "error": "unknown_method"}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

func (l *likeSlack) seen() (posts, edits []url.Values) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]url.Values(nil), l.posts...), append([]url.Values(nil), l.edits...)
}

// signed sends what Slack would, signed with the secret at the given time.
func (p *process) signed(path string, form url.Values, at time.Time, secret string) (string, int) {
	p.t.Helper()
	body := form.Encode()
	request, err := http.NewRequest(http.MethodPost, p.url+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "v0:%d:%s", at.Unix(), body)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("X-Slack-Request-Timestamp", fmt.Sprint(at.Unix()))
	request.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	answer, _ := io.ReadAll(response.Body)
	return string(answer), response.StatusCode
}

// TestAnyServerThatAnswersLikeSlack: nothing but configuration is needed; names
// that cannot be resolved are posted to by name.
func TestAnyServerThatAnswersLikeSlack(t *testing.T) {
	t.Parallel()
	for name, inHeader := range map[string]bool{"token in the form": false, "token in the header": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			slack := &likeSlack{inHeader: inHeader}
			server := httptest.NewServer(slack)
			t.Cleanup(server.Close)
			r := startRig(t, options{http: true})
			r.config = writeFile(t, t.TempDir(), "signalbook.yml", fmt.Sprintf(`slack: {bot_token: xoxb-like, signing_secret: like, api_url: %q}
redis: {addresses: [%q]}
webhook: {credentials: %s}
route: {channel: "#incidents", owners: ["@sre-oncall"]}
`, server.URL+"/api/", r.redisAddr, webhookToken))
			b := r.startBot()
			b.mustNotify(payload(t, "v0.34.0-e2e-1-database-high-cpu-firing"))
			eventually(t, "root and three tiers", func() bool { posts, _ := slack.seen(); return len(posts) >= 4 })
			posts, _ := slack.seen()
			if got := posts[0].Get("channel"); got != "#incidents" {
				t.Errorf("the root was posted to %q, want the name #incidents", got)
			}
			for _, tier := range posts[1:4] {
				if tier.Get("channel") != "CLIKE01" || tier.Get("thread_ts") != "1700000000.000001" {
					t.Errorf("a tier was posted to %q in thread %q, want the root's", tier.Get("channel"), tier.Get("thread_ts"))
				}
			}

			click := fmt.Sprintf(`{"type":"block_actions","trigger_id":"t1","user":{"id":"U1","username":"anna"},"channel":{"id":"CLIKE01"},"response_url":%q,
				"container":{"type":"message","message_ts":"1700000000.000002","thread_ts":"1700000000.000001","channel_id":"CLIKE01"},
				"actions":[{"type":"button","action_id":"step:ack","value":"INC-1/pool-connections","action_ts":"1.1"}]}`, server.URL+"/respond/1")
			if _, code := b.signed("/slack/interactions", url.Values{"payload": {click}}, time.Now(), "like"); code != http.StatusOK {
				t.Fatalf("the click was answered %d, want 200", code)
			}
			eventually(t, "the tier shows the holder", func() bool {
				_, edits := slack.seen()
				for _, e := range edits {
					if e.Get("ts") == "1700000000.000002" && strings.Contains(e.Get("blocks"), "U1") {
						return true
					}
				}
				return false
			})
			slash := url.Values{"command": {"/playbook"}, "text": {"status INC-1"}, "user_id": {"U1"}, "user_name": {"anna"}, "channel_id": {"CLIKE01"}, "trigger_id": {"t2"}, "response_url": {server.URL + "/respond/2"}}
			if answer, code := b.signed("/slack/commands", slash, time.Now(), "like"); code != http.StatusOK || !strings.Contains(answer, "INC-1") {
				t.Errorf("the command was answered %d %s", code, answer)
			}

			// Forged, stale and unsigned requests write nothing.
			slash.Set("text", "resolve INC-1")
			for what, code := range map[string]int{
				"a forged request": second(b.signed("/slack/commands", slash, time.Now(), "other")),
				"a stale request":  second(b.signed("/slack/commands", slash, time.Now().Add(-6*time.Minute), "like")),
			} {
				if code != http.StatusUnauthorized {
					t.Errorf("%s was answered %d, want 401", what, code)
				}
			}
			if answer, _ := b.signed("/slack/commands", url.Values{"command": {"/playbook"}, "text": {"status INC-1"}, "user_id": {"U1"}, "trigger_id": {"t3"}}, time.Now(), "like"); strings.Contains(answer, "Resolved") {
				t.Errorf("a forged request changed the incident:\n%s", answer)
			}
		})
	}
}

func second(_ string, code int) int { return code }
