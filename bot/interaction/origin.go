package interaction

import (
	"context"
	"crypto/rand"
	"strings"

	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/topic"
)

// clicked is the message of a click, which stands in the thread of what it is about; a
// storm's menu stands in the storm's, and a Home in none.
func clicked(a slackapi.Action, about topic.ID) *event.Origin {
	if a.Home {
		return nil // homeOwned looks at those
	}
	if n, ok := stormOf(a.ActionID, a.BlockID); ok {
		about = topic.Storm(n)
	}
	return &event.Origin{Channel: a.ChannelID, TS: a.MessageTS, Thread: about}
}

// externalID carries the message that a form was opened on: the form may be sent
// in when Redis is another one. Slack wants it to be unique.
func externalID(a slackapi.Action) string {
	return a.ChannelID + " " + a.MessageTS + " " + rand.Text()
}

// opened is the message that a form was opened on; nil when an older binary
// opened it.
func opened(s slackapi.Submission, about topic.ID) *event.Origin {
	fields := strings.Fields(s.ExternalID)
	if len(fields) != 3 {
		return nil
	}
	return &event.Origin{Channel: fields[0], TS: fields[1], Thread: about}
}

// owned reports whether a click came from the thread that it is about, and tells
// the person when it did not: for clicks that no coordinator looks at.
func (h *Handler) owned(ctx context.Context, about topic.ID, a slackapi.Action, to slackapi.Private) bool {
	if a.Home {
		return true // homeOwned was asked before
	}
	readCtx, cancel := context.WithTimeout(ctx, h.waits.read)
	ok, err := h.Store.Owns(readCtx, *clicked(a, about))
	cancel()
	switch {
	case err != nil:
		h.Logger.Warn("the thread of a click could not be read", "action", a.ActionID, "value", a.Value, "error", err)
		h.say(ctx, to, textUnread)
	case !ok:
		h.Logger.Warn("a click on a message that is not known", "action", a.ActionID, "value", a.Value, "channel", a.ChannelID, "ts", a.MessageTS)
		h.say(ctx, to, message.Answer(incident.Answer{Kind: incident.AnswerOlder}, h.Settings().Command))
	default:
		return true
	}
	return false
}
