package slackapi

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestPrivateAnswerWaitsOnce: for a budget or a limit that has room again soon enough, and
// for nothing else.
func TestPrivateAnswerWaitsOnce(t *testing.T) {
	limited := func(wait time.Duration) error {
		return &Error{Code: CodeSpent, Outcome: OutcomeLimited, RetryAfter: wait}
	}
	for name, test := range map[string]struct {
		fails []error       // of the attempts; the rest reach their reader
		ends  time.Duration // the context's; 0: never
		took  time.Duration
		tries int
		lost  bool
	}{
		"at once":                              {tries: 1},
		"the budget is spent":                  {fails: []error{limited(4 * time.Second)}, took: 4 * time.Second, tries: 2},
		"it is spent again":                    {fails: []error{limited(4 * time.Second), limited(time.Second)}, took: 4 * time.Second, tries: 2, lost: true},
		"as long as an answer is worth":        {fails: []error{limited(10 * time.Second)}, took: 10 * time.Second, tries: 2},
		"longer than that":                     {fails: []error{limited(11 * time.Second)}, tries: 1, lost: true},
		"longer than anybody listens":          {fails: []error{limited(4 * time.Second)}, ends: 3 * time.Second, tries: 1, lost: true},
		"Slack cannot be reached":              {fails: []error{&Error{Code: CodeUnreachable, Outcome: OutcomeLimited, RetryAfter: time.Second}}, tries: 1, lost: true},
		"Slack does not say what became of it": {fails: []error{&Error{Outcome: OutcomeUnknown}}, tries: 1, lost: true},
		"Slack refuses":                        {fails: []error{&Error{Outcome: OutcomeRefused}}, tries: 1, lost: true},
		"an error of another kind":             {fails: []error{errors.New("broken")}, tries: 1, lost: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := t.Context(), func() {}
				if test.ends > 0 {
					ctx, cancel = context.WithTimeout(ctx, test.ends)
				}
				defer cancel()
				tries, began := 0, time.Now()
				err := onceAgain(ctx, func() error {
					tries++
					if tries <= len(test.fails) {
						return test.fails[tries-1]
					}
					return nil
				})
				if (err != nil) != test.lost || tries != test.tries || time.Since(began) != test.took {
					t.Errorf("got %v after %d tries and %s, want %d and %s, lost: %t", err, tries, time.Since(began), test.tries, test.took, test.lost)
				}
			})
		})
	}
}

// TestPrivateAnswerThatIsLost: it is waited for when the first way has room later, though
// the other way is none, and the log names whom it did not reach.
func TestPrivateAnswerThatIsLost(t *testing.T) {
	var calls []string
	limit := true
	c := startClient(t, func(w http.ResponseWriter, r *http.Request) {
		calls = append(calls, r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
		if strings.HasPrefix(r.URL.Path, "/response/") {
			_, _ = io.WriteString(w, `{"ok":false,"error":"expired_url"}`)
			return
		}
		if limit {
			limit = false
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		_, _ = io.WriteString(w, `{"ok":true}`)
	})
	var log bytes.Buffer
	c.log = slog.New(slog.NewTextHandler(&log, nil))
	p := Private{Channel: "C1", User: "U1", ThreadTS: "1.1", Text: "x", ResponseURL: strings.TrimSuffix(c.apiURL.String(), "/api/") + "/response/7"}
	if !c.SendEphemeral(t.Context(), p) || !slices.Equal(calls, []string{"chat.postEphemeral", "7", "chat.postEphemeral"}) || log.Len() > 0 {
		t.Errorf("it went %v, and the log says %q", calls, log.String())
	}
	p = Private{User: "U1", Text: "x", ResponseURL: p.ResponseURL}
	if c.SendEphemeral(t.Context(), p) || !strings.Contains(log.String(), "user=U1") {
		t.Errorf("nothing tells that it did not reach its reader: %q", log.String())
	}
	log.Reset()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if c.SendEphemeral(ended, p) || log.Len() > 0 {
		t.Errorf("the bot ends, and the log says %q", log.String())
	}
}
