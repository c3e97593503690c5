package slackapi

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/signalbook/signalbook/bot/blockkit"
)

// testSocket is a Socket that is not connected, for single events, and what it
// sends by response_url.
func testSocket(t *testing.T, handler Handler) (*Socket, *line, func() []string) {
	t.Helper()
	var mu sync.Mutex
	var sent []string
	c := startClient(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		sent = append(sent, r.URL.Path)
	})
	s := NewSocket(SocketOptions{Client: c, Handler: handler, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry()})
	return s, &line{client: socketmode.New(c.api), ended: make(chan struct{})}, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string(nil), sent...)
	}
}

func (s *Socket) address(path string) string {
	return strings.TrimSuffix(s.client.apiURL.String(), "/api/") + path
}

func TestAnswerThatWasNotWrittenGoesByResponseURL(t *testing.T) {
	s, l, sent := testSocket(t, &recorder{})
	s.remember("e1", sentAnswer{slash: Slash{ResponseURL: s.address("/r/1")}, answer: blockkit.Message{Text: "x"}, at: time.Now()})
	failed := socketmode.Event{Type: socketmode.EventTypeErrorWriteFailed, Data: &socketmode.ErrorWriteFailed{
		Cause: errors.New("broken pipe"), Response: &socketmode.Response{EnvelopeID: "e1"}}}
	for range 2 { // the second time there is nothing left to send
		if err := s.take(l, failed); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	if got := sent(); len(got) != 1 || got[0] != "/r/1" {
		t.Errorf("got %v by response_url, want /r/1 once", got)
	}
}

func TestAnswerAfterTheConnectionEndedGoesByResponseURL(t *testing.T) {
	handler := &recorder{command: say("here")}
	s, l, sent := testSocket(t, handler)
	close(l.ended)
	s.receive(l, socketmode.Request{Type: "slash_commands", EnvelopeID: "e1", AcceptsResponsePayload: true,
		Payload: []byte(`{"user_id":"U1","response_url":"` + s.address("/r/2") + `"}`)})
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	if got := sent(); len(got) != 1 || got[0] != "/r/2" {
		t.Errorf("got %v by response_url, want /r/2", got)
	}
	if got := handler.slashes[0].Op; got != "envelope:e1" {
		t.Errorf("got op %s without a trigger, want envelope:e1", got)
	}
}

// slack-go decodes the whole clicked message and gives up on what it does not
// know; the click must not be lost for it.
func TestWhatSlackGoCannotReadIsReadAgain(t *testing.T) {
	handler := &recorder{}
	s, l, _ := testSocket(t, handler)
	for _, raw := range []string{
		`{"type":"interactive","envelope_id":"e1","payload":{"type":"block_actions","user":{"id":"U1"},"message":{"ts":"1.1","blocks":"new"},"actions":[{"action_id":"step:done","value":"v"}]}}`,
		`{"type":"events_api","envelope_id":"e2","payload":{"type":"event_callback","event_id":"E1","event":{"type":"app_mention","user":"U1","channel":"C1","ts":"1.1","text":"<@U0> help","blocks":7}}}`,
		`{"type":"events_api","envelope_id":"e3","payload":{"type":"event_callback","event":{"type":"of_tomorrow"}}}`,
		`{"type":"slash_commands","envelope_id":"e4","payload":"hello"}`,
		`{"type":"interactive","envelope_id":"e5","payload":[]}`,
		`{"type":"something_new","envelope_id":"e6"}`,
		`{"type":"interactive"}`, `nonsense`,
	} {
		bad := &socketmode.ErrorBadMessage{Cause: errors.New("no"), Message: []byte(raw)}
		if err := s.take(l, socketmode.Event{Type: socketmode.EventTypeErrorBadMessage, Data: bad}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	if len(handler.actions) != 1 || handler.actions[0].Value != "v" || len(handler.mentions) != 1 || handler.count() != 2 {
		t.Errorf("got %+v, want the click and the mention", handler)
	}
	if bad, ignored := s.counted(kindOther, "bad"), s.counted(kindOther, "ignored"); bad != 4 || ignored != 2 {
		t.Errorf("got %v bad and %v ignored, want 4 and 2", bad, ignored)
	}
}

func TestAnswersAreNotKeptForEver(t *testing.T) {
	s, _, _ := testSocket(t, &recorder{})
	at := time.Now()
	for i := range 5 * maxInFlight {
		s.remember(string(rune('a'+i)), sentAnswer{at: at})
	}
	if got := len(s.sent); got > 2*maxInFlight {
		t.Errorf("got %d answers kept, want at most %d", got, 2*maxInFlight)
	}
	s.remember("later", sentAnswer{at: at.Add(handleWithin + time.Second)})
	if got := len(s.sent); got != 1 {
		t.Errorf("got %d answers kept after their time, want 1", got)
	}
}

func TestConnectionsThatDoNotStandAreALoop(t *testing.T) {
	l := &line{}
	now := time.Now()
	for i := range 20 {
		if err := l.looping(now.Add(time.Duration(i) * steadyAfter)); err != nil {
			t.Fatalf("one a minute: got %v", err)
		}
	}
	l = &line{}
	var err error
	for i := range manyConnects {
		err = l.looping(now.Add(time.Duration(i) * time.Second))
	}
	if err == nil {
		t.Errorf("%d connections in as many seconds: got no error", manyConnects)
	}
}

func TestConnectionErrors(t *testing.T) {
	s, l, _ := testSocket(t, &recorder{})
	for name, test := range map[string]struct {
		err     error
		backoff time.Duration
		want    bool // begin anew
	}{
		"a short wait":       {errors.New("connection reset"), time.Second, false},
		"a long wait":        {errors.New("connection reset"), 2 * time.Minute, true},
		"limited":            {&slack.RateLimitedError{RetryAfter: 2 * time.Minute}, 2 * time.Minute, false},
		"the app was closed": {slack.SlackErrorResponse{Err: "invalid_app_token"}, time.Second, true},
	} {
		s.setUp(true)
		err := s.take(l, socketmode.Event{Type: socketmode.EventTypeConnectionError,
			Data: &slack.ConnectionErrorEvent{Backoff: test.backoff, ErrorObj: test.err}})
		if got := err != nil; got != test.want {
			t.Errorf("%s: got %v, want to begin anew: %t", name, err, test.want)
		}
	}
	if got := testutil.ToFloat64(s.metrics.reconnects.WithLabelValues("connection_error")); got != 4 {
		t.Errorf("got %v connection errors counted, want 4", got)
	}
}
