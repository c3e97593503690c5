package slacksim_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
)

// patience is how long a test waits for something that must come.
const patience = 10 * time.Minute

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// start runs a Slack and gives a client as production has it.
func start(t *testing.T, opts slacksim.Options) (*slacksim.Sim, *slack.Client) {
	t.Helper()
	sim := slacksim.New(opts)
	server := httptest.NewServer(sim)
	t.Cleanup(func() {
		sim.Close()
		server.Close()
	})
	return sim, client(server.URL, "xoxb-sim")
}

func client(url, token string) *slack.Client {
	return slack.New(token, slack.OptionAPIURL(url+"/api/"), slack.OptionAppLevelToken("xapp-sim"))
}

func mustPost(t *testing.T, api *slack.Client, channel string, options ...slack.MsgOption) (channelID, ts string) {
	t.Helper()
	channelID, ts, err := api.PostMessageContext(within(t), channel, options...)
	if err != nil {
		t.Fatalf("post to %s: %v", channel, err)
	}
	return channelID, ts
}

func mustWait(t *testing.T, sim *slacksim.Sim, what string, condition func(*snapshot.View) bool) {
	t.Helper()
	if err := sim.WaitFor(within(t), condition); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// code is Slack's error code of an error, or its text.
func code(err error) string {
	var refused slack.SlackErrorResponse
	if errors.As(err, &refused) {
		return refused.Err
	}
	if err != nil {
		return err.Error()
	}
	return "ok"
}

// bot is a Socket Mode client that answers with handle.
type bot struct {
	*socketmode.Client
	cancel context.CancelFunc
	done   sync.WaitGroup
}

func runBot(t *testing.T, sim *slacksim.Sim, api *slack.Client, handle func(*socketmode.Client, socketmode.Event)) *bot {
	t.Helper()
	before := sim.Sockets()
	ctx, cancel := context.WithCancel(t.Context())
	b := &bot{Client: socketmode.New(api), cancel: cancel}
	b.done.Go(func() { _ = b.RunContext(ctx) })
	b.done.Go(func() {
		for {
			select {
			case event := <-b.Events:
				handle(b.Client, event)
			case <-ctx.Done():
				return
			}
		}
	})
	t.Cleanup(b.stop)
	mustWait(t, sim, "bot connects", func(v *snapshot.View) bool { return v.Sockets() > before })
	return b
}

func (b *bot) stop() {
	b.cancel()
	b.done.Wait()
}

func button(actionID, value, text string) *slack.ButtonBlockElement {
	return slack.NewButtonBlockElement(actionID, value, slack.NewTextBlockObject(slack.PlainTextType, text, true, false))
}

func section(mrkdwn string) *slack.SectionBlock {
	return slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, mrkdwn, false, false), nil, nil)
}
