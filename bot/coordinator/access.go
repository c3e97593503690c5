package coordinator

import (
	"context"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/incident"
)

// judgeAccess notes in the input of an event whether the person may act.
func (t *term) judgeAccess(ctx context.Context, s *incident.StepInput, settings Settings, right access.Right, facts access.Facts, user incident.User, at access.Place) error {
	decision, err := t.people.May(ctx, right, user.ID, facts, at, settings.External)
	s.Refusal, s.Hidden, s.Note = decision.Reason, decision.Hidden, decision.Note
	return err
}

// withPrivate adds whether the channel is private, by Slack's last word, to facts of a
// endpoint that could not read it.
func (t *term) withPrivate(ctx context.Context, facts access.Facts, channel string) access.Facts {
	if facts.Private != access.Unknown {
		return facts
	}
	room, err := t.c.Store.Directory.Roster(ctx, t.people.Channel(channel), "")
	if err != nil {
		t.log.Debug("what is known of a channel could not be read", "channel", channel, "error", err)
	}
	facts.Private = room.Private
	return facts
}
