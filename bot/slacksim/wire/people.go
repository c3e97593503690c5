package wire

import (
	"slices"

	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

// Channel is a channel as the Web API shows it.
func Channel(w *workspace.Workspace, c *workspace.Channel) Object {
	return Object{
		"id": c.ID, "name": c.Name, "name_normalized": c.Name, "created": 1700000000, "creator": w.Users[1].ID,
		// Slack: a private channel is a group when it was created before March 2021.
		"is_channel": true, "is_group": false, "is_im": false, "is_mpim": false, "is_private": c.Private,
		"is_archived": c.Archived, "is_general": c.Name == "general", "is_shared": c.Shared(), "is_ext_shared": c.Shared(),
		"is_org_shared": false, "is_pending_ext_shared": false, "is_frozen": false,
		"is_member": c.Members[w.Bot.ID], "num_members": len(c.Members),
		"topic": Object{"value": c.Topic, "creator": "", "last_set": 0}, "purpose": Object{"value": "", "creator": "", "last_set": 0},
		"context_team_id": w.Opts.TeamID, "conversation_host_id": w.Opts.TeamID, "internal_team_ids": []string{w.Opts.TeamID},
		"connected_team_ids": append([]string{}, c.Partners...), "shared_team_ids": append([]string{w.Opts.TeamID}, c.Partners...),
	}
}

// User is a person as the Web API shows them: with an e-mail address only to a token
// that may read it.
func User(w *workspace.Workspace, u *workspace.User) Object {
	profile := Object{"real_name": u.RealName, "real_name_normalized": u.RealName, "display_name": u.Name,
		"display_name_normalized": u.Name, "team": u.Team}
	if u.Email != "" && slices.Contains(w.Scopes, "users:read.email") {
		profile["email"] = u.Email
	}
	if u.Bot {
		profile["bot_id"], profile["api_app_id"] = workspace.BotID, workspace.AppID
	}
	o := Object{"id": u.ID, "team_id": u.Team, "name": u.Name, "real_name": u.RealName, "deleted": u.Deactivated,
		"is_bot": u.Bot, "is_app_user": false, "tz": "Etc/UTC", "tz_label": "UTC", "tz_offset": 0, "profile": profile, "updated": 1700000000,
		"is_admin": false, "is_owner": false, "is_restricted": u.Guest != workspace.NoGuest, "is_ultra_restricted": u.Guest == workspace.SingleChannel}
	if w.External(u) {
		o["is_stranger"] = w.Stranger(u)
	} else if id := w.Enterprise(); id != nil {
		o["enterprise_user"] = Object{"id": u.ID, "enterprise_id": id, "enterprise_name": w.Opts.TeamName, "teams": []string{u.Team}}
	}
	return o
}
