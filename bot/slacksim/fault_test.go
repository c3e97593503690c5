package slacksim_test

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
)

func TestFaults(t *testing.T) {
	var limited *slack.RateLimitedError
	var status slack.StatusCodeError
	for _, test := range []struct {
		fault  fault.Fault
		check  func(error) bool
		posted int
	}{
		{fault.Fault{Kind: fault.LostAnswer}, func(err error) bool { return errors.Is(err, io.EOF) }, 1},
		{fault.Fault{Kind: fault.LostRequest}, func(err error) bool { return errors.Is(err, io.EOF) }, 0},
		{fault.Fault{Kind: fault.HTTP500}, func(err error) bool { return errors.As(err, &status) && status.Code == 500 }, 0},
		{fault.Fault{Kind: fault.HTTP503}, func(err error) bool { return errors.As(err, &status) && status.Code == 503 }, 0},
		{fault.Fault{Kind: fault.RateLimited429, RetryAfter: 7}, func(err error) bool {
			return errors.As(err, &limited) && limited.RetryAfter == 7*time.Second
		}, 0},
		{fault.Fault{Kind: fault.RateLimited429Bare}, func(err error) bool { return errors.As(err, &status) && status.Code == 429 }, 0},
		{fault.Fault{Kind: fault.RateLimited200}, func(err error) bool { return code(err) == "ratelimited" }, 0},
		{fault.Fault{Kind: "error:fatal_error"}, func(err error) bool { return code(err) == "fatal_error" }, 0},
		{fault.Fault{Kind: fault.Delay, Delay: time.Millisecond}, func(err error) bool { return err == nil }, 1},
	} {
		t.Run(test.fault.Kind, func(t *testing.T) {
			sim, api := start(t, slacksim.Options{})
			test.fault.Method, test.fault.Times, test.fault.After, test.fault.Channel = "chat.postMessage", 1, 1, "#incidents"
			sim.Faults.Fail(test.fault)
			mustPost(t, api, "general", slack.MsgOptionText("another channel", false))
			mustPost(t, api, "incidents", slack.MsgOptionText("spared", false))
			_, _, err := api.PostMessageContext(within(t), "incidents", slack.MsgOptionText("hit", false))
			if !test.check(err) {
				t.Errorf("got %v", err)
			}
			if got := len(sim.Messages("incidents")); got != 1+test.posted {
				t.Errorf("got %d messages, want %d", got, 1+test.posted)
			}
			mustPost(t, api, "incidents", slack.MsgOptionText("used up", false))
			if got := sim.Refusals(); len(got) != 0 {
				t.Errorf("got refusals %+v, want none: a fault is none", got)
			}
		})
	}
}

func TestFaultUntilCleared(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	sim.Faults.Fail(fault.Fault{Method: "*", Kind: "error:account_inactive"})
	for range 3 {
		if _, err := api.AuthTestContext(within(t)); code(err) != "account_inactive" {
			t.Errorf("got %v, want account_inactive", err)
		}
	}
	sim.Faults.Clear()
	if _, err := api.AuthTestContext(within(t)); err != nil {
		t.Error(err)
	}
}

func TestDelayEndsWithTheCaller(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	sim.Faults.Fail(fault.Fault{Method: "auth.test", Kind: fault.Delay, Delay: time.Hour})
	ctx, cancel := context.WithTimeout(within(t), 20*time.Millisecond)
	defer cancel()
	if _, err := api.AuthTestContext(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the deadline", err)
	}
}

func TestFaultWithProbability(t *testing.T) {
	sim, api := start(t, slacksim.Options{Seed: 42})
	sim.Faults.Fail(fault.Fault{Method: "auth.test", Kind: "error:internal_error", Probability: 0.5})
	failed := 0
	for range 40 {
		if _, err := api.AuthTestContext(within(t)); err != nil {
			failed++
		}
	}
	if failed < 8 || failed > 32 {
		t.Errorf("got %d of 40 failed, want about half", failed)
	}
}

func TestWaitForTellsWhatWasThere(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	mustPost(t, api, "incidents", slack.MsgOptionText("something *bold*", false))
	ctx, cancel := context.WithCancel(within(t))
	cancel()
	err := sim.WaitFor(ctx, func(v *snapshot.View) bool { return len(v.Messages("incidents")) == 2 })
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "something bold") {
		t.Errorf("got %v, want the cancellation and the messages", err)
	}
}

// TestLate: the sender hears of nothing, and the message comes all the same.
func TestLate(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	told := make(chan int, 1)
	sim.Faults.Fail(fault.Fault{Method: "chat.postMessage", Kind: fault.Late, Delay: 50 * time.Millisecond, Times: 1,
		Then: func() { told <- len(sim.Messages("incidents")) }})
	_, _, err := api.PostMessageContext(within(t), "incidents", slack.MsgOptionText("late", false))
	if !errors.Is(err, io.EOF) {
		t.Errorf("got %v, want a cut connection", err)
	}
	if got := <-told; got != 0 {
		t.Errorf("%d messages were there when the connection was cut, want none", got)
	}
	if err := sim.WaitFor(within(t), func(v *snapshot.View) bool { return len(v.Messages("incidents")) == 1 }); err != nil {
		t.Error(err)
	}
	if got := sim.Faults.Strikes(); got[fault.Late] != 1 || len(got) != 1 {
		t.Errorf("got %v strikes, want one that is late", got)
	}
}

// TestThen: the message is there when the planter hears of a lost answer, and the
// app has not heard yet.
func TestThen(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	there, release := make(chan int), make(chan struct{})
	sim.Faults.Fail(fault.Fault{Method: "chat.postMessage", Kind: fault.LostAnswer, Times: 1, Then: func() {
		there <- len(sim.Messages("incidents"))
		<-release
	}})
	answered := make(chan error)
	go func() {
		_, _, err := api.PostMessageContext(within(t), "incidents", slack.MsgOptionText("x", false))
		answered <- err
	}()
	if got := <-there; got != 1 {
		t.Errorf("got %d messages, want 1", got)
	}
	close(release)
	if err := <-answered; !errors.Is(err, io.EOF) {
		t.Errorf("got %v, want a cut connection", err)
	}
}

// TestSkew: Slack's clock shows in a message's ts.
func TestSkew(t *testing.T) {
	clock := newClock()
	sim, api := start(t, slacksim.Options{Now: clock.Now})
	sim.Admin.SetSkew(time.Hour)
	_, ts := mustPost(t, api, "incidents", slack.MsgOptionText("x", false))
	if want := strconv.FormatInt(clock.Now().Add(time.Hour).Unix(), 10); !strings.HasPrefix(ts, want+".") {
		t.Errorf("got ts %s, want it at %s", ts, want)
	}
}
