package interaction

import (
	"context"
	"time"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/interaction/command"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/slackapi"
)

// Command answers a slash command.
func (h *Handler) Command(ctx context.Context, s slackapi.Slash) slackapi.Response {
	who := person{s.UserID, s.UserTeam, s.ChannelID}
	if s.Elsewhere {
		// Slack names one workspace with a command. Whoever is in a channel of ours is a person of another organisation; for
		// anybody else the command was meant for another installation of the app.
		if member := h.facts(ctx, who, s.ChannelID).Member; member != access.Yes {
			return slackapi.Response{Foreign: true}
		}
	}
	if said, taken := h.startTyped(ctx, s, who); taken {
		return slackapi.Response{Message: blockkit.Message{Text: said}}
	}
	c, err := command.Parse(h.naming(ctx, s.Text), 0) // some workspaces bring names with the people in it, others do not
	if err != nil {
		return slackapi.Response{Message: h.usage(ctx, err, who)}
	}
	c, note, which := h.meant(ctx, c, who)
	if which != "" {
		return slackapi.Response{Message: blockkit.TextMessage(which)}
	}
	user := incident.User{ID: s.UserID, Name: s.UserName}
	to := slackapi.Private{Channel: s.ChannelID, User: s.UserID, ResponseURL: s.ResponseURL}
	if ev, ok := act(c, s.Op, s.At, user, "command", event.Reply{}); ok {
		if said := h.admit(ctx, &ev, who); said != "" {
			return slackapi.Response{Message: blockkit.TextMessage(said)}
		}
		answer, known, text := h.put(ctx, ev, "", to, true)
		if known {
			return slackapi.Response{Message: h.linked(ctx, who, message.WithNote(message.Told(answer, h.Settings().Command), note))}
		}
		return slackapi.Response{Message: message.WithNote(blockkit.TextMessage(text), note)}
	}
	said := h.answerCommand(ctx, c, who, h.Store.Now(), to)
	return slackapi.Response{Message: h.linked(ctx, who, message.WithNote(said, note))}
}

// Mention takes the same words in an incident's thread, where the ID is left
// out.
func (h *Handler) Mention(ctx context.Context, m slackapi.Mention) error {
	to := slackapi.Private{Channel: m.ChannelID, ThreadTS: m.ThreadTS, User: m.UserID}
	who := person{m.UserID, m.UserTeam, m.ChannelID}
	number := 0
	if m.ThreadTS != "" {
		readCtx, cancel := context.WithTimeout(ctx, h.waits.read)
		n, err := h.Store.ThreadNumber(readCtx, m.ChannelID, m.ThreadTS)
		cancel()
		if err != nil {
			return h.unheard(ctx, m, to, err)
		}
		number = n
	}
	text, by := h.named(ctx, m)
	c, err := command.Parse(text, number)
	if err != nil {
		said := h.usage(ctx, err, who)
		h.sendEphemeral(ctx, to, said)
		return nil
	}
	c, note, which := h.meant(ctx, c, who)
	if which != "" {
		h.say(ctx, to, which)
		return nil
	}
	reply := event.Reply{Channel: m.ChannelID, Thread: m.ThreadTS, Always: true}
	if ev, ok := act(c, m.Op, m.At, by, "thread", reply); ok {
		if said := h.admit(ctx, &ev, who); said != "" {
			h.say(ctx, to, said)
			return nil
		}
		if _, err := h.store(ctx, ev); err != nil {
			return h.unheard(ctx, m, to, err)
		}
		if note != "" {
			h.say(ctx, to, note) // the coordinator says the rest
		}
		return nil
	}
	said := message.WithNote(h.answerCommand(ctx, c, who, h.Store.Now(), to), note)
	h.sendEphemeral(ctx, to, said)
	return nil
}

// unheard is for a mention that the store did not take: Slack delivers it again, and
// the first time the person is told.
func (h *Handler) unheard(ctx context.Context, m slackapi.Mention, to slackapi.Private, err error) error {
	if !m.Repeat {
		to.Text = textAgain
		h.Slack.SendEphemeral(ctx, to)
	}
	return err
}

// answerCommand answers a command that changes nothing.
func (h *Handler) answerCommand(ctx context.Context, c command.Command, who person, at time.Time, to slackapi.Private) blockkit.Message {
	if c.Verb.May() == access.Insider {
		if decision := h.seesPlaybooks(ctx, who); !decision.Allowed {
			return blockkit.TextMessage(blockkit.Escape(sentence(decision.Reason)))
		}
	}
	switch {
	case c.Verb == command.VerbDigest, c.Verb == command.VerbCost:
		return h.costs(ctx, c, who, at, to)
	case asksHandbook(c.Verb):
		return h.handbook(ctx, c, at, to)
	}
	return h.read(ctx, c, who, at)
}

// seesPlaybooks decides about seeing playbooks and the handbook, which belong to no
// channel.
func (h *Handler) seesPlaybooks(ctx context.Context, who person) access.Decision {
	short, cancel := context.WithTimeout(ctx, h.waits.access)
	defer cancel()
	q := access.Question{Right: access.Insider, Facts: access.Facts{Person: h.personKind(short, who)}, External: h.Settings().External}
	return q.Decide()
}
