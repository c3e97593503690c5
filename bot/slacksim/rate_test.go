package slacksim_test

import (
	"errors"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/slacksim"
)

func TestRates(t *testing.T) {
	clock := newClock()
	sim, api := start(t, slacksim.Options{Limits: true, Now: clock.Now})
	channel, ts := mustPost(t, api, "#incidents", slack.MsgOptionText("x", false))
	post := func(channel string) error {
		_, _, err := api.PostMessageContext(within(t), channel, slack.MsgOptionText("x", false))
		return err
	}
	wait := func(name string, err error, want time.Duration) {
		t.Helper()
		var limited *slack.RateLimitedError
		if want == 0 && err != nil || want > 0 && (!errors.As(err, &limited) || limited.RetryAfter != want) {
			t.Errorf("%s: got %v, want to wait %s", name, err, want)
		}
	}
	wait("second post within a second", post(channel), time.Second)
	wait("by name is the same channel", post("incidents"), time.Second)
	wait("another channel", post("general"), 0)
	clock.Add(999 * time.Millisecond)
	wait("after 999 ms", post(channel), time.Second)
	clock.Add(time.Millisecond)
	wait("after a second", post(channel), 0)

	update := func() error {
		_, _, _, err := api.UpdateMessageContext(within(t), channel, ts, slack.MsgOptionText("x", false))
		return err
	}
	for range 50 {
		wait("update", update(), 0)
	}
	clock.Add(20 * time.Second)
	wait("51st update of a minute", update(), 40*time.Second)
	clock.Add(40 * time.Second)
	wait("update in the next minute", update(), 0)
	if got := len(sim.Refusals()); got != 4 {
		t.Errorf("got %d refusals, want 4", got)
	}

	clock.Add(time.Hour)
	for i := range 300 { // in many channels, as one would hit a second's limit
		c := sim.Admin.AddChannel("c" + string(rune('a'+i/26)) + string(rune('a'+i%26)))
		wait("post", post(c.ID), 0)
	}
	wait("301st post of a minute", post("general"), time.Minute)
}

func TestNoRatesUnlessAsked(t *testing.T) {
	_, api := start(t, slacksim.Options{})
	for range 3 {
		mustPost(t, api, "general", slack.MsgOptionText("x", false))
	}
}
