package slackapi

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

const testSecret = "8f742231b10e8888abcd99yyyzzz85a5"

var testNow = time.Unix(1531420618, 0)

// startHTTP is an endpoint whose clock stands at testNow.
func startHTTP(t testing.TB, handler Handler) *HTTP {
	t.Helper()
	h := NewHTTP(HTTPOptions{SigningSecret: testSecret, Handler: handler, Now: func() time.Time { return testNow },
		Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry()})
	t.Cleanup(func() {
		if err := h.close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

func signedRequest(path, body string, at time.Time) *http.Request {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(testSecret))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Slack-Request-Timestamp", stamp)
	r.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	return r
}

func deliver(h *HTTP, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// Slack's own example: docs.slack.dev, verifying requests from Slack.
func TestPublishedSignature(t *testing.T) {
	const body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar" +
		"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN" +
		"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
	handler := &recorder{command: say("yes")}
	h := startHTTP(t, handler)
	r := httptest.NewRequest(http.MethodPost, "/slack/commands", strings.NewReader(body))
	r.Header.Set("X-Slack-Request-Timestamp", "1531420618")
	r.Header.Set("X-Slack-Signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503")
	w := deliver(h, r)
	if want := `{"response_type":"ephemeral","text":"yes","replace_original":false}`; w.Code != 200 || strings.TrimSpace(w.Body.String()) != want {
		t.Fatalf("got %d %s, want 200 %s", w.Code, w.Body, want)
	}
	want := []Slash{{Op: "trigger:398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c", UserID: "U2CERLKJA", UserName: "roadrunner",
		ChannelID: "G8PSS9T3V", ResponseURL: "https://hooks.slack.com/commands/T1DC2JH3J/397700885554/96rGlfmibIGlgcZRskXaIFfN",
		TriggerID: "398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c", UserTeam: "T1DC2JH3J", At: testNow}}
	if diff := cmp.Diff(want, handler.slashes); diff != "" {
		t.Errorf("command (-want +got):\n%s", diff)
	}
}

// TestSignatureByEitherClock: a request that Slack sent just now is taken by a replica
// whose clock is wrong, once Slack has answered with its own time; one that is old by
// both clocks is not.
func TestSignatureByEitherClock(t *testing.T) {
	for by, ago := range map[time.Duration][2]time.Duration{
		-time.Hour: {0, 6 * time.Minute},
		time.Hour:  {0, -6 * time.Minute},
		0:          {4 * time.Minute, 6 * time.Minute},
	} {
		h := startHTTP(t, &recorder{command: say("yes")})
		h.client = &Client{core: &core{}}
		send := func(at time.Time) int {
			return deliver(h, signedRequest("/slack/commands", "user_id=U1&text=help&trigger_id=t1", at)).Code
		}
		slack := testNow.Add(-by) // our clock is ahead by that
		if got := send(slack); got == http.StatusOK != (by == 0) {
			t.Errorf("ahead by %v, before Slack answered: got %d", by, got)
		}
		skew := -by
		h.client.skew.Store(&skew)
		if got := send(slack.Add(-ago[0])); got != http.StatusOK {
			t.Errorf("ahead by %v: a request of %v ago was answered %d, want it taken", by, ago[0], got)
		}
		if got := send(slack.Add(-ago[1])); got != http.StatusUnauthorized {
			t.Errorf("ahead by %v: a request of %v ago was answered %d, want it refused", by, ago[1], got)
		}
		if by != 0 && send(testNow) != http.StatusOK {
			t.Errorf("ahead by %v: a request of what this clock shows is refused: Slack's time may be an old one", by)
		}
	}
}

func TestForgedAndStale(t *testing.T) {
	body := "user_id=U1&text=help&trigger_id=t1"
	good := func() *http.Request { return signedRequest("/slack/commands", body, testNow) }
	tampered := good()
	tampered.Body = http.NoBody
	set := func(key, value string) *http.Request {
		r := good()
		r.Header.Set(key, value)
		return r
	}
	for name, r := range map[string]*http.Request{
		"another body":       tampered,
		"stale":              signedRequest("/slack/commands", body, testNow.Add(-5*time.Minute-time.Second)),
		"from the future":    signedRequest("/slack/commands", body, testNow.Add(5*time.Minute+time.Second)),
		"no signature":       set("X-Slack-Signature", ""),
		"no timestamp":       set("X-Slack-Request-Timestamp", ""),
		"another timestamp":  set("X-Slack-Request-Timestamp", strconv.FormatInt(testNow.Unix()+1, 10)),
		"a word for a time":  set("X-Slack-Request-Timestamp", "now"),
		"a huge timestamp":   set("X-Slack-Request-Timestamp", "9223372036854775807"),
		"version v1":         set("X-Slack-Signature", "v1"+strings.TrimPrefix(good().Header.Get("X-Slack-Signature"), "v0")),
		"a short signature":  set("X-Slack-Signature", "v0=00"),
		"no hex":             set("X-Slack-Signature", "v0=zz"),
		"a wrong signature":  set("X-Slack-Signature", "v0="+strings.Repeat("00", 32)),
		"signature in query": httptest.NewRequest(http.MethodPost, "/slack/commands?X-Slack-Signature=x", strings.NewReader(body)),
		"unsigned challenge": httptest.NewRequest(http.MethodPost, "/slack/events", strings.NewReader(`{"type":"url_verification","challenge":"c"}`)),
	} {
		handler := &recorder{}
		h := startHTTP(t, handler)
		if w := deliver(h, r); w.Code != http.StatusUnauthorized {
			t.Errorf("%s: got %d, want 401", name, w.Code)
		}
		if handler.count() > 0 {
			t.Errorf("%s: got it handled", name)
		}
		if got := testutil.ToFloat64(h.metrics.requests.WithLabelValues("http", "other", "forged")); got != 1 {
			t.Errorf("%s: got %v counted as forged, want 1", name, got)
		}
	}
	for _, at := range []time.Time{testNow.Add(-5 * time.Minute), testNow.Add(5 * time.Minute)} {
		if w := deliver(startHTTP(t, &recorder{}), signedRequest("/slack/commands", body, at)); w.Code != 200 {
			t.Errorf("signed at %s: got %d, want 200", at, w.Code)
		}
	}
}

// TestCertificateCheckComesUnsigned: Slack looks now and then whether a command's
// address is there. Nothing else passes unsigned.
func TestCertificateCheckComesUnsigned(t *testing.T) {
	handler := &recorder{}
	h := startHTTP(t, handler)
	for what, test := range map[string]struct {
		path, body string
		want       int
	}{
		"the check":          {"/slack/commands", "token=x&ssl_check=1", 200},
		"a command":          {"/slack/commands", "user_id=U1&command=%2Fplaybook", 401},
		"both":               {"/slack/commands", "ssl_check=1&user_id=U1&command=%2Fplaybook&text=resolve+INC-1", 200},
		"elsewhere":          {"/slack/interactions", "ssl_check=1", 401},
		"a long one":         {"/slack/commands", "ssl_check=1&token=" + strings.Repeat("x", 1000), 401},
		"nothing to be read": {"/slack/commands", "", 401},
	} {
		r := httptest.NewRequest(http.MethodPost, test.path, strings.NewReader(test.body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if w := deliver(h, r); w.Code != test.want {
			t.Errorf("%s: got %d, want %d", what, w.Code, test.want)
		}
	}
	if got := handler.count(); got != 0 {
		t.Errorf("the handler got %d unsigned requests", got)
	}
}

func TestBadRequests(t *testing.T) {
	for name, test := range map[string]struct {
		path, body string
		want       int
	}{
		"no user":              {"/slack/commands", "text=help", 400},
		"no form":              {"/slack/commands", "%zz", 400},
		"no payload":           {"/slack/interactions", "text=help", 400},
		"payload in the query": {"/slack/interactions?payload=" + url.QueryEscape(click), "x=1", 400},
		"payload no JSON":      {"/slack/interactions", "payload=hello", 400},
		"payload without type": {"/slack/interactions", "payload=%7B%7D", 400},
		"click of nobody":      {"/slack/interactions", "payload=" + url.QueryEscape(`{"type":"block_actions"}`), 400},
		"modal of nobody":      {"/slack/interactions", "payload=" + url.QueryEscape(`{"type":"view_submission"}`), 400},
		"menu of nobody":       {"/slack/interactions", "payload=" + url.QueryEscape(`{"type":"block_suggestion","action_id":"a"}`), 400},
		"menu without action":  {"/slack/interactions", "payload=" + url.QueryEscape(`{"type":"block_suggestion","user":{"id":"U1"},"value":"x"}`), 400},
		"menu of a number":     {"/slack/interactions", "payload=" + url.QueryEscape(`{"type":"block_suggestion","user":{"id":"U1"},"action_id":"a","value":7}`), 400},
		"menu of a long id":    {"/slack/interactions", "payload=" + url.QueryEscape(`{"type":"block_suggestion","user":{"id":"U1"},"action_id":"`+strings.Repeat("x", maxID+1)+`"}`), 400},
		"event no JSON":        {"/slack/events", "x=1", 400},
		"too long":             {"/slack/events", `"` + strings.Repeat("x", maxEventBody) + `"`, 413},
		"too long a command":   {"/slack/commands", "text=" + strings.Repeat("x", maxCommandBody), 413},
		"too long a click":     {"/slack/interactions", "payload=" + strings.Repeat("x", maxInteractionBody), 413},
		"a shortcut":           {"/slack/interactions", "payload=" + url.QueryEscape(`{"type":"shortcut"}`), 200},
		"another event":        {"/slack/events", `{"type":"event_callback","event":{"type":"reaction_added","user":"U1"}}`, 200},
		"a rate limit notice":  {"/slack/events", `{"type":"app_rate_limited","minute_rate_limited":1}`, 200},
		"the bot itself":       {"/slack/events", `{"type":"event_callback","event":{"type":"app_mention","user":"U1","bot_id":"B1"}}`, 200},
		"certificate check":    {"/slack/commands", "ssl_check=1&token=x", 200},
		"another path":         {"/slack/other", "x", 404},
	} {
		handler := &recorder{}
		h := startHTTP(t, handler)
		if w := deliver(h, signedRequest(test.path, test.body, testNow)); w.Code != test.want {
			t.Errorf("%s: got %d %s, want %d", name, w.Code, w.Body, test.want)
		}
		if err := h.close(); err != nil || handler.count() > 0 {
			t.Errorf("%s: got it handled, %v", name, err)
		}
	}
	if w := deliver(startHTTP(t, &recorder{}), httptest.NewRequest(http.MethodGet, "/slack/events", nil)); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("GET: got %d, want 405", w.Code)
	}
	off := NewHTTP(HTTPOptions{Handler: &recorder{}, Logger: slog.New(slog.DiscardHandler)})
	for _, path := range []string{"/slack/commands", "/slack/interactions", "/slack/events"} {
		if w := deliver(off, signedRequest(path, "x", testNow)); w.Code != 404 {
			t.Errorf("%s without a signing secret: got %d, want 404", path, w.Code)
		}
	}
}

const click = `{"type":"block_actions","trigger_id":"t.1","response_url":"https://hooks.slack.com/a","user":{"id":"U1","username":"anna","name":"Anna A"},
	"channel":{"id":"C1"},"container":{"message_ts":"2.2","thread_ts":"1.1"},
	"message":{"ts":"2.2","thread_ts":"1.1","blocks":[{"type":"of_tomorrow","text":7}]},
	"actions":[{"action_id":"step:done","block_id":"b","type":"button","value":"INC-1/pool"},
	{"action_id":"incident:menu","type":"overflow","selected_option":{"value":"note/INC-1"}}]}`

func TestClick(t *testing.T) {
	handler := &recorder{}
	h := startHTTP(t, handler)
	w := deliver(h, signedRequest("/slack/interactions", "payload="+url.QueryEscape(click), testNow))
	if w.Code != 200 || w.Body.Len() > 0 {
		t.Errorf("got %d %s, want an empty 200", w.Code, w.Body)
	}
	if err := h.close(); err != nil {
		t.Fatal(err)
	}
	first := Action{Op: "trigger:t.1", ActionID: "step:done", Value: "INC-1/pool", UserID: "U1", UserName: "anna", ChannelID: "C1", BlockID: "b",
		MessageTS: "2.2", ThreadTS: "1.1", TriggerID: "t.1", ResponseURL: "https://hooks.slack.com/a", At: testNow}
	second := first
	second.Op, second.ActionID, second.BlockID, second.Value = "trigger:t.1:1", "incident:menu", "", "note/INC-1"
	if diff := cmp.Diff([]Action{first, second}, handler.actions); diff != "" {
		t.Errorf("clicks (-want +got):\n%s", diff)
	}
	if w := deliver(h, signedRequest("/slack/interactions", "payload="+url.QueryEscape(click), testNow)); w.Code != http.StatusServiceUnavailable {
		t.Errorf("after closing: got %d, want 503", w.Code)
	}
}

func TestClickOnARootIsItsOwnThread(t *testing.T) {
	d, err := decodeInteraction([]byte(`{"type":"block_actions","user":{"id":"U1"},"container":{"message_ts":"1.1","channel_id":"C1"},"actions":[{"action_id":"x"}]}`), "envelope:e", testNow)
	if err != nil {
		t.Fatal(err)
	}
	if got := d.actions[0]; got.ThreadTS != "1.1" || got.ChannelID != "C1" || got.Op != "envelope:e" {
		t.Errorf("got %+v, want thread 1.1, channel C1, op envelope:e", got)
	}
}

func modal(hash, reason string) string {
	return "payload=" + url.QueryEscape(fmt.Sprintf(`{"type":"view_submission","trigger_id":"t","user":{"id":"U1","name":"anna"},
		"view":{"id":"V1","hash":%q,"callback_id":"skip","private_metadata":"INC-1/pool","state":{"values":{
		"reason":{"text":{"type":"plain_text_input","value":%q}},"who":{"a":{"type":"users_select","selected_user":"U9"}},"empty":{"a":{"type":"plain_text_input","value":null}}}}}}`, hash, reason))
}

func TestModal(t *testing.T) {
	handler := &recorder{submit: func(_ context.Context, s Submission) map[string]string {
		if s.Values["reason"] == "no" {
			return map[string]string{"reason": "say why"}
		}
		return nil
	}}
	h := startHTTP(t, handler)
	w := deliver(h, signedRequest("/slack/interactions", modal("h1", "no"), testNow))
	if got, want := strings.TrimSpace(w.Body.String()), `{"response_action":"errors","errors":{"reason":"say why"}}`; w.Code != 200 || got != want || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") {
		t.Errorf("got %d %s, want 200 %s", w.Code, got, want)
	}
	for _, again := range []string{modal("h1", "because"), modal("h1", "because")} {
		if w := deliver(h, signedRequest("/slack/interactions", again, testNow)); w.Code != 200 || w.Body.Len() > 0 {
			t.Errorf("got %d %s, want an empty 200", w.Code, w.Body)
		}
	}
	got := handler.submissions
	want := Submission{Op: got[1].Op, Again: "trigger:t", CallbackID: "skip", PrivateMetadata: "INC-1/pool", UserID: "U1", UserName: "anna",
		Values: map[string]string{"reason": "because", "who": "U9", "empty": ""}, At: testNow}
	if diff := cmp.Diff(want, got[1]); diff != "" {
		t.Errorf("submission (-want +got):\n%s", diff)
	}
	if !strings.HasPrefix(got[1].Op, "view:V1:h1:") || got[1].Op != got[2].Op || got[0].Op == got[1].Op {
		t.Errorf("got ops %s, %s, %s, want the same for the same delivery and another after a correction", got[0].Op, got[1].Op, got[2].Op)
	}
}

func TestEvents(t *testing.T) {
	handler := &recorder{}
	h := startHTTP(t, handler)
	w := deliver(h, signedRequest("/slack/events", `{"type":"url_verification","challenge":"abc"}`, testNow))
	if got := strings.TrimSpace(w.Body.String()); w.Code != 200 || got != `{"challenge":"abc"}` {
		t.Errorf("challenge: got %d %s", w.Code, got)
	}
	w = deliver(h, signedRequest("/slack/events", `{"type":"event_callback","event_id":"Ev1","authorizations":[{"user_id":"U0BOT"}],
		"event":{"type":"app_mention","user":"U1","channel":"C1","ts":"3.3","thread_ts":"1.1","text":"hey <@U2> and <@U0BOT>  done 4 pooling &amp; more"}}`, testNow))
	if w.Code != 200 {
		t.Errorf("mention: got %d", w.Code)
	}
	if err := h.close(); err != nil {
		t.Fatal(err)
	}
	want := []Mention{{Op: "event:Ev1", UserID: "U1", ChannelID: "C1", ThreadTS: "1.1", TS: "3.3", Text: "hey <@U2> and done 4 pooling &amp; more", At: testNow}}
	if diff := cmp.Diff(want, handler.mentions); diff != "" {
		t.Errorf("mentions (-want +got):\n%s", diff)
	}
}

func TestWithoutMention(t *testing.T) {
	for _, test := range []struct{ text, self, want string }{
		{"<@U0> done 4", "U0", "done 4"},
		{"done 4 <@U0|bot>", "U0", "done 4"},
		{"<@U7> done 4", "", "done 4"},
		{"<@U7> ask <@U0>", "U0", "<@U7> ask"},
		{"nobody <@U7 here", "U0", "nobody <@U7 here"},
		{"<@U7>", "U0", "<@U7>"},
		{"", "U0", ""},
	} {
		if got := withoutMention(test.text, test.self); got != test.want {
			t.Errorf("withoutMention(%q, %q): got %q, want %q", test.text, test.self, got, test.want)
		}
	}
}

func TestOpIsBounded(t *testing.T) {
	long := op("trigger", strings.Repeat("x", 5000))
	if len(long) > maxOp || long == op("trigger", strings.Repeat("x", 5001)) {
		t.Errorf("got %q, want a short op that differs", long)
	}
}

func TestHTTPRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	h := startHTTP(t, &recorder{})
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	cancel()
	if err := <-done; err != nil {
		t.Errorf("got %v, want no error", err)
	}
}

func FuzzInteraction(f *testing.F) {
	f.Add([]byte(click))
	f.Add([]byte(`{"type":"view_submission","user":{"id":"U"},"view":{"id":"V","state":{"values":{"a":{"b":{}}}}}}`))
	f.Add([]byte(menu))
	f.Fuzz(func(t *testing.T, payload []byte) {
		d, err := decodeInteraction(payload, "body:x", testNow)
		if err != nil {
			return
		}
		for _, a := range d.actions {
			if a.Op == "" || a.UserID == "" || len(a.Op) > maxOp+20 {
				t.Errorf("got action %+v", a)
			}
		}
		if s := d.suggestion; d.kind == kindSuggestion && (s.UserID == "" || s.ActionID == "" || len(s.Query) > maxQuery || len(s.BlockID) > maxID) {
			t.Errorf("got suggestion %+v", s)
		}
		if d.kind == kindSubmission && d.submission.UserID == "" {
			t.Errorf("got submission %+v", d.submission)
		}
	})
}
