package slackapi

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/alerts/intake"
)

// unreadable fails the test when it is read.
type unreadable struct{ t *testing.T }

func (u unreadable) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, errors.New("read")
}

// TestHeadersComeBeforeTheBody: of a request that its headers alone give away
// nothing is read.
func TestHeadersComeBeforeTheBody(t *testing.T) {
	h := startHTTP(t, &recorder{})
	long := signedRequest("/slack/commands", "text=help", testNow)
	long.ContentLength = maxCommandBody + 1
	stale := signedRequest("/slack/commands", "text=help", testNow.Add(-time.Hour))
	unsigned := httptest.NewRequest(http.MethodPost, "/slack/commands", nil)
	for name, test := range map[string]struct {
		r    *http.Request
		want int
	}{"too long": {long, 413}, "stale": {stale, 401}, "unsigned": {unsigned, 401}} {
		test.r.Body = io.NopCloser(unreadable{t})
		if w := deliver(h, test.r); w.Code != test.want {
			t.Errorf("%s: got %d, want %d", name, w.Code, test.want)
		}
	}
}

// TestUnsignedBodiesShareABudget opens more connections than there is room for,
// each with a forged signature and most of a long body. A genuine request is
// answered all the same: the oldest of them makes room.
func TestUnsignedBodiesShareABudget(t *testing.T) {
	handler := &recorder{}
	h := startHTTP(t, handler)
	const room = 1 << 20
	h.bodies = intake.NewBudget(room, 1, leastBody)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	forged := signedRequest("/slack/interactions", "x", testNow).Header
	var first net.Conn
	for range 40 {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		if first == nil {
			first = conn
		}
		fmt.Fprintf(conn, "POST /slack/interactions HTTP/1.1\r\nHost: x\r\nX-Slack-Request-Timestamp: %s\r\nX-Slack-Signature: %s\r\nContent-Length: %d\r\n\r\n",
			forged.Get("X-Slack-Request-Timestamp"), forged.Get("X-Slack-Signature"), 900<<10)
		if _, err := io.WriteString(conn, strings.Repeat("x", 256<<10)); err != nil && !strings.Contains(err.Error(), "reset") && !strings.Contains(err.Error(), "pipe") {
			t.Fatal(err)
		}
	}
	if got, err := http.ReadResponse(bufio.NewReader(first), nil); err != nil || got.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("the first of them got %v, %v, want 503: its room was needed", got, err)
	}
	genuine := signedRequest("/slack/interactions", "payload="+url.QueryEscape(click), testNow)
	genuine.RequestURI = ""
	genuine.URL, _ = url.Parse(server.URL + "/slack/interactions")
	got, err := server.Client().Do(genuine)
	if err != nil {
		t.Fatal(err)
	}
	got.Body.Close()
	if got.StatusCode != http.StatusOK {
		t.Errorf("a genuine click: got %d, want 200", got.StatusCode)
	}
	if err := h.close(); err != nil || handler.count() != 2 {
		t.Errorf("got %d clicks handled, %v, want 2", handler.count(), err)
	}
}
