package interaction

import (
	"context"
	"errors"
	"time"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/interaction/command"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/slackapi"
)

// Command answers a slash command.
func (d *Desk) Command(ctx context.Context, s slackapi.Slash) slackapi.Answer {
	who := person{s.UserID, s.UserTeam, s.ChannelID}
	if s.Elsewhere {
		// Slack names one workspace with a command. Whoever is in a channel of ours is a person of another organisation; for
		// anybody else the command was meant for another installation of the app.
		if member := d.facts(ctx, who, s.ChannelID).Member; member != access.Yes {
			return slackapi.Answer{Foreign: true}
		}
	}
	c, err := command.Parse(d.naming(ctx, s.Text), 0) // some workspaces bring names with the people in it, others do not
	if err != nil {
		return slackapi.Answer{Message: d.usage(err)}
	}
	c, note, which := d.meant(ctx, c, who)
	if which != "" {
		return slackapi.Answer{Message: message.Text(which)}
	}
	user := incident.User{ID: s.UserID, Name: s.UserName}
	if ev, ok := act(c, s.Op, s.At, user, "command", incident.Reply{}); ok {
		if said := d.admit(ctx, &ev, who); said != "" {
			return slackapi.Answer{Message: message.Text(said)}
		}
		answer, known, text := d.put(ctx, ev, "", slackapi.Private{Channel: s.ChannelID, User: s.UserID, ResponseURL: s.ResponseURL}, true)
		if known {
			return slackapi.Answer{Message: d.linked(ctx, who, message.WithNote(message.AskBack(answer, d.Settings().Command), note))}
		}
		return slackapi.Answer{Message: message.WithNote(message.Text(text), note)}
	}
	said := d.tell(ctx, c, who, d.Store.Now(), slackapi.Private{Channel: s.ChannelID, User: s.UserID, ResponseURL: s.ResponseURL})
	return slackapi.Answer{Message: d.linked(ctx, who, message.WithNote(said, note))}
}

// Mention takes the same words in an incident's thread, where the ID is left
// out.
func (d *Desk) Mention(ctx context.Context, m slackapi.Mention) error {
	to := slackapi.Private{Channel: m.ChannelID, ThreadTS: m.ThreadTS, User: m.UserID}
	who := person{m.UserID, m.UserTeam, m.ChannelID}
	number := 0
	if m.ThreadTS != "" {
		readCtx, cancel := context.WithTimeout(ctx, d.waits.read)
		n, err := d.Store.ThreadNumber(readCtx, m.ChannelID, m.ThreadTS)
		cancel()
		if err != nil {
			return d.unheard(ctx, m, to, err)
		}
		number = n
	}
	text, by := d.named(ctx, m)
	c, err := command.Parse(text, number)
	if err != nil {
		said := d.usage(err)
		d.whisper(ctx, to, said)
		return nil
	}
	c, note, which := d.meant(ctx, c, who)
	if which != "" {
		d.say(ctx, to, which)
		return nil
	}
	reply := incident.Reply{Channel: m.ChannelID, Thread: m.ThreadTS, Always: true}
	if ev, ok := act(c, m.Op, m.At, by, "thread", reply); ok {
		if said := d.admit(ctx, &ev, who); said != "" {
			d.say(ctx, to, said)
			return nil
		}
		if _, err := d.store(ctx, ev); err != nil {
			return d.unheard(ctx, m, to, err)
		}
		if note != "" {
			d.say(ctx, to, note) // the coordinator says the rest
		}
		return nil
	}
	said := message.WithNote(d.tell(ctx, c, who, d.Store.Now(), to), note)
	d.whisper(ctx, to, said)
	return nil
}

// unheard is for a mention that the store did not take: Slack delivers it again, and
// the first time the person is told.
func (d *Desk) unheard(ctx context.Context, m slackapi.Mention, to slackapi.Private, err error) error {
	if !m.Repeat {
		to.Text = textAgain
		d.send(ctx, to)
	}
	return err
}

// tell answers a command that changes nothing.
func (d *Desk) tell(ctx context.Context, c command.Command, who person, at time.Time, to slackapi.Private) message.Message {
	switch {
	case c.Verb == command.VerbList, c.Verb == command.VerbShow, asksHandbook(c.Verb):
		if decision := d.seesPlaybooks(ctx, who); !decision.Allowed {
			return message.Text(message.Escape(sentence(decision.Reason)))
		}
	}
	switch {
	case c.Verb == command.VerbDigest, c.Verb == command.VerbCost:
		return d.costs(ctx, c, who, at, to)
	case asksHandbook(c.Verb):
		return d.handbook(ctx, c, at, to)
	}
	return d.read(ctx, c, who, at)
}

// seesPlaybooks decides about seeing playbooks and the handbook, which belong to no
// channel.
func (d *Desk) seesPlaybooks(ctx context.Context, who person) access.Decision {
	short, cancel := context.WithTimeout(ctx, d.waits.access)
	defer cancel()
	return d.personKind(short, who).Outsiders(d.Settings().External)
}

// usage turns a parse error into what helps.
func (d *Desk) usage(err error) message.Message {
	var usage *command.UsageError
	if errors.As(err, &usage) {
		return message.Text(usage.Text)
	}
	return message.Text(message.Escape(err.Error()))
}
