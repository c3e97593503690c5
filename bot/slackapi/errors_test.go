package slackapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/testkit/loopback"
)

const testToken = "xoxb-1234-secret"

// startClient returns a client whose Slack is the given handler.
func startClient(t testing.TB, handler http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return mustClient(t, server.URL+"/api/")
}

func mustClient(t testing.TB, apiURL string) *Client {
	t.Helper()
	c, err := New(Options{APIURL: apiURL, BotToken: testToken, AppToken: "xapp-9-secret",
		Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func hello(text string) blockkit.Message {
	return blockkit.Message{Text: text, Blocks: []slack.Block{
		slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, text, false, false), nil, nil),
	}}
}

// answers is a Slack that says the same to everything.
func answers(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// cutsOff closes the connection after so much of an answer.
func cutsOff(raw string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(conn, raw)
		_ = conn.Close()
	}
}

func said(code string) http.HandlerFunc {
	return answers(200, fmt.Sprintf(`{"ok":false,"error":%q}`, code))
}

func TestOutcomes(t *testing.T) {
	for _, test := range []struct {
		name  string
		slack http.HandlerFunc
		want  Outcome
		code  string
		after time.Duration
		says  string
	}{
		{"429 with Retry-After", answers(429, "", "Retry-After", "7"), OutcomeLimited, "ratelimited", 7 * time.Second, "again in 7s"},
		{"429 without Retry-After", answers(429, ""), OutcomeLimited, "http_429", time.Second, ""},
		{"429 with a date", answers(429, "", "Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT"), OutcomeLimited, "http_429", time.Second, ""},
		{"429 with a foolish Retry-After", answers(429, "", "Retry-After", "99999999"), OutcomeLimited, "ratelimited", 15 * time.Minute, ""},
		{"429 with a negative Retry-After", answers(429, "", "Retry-After", "-5"), OutcomeLimited, "ratelimited", time.Second, ""},
		{"200 ratelimited", said("ratelimited"), OutcomeLimited, "ratelimited", time.Second, ""},
		{"200 rate_limited", said("rate_limited"), OutcomeLimited, "rate_limited", time.Second, ""},
		{"migrating", said("team_added_to_org"), OutcomeLimited, "team_added_to_org", time.Minute, ""},
		{"fatal_error", said("fatal_error"), OutcomeUnknown, "fatal_error", 0, ""},
		{"internal_error", said("internal_error"), OutcomeUnknown, "internal_error", 0, ""},
		{"service_unavailable", said("service_unavailable"), OutcomeUnknown, "service_unavailable", 0, ""},
		{"request_timeout", said("request_timeout"), OutcomeUnknown, "request_timeout", 0, ""},
		{"500", answers(500, "<html>"), OutcomeUnknown, "http_500", 0, ""},
		{"503 with a page", answers(503, "<html>down</html>"), OutcomeUnknown, "http_503", 0, ""},
		{"408", answers(408, ""), OutcomeUnknown, "http_408", 0, ""},
		{"202", answers(202, `{"ok":true}`), OutcomeUnknown, "http_202", 0, ""},
		{"no JSON", answers(200, "<html>welcome to the proxy</html>"), OutcomeUnknown, "", 0, ""},
		{"an empty object", answers(200, `{}`), OutcomeUnknown, "", 0, ""},
		{"ok without a ts", answers(200, `{"ok":true,"channel":"C1"}`), OutcomeUnknown, "", 0, "names no message"},
		{"half an answer", cutsOff("HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{\"ok\":true,\"channel\":\"C1\",\"ts\""), OutcomeUnknown, "", 0, ""},
		{"no answer", cutsOff(""), OutcomeUnknown, "", 0, ""},
		{"no HTTP", cutsOff("SSH-2.0-OpenSSH_9.7\r\n"), OutcomeUnknown, "", 0, ""},
		{"message_not_found", said("message_not_found"), OutcomeGone, "message_not_found", 0, ""},
		{"edit_window_closed", said("edit_window_closed"), OutcomeGone, "edit_window_closed", 0, ""},
		{"thread_not_found", said("thread_not_found"), OutcomeGone, "thread_not_found", 0, ""},
		{"invalid_auth", said("invalid_auth"), OutcomeAuth, "invalid_auth", 0, "reinstall the Slack app"},
		{"token_revoked", said("token_revoked"), OutcomeAuth, "token_revoked", 0, "slack.bot_token_file"},
		{"account_inactive", said("account_inactive"), OutcomeAuth, "account_inactive", 0, ""},
		{"missing_scope", answers(200, `{"ok":false,"error":"missing_scope","needed":"chat:write","provided":"commands"}`), OutcomeAuth, "missing_scope", 0, "needs chat:write"},
		{"401", answers(401, `{"ok":false}`), OutcomeAuth, "http_401", 0, ""},
		{"channel_not_found", said("channel_not_found"), OutcomeChannel, "channel_not_found", 0, "create #db"},
		{"is_archived", said("is_archived"), OutcomeChannel, "is_archived", 0, "unarchive #db"},
		{"not_in_channel", said("not_in_channel"), OutcomeChannel, "not_in_channel", 0, "invite the bot to #db with /invite"},
		{"invalid_blocks", answers(200, `{"ok":false,"error":"invalid_blocks","response_metadata":{"messages":["[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"]}}`), OutcomeRefused, "invalid_blocks", 0, "/blocks/0/text/text"},
		{"a new word", said("moon_in_the_wrong_phase"), OutcomeRefused, "moon_in_the_wrong_phase", 0, ""},
		{"404", answers(404, "no such page"), OutcomeRefused, "http_404", 0, ""},
		{"a secret said back", said("bad token " + testToken), OutcomeRefused, "", 0, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := startClient(t, test.slack)
			_, err := c.Post(t.Context(), Post{Channel: "#db", Message: hello("hi"), Op: "op1"})
			got, ok := errors.AsType[*Error](err)
			if !ok {
				t.Fatalf("got %v, want an *Error", err)
			}
			if got.Outcome != test.want || got.RetryAfter != test.after || test.code != "" && got.Code != test.code {
				t.Errorf("got %s, code %q, again in %s, want %s, %q, %s", got.Outcome, got.Code, got.RetryAfter, test.want, test.code, test.after)
			}
			if !strings.Contains(err.Error(), test.says) || !strings.HasPrefix(err.Error(), "chat.postMessage #db: ") {
				t.Errorf("got %q, want it to contain %q", err, test.says)
			}
			if strings.Contains(err.Error(), testToken) {
				t.Errorf("got %q, want no token in it", err)
			}
			if n := testutil.ToFloat64(c.metrics.calls.WithLabelValues("chat.postMessage", string(test.want))); n != 1 {
				t.Errorf("got %v calls counted as %s, want 1", n, test.want)
			}
		})
	}
}

// Reads go another way through the code and must sort errors the same.
func TestOutcomesOfReads(t *testing.T) {
	for name, test := range map[string]struct {
		slack http.HandlerFunc
		want  Outcome
		after time.Duration
	}{
		"429":            {answers(429, "", "Retry-After", "3"), OutcomeLimited, 3 * time.Second},
		"429 bare":       {answers(429, ""), OutcomeLimited, time.Second},
		"503":            {answers(503, ""), OutcomeUnknown, 0},
		"not an answer":  {answers(200, "hello"), OutcomeUnknown, 0},
		"not_in_channel": {said("not_in_channel"), OutcomeChannel, 0},
		"unknown_method": {said("unknown_method"), OutcomeRefused, 0},
	} {
		c := startClient(t, test.slack)
		err := c.read(t.Context(), "conversations.history", "C1", nil, &struct{}{})
		got, ok := errors.AsType[*Error](err)
		if !ok || got.Outcome != test.want || got.RetryAfter != test.after {
			t.Errorf("%s: got %v, want %s after %s", name, err, test.want, test.after)
		}
	}
}

func TestCancelledInFlightIsUnknown(t *testing.T) {
	arrived, leave := make(chan struct{}), make(chan struct{})
	c := startClient(t, func(http.ResponseWriter, *http.Request) {
		close(arrived)
		<-leave
	})
	defer close(leave)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	_, err := c.Post(ctx, Post{Channel: "C1", Message: hello("hi"), Op: "op1"})
	if !isOutcome(err, OutcomeUnknown) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want unknown, cancelled", err)
	}
}

// TestHandshakeThatTakesTooLong: whoever does not come to encrypting has got nothing.
func TestHandshakeThatTakesTooLong(t *testing.T) {
	silent, err := net.Listen("tcp", loopback.Any())
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	client := http.Client{Transport: &http.Transport{TLSHandshakeTimeout: time.Millisecond}}
	if _, err := client.Get("https://" + silent.Addr().String()); err == nil || !neverSent(err) {
		t.Errorf("got %v, want it known to be never sent", err)
	}
}

func TestNeverSent(t *testing.T) {
	listener, err := net.Listen("tcp", loopback.Any())
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	plain := httptest.NewTLSServer(answers(200, `{"ok":true}`)) // its certificate is trusted by nobody
	plain.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	defer plain.Close()
	for name, apiURL := range map[string]string{"nobody listens": "http://" + address + "/api/", "no trust": plain.URL} {
		c := mustClient(t, apiURL)
		_, err = c.Post(t.Context(), Post{Channel: "C1", Message: hello("hi")})
		got, ok := errors.AsType[*Error](err)
		if !ok || got.Outcome != OutcomeLimited || got.Code != CodeUnreachable || got.RetryAfter <= 0 {
			t.Errorf("%s: got %v, want unreachable, nothing done", name, err)
		}
		if n := testutil.ToFloat64(c.metrics.calls.WithLabelValues("chat.postMessage", "unreachable")); n != 1 {
			t.Errorf("%s: got %v calls counted as unreachable, want 1", name, n)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	c := startClient(t, func(http.ResponseWriter, *http.Request) { t.Error("got a request, want none after the context ended") })
	if _, err := c.Post(ended, Post{Channel: "C1", Message: hello("hi")}); !isOutcome(err, OutcomeLimited) {
		t.Errorf("got %v, want limited: nothing was sent", err)
	}
}

func TestRedirectKeepsTheToken(t *testing.T) {
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the redirect was followed")
	}))
	defer thief.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		c := startClient(t, answers(status, "", "Location", thief.URL+"/api/chat.postMessage"))
		_, err := c.Post(t.Context(), Post{Channel: "C1", Message: hello("hi")})
		if !isOutcome(err, OutcomeRefused) {
			t.Errorf("post answered %d: got %v, want refused", status, err)
		}
		if _, err := c.Auth(t.Context()); !isOutcome(err, OutcomeRefused) {
			t.Errorf("auth.test answered %d: got %v, want refused", status, err)
		}
		if err := c.OpenView(t.Context(), "t", slack.ModalViewRequest{Type: slack.VTModal}); !isOutcome(err, OutcomeRefused) {
			t.Errorf("views.open answered %d: got %v, want refused", status, err)
		}
	}
}

func TestNewRefusesBadOptions(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	for _, o := range []Options{
		{Logger: log},
		{BotToken: "x"},
		{BotToken: "x", Logger: log, APIURL: "slack.com/api"},
		{BotToken: "x", Logger: log, APIURL: "ftp://slack.com/api"},
		{BotToken: "x", Logger: log, APIURL: "https://slack.com/api?x=1"},
	} {
		if _, err := New(o); err == nil {
			t.Errorf("New(%+v): got no error", o)
		}
	}
}

// isOutcome reports whether err is an *Error with that outcome.
func isOutcome(err error, o Outcome) bool {
	failed, ok := errors.AsType[*Error](err)
	return ok && failed.Outcome == o
}
