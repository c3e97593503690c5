package slackapi

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestShapes(t *testing.T) {
	for text, want := range map[string]bool{
		"1700000000.000100": true, "1.1": true,
		"": false, "1700000000": false, "1700000000.": false, ".1": false, "-1.1": false, "1e9.1": false, "1.1.1": false, "1.1 ": false,
		"1,1": false, "١.١": false, "0x1.1": false, "1.1\n": false, "9999999999999.1": false, "1.0000000001": false,
	} {
		if got := isTS(text); got != want {
			t.Errorf("isTS(%q): got %t, want %t", text, got, want)
		}
	}
	for _, test := range []struct {
		kinds, text string
		want        bool
	}{
		{users, "U0SIM00001", true}, {users, "W012A3CDE", true}, {channels, "C1", true}, {channels, "D024BE91L", true}, {teams, "E0SIM00001", true},
		{users, "C0SIM00001", false}, {users, "", false}, {users, "U", false}, {users, "u123", false}, {users, "U1> <!channel", false},
		{teams, "T1}:next", false}, {channels, "C1/../x", false}, {channels, "C1\n", false}, {files, "F" + strings.Repeat("1", 64), false},
	} {
		if got := isID(test.kinds, test.text); got != test.want {
			t.Errorf("isID(%s, %q): got %t, want %t", test.kinds, test.text, got, test.want)
		}
	}
}

// TestWhatHasNoShapeIsNotBelieved: an answer or a delivery with an id or a ts that
// is none goes nowhere.
func TestWhatHasNoShapeIsNotBelieved(t *testing.T) {
	answer := ""
	c := startClient(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) })
	ctx := t.Context()

	for _, ts := range []string{"", "now", "1700000000", "-1.5"} {
		answer = `{"ok":true,"channel":"C1","ts":"` + ts + `","message":{"ts":"` + ts + `"}}`
		if _, err := c.Post(ctx, Post{Channel: "C1", Message: hello("x"), Op: "op"}); !isOutcome(err, OutcomeUnknown) {
			t.Errorf("post answered with the ts %q: got %v, want unknown", ts, err)
		}
	}
	answer = `{"ok":true,"team_id":"T1}:x","user_id":"U1"}`
	if _, err := c.Auth(ctx); err == nil {
		t.Error("a workspace that would break out of our keys is believed")
	}
	answer = `{"ok":true,"channels":[{"id":"C1|x","name":"incidents"}]}`
	if ids, unknown, err := c.Channels(ctx, []string{"#incidents"}); err != nil || len(ids) != 0 || len(unknown) != 1 {
		t.Errorf("got channels %v, unknown %v, %v; want the name unknown", ids, unknown, err)
	}
	answer = `{"ok":true,"users":["U1","<!channel>","U2","B3"]}`
	if got, err := c.Members(ctx, "S1"); err != nil || !cmp.Equal(got, []string{"U1", "U2"}) {
		t.Errorf("got members %v, %v; want U1 and U2", got, err)
	}
	answer = `{"ok":true,"user":{"id":"<!here>"}}`
	if got, err := c.userByEmail(ctx, "a@example.com"); err != nil || got != "" {
		t.Errorf("got %q, %v; want nobody", got, err)
	}
	answer = `{"ok":true,"file_id":"../x","upload_url":"https://files.slack.com/x"}`
	if _, err := c.BeginUpload(ctx, Upload{Name: "x.png", Data: []byte("x")}); err == nil {
		t.Error("a file id that is none is believed")
	}

	c = startClient(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "auth.test") {
			_, _ = io.WriteString(w, `{"ok":true,"team_id":"T1","user_id":"U1","bot_id":"B1"}`)
			return
		}
		_, _ = io.WriteString(w, `{"ok":true,"messages":[{"ts":"soon","bot_id":"B1","metadata":{"event_type":"playbook_op","event_payload":{"op_id":"op"}}}]}`)
	})
	if found, err := c.FindOp(ctx, Find{Channel: "C1", Op: "op"}); !isOutcome(err, OutcomeUnknown) {
		t.Errorf("got %v, %v; want neither found nor certainly absent", found, err)
	}

	for name, payload := range map[string]string{
		"user":      `{"type":"block_actions","user":{"id":"<!channel>"},"actions":[{"action_id":"a"}]}`,
		"channel":   `{"type":"block_actions","user":{"id":"U1"},"channel":{"id":"x"},"actions":[{"action_id":"a"}]}`,
		"ts":        `{"type":"block_actions","user":{"id":"U1"},"container":{"message_ts":"yesterday"},"actions":[{"action_id":"a"}]}`,
		"thread ts": `{"type":"block_actions","user":{"id":"U1"},"container":{"message_ts":"1.1","thread_ts":"*"},"actions":[{"action_id":"a"}]}`,
		"modal":     `{"type":"view_submission","user":{"id":"me"},"view":{"id":"V1"}}`,
		"menu":      `{"type":"block_suggestion","user":{"id":"U1"},"action_id":"a","channel":{"id":"#c"}}`,
	} {
		if d, err := decodeInteraction([]byte(payload), "fallback", testNow); err == nil {
			t.Errorf("%s: got %+v, want it refused", name, d)
		}
	}
	if _, err := (slashPayload{UserID: "U1", ChannelID: "directmessage"}).delivery("f", testNow); err == nil {
		t.Error("slash command in no channel is believed")
	}
	for _, ts := range []string{"", "x", "1.1"} {
		p := eventPayload{Type: "event_callback"}
		p.Event.Type, p.Event.User, p.Event.Channel, p.Event.TS = "app_mention", "U1", "C1", ts
		if got := p.delivery("f", "U0BOT", testNow).kind; (got == kindMention) != (ts == "1.1") {
			t.Errorf("mention with the ts %q: got %s", ts, got)
		}
	}
}
