package slacksim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Reply is what a slash command was answered with at once. Later answers by the
// response_url are in [View.Ephemerals] and [View.Messages].
type Reply struct {
	Shown     bool // false: the app acknowledged without a word
	Message   Message
	InChannel bool // everybody sees it
}

// Slash types a slash command, "/playbook status INC-1", into a channel and waits
// for the app's acknowledgement. When the app cannot be reached the user sees
// Slack's own error as an ephemeral message, and the error is a [DeliveryError].
func (s *Sim) Slash(ctx context.Context, user, channel, text string) (Reply, error) {
	name, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	s.mu.Lock()
	u, c := s.user(user), s.channel(channel)
	if u == nil || c == nil {
		s.mu.Unlock()
		return Reply{}, fmt.Errorf("slash %s: no user %q or no channel %q", name, user, channel)
	}
	if !s.granted("commands") {
		s.mu.Unlock()
		return Reply{}, fmt.Errorf("slash: %s is not a valid command (the app lacks the scope commands)", name)
	}
	if !c.members[u.id] {
		s.mu.Unlock()
		return Reply{}, fmt.Errorf("slash %s in #%s: %s is no member", name, c.name, user)
	}
	d := s.slashCommand(u, c, name, strings.TrimSpace(rest))
	s.mu.Unlock()
	r, err := s.deliver(ctx, d)
	if err != nil {
		var failed *DeliveryError
		code := "dispatch_failed"
		if errors.As(err, &failed) {
			code = failed.Code
		}
		s.slackbotSays(u, c, fmt.Sprintf("%s failed with the error \"%s\"", name, code))
		return Reply{}, fmt.Errorf("slash %s: %w", name, err)
	}
	return s.showReply(u, c, r)
}

func (s *Sim) slashCommand(u *user, c *channel, name, text string) delivery {
	text = escape(text)
	for _, known := range s.opts.Commands {
		if known.Name == name && known.Escape {
			text = s.mentions(text)
		}
	}
	meant := s.installed()
	team := meant.team
	if s.external(u) {
		team = u.team
	}
	payload := answer{
		"token": "sim", "team_id": team, "team_domain": teamDomain(s.opts.TeamName),
		"channel_id": c.id, "channel_name": c.called(), "user_id": u.id, "user_name": u.name,
		"command": name, "text": text, "api_app_id": meant.app, "is_enterprise_install": "false",
		"response_url": s.newHook(&hook{user: u, channel: c}), "trigger_id": s.newTrigger(u),
	}
	if id := s.enterprise(); id != nil {
		payload["enterprise_id"], payload["enterprise_name"] = id, s.opts.TeamName
	}
	return delivery{deliveryCommands, payload}
}

// showReply shows what came with the acknowledgement of a slash command.
func (s *Sim) showReply(u *user, c *channel, r reply) (Reply, error) {
	given := args(r.object())
	if r.isText {
		given = args{"text": string(r.payload)}
	} else if given == nil {
		var text string
		if json.Unmarshal(r.payload, &text) == nil {
			given = args{"text": text}
		}
	}
	if given.text("text") == "" && given["blocks"] == nil {
		return Reply{}, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	said, refused := s.readContent(given)
	if refused != nil {
		return Reply{}, fmt.Errorf("slash command answer: %s %v", refused.code, refused.details)
	}
	m := &message{channel: c, user: s.bot, byApp: true, text: said.text, blocks: said.blocks, attachments: said.attachments}
	inChannel := given.text("response_type") == "in_channel"
	if !inChannel {
		m.onlyFor = u
	}
	s.post(m, s.now())
	s.touch()
	return Reply{Shown: true, Message: s.snapshot(m), InChannel: inChannel}, nil
}

// slackbotSays shows a user what Slack itself says.
func (s *Sim) slackbotSays(u *user, c *channel, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.post(&message{channel: c, user: &user{id: "USLACKBOT", name: "slackbot", realName: "Slackbot"}, slackbot: true, onlyFor: u, text: text}, s.now())
	s.touch()
}

// Say posts what a user types, and returns its ts. @names, @groups, @channel, @here
// and #channels become mentions, as by Slack's completion; when the bot is
// mentioned and is in the channel, the app gets an app_mention event.
func (s *Sim) Say(user, channel, threadTS, text string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, c := s.user(user), s.channel(channel)
	switch {
	case u == nil || c == nil:
		return "", fmt.Errorf("say: no user %q or no channel %q", user, channel)
	case c.archived:
		return "", fmt.Errorf("say in #%s: it is archived", c.name)
	case !c.members[u.id]:
		return "", fmt.Errorf("say in #%s: %s is no member", c.name, u.name)
	case strings.TrimSpace(text) == "":
		return "", fmt.Errorf("say in #%s: nothing to say", c.name)
	}
	m := &message{channel: c, user: u, text: s.mentions(escape(text))}
	if threadTS != "" {
		if m.parent = c.root(threadTS); m.parent == nil {
			return "", fmt.Errorf("say in #%s: no thread %s", c.name, threadTS)
		}
	}
	s.post(m, s.now())
	if strings.Contains(m.text, "<@"+s.bot.id+">") && c.members[s.bot.id] && s.granted("app_mentions:read") {
		s.mention(m)
	}
	s.touch()
	return m.ts.String(), nil
}

// mention tells the app that it was mentioned. What the event says of workspaces is
// that of whoever wrote it; authorizations and context_team_id are of the app's own
// installation. The caller holds the lock.
func (s *Sim) mention(m *message) {
	meant := s.installed()
	event := answer{"type": "app_mention", "user": m.user.id, "text": m.text, "ts": m.ts.String(), "channel": m.channel.id,
		"event_ts": m.ts.String(), "team": m.user.team, "client_msg_id": fmt.Sprintf("sim-%d", s.next())}
	if m.parent != nil {
		event["thread_ts"], event["parent_user_id"] = m.parent.ts.String(), m.parent.user.id
	}
	if m.channel.shared() {
		event["user_team"], event["source_team"] = m.user.team, m.user.team
	}
	payload := answer{
		"token": "sim", "team_id": meant.team, "api_app_id": meant.app, "type": "event_callback", "event": event,
		"event_id": fmt.Sprintf("Ev0SIM%05d", s.next()), "event_time": m.ts.time().Unix(), "event_context": fmt.Sprintf("4-sim%d", s.next()),
		"context_team_id": meant.team, "context_enterprise_id": s.enterprise(), "is_ext_shared_channel": m.channel.shared(),
		"authorizations": []any{answer{"enterprise_id": s.enterprise(), "team_id": meant.team, "user_id": s.bot.id, "is_bot": true, "is_enterprise_install": false}},
	}
	if id := s.enterprise(); id != nil {
		payload["enterprise_id"] = id
	}
	if s.external(m.user) {
		payload["team_id"] = m.user.team // the workspace the event came from: authorizations say whom it is for
	}
	d := delivery{deliveryEvents, payload}
	if !s.closed {
		s.work.Go(func() { s.sendEvent(d) })
	}
}
