package webhook

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/alerts/intake"
)

// stall sends the head of a request, and of its body what is given.
func (h *house) stall(t *testing.T, length int, body string) *bufio.Reader {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s", Path, token, length, body)
	return bufio.NewReader(conn)
}

// opened counts the bodies that the endpoint has begun to read.
type opened struct {
	io.ReadCloser
	read chan<- struct{}
	told bool
}

func (o *opened) Read(p []byte) (int, error) {
	if !o.told {
		o.told = true
		o.read <- struct{}{}
	}
	return o.ReadCloser.Read(p)
}

// watched makes the house tell when a body is being read.
func (h *house) watched() <-chan struct{} {
	read := make(chan struct{}, 10_000)
	h.before = func(r *http.Request) { r.Body = &opened{ReadCloser: r.Body, read: read} }
	return read
}

// TestStalledSendersHoldNobodyUp: more of them than there are places for
// notifications, small ones and a large one, and a good one is stored at once.
func TestStalledSendersHoldNobodyUp(t *testing.T) {
	h := start(t, func(o *Options) { o.MaxBody = func() int64 { return 64 << 20 } })
	read := h.watched()
	const senders = maxInFlight + 8
	for range senders {
		h.stall(t, 10_000, payload(t)[:200])
	}
	h.stall(t, 60<<20, payload(t)[:200])
	for range senders + 1 {
		<-read
	}
	if res, answer := h.do(t, request{body: strings.NewReader(payload(t))}); res.StatusCode != http.StatusAccepted {
		t.Errorf("got %d %s, want 202", res.StatusCode, answer)
	}
}

// TestASlowBodyEnds: one that is not small has its time.
func TestASlowBodyEnds(t *testing.T) {
	h := start(t, func(o *Options) { o.MaxBody = func() int64 { return 64 << 20 } })
	h.endpoint.pace = intake.Pace{Patience: time.Millisecond}
	res, err := http.ReadResponse(h.stall(t, 60<<20, payload(t)[:200]), nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusServiceUnavailable || !strings.Contains(string(answer), "did not arrive") {
		t.Errorf("got %d %s, want 503, the body did not arrive", res.StatusCode, answer)
	}
}

// TestBodiesShareABudget: when there is no room for another body, the one that has
// been on its way for longest is told to come again.
func TestBodiesShareABudget(t *testing.T) {
	h := start(t, nil)
	h.endpoint.bodies = intake.NewBudget(4*leastBody, bodyWeight, leastBody)
	read := h.watched()
	var first *bufio.Reader
	for range 4 {
		conn := h.stall(t, 10_000, "half")
		if first == nil {
			first = conn
		}
		<-read
	}
	if res, answer := h.do(t, request{body: strings.NewReader(payload(t))}); res.StatusCode != http.StatusAccepted {
		t.Errorf("got %d %s, want 202", res.StatusCode, answer)
	}
	res, err := http.ReadResponse(first, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, _ := io.ReadAll(res.Body)
	if want := "too many notifications at once: send the notification again\n"; res.StatusCode != 503 || string(answer) != want {
		t.Errorf("the oldest got %d %q, want 503 %q", res.StatusCode, answer, want)
	}
}

// long is a notification of more than size bytes in alerts of the usual size.
func long(t *testing.T, size int) []byte {
	t.Helper()
	const alert = `{"status":"firing","labels":{"alertname":"A","instance":"%d"},"annotations":{"summary":"something is wrong, and it takes some words to say what"},"startsAt":"2026-11-23T09:10:05Z"}`
	body := []byte(`{"version":"4","groupKey":"k","receiver":"r","status":"firing","groupLabels":{"alertname":"A"},"alerts":[`)
	for i := 0; len(body) < size; i++ {
		if i > 0 {
			body = append(body, ',')
		}
		body = fmt.Appendf(body, alert, i)
	}
	return append(body, "]}"...)
}

// TestLargeBodiesGoOneAtATime, also those whose length is not known, and are the
// same to the coordinator as if they had come whole.
func TestLargeBodiesGoOneAtATime(t *testing.T) {
	body := long(t, 2*small)
	for _, test := range []struct {
		name string
		from func() io.Reader
		most int64
		code int
	}{
		{"sized", func() io.Reader { return bytes.NewReader(body) }, 4 * small, 202},
		{"unsized", func() io.Reader { return io.MultiReader(bytes.NewReader(body)) }, 4 * small, 202},
		{"unsized and too long", func() io.Reader { return io.MultiReader(bytes.NewReader(body)) }, small + 1, 413},
		{"unsized and too long at once", func() io.Reader { return io.MultiReader(bytes.NewReader(body)) }, 64 << 10, 413},
	} {
		h := start(t, func(o *Options) { o.MaxBody = func() int64 { return test.most } })
		h.endpoint.pace = intake.Pace{} // a busy machine reads slowly; see TestASlowBodyEnds
		h.endpoint.large <- struct{}{}  // somebody is inside
		if res, _ := h.do(t, request{body: strings.NewReader(payload(t))}); res.StatusCode != 202 {
			t.Errorf("%s: a small one meanwhile: got %d, want 202", test.name, res.StatusCode)
		}
		left := make(chan struct{})
		go func() {
			<-h.endpoint.large
			close(left)
		}()
		if res, answer := h.do(t, request{body: test.from()}); res.StatusCode != test.code {
			t.Errorf("%s: got %d %s, want %d", test.name, res.StatusCode, answer, test.code)
		}
		if stored := h.inbox.stored(); test.code == 202 && (len(stored) != 2 || stored[1].Firing < 10_000 || len(stored[1].Alerts) != 500) {
			t.Errorf("%s: got %d stored, want the large one with its first 500 alerts", test.name, len(stored))
		}
		<-left
		if err := h.endpoint.idle(); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// idle says what is still held when nobody is inside.
func (d *Endpoint) idle() error {
	if len(d.large) > 0 || len(d.inFlight) > 0 {
		return errors.New("a place is held for ever")
	}
	return nil
}
