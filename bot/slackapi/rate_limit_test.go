package slackapi

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"
)

// counter is a Counter whose answers a test sets.
type counter struct {
	wait    time.Duration
	err     error
	spent   []string
	blocked map[string]time.Duration
}

func (c *counter) Spend(_ context.Context, method string, _ int) (time.Duration, error) {
	c.spent = append(c.spent, method)
	return c.wait, c.err
}

func (c *counter) Block(_ context.Context, method string, wait time.Duration) error {
	c.blocked[method] = wait
	return nil
}

func TestSharedCallsAreCounted(t *testing.T) {
	limited := false
	s := &script{answers: map[string]string{"chat.postEphemeral": `{"ok":true}`}}
	c := startClient(t, func(w http.ResponseWriter, r *http.Request) {
		if limited {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		s.ServeHTTP(w, r)
	})
	n := &counter{blocked: map[string]time.Duration{}}
	c = c.Shared(n)
	ephemeral := func() error { return c.ephemeral(t.Context(), Private{Channel: "C1", User: "U1", Text: "x"}) }
	if err := ephemeral(); err != nil || len(n.spent) != 1 || n.spent[0] != "chat.postEphemeral" {
		t.Errorf("got %v, counted %v, want one call", err, n.spent)
	}
	n.wait = 9 * time.Second
	var failed *Error
	if err := ephemeral(); !errors.As(err, &failed) || failed.Code != CodeSpent || failed.RetryAfter != 9*time.Second {
		t.Errorf("spent: got %v, want to come again in 9 s", err)
	}
	if err := c.OpenView(t.Context(), "t1", slack.ModalViewRequest{}); !errors.As(err, &failed) || failed.Code != CodeSpent {
		t.Errorf("spent: got %v for a modal", err)
	}
	if len(s.forms) != 1 {
		t.Errorf("%d calls were made, want the one that was there to spend", len(s.forms))
	}
	n.wait, n.err = 0, errors.New("no store")
	if err := ephemeral(); err != nil {
		t.Errorf("without the counter: %v, want the call made", err)
	}
	n.err, limited = nil, true
	if err := ephemeral(); !isOutcome(err, OutcomeLimited) || n.blocked["chat.postEphemeral"] != 7*time.Second {
		t.Errorf("limited: got %v, blocked %v, want 7 s for all", err, n.blocked)
	}
}

func TestEveryOtherCallWaitsForItsBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		base := &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
			calls++
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: body(`{"ok":true,"team_id":"T1"}`)}, nil
		})}
		c, err := New(Options{APIURL: "https://slack.test/api/", BotToken: testToken, Logger: slog.New(slog.DiscardHandler), HTTPClient: base})
		if err != nil {
			t.Fatal(err)
		}
		b := NewBudgets(time.Now())
		c = c.Within(b)
		start := time.Now()
		if err := c.Delete(t.Context(), "C1", "1.1"); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 1500*time.Millisecond {
			t.Errorf("the first delete after a change of hands took %s, want 1.5 s: 40 a minute", took)
		}
		b.Block(time.Now(), "chat.delete", time.Minute)
		var failed *Error
		if err := c.Delete(t.Context(), "C1", "1.1"); !errors.As(err, &failed) || failed.Code != CodeSpent || failed.RetryAfter < time.Minute {
			t.Errorf("a limited method: got %v, want to come again in a minute", err)
		}
		if calls != 1 {
			t.Errorf("%d calls were made, want 1", calls)
		}
	})
}

func TestAPostCountsFromItsAnswer(t *testing.T) {
	now := time.Now()
	b := NewFullBudgets(now)
	post := Call{Method: "chat.postMessage", Channel: "C1"}
	if wait := b.Take(now, post); wait != 0 {
		t.Fatalf("the very first post waits %s", wait)
	}
	b.posted(now.Add(3*time.Second), "C1") // Slack was slow: nobody knows when it counted
	if wait := b.Wait(now.Add(3*time.Second), post); wait != answerGap {
		t.Errorf("the next post waits %s, want %s", wait, answerGap)
	}
}

func body(text string) io.ReadCloser { return io.NopCloser(strings.NewReader(text)) }
