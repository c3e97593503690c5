package slacksim_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/slacksim"
)

func TestDirectory(t *testing.T) {
	sim, api := start(t, slacksim.Options{Scopes: append(slacksim.DefaultScopes(), "channels:join")})
	ctx := within(t)
	me, err := api.AuthTestContext(ctx)
	if err != nil || me.User != "signalbook" || me.BotID == "" || me.TeamID != "T0SIM00001" {
		t.Errorf("got %+v, %v", me, err)
	}
	users, err := api.GetUsersContext(ctx, slack.GetUsersOptionLimit(2))
	if err != nil || len(users) != 4 {
		t.Errorf("got %d users, %v; want the bot, anna, ben and chris", len(users), err)
	}
	anna, err := api.GetUserByEmailContext(ctx, "Anna@example.com")
	if err != nil || anna.Name != "anna" {
		t.Errorf("got %+v, %v", anna, err)
	}
	if _, err := api.GetUserByEmailContext(ctx, "zoe@example.com"); code(err) != "users_not_found" {
		t.Errorf("got %v, want users_not_found", err)
	}
	if got, err := api.GetUserInfoContext(ctx, anna.ID); err != nil || got.Profile.Email != "anna@example.com" {
		t.Errorf("got %+v, %v", got, err)
	}
	groups, err := api.GetUserGroupsContext(ctx, slack.GetUserGroupsOptionIncludeUsers(true))
	if err != nil {
		t.Fatal(err)
	}
	var handles []string
	for _, g := range groups {
		handles = append(handles, g.Handle)
	}
	if want := []string{"sre-oncall", "db-oncall", "ml-oncall", "platform-oncall", "db-leads"}; !cmp.Equal(handles, want) {
		t.Errorf("got groups %v, want %v", handles, want)
	}
	if got, err := api.GetUserGroupMembersContext(ctx, groups[0].ID); err != nil || !cmp.Equal(got, []string{anna.ID}) {
		t.Errorf("got %v, %v; want anna", got, err)
	}
	if _, err := api.GetUserGroupMembersContext(ctx, "S0"); code(err) != "no_such_subteam" {
		t.Errorf("got %v, want no_such_subteam", err)
	}

	var names []string
	params := &slack.GetConversationsParameters{Limit: 2, ExcludeArchived: true}
	if err := sim.Admin.Archive("general"); err != nil {
		t.Fatal(err)
	}
	sim.Admin.AddChannel("#new")
	for {
		page, next, err := api.GetConversationsContext(ctx, params)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page {
			names = append(names, c.Name)
		}
		if params.Cursor = next; next == "" {
			break
		}
	}
	if want := []string{"incidents", "db-incidents", "cost-review", "new"}; !cmp.Equal(names, want) {
		t.Errorf("got channels %v, want %v", names, want)
	}
	made, _ := sim.Channel("new")
	if err := sim.Admin.RemoveBot("new"); err != nil {
		t.Fatal(err)
	}
	info, err := api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: made.ID})
	if err != nil || info.IsMember {
		t.Errorf("got %+v, %v; want no member", info, err)
	}
	if _, _, _, err := api.JoinConversationContext(ctx, made.ID); err != nil {
		t.Error(err)
	}
	members, _, err := api.GetUsersInConversationContext(ctx, &slack.GetUsersInConversationParameters{ChannelID: made.ID})
	if err != nil || len(members) != 4 {
		t.Errorf("got members %v, %v; want all four", members, err)
	}
	if _, _, _, err := api.JoinConversationContext(ctx, "C0"); code(err) != "channel_not_found" {
		t.Errorf("got %v, want channel_not_found", err)
	}
}
