package people

import (
	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim/delivery"
	"github.com/signalbook/signalbook/bot/slacksim/wire"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

// interaction is what every interaction payload has, the means to answer with a
// modal included. The caller holds the lock.
func (ps *People) interaction(kind string, u *workspace.User) wire.Object {
	payload := ps.asked(kind, u)
	payload["trigger_id"] = ps.w.Views.NewTrigger(u)
	return payload
}

// asked is what every payload about what a user does has. The caller holds the lock.
func (ps *People) asked(kind string, u *workspace.User) wire.Object {
	meant := ps.w.Installed()
	team := wire.Object{"id": meant.Team, "domain": workspace.TeamDomain(ps.w.Opts.TeamName)}
	payload := wire.Object{
		"type": kind, "token": "sim", "api_app_id": meant.App, "team": team, "enterprise": nil, "is_enterprise_install": false,
		"user": wire.Object{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": ps.w.ActingTeam(u)},
	}
	if id := ps.w.Enterprise(); id != nil {
		team["enterprise_id"], team["enterprise_name"] = id, ps.w.Opts.TeamName
		payload["enterprise"] = wire.Object{"id": id, "name": ps.w.Opts.TeamName}
	}
	return payload
}

// containerOf says which message something happened in.
func containerOf(m *workspace.Message) wire.Object {
	container := wire.Object{"type": "message", "message_ts": m.TS.String(), "channel_id": m.Channel.ID, "is_ephemeral": m.OnlyFor != nil}
	if m.Parent != nil {
		container["thread_ts"] = m.Parent.TS.String()
	}
	return container
}

func (ps *People) messageAction(u *workspace.User, m *workspace.Message, action blockkit.Block) delivery.Envelope {
	payload := ps.interaction("block_actions", u)
	payload["container"], payload["actions"] = containerOf(m), []any{action}
	payload["channel"] = wire.Object{"id": m.Channel.ID, "name": m.Channel.NameForApp()}
	payload["state"] = wire.Object{"values": wire.Object{}}
	payload["response_url"] = ps.w.NewHook(workspace.Hook{User: u, Channel: m.Channel, Source: m})
	if m.OnlyFor == nil { // Slack does not send an ephemeral message back
		payload["message"] = wire.Message(ps.w, m, true)
	}
	return delivery.Envelope{Kind: delivery.Interactivity, Payload: payload}
}

func (ps *People) viewAction(u *workspace.User, v *workspace.View, action blockkit.Block) delivery.Envelope {
	payload := ps.interaction("block_actions", u)
	payload["container"] = wire.Object{"type": "view", "view_id": v.ID}
	payload["view"], payload["actions"] = wire.View(ps.w, v), []any{action}
	return delivery.Envelope{Kind: delivery.Interactivity, Payload: payload}
}
