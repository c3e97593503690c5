package slackapi

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/blockkit"
)

// script answers each method with what it is given and keeps the forms.
type script struct {
	mu      sync.Mutex
	answers map[string]string
	got     []string // "method key=value key=value"
	forms   []url.Values
	auth    []string // the Authorization headers
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := r.ParseForm(); err != nil {
		panic(err)
	}
	method := strings.TrimPrefix(r.URL.Path, "/api/")
	s.got = append(s.got, method)
	s.forms = append(s.forms, r.PostForm)
	s.auth = append(s.auth, r.Header.Get("Authorization"))
	answer, ok := s.answers[method+"?"+r.PostForm.Get("cursor")]
	if !ok {
		answer, ok = s.answers[method]
	}
	if !ok {
		answer = `{"ok":false,"error":"unknown_method"}`
	}
	_, _ = io.WriteString(w, answer)
}

func TestPostForm(t *testing.T) {
	s := &script{answers: map[string]string{"chat.postMessage": `{"ok":true,"channel":"C1","ts":"1700000000.000100","message":{"thread_ts":"1699999999.000001"}}`}}
	c := startClient(t, s.ServeHTTP)
	got, err := c.Post(t.Context(), Post{Channel: "#db", ThreadTS: "1699999999.000001", Message: hello("a &lt; b"), Op: "f00", Broadcast: true})
	if err != nil {
		t.Fatal(err)
	}
	if want := (Posted{Channel: "C1", TS: "1700000000.000100"}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	want := url.Values{
		"token": {testToken}, "channel": {"#db"}, "thread_ts": {"1699999999.000001"}, "reply_broadcast": {"true"},
		"text": {"a &lt; b"}, "unfurl_links": {"false"}, "unfurl_media": {"false"},
		"metadata": {`{"event_type":"playbook_op","event_payload":{"op_id":"f00"}}`},
		"blocks":   {`[{"type":"section","text":{"type":"mrkdwn","text":"a \u0026lt; b"}}]`},
	}
	if diff := cmp.Diff(want, s.forms[0]); diff != "" {
		t.Errorf("form (-want +got):\n%s", diff)
	}
	if got, want := s.auth[0], "Bearer "+testToken; got != want {
		t.Errorf("got Authorization %q, want the token there too", got)
	}
}

func TestPostToAServerThatSaysLittle(t *testing.T) {
	s := &script{answers: map[string]string{"chat.postMessage": `{"ok":true,"ts":"1.2"}`}}
	c := startClient(t, s.ServeHTTP)
	got, err := c.Post(t.Context(), Post{Channel: "C9", ThreadTS: "1.1", Message: blockkit.Message{Text: "x"}})
	if want := (Posted{Channel: "C9", TS: "1.2"}); err != nil || got != want {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func TestReplyOutsideItsThreadIsTakenBack(t *testing.T) {
	s := &script{answers: map[string]string{
		"chat.postMessage":      `{"ok":true,"channel":"C1","ts":"2.2","message":{"ts":"2.2"}}`,
		"conversations.replies": `{"ok":false,"error":"thread_not_found"}`,
		"chat.delete":           `{"ok":true}`,
	}}
	c := startClient(t, s.ServeHTTP)
	_, err := c.Post(t.Context(), Post{Channel: "C1", ThreadTS: "1.1", Message: hello("x"), Op: "f00"})
	if failed, ok := errors.AsType[*Error](err); !ok || failed.Outcome != OutcomeGone || failed.Code != "thread_not_found" {
		t.Errorf("got %v, want gone: thread_not_found", err)
	}
	if want := []string{"chat.postMessage", "conversations.replies", "chat.delete"}; !cmp.Equal(s.got, want) {
		t.Errorf("got calls %v, want %v", s.got, want)
	}
	if got := s.forms[2].Get("ts"); got != "2.2" {
		t.Errorf("got %s deleted, want the reply 2.2", got)
	}
	s.answers["chat.delete"] = `{"ok":false,"error":"internal_error"}`
	if _, err := c.Post(t.Context(), Post{Channel: "C1", ThreadTS: "1.1", Message: hello("x"), Op: "f00"}); !isOutcome(err, OutcomeUnknown) {
		t.Errorf("reply not removed: got %v, want unknown", err)
	}
}

func TestUpdateAndDelete(t *testing.T) {
	s := &script{answers: map[string]string{"chat.update": `{"ok":true,"channel":"C1","ts":"1.1","text":"x"}`, "chat.delete": `{"ok":false,"error":"message_not_found"}`}}
	c := startClient(t, s.ServeHTTP)
	if err := c.Update(t.Context(), "C1", "1.1", hello("x")); err != nil {
		t.Error(err)
	}
	form := s.forms[0]
	if form.Get("ts") != "1.1" || form.Get("text") != "x" || form.Get("blocks") == "" || form.Has("metadata") {
		t.Errorf("got form %v, want ts, text and blocks, and metadata left alone", form)
	}
	if err := c.Delete(t.Context(), "C1", "1.1"); err != nil {
		t.Errorf("delete of a message that is gone: got %v, want it to count as done", err)
	}
	s.answers["chat.delete"] = `{"ok":false,"error":"cant_delete_message"}`
	if err := c.Delete(t.Context(), "C1", "1.1"); !isOutcome(err, OutcomeGone) {
		t.Errorf("got %v, want gone", err)
	}
}

func TestSkew(t *testing.T) {
	c := startClient(t, answers(200, `{"ok":true,"team_id":"T1"}`, "Date", "Wed, 21 Oct 2037 07:28:00 GMT"))
	if _, known := c.Skew(); known {
		t.Error("got a skew before the first answer")
	}
	if _, err := c.Auth(t.Context()); err != nil {
		t.Fatal(err)
	}
	skew, known := c.Skew()
	there, err := http.ParseTime("Wed, 21 Oct 2037 07:28:00 GMT")
	if err != nil {
		t.Fatal(err)
	}
	if want := there.Sub(c.now()); !known || (skew-want).Abs() > 5e9 {
		t.Errorf("got %s, %t, want about %s", skew, known, want)
	}
}

func TestFindOp(t *testing.T) {
	ours := func(ts, op string) string {
		return fmt.Sprintf(`{"ts":%q,"bot_id":"B1","metadata":{"event_type":"playbook_op","event_payload":{"op_id":%q}}}`, ts, op)
	}
	s := &script{answers: map[string]string{
		"auth.test": `{"ok":true,"team_id":"T1","user_id":"U1","bot_id":"B1"}`,
		"conversations.history": `{"ok":true,"has_more":true,"response_metadata":{"next_cursor":"two"},"messages":[` +
			ours("1700000009.000200", "f00") + `,` + ours("1700000009.000300", "bar") + `,
			{"ts":"3.3","bot_id":"B2","metadata":{"event_type":"playbook_op","event_payload":{"op_id":"f00"}}},
			{"ts":"4.4","bot_id":"B1","metadata":{"event_type":"other","event_payload":"text"},"blocks":"of a new shape"},
			{"ts":"5.5","bot_id":"B1","metadata":{"event_type":"playbook_op","event_payload":["f00"]}},
			{"ts":"1700000008.000100","bot_id":"B1","blocks":[{"type":"rich_text","block_id":"op:f00"}]},
			{"ts":"6.6","user":"U2","text":"op_id f00"}]}`,
		"conversations.history?two": `{"ok":true,"has_more":false,"messages":[` + ours("1700000009.000100", "f00") + `,
			{"ts":"1700000010.000001","user":"U1","metadata":{"event_type":"playbook_op","event_payload":{"op_id":"f00"}}}]}`,
		"conversations.replies": `{"ok":true,"messages":[{"ts":"1.1"}]}`,
	}}
	c := startClient(t, s.ServeHTTP)
	got, err := c.FindOp(t.Context(), Find{Channel: "C1", Op: "f00"})
	if want := []string{"1700000008.000100", "1700000009.000100", "1700000009.000200", "1700000010.000001"}; err != nil || !cmp.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	got, err = c.FindOp(t.Context(), Find{Channel: "C1", ThreadTS: "1.1", Op: "f00", Since: c.now()})
	if err != nil || len(got) != 0 {
		t.Errorf("got %v, %v, want none", got, err)
	}
	last := s.forms[len(s.forms)-1]
	if last.Get("ts") != "1.1" || last.Get("include_all_metadata") != "true" {
		t.Errorf("got %v, want the thread with all metadata", last)
	}
	if want := c.oldest(c.now()); compareTS(last.Get("oldest"), want) > 0 || compareTS(last.Get("oldest"), "1700000000.0") < 0 {
		t.Errorf("got oldest %s, want at most %s", last.Get("oldest"), want)
	}
	s.answers["conversations.replies"] = `{"ok":true,"has_more":true,"response_metadata":{"next_cursor":"again"},"messages":[]}`
	if _, err = c.FindOp(t.Context(), Find{Channel: "C1", ThreadTS: "1.1", Op: "f00"}); !isOutcome(err, OutcomeUnknown) {
		t.Errorf("pages that do not go on: got %v, want unknown", err)
	}
	s.answers["conversations.history?two"] = `{"ok":false,"error":"ratelimited"}`
	if got, err = c.FindOp(t.Context(), Find{Channel: "C1", Op: "f00"}); !isOutcome(err, OutcomeLimited) || got != nil {
		t.Errorf("second page limited: got %v, %v, want no half result", got, err)
	}
}

func TestOldestIsOnSlacksClock(t *testing.T) {
	c := startClient(t, answers(200, `{"ok":true,"team_id":"T1"}`))
	since := c.now()
	if got, want := c.oldest(since), fmt.Sprintf("%d.", since.Add(-lookBack).Unix()); !strings.HasPrefix(got, want) {
		t.Errorf("without a known skew: got %s, want %s…", got, want)
	}
	skew := -3 * time.Minute
	c.skew.Store(&skew)
	if got, want := c.oldest(since), fmt.Sprintf("%d.", since.Add(-3*time.Minute-lookBack).Unix()); !strings.HasPrefix(got, want) {
		t.Errorf("with Slack six minutes behind: got %s, want %s…", got, want)
	}
}

func TestCompareTS(t *testing.T) {
	for _, pair := range [][2]string{
		{"1700000000.000100", "1700000000.000200"}, {"999999999.9", "1000000000.1"},
		{"9007199254740992.000001", "9007199254740993.000001"}, {"1.499999", "1.5"}, {"1.1", "2"},
	} {
		if compareTS(pair[0], pair[1]) >= 0 || compareTS(pair[1], pair[0]) <= 0 || compareTS(pair[0], pair[0]) != 0 {
			t.Errorf("compareTS(%s, %s): want the first to be older", pair[0], pair[1])
		}
	}
}
