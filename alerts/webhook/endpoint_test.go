package webhook

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/signalbook/signalbook/alerts"
)

const token = "correct-horse-battery-staple"

var received = time.Date(2026, 11, 23, 9, 10, 30, 0, time.UTC)

// inbox remembers what was put; put, when set, decides first.
type inbox struct {
	put func(ctx context.Context) error

	mu   sync.Mutex
	got  []alerts.Notification
	when []time.Time
}

func (i *inbox) Put(ctx context.Context, r Received) error {
	if i.put != nil {
		if err := i.put(ctx); err != nil {
			return err
		}
	}
	n := r.Notification
	if n == nil {
		// As the coordinator does, which has to be able to.
		decoded, err := alerts.Decode(bytes.NewReader(r.Body), r.Source)
		if err != nil {
			return err
		}
		n = &decoded
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.got, i.when = append(i.got, *n), append(i.when, r.At)
	return nil
}

func (i *inbox) stored() []alerts.Notification {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.got
}

// house is an endpoint on a real server, and what it wrote.
type house struct {
	inbox    *inbox
	endpoint *Endpoint
	url      string
	registry *prometheus.Registry
	log      *lockedBuffer
	before   func(*http.Request) // may be nil
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func start(t *testing.T, change func(*Options)) *house {
	t.Helper()
	h := &house{inbox: &inbox{}, registry: prometheus.NewPedanticRegistry(), log: &lockedBuffer{}}
	options := Options{
		Inbox:       h.inbox,
		Credentials: func() string { return token },
		MaxBody:     func() int64 { return 64 << 10 },
		Now:         func() time.Time { return received },
		Logger:      slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Registerer:  h.registry,
	}
	if change != nil {
		change(&options)
	}
	h.endpoint = New(options)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.before != nil {
			h.before(r)
		}
		h.endpoint.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

func payload(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "testdata", "payloads", "v0.34.0-e2e-1-database-high-cpu-firing.json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

type request struct {
	method, target string
	header         http.Header
	body           io.Reader
}

func bearer(value string) http.Header { return http.Header{"Authorization": {"Bearer " + value}} }

func (h *house) do(t *testing.T, r request) (*http.Response, string) {
	t.Helper()
	if r.method == "" {
		r.method = http.MethodPost
	}
	if r.target == "" {
		r.target = Path
	}
	if r.header == nil {
		r.header = bearer(token)
	}
	req, err := http.NewRequestWithContext(t.Context(), r.method, h.url+r.target, r.body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = r.header
	// A redirect would be followed as Alertmanager does, and seen as its answer.
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(text)
}

func TestEndpointAnswers(t *testing.T) {
	good := func(t *testing.T) io.Reader { return strings.NewReader(payload(t)) }
	huge := func(t *testing.T) io.Reader {
		return strings.NewReader(`{"x":"` + strings.Repeat("x", 65<<10) + `",` + payload(t)[1:])
	}
	// Without a length the body is sent in chunks.
	chunked := func(body func(*testing.T) io.Reader) func(*testing.T) io.Reader {
		return func(t *testing.T) io.Reader { return io.MultiReader(body(t)) }
	}
	none := func(*testing.T) io.Reader { return nil }
	text := func(s string) func(*testing.T) io.Reader {
		return func(*testing.T) io.Reader { return strings.NewReader(s) }
	}
	tests := []struct {
		name   string
		r      request
		body   func(*testing.T) io.Reader
		code   int
		reason reason
		answer string
		header map[string]string
		source string
	}{
		{name: "post", body: good, code: 202, source: "default", answer: `{"status":"accepted","firing":2,"resolved":0,"kept":2}`,
			header: map[string]string{"Content-Type": "application/json"}},
		{name: "put", r: request{method: "PUT"}, body: good, code: 202, source: "default", answer: `{"status":"accepted","firing":2,"resolved":0,"kept":2}`},
		{name: "chunked", body: chunked(good), code: 202, source: "default", answer: `{"status":"accepted","firing":2,"resolved":0,"kept":2}`},
		{name: "source", r: request{target: Path + "?source=eu-1_b"}, body: good, code: 202, source: "eu-1_b", answer: `{"status":"accepted","firing":2,"resolved":0,"kept":2}`},
		{name: "scheme in lower case", r: request{header: http.Header{"Authorization": {"bearer " + token}}}, body: good, code: 202, source: "default",
			answer: `{"status":"accepted","firing":2,"resolved":0,"kept":2}`},

		{name: "get", r: request{method: "GET"}, body: none, code: 405, reason: reasonMethod, answer: "send notifications with POST", header: map[string]string{"Allow": "POST, PUT"}},
		{name: "delete", r: request{method: "DELETE"}, body: none, code: 405, reason: reasonMethod, answer: "send notifications with POST"},
		{name: "trailing slash", r: request{target: Path + "/"}, body: good, code: 404, reason: reasonPath, answer: "notifications belong to /alertmanager/webhook"},
		{name: "double slash", r: request{target: "/" + Path}, body: good, code: 404, reason: reasonPath, answer: "notifications belong to /alertmanager/webhook"},

		{name: "no credentials", r: request{header: http.Header{}}, body: good, code: 401, reason: reasonCredentials,
			answer: "wrong or no credentials: set authorization.credentials_file in Alertmanager's http_config to the token of webhook.credentials_file",
			header: map[string]string{"WWW-Authenticate": `Bearer realm="signalbook"`}},
		{name: "wrong token", r: request{header: bearer(token + "x")}, body: good, code: 401, reason: reasonCredentials,
			answer: "wrong or no credentials: set authorization.credentials_file in Alertmanager's http_config to the token of webhook.credentials_file"},
		{name: "empty token", r: request{header: bearer("")}, body: good, code: 401, reason: reasonCredentials,
			answer: "wrong or no credentials: set authorization.credentials_file in Alertmanager's http_config to the token of webhook.credentials_file"},
		{name: "token as basic auth", r: request{header: http.Header{"Authorization": {"Basic " + token}}}, body: good, code: 401, reason: reasonCredentials,
			answer: "wrong or no credentials: set authorization.credentials_file in Alertmanager's http_config to the token of webhook.credentials_file"},
		{name: "credentials come before the body", r: request{header: bearer("x")}, body: huge, code: 401, reason: reasonCredentials,
			answer: "wrong or no credentials: set authorization.credentials_file in Alertmanager's http_config to the token of webhook.credentials_file"},

		{name: "source with capitals", r: request{target: Path + "?source=EU"}, body: good, code: 400, reason: reasonSource, answer: "source must be 1 to 40 characters of a-z, 0-9, _ and -, given once"},
		{name: "source empty", r: request{target: Path + "?source="}, body: good, code: 400, reason: reasonSource, answer: "source must be 1 to 40 characters of a-z, 0-9, _ and -, given once"},
		{name: "source too long", r: request{target: Path + "?source=" + strings.Repeat("a", 41)}, body: good, code: 400, reason: reasonSource, answer: "source must be 1 to 40 characters of a-z, 0-9, _ and -, given once"},
		{name: "source with a line end", r: request{target: Path + "?source=a%0a"}, body: good, code: 400, reason: reasonSource, answer: "source must be 1 to 40 characters of a-z, 0-9, _ and -, given once"},
		{name: "source twice", r: request{target: Path + "?source=a&source=b"}, body: good, code: 400, reason: reasonSource, answer: "source must be 1 to 40 characters of a-z, 0-9, _ and -, given once"},
		{name: "query broken", r: request{target: Path + "?source=%zz"}, body: good, code: 400, reason: reasonSource, answer: "source must be 1 to 40 characters of a-z, 0-9, _ and -, given once"},

		{name: "no JSON", body: text("hello"), code: 400, reason: reasonInvalid, answer: "notification cannot be read: the body is not JSON: invalid character 'h' at start of value (near byte 0)"},
		{name: "no body", body: none, code: 400, reason: reasonInvalid, answer: "notification cannot be read: the body is empty"},
		{name: "wrong version", body: text(`{"version":"5","groupKey":"k","receiver":"r","status":"firing","alerts":[]}`), code: 400, reason: reasonInvalid,
			answer: `notification cannot be read: version "5" is not known: expected "4" (Alertmanager) or "1" (Grafana)`},
		{name: "no alerts", body: text(`{"version":"4","groupKey":"k","receiver":"r","status":"firing","alerts":[]}`), code: 400, reason: reasonInvalid,
			answer: `notification cannot be read: there are no alerts in it`},

		{name: "too large by length", body: huge, code: 413, reason: reasonSize,
			answer: "the body is larger than webhook.max_body, 65536 bytes: set max_alerts in Alertmanager's webhook_config, or raise webhook.max_body"},
		{name: "too large without length", body: chunked(huge), code: 413, reason: reasonSize,
			answer: "the body is larger than webhook.max_body, 65536 bytes: set max_alerts in Alertmanager's webhook_config, or raise webhook.max_body"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h := start(t, nil)
			test.r.body = test.body(t)
			res, answer := h.do(t, test.r)
			if res.StatusCode != test.code {
				t.Errorf("code: got %d, want %d", res.StatusCode, test.code)
			}
			if got := strings.TrimSpace(answer); got != test.answer {
				t.Errorf("answer:\n got %s\nwant %s", got, test.answer)
			}
			for name, want := range test.header {
				if got := res.Header.Get(name); got != want {
					t.Errorf("%s: got %q, want %q", name, got, want)
				}
			}
			var sources []string
			for _, n := range h.inbox.stored() {
				sources = append(sources, n.Source)
			}
			var want []string
			if test.source != "" {
				want = []string{test.source}
			}
			if diff := cmp.Diff(want, sources); diff != "" {
				t.Errorf("stored (-want +got):\n%s", diff)
			}
			if got := testutil.ToFloat64(h.endpoint.metrics.notifications.WithLabelValues(fmt.Sprint(test.code), string(test.reason))); got != 1 {
				t.Errorf("signalbook_notifications_total{code=%d, reason=%q}: got %v, want 1", test.code, test.reason, got)
			}
			if strings.Contains(h.log.String(), token) {
				t.Errorf("the log holds the token:\n%s", h.log)
			}
		})
	}
}

// TestLyingContentLength sends more than the length it gave: what lies beyond it
// is no part of the body.
func TestLyingContentLength(t *testing.T) {
	h := start(t, nil)
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 100\r\nConnection: close\r\n\r\n%s", Path, token, payload(t))
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusBadRequest {
		t.Errorf("got %d, want 400", res.StatusCode)
	}
	if len(h.inbox.stored()) != 0 {
		t.Error("a body that was cut short was stored")
	}
}

// TestBrokenBody hangs up in the middle: that is no fault of the body, so
// nothing may be told that would stop the sender from trying again.
func TestBrokenBody(t *testing.T) {
	h := start(t, nil)
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body := payload(t)
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s", Path, token, len(body), body[:200])
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("got %d, want 503", res.StatusCode)
	}
}

func TestStoredNotification(t *testing.T) {
	h := start(t, nil)
	h.do(t, request{target: Path + "?source=eu", body: strings.NewReader(payload(t))})
	want, err := alerts.Decode(strings.NewReader(payload(t)), "eu")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]alerts.Notification{want}, h.inbox.got); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]time.Time{received}, h.inbox.when); diff != "" {
		t.Errorf("time of receipt (-want +got):\n%s", diff)
	}
}

func TestInboxRefuses(t *testing.T) {
	tests := []struct {
		name   string
		err    error
		reason reason
		answer string
	}{
		{"full", fmt.Errorf("put: %w", ErrFull), reasonFull, "the inbox is full: send the notification again"},
		{"down", errors.New("dial redis://:hunter2@redis-0: connection refused"), reasonStore, "the notification could not be stored: send it again"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h := start(t, nil)
			h.inbox.put = func(context.Context) error { return test.err }
			res, answer := h.do(t, request{body: strings.NewReader(payload(t))})
			if res.StatusCode != http.StatusServiceUnavailable {
				t.Errorf("code: got %d, want 503", res.StatusCode)
			}
			if got := strings.TrimSpace(answer); got != test.answer {
				t.Errorf("answer: got %q, want %q", got, test.answer)
			}
			if got := testutil.ToFloat64(h.endpoint.metrics.notifications.WithLabelValues("503", string(test.reason))); got != 1 {
				t.Errorf("signalbook_notifications_total{code=503, reason=%s}: got %v, want 1", test.reason, got)
			}
		})
	}
}

// TestSenderGoesAway cancels a request while it is being stored.
func TestSenderGoesAway(t *testing.T) {
	h := start(t, nil)
	putting, ended := make(chan struct{}), make(chan error, 1)
	h.inbox.put = func(ctx context.Context) error {
		close(putting)
		<-ctx.Done()
		ended <- ctx.Err()
		return ctx.Err()
	}
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url+Path, strings.NewReader(payload(t)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = bearer(token)
	go func() {
		<-putting
		cancel()
	}()
	if res, err := http.DefaultTransport.RoundTrip(req); err == nil {
		res.Body.Close()
		t.Fatalf("got answer %d, want none: the sender has gone", res.StatusCode)
	}
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("inbox: got %v, want the cancelled context", err)
	}
}

// TestWaitsForItsTurn fills the endpoint: the next sender waits and is let in when
// another leaves.
func TestWaitsForItsTurn(t *testing.T) {
	h := start(t, nil)
	h.endpoint.inFlight = make(chan struct{}, 1)
	h.endpoint.inFlight <- struct{}{} // somebody is inside

	ctx, cancel := context.WithCancel(t.Context())
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, Path, strings.NewReader(payload(t)))
	r.Header = bearer(token)
	cancel()
	w := httptest.NewRecorder()
	h.endpoint.ServeHTTP(w, r)
	if w.Code != http.StatusServiceUnavailable || len(h.inbox.stored()) != 0 {
		t.Errorf("a sender who left while waiting: got %d and %d stored, want 503 and none", w.Code, len(h.inbox.stored()))
	}

	go func() { <-h.endpoint.inFlight }()
	if res, _ := h.do(t, request{body: strings.NewReader(payload(t))}); res.StatusCode != http.StatusAccepted {
		t.Errorf("after the other left: got %d, want 202", res.StatusCode)
	}
}

func TestCredentials(t *testing.T) {
	current := token
	h := start(t, func(o *Options) {
		o.Credentials = func() string { return current }
		o.Trusted = func(r *http.Request) bool {
			_, password, _ := r.BasicAuth()
			return password == "checked elsewhere"
		}
	})
	try := func(header http.Header) int {
		res, _ := h.do(t, request{header: header, body: strings.NewReader(payload(t))})
		return res.StatusCode
	}
	basic := http.Header{"Authorization": {"Basic " + "YTpjaGVja2VkIGVsc2V3aGVyZQ=="}} // a:checked elsewhere
	if got := try(basic); got != http.StatusAccepted {
		t.Errorf("trusted: got %d, want 202", got)
	}
	if got := try(http.Header{}); got != http.StatusUnauthorized {
		t.Errorf("neither trusted nor with a token: got %d, want 401", got)
	}
	current = "rotated"
	if got := try(bearer(token)); got != http.StatusUnauthorized {
		t.Errorf("old token after a reload: got %d, want 401", got)
	}
	if got := try(bearer("rotated")); got != http.StatusAccepted {
		t.Errorf("new token after a reload: got %d, want 202", got)
	}
	current = ""
	if got := try(http.Header{}); got != http.StatusAccepted {
		t.Errorf("no token needed: got %d, want 202", got)
	}
}

func TestMetrics(t *testing.T) {
	h := start(t, nil)
	h.do(t, request{body: strings.NewReader(payload(t))})
	if err := testutil.GatherAndCompare(h.registry, strings.NewReader(`
# HELP signalbook_notifications_total Webhook requests answered, by HTTP status code and reason; the reason is empty for accepted notifications.
# TYPE signalbook_notifications_total counter
signalbook_notifications_total{code="202",reason=""} 1
signalbook_notifications_total{code="400",reason="invalid"} 0
signalbook_notifications_total{code="400",reason="source"} 0
signalbook_notifications_total{code="401",reason="credentials"} 0
signalbook_notifications_total{code="404",reason="path"} 0
signalbook_notifications_total{code="405",reason="method"} 0
signalbook_notifications_total{code="413",reason="size"} 0
signalbook_notifications_total{code="503",reason="busy"} 0
signalbook_notifications_total{code="503",reason="full"} 0
signalbook_notifications_total{code="503",reason="read"} 0
signalbook_notifications_total{code="503",reason="store"} 0
`), "signalbook_notifications_total"); err != nil {
		t.Error(err)
	}
	problems, err := testutil.GatherAndLint(h.registry)
	if err != nil || len(problems) > 0 {
		t.Errorf("lint: got %v, %v, want nothing", problems, err)
	}
}

func BenchmarkEndpoint(b *testing.B) {
	endpoint := New(Options{Inbox: discard{}, Credentials: func() string { return token }, MaxBody: func() int64 { return 64 << 20 }})
	body := payload(b)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		r := httptest.NewRequest(http.MethodPost, Path, strings.NewReader(body))
		r.Header = bearer(token)
		w := httptest.NewRecorder()
		endpoint.ServeHTTP(w, r)
		if w.Code != http.StatusAccepted {
			b.Fatalf("got %d", w.Code)
		}
	}
}

type discard struct{}

func (discard) Put(context.Context, Received) error { return nil }
