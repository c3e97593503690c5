package slacksim_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/delivery"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/slacksim/people"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
)

func TestSlashCommandRoundTrip(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	got := make(chan slack.SlashCommand, 1)
	runBot(t, sim, api, func(c *socketmode.Client, e socketmode.Event) {
		if cmd, ok := e.Data.(slack.SlashCommand); ok {
			got <- cmd
			_ = c.Ack(*e.Request, map[string]any{"text": "on it"})
		}
	})
	r, err := sim.People.Slash(within(t), "anna", "#incidents", "/playbook status INC-1 a<b & @ben")
	if err != nil {
		t.Fatalf("slash: %v", err)
	}
	cmd := <-got
	if want := "status INC-1 a&lt;b &amp; @ben"; cmd.Text != want || cmd.Command != "/playbook" || cmd.UserName != "anna" || cmd.ChannelName != "incidents" {
		t.Errorf("got command %+v, want text %q by anna in incidents", cmd, want)
	}
	if !r.Shown || r.InChannel || r.Message.PlainText() != "on it" || r.Message.OnlyFor != "anna" {
		t.Errorf("got reply %+v, want an ephemeral \"on it\"", r)
	}
	if len(sim.Ephemerals("anna")) != 1 || len(sim.Ephemerals("ben")) != 0 || len(sim.Messages("incidents")) != 0 {
		t.Errorf("the answer is not only anna's:\n%s", sim.Dump())
	}
	// Later answers come by the response_url.
	if _, _, err := api.PostMessageContext(within(t), cmd.ChannelID, slack.MsgOptionResponseURL(cmd.ResponseURL, slack.ResponseTypeEphemeral),
		slack.MsgOptionText("done", false)); err != nil {
		t.Fatalf("response_url: %v", err)
	}
	if got := sim.Ephemerals("anna"); len(got) != 2 || got[1].Text != "done" {
		t.Errorf("got ephemerals %+v, want a second one \"done\"", got)
	}
}

func TestClickRoundTrip(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	got := make(chan slack.InteractionCallback, 1)
	runBot(t, sim, api, func(c *socketmode.Client, e socketmode.Event) {
		if cb, ok := e.Data.(slack.InteractionCallback); ok {
			_ = c.Ack(*e.Request)
			got <- cb
		}
	})
	channel, root := mustPost(t, api, "#incidents", slack.MsgOptionText("root", false))
	_, ts := mustPost(t, api, channel, slack.MsgOptionTS(root), slack.MsgOptionText("steps", false), slack.MsgOptionBlocks(section("steps"),
		slack.NewActionBlock("b1", button("step:done", "INC-1/a", "Done")), slack.NewActionBlock("b2", button("step:done", "INC-1/b", "Done"))))

	if err := sim.People.Click(within(t), people.Click{User: "ben", Channel: "#incidents", TS: ts, ActionID: "step:done", Value: "INC-1/b"}); err != nil {
		t.Fatalf("click: %v", err)
	}
	cb := <-got
	want := slack.BlockAction{ActionID: "step:done", BlockID: "b2", Type: "button", Value: "INC-1/b"}
	action := *cb.ActionCallback.BlockActions[0]
	if action.ActionID != want.ActionID || action.BlockID != want.BlockID || action.Value != want.Value || action.Text.Text != "Done" {
		t.Errorf("got action %+v, want %+v", action, want)
	}
	if cb.User.Name != "ben" || cb.Channel.ID != channel || cb.Message.Timestamp != ts || cb.Message.ThreadTimestamp != root || cb.Container.MessageTs != ts {
		t.Errorf("got callback of %s in %s on %s (thread %s), want ben in %s on %s", cb.User.Name, cb.Channel.ID, cb.Message.Timestamp, cb.Message.ThreadTimestamp, channel, ts)
	}
	if cb.TriggerID == "" || cb.ResponseURL == "" {
		t.Error("got no trigger_id or response_url")
	}
	for name, click := range map[string]people.Click{
		"not on the message": {User: "ben", Channel: "incidents", TS: ts, ActionID: "step:undo"},
		"other value":        {User: "ben", Channel: "incidents", TS: ts, ActionID: "step:done", Value: "INC-1/c"},
		"ambiguous":          {User: "ben", Channel: "incidents", TS: ts, ActionID: "step:done"},
		"no message":         {User: "ben", Channel: "incidents", TS: "1.000000", ActionID: "step:done"},
		"nobody":             {User: "zoe", Channel: "incidents", TS: ts, ActionID: "step:done", Value: "INC-1/a"},
		"no modal":           {User: "ben", ActionID: "step:done"},
	} {
		if err := sim.People.Click(within(t), click); err == nil {
			t.Errorf("%s: click worked, want an error", name)
		}
	}
}

func TestMentionEvent(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	got := make(chan slackevents.AppMentionEvent, 3)
	runBot(t, sim, api, func(c *socketmode.Client, e socketmode.Event) {
		if outer, ok := e.Data.(slackevents.EventsAPIEvent); ok {
			_ = c.Ack(*e.Request)
			got <- *outer.InnerEvent.Data.(*slackevents.AppMentionEvent)
		}
	})
	_, root := mustPost(t, api, "incidents", slack.MsgOptionText("root", false))
	if _, err := sim.People.Say("anna", "incidents", root, "no mention"); err != nil {
		t.Fatal(err)
	}
	ts, err := sim.People.Say("anna", "incidents", root, "@signalbook done 4 pooling <is> on, ask @db-oncall")
	if err != nil {
		t.Fatal(err)
	}
	me, _ := sim.User("signalbook")
	group, _ := sim.Group("db-oncall")
	anna, _ := sim.User("anna")
	channel, _ := sim.Channel("incidents")
	e := <-got
	want := slackevents.AppMentionEvent{Type: "app_mention", User: anna.ID, TimeStamp: ts, EventTimeStamp: ts, ThreadTimeStamp: root, Channel: channel.ID,
		Text: "<@" + me.ID + "> done 4 pooling &lt;is&gt; on, ask <!subteam^" + group.ID + "|@db-oncall>"}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Errorf("event differs (-want +got):\n%s", diff)
	}
	if err := sim.Admin.RemoveBot("incidents"); err != nil {
		t.Fatal(err)
	}
	if _, err := sim.People.Say("anna", "incidents", root, "@signalbook are you there?"); err != nil {
		t.Fatal(err)
	}
	sim.Close() // waits for what is under way
	if len(got) != 0 {
		t.Errorf("got an event from a channel the bot is not in: %+v", <-got)
	}
}

func TestUnackedEnvelopeComesAgain(t *testing.T) {
	sim, api := start(t, slacksim.Options{AckTimeout: 50 * time.Millisecond})
	attempts := make(chan int, 10)
	runBot(t, sim, api, func(c *socketmode.Client, e socketmode.Event) {
		if e.Type != socketmode.EventTypeSlashCommand {
			return
		}
		attempts <- e.Request.RetryAttempt
		if e.Request.RetryAttempt == 2 {
			_ = c.Ack(*e.Request)
		}
	})
	_, err := sim.People.Slash(within(t), "anna", "incidents", "/playbook help")
	var failed *delivery.Error
	if !errors.As(err, &failed) || failed.Code != "operation_timeout" {
		t.Errorf("got %v, want operation_timeout", err)
	}
	for want := range 3 {
		if got := <-attempts; got != want {
			t.Errorf("got retry_attempt %d, want %d", got, want)
		}
	}
	if got := sim.Ephemerals("anna"); len(got) != 1 || got[0].PlainText() != `/playbook failed with the error "operation_timeout"` {
		t.Errorf("got %+v, want Slack's own error text", got)
	}
}

func TestLostAckAndDuplicate(t *testing.T) {
	for kind, want := range map[string]int32{fault.LostAck: 2, fault.Duplicate: 2} {
		t.Run(kind, func(t *testing.T) {
			sim, api := start(t, slacksim.Options{AckTimeout: 300 * time.Millisecond})
			var seen atomic.Int32
			both := make(chan struct{})
			runBot(t, sim, api, func(c *socketmode.Client, e socketmode.Event) {
				if e.Type == socketmode.EventTypeEventsAPI {
					_ = c.Ack(*e.Request)
					if seen.Add(1) == want {
						close(both)
					}
				}
			})
			sim.Faults.Fail(fault.Fault{Method: "events_api", Kind: kind, Times: 1})
			if _, err := sim.People.Say("anna", "incidents", "", "@signalbook hello"); err != nil {
				t.Fatal(err)
			}
			select {
			case <-both:
			case <-within(t).Done():
				t.Fatalf("got %d deliveries, want %d", seen.Load(), want)
			}
		})
	}
}

func TestSocketsTakeTurnsAndGoAway(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	var first, second atomic.Int32
	count := func(n *atomic.Int32) func(*socketmode.Client, socketmode.Event) {
		return func(c *socketmode.Client, e socketmode.Event) {
			if e.Type == socketmode.EventTypeSlashCommand {
				n.Add(1)
				_ = c.Ack(*e.Request)
			}
		}
	}
	runBot(t, sim, api, count(&first))
	b := runBot(t, sim, api, count(&second))
	for range 4 {
		if _, err := sim.People.Slash(within(t), "anna", "incidents", "/playbook help"); err != nil {
			t.Fatal(err)
		}
	}
	if first.Load() != 2 || second.Load() != 2 {
		t.Errorf("got %d and %d deliveries, want 2 and 2", first.Load(), second.Load())
	}
	b.stop()
	mustWait(t, sim, "one socket left", func(v *snapshot.View) bool { return v.Sockets() == 1 })
	for _, reason := range []string{"warning", "refresh_requested", ""} {
		sim.Delivery.Disconnect(reason)
		if _, err := sim.People.Slash(within(t), "anna", "incidents", "/playbook help"); err != nil {
			var failed *delivery.Error
			if !errors.As(err, &failed) || failed.Code != "dispatch_failed" {
				t.Errorf("after %q: got %v, want dispatch_failed or success on the new socket", reason, err)
			}
		}
		mustWait(t, sim, "reconnected after "+reason, func(v *snapshot.View) bool { return v.Sockets() == 1 })
	}
	if _, err := sim.People.Slash(within(t), "anna", "incidents", "/playbook help"); err != nil {
		t.Errorf("after the reconnects: %v", err)
	}
}

func TestNobodyConnected(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	_, err := sim.People.Slash(within(t), "anna", "incidents", "/playbook help")
	var failed *delivery.Error
	if !errors.As(err, &failed) || failed.Code != "dispatch_failed" {
		t.Errorf("got %v, want dispatch_failed", err)
	}
	if got := sim.Ephemerals("anna"); len(got) != 1 || got[0].PlainText() != `/playbook failed with the error "dispatch_failed"` {
		t.Errorf("got %+v, want Slack's own error text", got)
	}
	_, ts := mustPost(t, api, "incidents", slack.MsgOptionBlocks(slack.NewActionBlock("", button("a", "1", "A"))))
	if err := sim.People.Click(within(t), people.Click{User: "anna", Channel: "incidents", TS: ts, ActionID: "a"}); !errors.As(err, &failed) {
		t.Errorf("got %v, want a DeliveryError", err)
	}
}

// TestAnEventComesAgain: it waits for a connection, and for an answer no longer than
// Slack does, however long people wait for theirs.
func TestAnEventComesAgain(t *testing.T) {
	for name, c := range map[string]struct {
		fault      string
		unanswered int32 // so many deliveries at first
	}{
		"nothing connected":        {},
		"nothing connected, twice": {fault: fault.Duplicate},
		"no answer":                {unanswered: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim, api := start(t, slacksim.Options{AckTimeout: patience, EventRetries: make([]time.Duration, 200)})
			if c.fault != "" {
				sim.Faults.Fail(fault.Fault{Method: "events_api", Kind: c.fault, Times: 1})
			}
			if _, err := sim.People.Say("anna", "incidents", "", "@signalbook help"); err != nil {
				t.Fatal(err)
			}
			got := make(chan string, 2)
			var count atomic.Int32
			runBot(t, sim, api, func(client *socketmode.Client, e socketmode.Event) {
				if event, ok := e.Data.(slackevents.EventsAPIEvent); ok && count.Add(1) > c.unanswered {
					_ = client.Ack(*e.Request)
					got <- event.InnerEvent.Type
				}
			})
			select {
			case kind := <-got:
				if kind != "app_mention" {
					t.Errorf("got %s", kind)
				}
			case <-within(t).Done():
				t.Error("the mention never came")
			}
		})
	}
}
