package people

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/signalbook/signalbook/bot/slacksim/delivery"
	"github.com/signalbook/signalbook/bot/slacksim/mrkdwn"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
	"github.com/signalbook/signalbook/bot/slacksim/wire"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

// Command is a slash command as the app's manifest declares it.
type Command struct {
	Name        string // with its slash: "/playbook"
	Description string
	UsageHint   string
	Words       []string // what may follow, completed by the page: "status", "ack"
	// Escape is the manifest's should_escape: @names and #channels of the text
	// arrive as <@U…> and <#C…>.
	Escape bool
}

// Reply is what a slash command was answered with at once. Later answers by the
// response_url are in [snapshot.View.Ephemerals] and [snapshot.View.Messages].
type Reply struct {
	Shown     bool // false: the app acknowledged without a word
	Message   snapshot.Message
	InChannel bool // everybody sees it
}

// Slash types a slash command, "/playbook status INC-1", into a channel and waits
// for the app's acknowledgement. When the app cannot be reached the user sees
// Slack's own error as an ephemeral message, and the error is a [delivery.Error].
func (ps *People) Slash(ctx context.Context, user, channel, text string) (Reply, error) {
	name, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	ps.w.Lock()
	u, c := ps.w.User(user), ps.w.Channel(channel)
	if u == nil || c == nil {
		ps.w.Unlock()
		return Reply{}, fmt.Errorf("slash %s: no user %q or no channel %q", name, user, channel)
	}
	if !ps.w.Granted("commands") {
		ps.w.Unlock()
		return Reply{}, fmt.Errorf("slash: %s is not a valid command (the app lacks the scope commands)", name)
	}
	if !c.Members[u.ID] {
		ps.w.Unlock()
		return Reply{}, fmt.Errorf("slash %s in #%s: %s is no member", name, c.Name, user)
	}
	d := ps.slashCommand(u, c, name, strings.TrimSpace(rest))
	ps.w.Unlock()
	r, err := ps.delivery.Deliver(ctx, d)
	if err != nil {
		var failed *delivery.Error
		code := "dispatch_failed"
		if errors.As(err, &failed) {
			code = failed.Code
		}
		ps.slackbotSays(u, c, fmt.Sprintf("%s failed with the error \"%s\"", name, code))
		return Reply{}, fmt.Errorf("slash %s: %w", name, err)
	}
	return ps.showReply(u, c, r)
}

func (ps *People) slashCommand(u *workspace.User, c *workspace.Channel, name, text string) delivery.Envelope {
	text = mrkdwn.Escape(text)
	for _, known := range ps.commands {
		if known.Name == name && known.Escape {
			text = ps.w.LinkTyped(text)
		}
	}
	meant := ps.w.Installed()
	team := meant.Team
	if ps.w.External(u) {
		team = u.Team
	}
	payload := wire.Object{
		"token": "sim", "team_id": team, "team_domain": workspace.TeamDomain(ps.w.Opts.TeamName),
		"channel_id": c.ID, "channel_name": c.NameForApp(), "user_id": u.ID, "user_name": u.Name,
		"command": name, "text": text, "api_app_id": meant.App, "is_enterprise_install": "false",
		"response_url": ps.w.NewHook(workspace.Hook{User: u, Channel: c}), "trigger_id": ps.w.Views.NewTrigger(u),
	}
	if id := ps.w.Enterprise(); id != nil {
		payload["enterprise_id"], payload["enterprise_name"] = id, ps.w.Opts.TeamName
	}
	return delivery.Envelope{Kind: delivery.Commands, Payload: payload}
}

// showReply shows what came with the acknowledgement of a slash command.
func (ps *People) showReply(u *workspace.User, c *workspace.Channel, r delivery.Reply) (Reply, error) {
	given := wire.Args(r.Object())
	if r.IsText {
		given = wire.Args{"text": string(r.Payload)}
	} else if given == nil {
		var text string
		if json.Unmarshal(r.Payload, &text) == nil {
			given = wire.Args{"text": text}
		}
	}
	if given.Text("text") == "" && given["blocks"] == nil {
		return Reply{}, nil
	}
	ps.w.Lock()
	defer ps.w.Unlock()
	said, refused := wire.ReadContent(ps.w, given)
	if refused != nil {
		return Reply{}, fmt.Errorf("slash command answer: %s %v", refused.Code, refused.Details)
	}
	m := &workspace.Message{Channel: c, User: ps.w.Bot, ByApp: true, Text: said.Text, Blocks: said.Blocks, Attachments: said.Attachments}
	inChannel := given.Text("response_type") == "in_channel"
	if !inChannel {
		m.OnlyFor = u
	}
	ps.w.Post(m, ps.w.Now())
	ps.w.Touch()
	return Reply{Shown: true, Message: snapshot.Of(ps.w, m), InChannel: inChannel}, nil
}

// slackbotSays shows a user what Slack itself says.
func (ps *People) slackbotSays(u *workspace.User, c *workspace.Channel, text string) {
	ps.w.Lock()
	defer ps.w.Unlock()
	ps.w.Post(&workspace.Message{Channel: c, User: &workspace.User{ID: "USLACKBOT", Name: "slackbot", RealName: "Slackbot"}, Slackbot: true, OnlyFor: u, Text: text}, ps.w.Now())
	ps.w.Touch()
}

// Say posts what a user types, and returns its ts. @names, @groups, @channel, @here
// and #channels become mentions, as by Slack's completion; when the bot is
// mentioned and is in the channel, the app gets an app_mention event.
func (ps *People) Say(user, channel, threadTS, text string) (string, error) {
	ps.w.Lock()
	defer ps.w.Unlock()
	u, c := ps.w.User(user), ps.w.Channel(channel)
	switch {
	case u == nil || c == nil:
		return "", fmt.Errorf("say: no user %q or no channel %q", user, channel)
	case c.Archived:
		return "", fmt.Errorf("say in #%s: it is archived", c.Name)
	case !c.Members[u.ID]:
		return "", fmt.Errorf("say in #%s: %s is no member", c.Name, u.Name)
	case strings.TrimSpace(text) == "":
		return "", fmt.Errorf("say in #%s: nothing to say", c.Name)
	}
	m := &workspace.Message{Channel: c, User: u, Text: ps.w.LinkTyped(mrkdwn.Escape(text))}
	if threadTS != "" {
		if m.Parent = c.Root(threadTS); m.Parent == nil {
			return "", fmt.Errorf("say in #%s: no thread %s", c.Name, threadTS)
		}
	}
	ps.w.Post(m, ps.w.Now())
	if strings.Contains(m.Text, "<@"+ps.w.Bot.ID+">") && c.Members[ps.w.Bot.ID] && ps.w.Granted("app_mentions:read") {
		ps.mention(m)
	}
	ps.w.Touch()
	return m.TS.String(), nil
}

// mention tells the app that it was mentioned. What the event says of workspaces is
// that of whoever wrote it. The caller holds the lock.
func (ps *People) mention(m *workspace.Message) {
	event := wire.Object{"type": "app_mention", "user": m.User.ID, "text": m.Text, "ts": m.TS.String(), "channel": m.Channel.ID,
		"event_ts": m.TS.String(), "team": m.User.Team, "client_msg_id": fmt.Sprintf("sim-%d", ps.w.Next())}
	if m.Parent != nil {
		event["thread_ts"], event["parent_user_id"] = m.Parent.TS.String(), m.Parent.User.ID
	}
	if m.Channel.Shared() {
		event["user_team"], event["source_team"] = m.User.Team, m.User.Team
	}
	payload := ps.callback(event)
	payload["event_time"], payload["is_ext_shared_channel"] = m.TS.Time().Unix(), m.Channel.Shared()
	if ps.w.External(m.User) {
		payload["team_id"] = m.User.Team // the workspace the event came from: authorizations say whom it is for
	}
	d := delivery.Envelope{Kind: delivery.Events, Payload: payload}
	ps.w.Life.Run(func() { ps.delivery.SendEvent(d) })
}
