package foreign

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"testing"
)

func TestClean(t *testing.T) {
	Hide("s3cret of ours", "p&ss w=rd", "short", "")
	for text, want := range map[string]string{
		"nothing":                                                          "nothing",
		"wrong token s3cret of ours, bye":                                  "wrong token <secret>, bye",
		"at ?p=p%26ss+w%3Drd&x=1":                                          "at ?p=<secret>&x=1",
		"a\tb\r\nc":                                                        "a\tb\nc",
		"\x1b[31mred\u009b1m\u202eder\x00":                                 "[31mred1mder",
		"s3cret\u200b of \x1bours":                                         "<secret>", // whatever is between
		"short is too short to be looked for":                              "short is too short to be looked for",
		"dial http://anna:hunter2@prometheus:9090/x: refused":              "dial http://<secret>@prometheus:9090/x: refused",
		"redis://:hunter2@redis-0 is down":                                 "redis://<secret>@redis-0 is down",
		"token xoxb-123456-abcdef is no good":                              "token <secret> is no good",
		`{"Authorization": "Bearer abcdefgh12"}`:                           `{"Authorization": "Bearer <secret>"}`,
		"you sent Authorization: Basic YW5uYTpodW50ZXIy":                   "you sent Authorization: Basic <secret>",
		"basic authentication is needed":                                   "basic authentication is needed",
		"GET /api?query=up&token=abcdef&x=1":                               "GET /api?query=up&token=<secret>&x=1",
		"post https://hooks.slack.com/commands/T1/2/x: gone":               "post https://hooks.slack.com/<secret>: gone",
		"wss://wss-primary.slack.com/link/?ticket=12-34&app_id=5: refused": "wss://wss-primary.slack.com/link/?ticket=<secret>&app_id=5: refused",
	} {
		if got := Clean(text); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

func TestHideSent(t *testing.T) {
	r, err := http.NewRequest(http.MethodGet, "http://u:inthe-url@x/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth("anna", "hunter-of-2")
	HideSent(&http.Response{Request: r})
	HideSent(nil)
	HideSent(&http.Response{})
	got := Clean("no: hunter-of-2, inthe-url, " + strings.TrimPrefix(r.Header.Get("Authorization"), "Basic "))
	if want := "no: <secret>, <secret>, <secret>"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestText(t *testing.T) {
	Hide("cut-in-half")
	for _, test := range []struct {
		text string
		most int
		want string
	}{
		{"<html>\n\t<body>  Bad\u200b gateway\x00</body>", 100, "<html> <body> Bad gateway</body>"},
		{"äöü", 5, "ä…"},
		{"äöü", 6, "äöü"},
		{"is cut-in-half", 8, "is <s…"}, // hidden before it is cut
		{"\xff\xfe", 100, "�"},
		{strings.Repeat("x", 10<<20), 3, "…"},
	} {
		if got := Text(test.text, test.most); got != test.want {
			t.Errorf("%.40q: got %q, want %q", test.text, got, test.want)
		}
	}
}

func TestError(t *testing.T) {
	Hide("inside-of-it")
	plain := errors.New("nothing")
	if got := Error(plain); got != plain {
		t.Errorf("got %v, want the same error", got)
	}
	if Error(nil) != nil {
		t.Error("nil became an error")
	}
	inner := &fs.PathError{Op: "open", Path: "/inside-of-it", Err: fs.ErrNotExist}
	err := Error(fmt.Errorf("read: %w", inner))
	path, ok := errors.AsType[*fs.PathError](err)
	if want := "read: open /<secret>: file does not exist"; err.Error() != want || !errors.Is(err, fs.ErrNotExist) || !ok || path != inner {
		t.Errorf("got %v, want %q and what it wraps", err, want)
	}
	if errors.Unwrap(err) != nil {
		t.Error("the secret can be unwrapped")
	}
}

// TestSecretsAreBounded: those of the newest configuration stay.
func TestSecretsAreBounded(t *testing.T) {
	for k := range 2 * mostSecrets {
		Hide(fmt.Sprintf("secret-number-%d", k))
	}
	if len(secrets.own) > mostSecrets {
		t.Errorf("%d are remembered, at most %d", len(secrets.own), mostSecrets)
	}
	if got := Clean(fmt.Sprintf("secret-number-%d", 2*mostSecrets-1)); got != hidden {
		t.Errorf("the newest: got %q", got)
	}
}
