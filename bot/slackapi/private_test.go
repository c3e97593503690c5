package slackapi

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
)

func TestMayAnswerAt(t *testing.T) {
	c := mustClient(t, "http://127.0.0.1:8080/api/")
	for address, want := range map[string]bool{
		"https://hooks.slack.com/commands/T1/1/x":    true,
		"https://hooks.slack.com:443/actions/T1/1/x": true,
		"https://hooks.slack-gov.com/actions/T1/1/x": true,
		"http://127.0.0.1:8080/response/7":           true,
		"http://hooks.slack.com/commands/T1/1/x":     false,
		"https://hooks.slack.com:8443/x":             false,
		"https://slack.com.evil.example/x":           false,
		"https://evilslack.com/x":                    false,
		"https://hooks.slack.com@evil.example/x":     false,
		"https://u:p@hooks.slack.com/x":              false,
		"http://127.0.0.1:6379/":                     false,
		"https://127.0.0.1:8080/x":                   false,
		"http://169.254.169.254/latest/meta-data":    false,
		"file:///etc/passwd":                         false,
		"//hooks.slack.com/x":                        false,
		"::":                                         false,
		"":                                           false,
	} {
		if got := c.mayAnswerAt(address); got != want {
			t.Errorf("mayAnswerAt(%q): got %t, want %t", address, got, want)
		}
	}
}

func TestEphemeralByResponseURL(t *testing.T) {
	answer := "ok"
	status := 200
	var body, auth string
	c := startClient(t, func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		body, auth = r.URL.Path+" "+string(text), r.Header.Get("Authorization")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	})
	base := strings.TrimSuffix(c.apiURL.String(), "/api/")
	p := Private{Text: "a &lt; b", ResponseURL: base + "/response/secret7", ThreadTS: "1.1", Blocks: hello("x").Blocks}
	if err := c.ephemeral(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	want := `/response/secret7 {"response_type":"ephemeral","text":"a \u0026lt; b","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"x"}}],"replace_original":false}`
	if body != want || auth != "" {
		t.Errorf("got %s (Authorization %q), want %s without a token", body, auth, want)
	}
	for _, test := range []struct {
		status  int
		answer  string
		outcome Outcome
	}{
		{404, "used_url", OutcomeRefused},
		{404, "expired_url", OutcomeRefused},
		{200, `{"ok":false,"error":"used_url"}`, OutcomeRefused},
		{429, "", OutcomeLimited},
		{500, "", OutcomeUnknown},
	} {
		status, answer = test.status, test.answer
		err := c.ephemeral(t.Context(), p)
		if !isOutcome(err, test.outcome) || strings.Contains(err.Error(), "secret7") {
			t.Errorf("%d %s: got %v, want %s and no address", test.status, test.answer, err, test.outcome)
		}
	}
	p.ResponseURL = "http://127.0.0.1:1/response/secret7"
	if err := c.ephemeral(t.Context(), p); !isOutcome(err, OutcomeRefused) {
		t.Errorf("foreign address, nowhere else to go: got %v, want refused", err)
	}
}

func TestEphemeralByMethod(t *testing.T) {
	s := &script{answers: map[string]string{"chat.postEphemeral": `{"ok":true,"message_ts":"1.2"}`}}
	c := startClient(t, s.ServeHTTP)
	err := c.ephemeral(t.Context(), Private{Channel: "C1", User: "U1", ThreadTS: "1.1", Text: "x", ResponseURL: "https://evil.example/x"})
	if err != nil {
		t.Fatal(err)
	}
	form := s.forms[0]
	for key, want := range map[string]string{"channel": "C1", "user": "U1", "thread_ts": "1.1", "text": "x"} {
		if got := form.Get(key); got != want {
			t.Errorf("%s: got %q, want %q", key, got, want)
		}
	}
}

// TestPrivateAnswerGoesTheOtherWay: into a thread by chat.postEphemeral, elsewhere by
// response_url, and by the other one when the first fails.
func TestPrivateAnswerGoesTheOtherWay(t *testing.T) {
	const here, inThread = "", "1.1"
	tests := []struct {
		name, thread   string
		url, method    string // what each answers; empty: ok
		noURL, noPlace bool
		want           []string
		outcome        Outcome // of the call; empty: none
	}{
		{name: "in a thread", thread: inThread, want: []string{"chat.postEphemeral"}},
		{name: "outside", thread: here, want: []string{"response_url"}},
		{name: "in a thread, the bot is not in the channel", thread: inThread, method: "user_not_in_channel", want: []string{"chat.postEphemeral", "response_url"}},
		{name: "in a thread, limited", thread: inThread, method: "ratelimited", want: []string{"chat.postEphemeral", "response_url"}},
		{name: "outside, used up", thread: here, url: "used_url", want: []string{"response_url", "chat.postEphemeral"}},
		{name: "outside, too old", thread: here, url: "expired_url", want: []string{"response_url", "chat.postEphemeral"}},
		{name: "outside, not there", thread: here, url: "http_404", want: []string{"response_url", "chat.postEphemeral"}},
		{name: "outside, broken", thread: here, url: "http_500", want: []string{"response_url", "chat.postEphemeral"}},
		{name: "both fail", thread: here, url: "used_url", method: "channel_not_found", want: []string{"response_url", "chat.postEphemeral"}, outcome: OutcomeChannel},
		{name: "a mention", thread: inThread, noURL: true, method: "channel_not_found", want: []string{"chat.postEphemeral"}, outcome: OutcomeChannel},
		{name: "nobody known", thread: here, noPlace: true, url: "used_url", want: []string{"response_url"}, outcome: OutcomeRefused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var calls []string
			c := startClient(t, func(w http.ResponseWriter, r *http.Request) {
				way, fails := "chat.postEphemeral", tt.method
				if strings.HasPrefix(r.URL.Path, "/response/") {
					way, fails = "response_url", tt.url
				} else if got := r.PostFormValue("thread_ts"); got != tt.thread {
					t.Errorf("thread_ts is %q, want %q", got, tt.thread)
				}
				calls = append(calls, way)
				switch fails {
				case "":
					_, _ = io.WriteString(w, `{"ok":true}`)
				case "http_404", "http_500":
					code, _ := strconv.Atoi(fails[5:])
					w.WriteHeader(code)
				default:
					_, _ = io.WriteString(w, `{"ok":false,"error":"`+fails+`"}`)
				}
			})
			p := Private{Channel: "C1", User: "U1", ThreadTS: tt.thread, Text: "x", ResponseURL: strings.TrimSuffix(c.apiURL.String(), "/api/") + "/response/7"}
			if tt.noURL {
				p.ResponseURL = ""
			}
			if tt.noPlace {
				p.Channel, p.User = "", ""
			}
			err := c.ephemeral(t.Context(), p)
			if (err != nil) != (tt.outcome != "") || err != nil && !isOutcome(err, tt.outcome) {
				t.Errorf("got %v, want %q", err, tt.outcome)
			}
			if !cmp.Equal(calls, tt.want) {
				t.Errorf("got %v, want %v", calls, tt.want)
			}
		})
	}
}

// TestSpentBudgetOfPrivateAnswersGoesByResponseURL: the budget is all replicas'.
func TestSpentBudgetOfPrivateAnswersGoesByResponseURL(t *testing.T) {
	var paths []string
	c := startClient(t, func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.URL.Path)
		_, _ = io.WriteString(w, `{"ok":true}`)
	}).Shared(spentCounter{})
	err := c.ephemeral(t.Context(), Private{Channel: "C1", User: "U1", ThreadTS: "1.1", Text: "x", ResponseURL: strings.TrimSuffix(c.apiURL.String(), "/api/") + "/response/7"})
	if err != nil || !cmp.Equal(paths, []string{"/response/7"}) {
		t.Errorf("got %v, %v, want the response_url alone", paths, err)
	}
}

// spentCounter is a budget with nothing left in it.
type spentCounter struct{}

func (spentCounter) Spend(context.Context, string, int) (time.Duration, error) {
	return time.Minute, nil
}
func (spentCounter) Block(context.Context, string, time.Duration) error { return nil }

func TestClickOnTheRootIsAnsweredInTheChannel(t *testing.T) {
	for thread, want := range map[string]string{"1.1": "1.1", "2.2": ""} {
		if got := (Action{ChannelID: "C1", MessageTS: "2.2", ThreadTS: thread}).Private().ThreadTS; got != want {
			t.Errorf("click on 2.2 of thread %s: answered in %q, want %q", thread, got, want)
		}
	}
}

func TestOpenView(t *testing.T) {
	s := said("expired_trigger_id")
	c := startClient(t, s)
	err := c.OpenView(t.Context(), "t1", slack.ModalViewRequest{Type: slack.VTModal, CallbackID: "skip"})
	if !isOutcome(err, OutcomeRefused) || !strings.Contains(err.Error(), "click again") {
		t.Errorf("got %v, want refused with what to do", err)
	}
	if err := c.OpenView(t.Context(), "", slack.ModalViewRequest{}); !isOutcome(err, OutcomeRefused) {
		t.Errorf("no trigger: got %v, want refused", err)
	}
}

func TestChannels(t *testing.T) {
	s := &script{answers: map[string]string{
		"conversations.list":     `{"ok":true,"channels":[{"id":"C1","name":"incidents"},{"id":"C5","name":"old","is_archived":true}],"response_metadata":{"next_cursor":"two"}}`,
		"conversations.list?two": `{"ok":true,"channels":[{"id":"C2","name":"db","is_member":true},{"id":"C3","name":"foreign","is_member":false}]}`,
	}}
	c := startClient(t, func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/conversations.info") {
			s.ServeHTTP(w, r)
			return
		}
		_, _ = io.WriteString(w, map[string]string{
			"C0OUT": `{"ok":true,"channel":{"id":"C0OUT","is_member":false}}`, "C0OLD": `{"ok":true,"channel":{"id":"C0OLD","is_archived":true}}`,
			"C0GONE": `{"ok":false,"error":"channel_not_found"}`, "C0ABC": `{"ok":true,"channel":{"id":"C0ABC"}}`,
		}[r.PostFormValue("channel")])
	})
	got, closed, err := c.Channels(t.Context(), []string{"#incidents", "Incidents", "#db", "C0ABC", "#old", "#none", "#none", "#foreign", "C0OUT", "C0OLD", "C0GONE"})
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]string{"#incidents": "C1", "Incidents": "C1", "#db": "C2", "#foreign": "C3", "C0ABC": "C0ABC", "C0OUT": "C0OUT", "C0OLD": "C0OLD", "C0GONE": "C0GONE"}; !cmp.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	says := map[string]string{"#old": "unarchive", "#none": "create it", "#foreign": "invite the bot to #foreign", "C0OUT": "invite the bot to C0OUT", "C0OLD": "invite the bot anew", "C0GONE": "create C0GONE"}
	for name, why := range closed {
		if says[name] == "" || !strings.Contains(why, says[name]) {
			t.Errorf("%s: got %q, want %q in it", name, why, says[name])
		}
	}
	if len(closed) != len(says) {
		t.Errorf("got closed %v, want %v", closed, says)
	}
	s.got = nil
	if got, _, err = c.Channels(t.Context(), []string{"C0ABC"}); err != nil || got["C0ABC"] != "C0ABC" || len(s.got) > 0 {
		t.Errorf("ids only: got %v, %v after calls %v, want no calls", got, err, s.got)
	}
	if got, _, err = c.Channels(t.Context(), []string{"#incidents"}); err != nil || got["#incidents"] != "C1" || len(s.got) != 1 {
		t.Errorf("all on the first page: got %v, %v after calls %v, want one", got, err, s.got)
	}
}

func TestChannelsRefused(t *testing.T) {
	s := &script{}
	c := startClient(t, s.ServeHTTP)
	got, closed, err := c.Channels(t.Context(), []string{"#db", "C0ABC"})
	if !isOutcome(err, OutcomeRefused) || got["C0ABC"] != "C0ABC" || len(closed) > 0 {
		t.Errorf("got %v, %v, %v, want an error, ids passed, and nothing said of any channel", got, closed, err)
	}
}

func TestChannelsWithoutThePrivateScope(t *testing.T) {
	c := startClient(t, func(w http.ResponseWriter, r *http.Request) {
		if r.PostFormValue("types") == "public_channel" {
			_, _ = io.WriteString(w, `{"ok":true,"channels":[{"id":"C2","name":"db"}]}`)
			return
		}
		_, _ = io.WriteString(w, `{"ok":false,"error":"missing_scope","needed":"groups:read"}`)
	})
	got, _, err := c.Channels(t.Context(), []string{"#db"})
	if err != nil || got["#db"] != "C2" {
		t.Errorf("got %v, %v, want C2", got, err)
	}
}

func TestChannelsWaitsOutALimit(t *testing.T) {
	calls := 0
	c := startClient(t, func(w http.ResponseWriter, _ *http.Request) {
		if calls++; calls == 1 {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		_, _ = io.WriteString(w, `{"ok":true,"channels":[{"id":"C2","name":"db"}]}`)
	})
	got, _, err := c.Channels(t.Context(), []string{"#db"})
	if err != nil || got["#db"] != "C2" {
		t.Errorf("got %v, %v, want C2 at the second call", got, err)
	}
}

func TestPeople(t *testing.T) {
	s := &script{answers: map[string]string{
		"usergroups.list":       `{"ok":true,"usergroups":[{"id":"S1","handle":"db-oncall","date_delete":0,"users":["U1","U2"]},{"id":"S300","handle":"quiet"},{"id":"S2","handle":"gone","date_delete":1700000000}]}`,
		"users.lookupByEmail":   `{"ok":true,"user":{"id":"U7"}}`,
		"users.info":            `{"ok":true,"user":{"id":"U123"}}`,
		"usergroups.users.list": `{"ok":true,"users":["U1","U2"]}`,
	}}
	c := startClient(t, s.ServeHTTP)
	got, unknown, err := c.People(t.Context(), []string{"@db-oncall", "@quiet", "anna@example.com", "U123", "S300", "S2", "S123", "@gone", "@here"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]Person{
		"@db-oncall":       {Mention: "<!subteam^S1>", Group: true, ID: "S1", Members: []string{"U1", "U2"}},
		"@quiet":           {Mention: "<!subteam^S300>", Group: true, ID: "S300"},
		"anna@example.com": {Mention: "<@U7>", ID: "U7"},
		"U123":             {Mention: "<@U123>", ID: "U123"},
		"S300":             {Mention: "<!subteam^S300>", Group: true, ID: "S300"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("people (-want +got):\n%s", diff)
	}
	if want := []string{"S2", "S123", "@gone", "@here"}; !cmp.Equal(unknown, want) {
		t.Errorf("got unknown %v, want %v", unknown, want)
	}
	if members, err := c.Members(t.Context(), "S1"); err != nil || !cmp.Equal(members, []string{"U1", "U2"}) {
		t.Errorf("got members %v, %v, want U1 and U2", members, err)
	}
	for _, answer := range []string{`{"ok":true,"user":{"id":"U123","deleted":true}}`, `{"ok":false,"error":"user_not_found"}`} {
		s.answers["users.info"] = answer
		if got, unknown, err := c.People(t.Context(), []string{"U123"}); err != nil || len(got) != 0 || !cmp.Equal(unknown, []string{"U123"}) {
			t.Errorf("%s: got %v, unknown %v, %v, want nobody", answer, got, unknown, err)
		}
	}
	delete(s.answers, "users.info")
	s.answers["users.lookupByEmail"] = `{"ok":false,"error":"users_not_found"}`
	delete(s.answers, "usergroups.list")
	got, unknown, err = c.People(t.Context(), []string{"@db-oncall", "@ml", "anna@example.com", "U123", "S123"})
	if !isOutcome(err, OutcomeRefused) || len(got) != 2 || !cmp.Equal(unknown, []string{"anna@example.com"}) {
		t.Errorf("groups refused: got %v, unknown %v, %v, want U123, S123 and only anna unknown", got, unknown, err)
	}
}

// TestPrivateAnswerWithoutItsBlocks: what Slack does not take with its blocks arrives as text.
func TestPrivateAnswerWithoutItsBlocks(t *testing.T) {
	var arrived []string
	c := startClient(t, func(w http.ResponseWriter, r *http.Request) {
		if len(r.FormValue("blocks")) > 2 {
			said("invalid_blocks")(w, r)
			return
		}
		arrived = append(arrived, r.FormValue("text"))
		answers(200, `{"ok":true,"message_ts":"1.1"}`)(w, r)
	})
	if err := c.ephemeral(t.Context(), Private{Channel: "C1", User: "U1", Text: "INC-1 is open", Blocks: hello("INC-1").Blocks}); err != nil {
		t.Fatal(err)
	}
	if len(arrived) != 1 || !strings.Contains(arrived[0], "INC-1 is open") || !strings.Contains(arrived[0], "invalid_blocks") {
		t.Errorf("got %q, want the text, and why it is alone", arrived)
	}
}
