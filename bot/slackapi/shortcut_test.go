package slackapi

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack/socketmode"
)

const chosen1 = `{"type":"message_action","callback_id":"timeline:add","trigger_id":"t1","response_url":"https://hooks.slack.com/r","message_ts":"2.2","user":{"id":"U1","username":"anna"},
	"channel":{"id":"C00001"},"message":{"ts":"2.2","thread_ts":"1.1","user":"U2","text":"it lags","blocks":"new"}}`

// TestShortcut: what somebody chose in the menu of a message comes over a socket and over
// HTTP as a click that says on what; a shortcut on nothing is none.
func TestShortcut(t *testing.T) {
	handler := &recorder{}
	s, l, _ := testSocket(t, handler)
	s.receive(l, socketmode.Request{Type: "interactive", EnvelopeID: "e1", Payload: []byte(chosen1)})
	for _, cut := range []string{`"callback_id":"timeline:add",`, `"id":"U1",`, `"id":"C00001"`} {
		s.receive(l, socketmode.Request{Type: "interactive", EnvelopeID: "e2", Payload: []byte(strings.Replace(chosen1, cut, "", 1))})
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	h := startHTTP(t, handler)
	if w := deliver(h, signedRequest("/slack/interactions", url.Values{"payload": {chosen1}}.Encode(), testNow)); w.Code != http.StatusOK {
		t.Errorf("over HTTP: got %d", w.Code)
	}
	for k := range handler.actions {
		handler.actions[k].At = testNow
	}
	one := Action{Op: "trigger:t1", ActionID: "timeline:add", UserID: "U1", UserName: "anna", ChannelID: "C00001", MessageTS: "2.2", ThreadTS: "1.1", TriggerID: "t1",
		ResponseURL: "https://hooks.slack.com/r", On: &Shortcut{Author: "U2", Text: "it lags"}, At: testNow}
	if diff := cmp.Diff([]Action{one, one}, handler.actions); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
