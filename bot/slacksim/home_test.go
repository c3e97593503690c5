package slacksim_test

import (
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/people"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
)

func home(blocks ...slack.Block) slack.HomeTabViewRequest {
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocks}}
}

// TestHome: who opens the Home is told of to the app, sees what it publishes and clicks on
// it; nobody else sees it.
func TestHome(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	clicks := make(chan slack.InteractionCallback, 1)
	opened := make(chan *slackevents.AppHomeOpenedEvent, 2)
	runBot(t, sim, api, func(c *socketmode.Client, e socketmode.Event) {
		if e.Request == nil || e.Request.EnvelopeID == "" {
			return // of the connection
		}
		_ = c.Ack(*e.Request)
		switch data := e.Data.(type) {
		case slackevents.EventsAPIEvent:
			of, _ := data.InnerEvent.Data.(*slackevents.AppHomeOpenedEvent)
			opened <- of
			_, err := api.PublishView(of.User, home(section("*Yours*"), slack.NewActionBlock("b", button("step:done", "INC-1/a", "Done"))), "")
			if err != nil {
				t.Error(err)
			}
		case slack.InteractionCallback:
			clicks <- data
		}
	})
	if err := sim.People.OpenHome("anna"); err != nil {
		t.Fatal(err)
	}
	mustWait(t, sim, "anna sees her Home", func(v *snapshot.View) bool { _, ok := v.Home("anna"); return ok })
	anna, _ := sim.User("anna")
	if of := <-opened; of.User != anna.ID || of.Tab != "home" || !strings.HasPrefix(of.Channel, "D") || of.View != nil {
		t.Errorf("the app was told %+v", of)
	}
	shown, _ := sim.Home("anna")
	if got := shown.PlainText(); !strings.Contains(got, "Yours") || len(shown.Controls()) != 1 {
		t.Errorf("anna reads %q", got)
	}
	if _, ok := sim.Home("ben"); ok {
		t.Error("ben sees a Home that was not published for him")
	}
	if err := sim.People.Click(within(t), people.Click{User: "ben", Home: true, ActionID: "step:done"}); err == nil {
		t.Error("ben clicked on nothing")
	}
	if err := sim.People.Click(within(t), people.Click{User: "anna", Home: true, ActionID: "step:done"}); err != nil {
		t.Fatal(err)
	}
	got := <-clicks
	if got.User.ID != anna.ID || got.Container.Type != "view" || got.View.Type != slack.VTHomeTab || got.Container.ViewID != got.View.ID ||
		got.TriggerID == "" || got.ResponseURL != "" || got.Channel.ID != "" || got.ActionCallback.BlockActions[0].Value != "INC-1/a" {
		t.Errorf("the app was told of the click %+v", got)
	}
	if err := sim.People.OpenHome("anna"); err != nil {
		t.Fatal(err)
	}
	if again := <-opened; again.View == nil || again.View.ID == "" {
		t.Errorf("a Home that is opened again says nothing of what it shows: %+v", again)
	}
}

// TestPublishRefusals: what Slack does not take as a Home.
func TestPublishRefusals(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	anna, _ := sim.User("anna")
	publish := func(user string, view slack.HomeTabViewRequest, hash *string) (*slack.ViewResponse, error) {
		return api.PublishViewContext(within(t), slack.PublishViewContextRequest{UserID: user, View: view, Hash: hash})
	}
	many := make([]slack.Block, 101)
	for k := range many {
		many[k] = section("one of many")
	}
	wide := make([]slack.Block, 95)
	for k := range wide {
		wide[k] = section(strings.Repeat("x", 2_900))
	}
	modal := home(section("x"))
	modal.Type = slack.VTModal
	stale := "V0.7"
	for what, test := range map[string]struct {
		user string
		view slack.HomeTabViewRequest
		hash *string
		want string
	}{
		"101 blocks":              {anna.ID, home(many...), nil, "invalid_arguments"},
		"more than 250 kB":        {anna.ID, home(wide...), nil, "view_too_large"},
		"a modal":                 {anna.ID, modal, nil, "invalid_arguments"},
		"nobody":                  {"U0NOBODY", home(section("x")), nil, "invalid_arguments"},
		"a name for an id":        {"anna", home(section("x")), nil, "invalid_arguments"},
		"in place of another one": {anna.ID, home(section("x")), &stale, "hash_conflict"},
	} {
		if _, err := publish(test.user, test.view, test.hash); code(err) != test.want {
			t.Errorf("%s: got %v, want %s", what, err, test.want)
		}
	}
	first, err := publish(anna.ID, home(many[:100]...), nil)
	if err != nil {
		t.Fatal(err)
	}
	second, err := publish(anna.ID, home(section("x")), &first.View.Hash)
	if err != nil || second.View.ID != first.View.ID || second.View.Hash == first.View.Hash {
		t.Errorf("published again: %+v, %v", second, err)
	}
	if _, err := publish(anna.ID, home(section("y")), &first.View.Hash); code(err) != "hash_conflict" {
		t.Errorf("in place of what is gone: %v", err)
	}
}
