package slacksim_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/people"
)

const partner = "T0PARTNER1"

// listed are the names of the channels that the bot can list.
func listed(t *testing.T, api *slack.Client, types ...string) []string {
	t.Helper()
	page, _, err := api.GetConversationsContext(within(t), &slack.GetConversationsParameters{Types: types, Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range page {
		names = append(names, c.Name)
	}
	return names
}

func TestPrivateChannelExistsForItsMembersOnly(t *testing.T) {
	sim, api := start(t, slacksim.Options{Scopes: append(slacksim.DefaultScopes(), "channels:join")})
	made := sim.Admin.AddPrivateChannel("war-room", "anna")
	if got := listed(t, api, "private_channel"); got != nil {
		t.Errorf("the bot lists %v before it was invited, want nothing", got)
	}
	for what, call := range map[string]func(context.Context) error{
		"info": func(ctx context.Context) error {
			_, err := api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: made.ID})
			return err
		},
		"members": func(ctx context.Context) error {
			_, _, err := api.GetUsersInConversationContext(ctx, &slack.GetUsersInConversationParameters{ChannelID: made.ID})
			return err
		},
		"join": func(ctx context.Context) error { _, _, _, err := api.JoinConversationContext(ctx, made.ID); return err },
		"post": func(ctx context.Context) error {
			_, _, err := api.PostMessageContext(ctx, made.ID, slack.MsgOptionText("x", false))
			return err
		},
		"history": func(ctx context.Context) error {
			_, err := api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{ChannelID: made.ID})
			return err
		},
	} {
		if got := code(call(within(t))); got != "channel_not_found" {
			t.Errorf("%s: got %s, want channel_not_found", what, got)
		}
	}

	if err := sim.Admin.InviteBot("war-room"); err != nil {
		t.Fatal(err)
	}
	if got := listed(t, api, "private_channel"); !cmp.Equal(got, []string{"war-room"}) {
		t.Errorf("got %v, want war-room", got)
	}
	if got := listed(t, api, "public_channel"); cmp.Equal(got, []string{"war-room"}) || len(got) != 4 {
		t.Errorf("got public channels %v, want the four without war-room", got)
	}
	info, err := api.GetConversationInfoContext(within(t), &slack.GetConversationInfoInput{ChannelID: made.ID})
	if err != nil || !info.IsPrivate || !info.IsMember {
		t.Errorf("got %+v, %v; want a private channel with the bot in it", info, err)
	}
	_, ts := mustPost(t, api, made.ID, slack.MsgOptionBlocks(slack.NewActionBlock("", button("go", "1", "Go"))))
	if err := sim.People.Click(within(t), people.Click{User: "ben", Channel: "war-room", TS: ts, ActionID: "go"}); err == nil || err.Error() != `click go "": ben does not see #war-room` {
		t.Errorf("got %v, want that ben does not see it", err)
	}
	if _, err := sim.People.Say("ben", "war-room", "", "hello"); err == nil {
		t.Error("ben, who is no member, spoke in it")
	}
	if err := sim.Admin.Join("ben", "war-room"); err != nil {
		t.Fatal(err)
	}
	if _, err := sim.People.Say("ben", "war-room", "", "hello"); err != nil {
		t.Error(err)
	}
	if err := sim.Admin.Leave("ben", "war-room"); err != nil {
		t.Fatal(err)
	}
	if c, _ := sim.Channel("war-room"); !cmp.Equal(c.Members, []string{"anna"}) || !c.Private {
		t.Errorf("got %+v, want anna alone in a private channel", c)
	}
}

func TestOutsidersAreToldApart(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	zoe := sim.Admin.AddExternalUser("zoe", partner)
	single := sim.Admin.AddGuest("gail", "gail@example.net", "incidents")
	multi := sim.Admin.AddGuest("gus", "gus@example.net", "incidents", "general")
	info := func(id string) slack.User {
		u, err := api.GetUserInfoContext(within(t), id)
		if err != nil {
			t.Fatal(err)
		}
		return *u
	}
	if u := info(zoe.ID); u.TeamID != partner || !u.IsStranger || zoe.TeamID != partner {
		t.Errorf("got %+v, want a stranger of %s", u, partner)
	}
	shared := sim.Admin.AddSharedChannel("with-partner", partner)
	if u := info(zoe.ID); u.IsStranger {
		t.Error("she is in a channel of ours and still a stranger")
	}
	if u := info(single.ID); !u.IsRestricted || !u.IsUltraRestricted || u.TeamID != "T0SIM00001" {
		t.Errorf("got %+v, want a single-channel guest", u)
	}
	if u := info(multi.ID); !u.IsRestricted || u.IsUltraRestricted {
		t.Errorf("got %+v, want a multi-channel guest", u)
	}
	c, err := api.GetConversationInfoContext(within(t), &slack.GetConversationInfoInput{ChannelID: shared.ID})
	if err != nil || !c.IsShared || !c.IsExtShared || !cmp.Equal(c.ConnectedTeamIDs, []string{partner}) {
		t.Errorf("got %+v, %v; want a channel shared with %s", c, err, partner)
	}
	if !cmp.Equal(shared.Members, []string{"anna", "ben", "chris", "zoe"}) {
		t.Errorf("got members %v; want ours without guests, and zoe", shared.Members)
	}
	if err := sim.Admin.Deactivate("zoe"); err != nil {
		t.Fatal(err)
	}
	if u := info(zoe.ID); !u.Deleted {
		t.Error("her account is gone and users.info does not say so")
	}
	if _, err := sim.People.Say("zoe", "with-partner", "", "hello"); err == nil {
		t.Error("she speaks without an account")
	}
}

func TestDisabledGroupIsLeftOut(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	g, _ := sim.Group("db-leads")
	if err := sim.Admin.DisableGroup("db-leads"); err != nil {
		t.Fatal(err)
	}
	for _, all := range []bool{false, true} {
		groups, err := api.GetUserGroupsContext(within(t), slack.GetUserGroupsOptionIncludeDisabled(all), slack.GetUserGroupsOptionIncludeUsers(true))
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, got := range groups {
			found = found || got.ID == g.ID && got.DateDelete != 0
		}
		if found != all {
			t.Errorf("include_disabled=%v: disabled group listed: %v", all, found)
		}
	}
	if _, err := api.GetUserGroupMembersContext(within(t), g.ID); code(err) != "no_such_subteam" {
		t.Errorf("got %v, want no_such_subteam", err)
	}
	if err := sim.Admin.EnableGroup("db-leads"); err != nil {
		t.Fatal(err)
	}
	if err := sim.Admin.SetGroup("db-leads"); err != nil {
		t.Fatal(err)
	}
	if got, err := api.GetUserGroupMembersContext(within(t), g.ID); err != nil || len(got) != 0 {
		t.Errorf("got %v, %v; want an empty group", got, err)
	}
}

// taken is an app over HTTP that keeps what Slack sends it.
func taken(t *testing.T, opts slacksim.Options) (*slacksim.Sim, *slack.Client, <-chan map[string]any) {
	t.Helper()
	got := make(chan map[string]any, 10)
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // a body not read fails the test below
		payload := map[string]any{}
		if form, err := url.ParseQuery(string(body)); err == nil && form.Get("payload") != "" {
			body = []byte(form.Get("payload"))
		} else if err == nil && form.Get("command") != "" {
			for name := range form {
				payload[name] = form.Get(name)
			}
			body = []byte("{}")
		}
		if err := json.Unmarshal(body, &payload); err != nil {
			t.Errorf("payload: %v", err)
		}
		got <- payload
	}))
	opts.RequestURL = app.URL
	sim, api := start(t, opts)
	t.Cleanup(app.Close)
	return sim, api, got
}

// at is the value at a path of keys.
func at(payload map[string]any, path ...string) any {
	var v any = payload
	for _, key := range path {
		if list, ok := v.([]any); ok && len(list) > 0 {
			v = list[0]
		}
		o, _ := v.(map[string]any)
		v = o[key]
	}
	return v
}

func TestDeliveriesSayWhoseTheyAre(t *testing.T) {
	const ours, app = "T0SIM00001", "A0SIM00001"
	tests := []struct {
		name, user, enterprise string
		stray                  bool
		click, command, event  map[string]any // by path
	}{
		{name: "a member", user: "anna",
			click:   map[string]any{"team.id": ours, "user.team_id": ours, "api_app_id": app, "enterprise": nil},
			command: map[string]any{"team_id": ours, "api_app_id": app, "enterprise_id": nil},
			event:   map[string]any{"team_id": ours, "context_team_id": ours, "authorizations.team_id": ours, "event.team": ours, "event.user_team": ours, "is_ext_shared_channel": true, "api_app_id": app}},
		{name: "of another organisation", user: "zoe",
			click:   map[string]any{"team.id": ours, "user.team_id": partner},
			command: map[string]any{"team_id": partner},
			event:   map[string]any{"team_id": partner, "context_team_id": ours, "authorizations.team_id": ours, "event.team": partner, "event.user_team": partner, "event.source_team": partner}},
		{name: "of an Enterprise organisation", user: "anna", enterprise: "E0SIM00001",
			click:   map[string]any{"team.id": ours, "team.enterprise_id": "E0SIM00001", "enterprise.id": "E0SIM00001", "user.team_id": "E0SIM00001"},
			command: map[string]any{"team_id": ours, "enterprise_id": "E0SIM00001"},
			event:   map[string]any{"team_id": ours, "enterprise_id": "E0SIM00001", "context_enterprise_id": "E0SIM00001", "authorizations.enterprise_id": "E0SIM00001"}},
		{name: "meant for somebody else", user: "anna", stray: true,
			click:   map[string]any{"team.id": "T0OTHER001", "api_app_id": "A0OTHER001"},
			command: map[string]any{"team_id": "T0OTHER001", "api_app_id": "A0OTHER001"},
			event:   map[string]any{"team_id": "T0OTHER001", "context_team_id": "T0OTHER001", "authorizations.team_id": "T0OTHER001", "api_app_id": "A0OTHER001"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sim, api, got := taken(t, slacksim.Options{EnterpriseID: tt.enterprise})
			sim.Admin.AddExternalUser("zoe", partner)
			channel := sim.Admin.AddSharedChannel("with-partner", partner)
			if tt.stray {
				sim.Admin.Misroute("T0OTHER001", "A0OTHER001")
			}
			me, err := api.AuthTestContext(within(t))
			if err != nil || me.EnterpriseID != tt.enterprise {
				t.Fatalf("got %+v, %v; want enterprise %q", me, err, tt.enterprise)
			}
			_, ts := mustPost(t, api, channel.ID, slack.MsgOptionBlocks(slack.NewActionBlock("", button("go", "1", "Go"))))
			compare := func(what string, want map[string]any) {
				t.Helper()
				var payload map[string]any
				select {
				case payload = <-got:
				case <-within(t).Done():
					t.Fatalf("%s did not come", what)
				}
				for path, value := range want {
					if v := at(payload, strings.Split(path, ".")...); v != value {
						t.Errorf("%s: %s is %v, want %v", what, path, v, value)
					}
				}
			}
			if err := sim.People.Click(within(t), people.Click{User: tt.user, Channel: channel.ID, TS: ts, ActionID: "go"}); err != nil {
				t.Fatal(err)
			}
			compare("click", tt.click)
			if _, err := sim.People.Slash(within(t), tt.user, channel.ID, "/playbook help"); err != nil {
				t.Fatal(err)
			}
			compare("command", tt.command)
			if _, err := sim.People.Say(tt.user, channel.ID, ts, "@signalbook status"); err != nil {
				t.Fatal(err)
			}
			compare("event", tt.event)
		})
	}
}

func TestBotKnowsItsApp(t *testing.T) {
	_, api := start(t, slacksim.Options{})
	me, err := api.AuthTestContext(within(t))
	if err != nil {
		t.Fatal(err)
	}
	bot, err := api.GetBotInfoContext(within(t), slack.GetBotInfoParameters{Bot: me.BotID})
	if err != nil || bot.AppID != "A0SIM00001" || bot.UserID != me.UserID {
		t.Errorf("got %+v, %v; want the app of the bot", bot, err)
	}
}
