package wire

import (
	"maps"
	"slices"

	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

// Message is the message as the Web API and interaction payloads show it. Without
// allMetadata only the metadata's type is told (Slack: include_all_metadata).
func Message(w *workspace.Workspace, m *workspace.Message, allMetadata bool) Object {
	o := Object{"type": "message", "text": m.Text, "ts": m.TS.String(), "team": w.Opts.TeamID}
	if m.User != nil && w.External(m.User) && !m.Slackbot {
		o["team"], o["user_team"], o["source_team"] = m.User.Team, m.User.Team, m.User.Team
	}
	if m.User != nil {
		o["user"] = m.User.ID
	}
	if m.ByApp {
		o["bot_id"], o["app_id"] = workspace.BotID, workspace.AppID
		o["bot_profile"] = Object{"id": workspace.BotID, "app_id": workspace.AppID, "name": w.Bot.Name, "team_id": w.Opts.TeamID, "deleted": false}
	}
	if len(m.Blocks) > 0 {
		o["blocks"] = m.Blocks
	}
	if len(m.Attachments) > 0 {
		o["attachments"] = m.Attachments
	}
	if len(m.Files) > 0 {
		files := make([]Object, len(m.Files))
		for k, f := range m.Files {
			files[k] = File(w, f, w.Now())
		}
		o["files"] = files
	}
	if m.Edited {
		o["edited"] = Object{"user": m.User.ID, "ts": m.TS.String()}
	}
	if m.Metadata != nil {
		meta := Object{"event_type": m.Metadata.EventType}
		if allMetadata {
			meta["event_payload"] = m.Metadata.Payload
		}
		o["metadata"] = meta
	}
	if m.Deleted {
		o["subtype"], o["hidden"] = "tombstone", true
		o["user"] = "USLACKBOT"
	}
	wireThread(m, o)
	return o
}

func wireThread(m *workspace.Message, o Object) {
	if m.Parent != nil {
		o["thread_ts"] = m.Parent.TS.String()
		o["parent_user_id"] = m.Parent.User.ID
		if m.Broadcast {
			o["subtype"] = "thread_broadcast"
		}
		return
	}
	if m.OnlyFor != nil {
		return
	}
	replies := m.Channel.Replies(m)
	if len(replies) == 0 {
		return
	}
	users := map[string]bool{}
	for _, r := range replies {
		users[r.User.ID] = true
	}
	o["thread_ts"] = m.TS.String()
	o["reply_count"] = len(replies)
	o["reply_users_count"] = len(users)
	o["reply_users"] = slices.Sorted(maps.Keys(users))
	o["latest_reply"] = replies[len(replies)-1].TS.String()
	o["is_locked"], o["subscribed"] = false, false
}
