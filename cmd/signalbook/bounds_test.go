package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// memoryBound is what no input makes the bot take, in MB of resident memory.
const memoryBound = 500

// staysBelow fails when a process has ever taken more memory than it may.
func (p *process) staysBelow(what string) {
	p.t.Helper()
	peak := p.memory("VmHWM")
	p.t.Logf("%s: at most %.0f MB", what, peak)
	if peak > memoryBound {
		p.t.Errorf("%s took %.0f MB, want at most %d", what, peak, memoryBound)
	}
}

func signedBy(secret, body string) http.Header {
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
	return http.Header{"X-Slack-Request-Timestamp": {stamp}, "X-Slack-Signature": {"v0=" + hex.EncodeToString(mac.Sum(nil))},
		"Content-Type": {"application/x-www-form-urlencoded"}}
}

// TestMemoryUnderUnsignedRequests: 1,200 connections send most of 1 MB each to
// Slack's endpoint, and a genuine command is answered meanwhile.
func TestMemoryUnderUnsignedRequests(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{http: true})
	b := r.startBot()
	chunk := strings.Repeat("x", 900<<10)
	const connections = 1200
	var sending sync.WaitGroup
	limit := make(chan struct{}, 100) // on their way at a time, so that the test takes no more memory itself
	for range connections {
		conn, err := net.Dial("tcp", strings.TrimPrefix(b.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		sending.Go(func() {
			limit <- struct{}{}
			defer func() { <-limit }()
			h := signedBy("another", "")
			fmt.Fprintf(conn, "POST /slack/interactions HTTP/1.1\r\nHost: x\r\nX-Slack-Request-Timestamp: %s\r\nX-Slack-Signature: %s\r\nContent-Length: %d\r\n\r\n",
				h.Get("X-Slack-Request-Timestamp"), h.Get("X-Slack-Signature"), 1<<20)
			_, _ = io.WriteString(conn, chunk) // the bot may hang up before the end of it
		})
	}
	command := func() {
		body := "command=%2Fplaybook&text=help&team_id=T1&user_id=U1&channel_id=C1&trigger_id=1.2"
		request, err := http.NewRequest(http.MethodPost, b.url+"/slack/commands", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header = signedBy("signing-secret", body)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Errorf("a genuine command: got %d, want 200", response.StatusCode)
		}
	}
	command()
	sending.Wait()
	command()
	b.staysBelow("1,200 unsigned requests of 1 MB")
}

// hostileBody is a notification of about size bytes, all of it in one place.
func hostileBody(kind string, size int) []byte {
	begin := `{"version":"4","groupKey":"` + kind + `","receiver":"r","status":"firing","groupLabels":{"alertname":"A"},"commonLabels":{"alertname":"A"},"alerts":[`
	alert := func(more string) string {
		return `{"status":"firing","labels":{"alertname":"A"` + more + `},"startsAt":"` + time.Now().UTC().Format(time.RFC3339) + `"}`
	}
	switch kind {
	case "a long label":
		begin += alert(`,"long":"` + strings.Repeat("x", size) + `"`)
	case "many labels":
		var labels strings.Builder
		for i := 0; labels.Len() < size; i++ {
			fmt.Fprintf(&labels, `,"l%d":"%d"`, i, i)
		}
		begin += alert(labels.String())
	case "long labels":
		begin += alert(strings.Repeat(`,"`+strings.Repeat("n", 60_000)+`":"`+strings.Repeat("v", 60_000)+`"`, size/120_000))
	case "small alerts":
		one := alert("") + ","
		begin += strings.Repeat(one, size/len(one)) + alert("")
	case "nested":
		begin += alert(`},"unknown":` + strings.Repeat("[", size/2) + strings.Repeat("]", size/2) + `,"more":{`)
	}
	return []byte(begin + "]}")
}

// TestMemoryUnderLargeNotifications: several bodies of 63 MB of a kind at once.
func TestMemoryUnderLargeNotifications(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{})
	b := r.startBot()
	for kind, test := range map[string]struct{ count, code int }{
		"a long label": {8, 202}, "many labels": {2, 202}, "long labels": {2, 202}, "small alerts": {2, 202}, "nested": {2, 400},
	} {
		body := hostileBody(kind, 63_000_000)
		var sending sync.WaitGroup
		for n := range test.count {
			sending.Go(func() {
				from := io.Reader(bytes.NewReader(body))
				if n%2 == 1 {
					from = io.MultiReader(from) // without a length
				}
				request, err := http.NewRequest(http.MethodPost, b.url+"/alertmanager/webhook", from)
				if err != nil {
					t.Error(err)
					return
				}
				request.Header.Set("Authorization", "Bearer "+webhookToken)
				response, err := http.DefaultClient.Do(request)
				if err != nil {
					if test.code == 202 {
						t.Errorf("%s: %v", kind, err)
					}
					return // refused before it had come to its end
				}
				response.Body.Close()
				if response.StatusCode != test.code {
					t.Errorf("%s: got %d, want %d", kind, response.StatusCode, test.code)
				}
			})
		}
		sending.Wait()
		b.staysBelow(fmt.Sprintf("%d notifications of 63 MB: %s", test.count, kind))
	}
	if got := b.notify(payload(t, "v0.34.0-single-firing")); got != 202 {
		t.Errorf("a usual one afterwards: got %d, want 202", got)
	}
}

// TestMemoryUnderManyMiddlingNotifications: 300 groups of 600 kB each, which is
// about what is kept of the largest, as fast as they are taken.
func TestMemoryUnderManyMiddlingNotifications(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{})
	b := r.startBot()
	alert := `{"status":"firing","labels":{"alertname":"A","n":"%d","long":"` + strings.Repeat("x", 1000) + `"},"annotations":{"summary":"` + strings.Repeat("y", 500) + `"},"startsAt":"` + time.Now().UTC().Format(time.RFC3339) + `"}`
	var list []string
	for n := range 350 {
		list = append(list, fmt.Sprintf(alert, n))
	}
	rest := strings.Join(list, ",") + "]}"
	var sending sync.WaitGroup
	var refused atomic.Int64
	for sender := range 30 {
		sending.Go(func() {
			for n := range 10 {
				head := fmt.Sprintf(`{"version":"4","groupKey":"g%d-%d","receiver":"r","status":"firing","groupLabels":{"alertname":"A"},"alerts":[`, sender, n)
				if code := b.notify([]byte(head + rest)); code == http.StatusServiceUnavailable {
					refused.Add(1) // Alertmanager would send it again
				} else if code != http.StatusAccepted {
					t.Errorf("got %d, want 202 or 503", code)
				}
			}
		})
	}
	sending.Wait()
	t.Logf("%d of 300 were to come again", refused.Load())
	eventually(t, "the inbox is worked off", func() bool { return b.counted("signalbook_inbox_length", "") == 0 })
	b.staysBelow("300 notifications of 600 kB")
}

// TestMemoryUnderSlackAnswers: what stands at slack.api_url answers with millions
// of empty values, each of which takes many times its length once it is decoded.
func TestMemoryUnderSlackAnswers(t *testing.T) {
	t.Parallel()
	const size = 31 << 20
	many := func(head, value, end string) string {
		return head + strings.Repeat(value+",", size/(len(value)+1)) + value + end
	}
	for name, test := range map[string]struct{ method, answer string }{
		"channels":     {"conversations.list", many(`{"ok":true,"channels":[`, `{}`, `]}`)},
		"no channels":  {"conversations.list", many(`{"ok":true,"channels":[`, `null`, `]}`)},
		"user groups":  {"usergroups.list", many(`{"ok":true,"usergroups":[`, `{}`, `]}`)},
		"its reasons":  {"conversations.list", many(`{"ok":false,"error":"e","response_metadata":{"messages":[`, `""`, `]}}`)},
		"depth":        {"conversations.list", `{"ok":true,"channels":` + strings.Repeat("[", size)},
		"a long word":  {"conversations.list", `{"ok":false,"error":"` + strings.Repeat("e", size) + `"}`},
		"the token's":  {"apps.connections.open", many(`{"ok":false,"error":"e","response_metadata":{"messages":[`, `""`, `]}}`)},
		"all channels": {"conversations.list", many(`{"ok":true,"channels":[`, `{"id":"C0123456789","name":"incidents","is_member":true,"topic":{"value":"a topic of some length, as people write them"}}`, `]}`)},
	} {
		t.Run(name, func(t *testing.T) {
			slack := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				answer := `{"ok":true,"team":"t","team_id":"T01234567","user":"u","user_id":"U01234567","bot_id":"B01234567"}`
				if strings.HasSuffix(r.URL.Path, "/"+test.method) {
					answer = test.answer
				}
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, answer) // the reader may have enough before its end
			}))
			t.Cleanup(slack.Close)
			dir := t.TempDir()
			config := fmt.Sprintf("slack: {bot_token: xoxb-test, app_token: xapp-test, api_url: \"%s/api/\"}\nredis: {addresses: [\"127.0.0.1:1\"]}\n", slack.URL) +
				"webhook: {credentials: webhook-token}\nroute: {channel: \"#c\", owners: [\"@o\"]}\n"
			if err := os.WriteFile(filepath.Join(dir, "signalbook.yml"), []byte(config), 0o600); err != nil {
				t.Fatal(err)
			}
			if said, code := largest(t, dir, "check", "config", "--online", "signalbook.yml"); code != exitFindings || len(said) > 10_000 {
				t.Errorf("exit code %d, and %d bytes are said, want %d and few: %s", code, len(said), exitFindings, tail(said, 1000))
			}
		})
	}
}

// TestMemoryUnderStalledSenders: 520 senders of notifications stall, a third of them
// in a large one, and a good notification is taken. That it waits for none of them
// holds TestStalledSendersHoldNobodyUp.
func TestMemoryUnderStalledSenders(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{})
	b := r.startBot()
	good := payload(t, "v0.34.0-single-firing")
	for n := range 520 {
		conn, err := net.Dial("tcp", strings.TrimPrefix(b.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		length, sent := 10_000, good[:200]
		if n%3 == 0 {
			length, sent = 60<<20, bytes.Repeat([]byte(" "), 100<<10)
		}
		fmt.Fprintf(conn, "POST /alertmanager/webhook HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s", webhookToken, length, sent)
	}
	if got := b.notify(good); got != http.StatusAccepted {
		t.Errorf("a good notification was answered %d, want 202", got)
	}
	b.staysBelow("520 stalled senders")
}
