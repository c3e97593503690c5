package slacksim_test

import (
	"testing"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/slacksim"
)

func TestTokenDoesWhatItsScopesAllow(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	channel, _ := sim.Channel("incidents")
	anna, _ := sim.User("anna")
	sim.Admin.AddPrivateChannel("war-room", "anna")
	if err := sim.Admin.InviteBot("war-room"); err != nil {
		t.Fatal(err)
	}
	private, _ := sim.Channel("war-room")
	tests := []struct {
		lacking, needed string
		call            func() error
	}{
		{"chat:write", "chat:write", func() error {
			_, _, err := api.PostMessageContext(within(t), channel.ID, slack.MsgOptionText("x", false))
			return err
		}},
		{"groups:read", "groups:read", func() error {
			_, _, err := api.GetConversationsContext(within(t), &slack.GetConversationsParameters{Types: []string{"public_channel", "private_channel"}})
			return err
		}},
		{"channels:read", "channels:read", func() error {
			_, err := api.GetConversationInfoContext(within(t), &slack.GetConversationInfoInput{ChannelID: channel.ID})
			return err
		}},
		{"groups:history", "groups:history", func() error {
			_, err := api.GetConversationHistoryContext(within(t), &slack.GetConversationHistoryParameters{ChannelID: private.ID})
			return err
		}},
		{"users:read.email", "users:read.email", func() error { _, err := api.GetUserByEmailContext(within(t), "anna@example.com"); return err }},
		{"usergroups:read", "usergroups:read", func() error { _, err := api.GetUserGroupsContext(within(t)); return err }},
		{"", "channels:join", func() error { _, _, _, err := api.JoinConversationContext(within(t), channel.ID); return err }},
	}
	for _, tt := range tests {
		var left []string
		for _, scope := range slacksim.DefaultScopes() {
			if scope != tt.lacking {
				left = append(left, scope)
			}
		}
		if tt.lacking != "" {
			sim.Admin.SetScopes(slacksim.DefaultScopes()...)
			if err := tt.call(); err != nil {
				t.Errorf("with %s: %v", tt.lacking, err)
			}
		}
		sim.Admin.SetScopes(left...)
		err := tt.call()
		if refused, ok := err.(slack.SlackErrorResponse); !ok || refused.Err != "missing_scope" || refused.Needed != tt.needed {
			t.Errorf("without %s: got %#v, want missing_scope that needs %s", tt.lacking, err, tt.needed)
		}
	}

	sim.Admin.SetScopes("users:read")
	if u, err := api.GetUserInfoContext(within(t), anna.ID); err != nil || u.Profile.Email != "" {
		t.Errorf("got %+v, %v; want no address without users:read.email", u, err)
	}
	if _, err := sim.People.Slash(within(t), "anna", "incidents", "/playbook help"); err == nil {
		t.Error("there is a slash command without the scope commands")
	}
}
