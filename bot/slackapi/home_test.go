package slackapi

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/signalbook/signalbook/bot/blockkit"
)

const opening = `{"type":"event_callback","event_id":"Ev1","event":{"type":"app_home_opened","user":"U1","channel":"D1","tab":"home","event_ts":"1.1","view":{"type":"home","blocks":"new"}}}`

// TestHomeOpened: that somebody opened the Home comes over a socket and over HTTP, with
// the same op; the tab of messages beside it is none of ours.
func TestHomeOpened(t *testing.T) {
	handler := &recorder{}
	s, l, _ := testSocket(t, handler)
	s.receive(l, socketmode.Request{Type: "events_api", EnvelopeID: "e1", Payload: []byte(opening)})
	s.receive(l, socketmode.Request{Type: "events_api", EnvelopeID: "e2", Payload: []byte(strings.Replace(opening, `"tab":"home"`, `"tab":"messages"`, 1))})
	s.receive(l, socketmode.Request{Type: "events_api", EnvelopeID: "e3", Payload: []byte(strings.Replace(opening, `"user":"U1"`, `"user":"<@U1>"`, 1))})
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	h := startHTTP(t, handler)
	if w := deliver(h, signedRequest("/slack/events", opening, testNow)); w.Code != http.StatusOK {
		t.Errorf("over HTTP: got %d", w.Code)
	}
	for k := range handler.homes {
		handler.homes[k].At = testNow
	}
	one := HomeOpened{Op: "event:Ev1", UserID: "U1", At: testNow}
	if diff := cmp.Diff([]HomeOpened{one, one}, handler.homes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestHomeThatIsNotShownComesAgain: Slack delivers again what nobody took.
func TestHomeThatIsNotShownComesAgain(t *testing.T) {
	handler := &recorder{home: func(context.Context, HomeOpened) error { return errors.New("the store does not answer") }}
	h := startHTTP(t, handler)
	if w := deliver(h, signedRequest("/slack/events", opening, testNow)); w.Code != http.StatusServiceUnavailable {
		t.Errorf("got %d, want 503", w.Code)
	}
}

// TestHomeThatSlackRefuses: a Home that Slack does not take as it is becomes a sentence;
// what is no matter of its form stays an error.
func TestHomeThatSlackRefuses(t *testing.T) {
	for word, calls := range map[string]int{"invalid_arguments": 2, "view_too_large": 2, "not_enabled": 1} {
		var sent []string
		c := startClient(t, func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			sent = append(sent, string(body))
			if len(sent) == 1 {
				w.Write([]byte(`{"ok":false,"error":"` + word + `"}`))
				return
			}
			w.Write([]byte(`{"ok":true}`))
		})
		err := c.PublishHome(t.Context(), "U1", slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: []slack.Block{blockkit.Section("a", "long")}}})
		if len(sent) != calls || (err == nil) != (calls == 2) {
			t.Errorf("%s: %d calls, %v", word, len(sent), err)
		}
		if calls == 2 && !strings.Contains(sent[1], word) {
			t.Errorf("%s: the short one says %s", word, sent[1])
		}
	}
}
