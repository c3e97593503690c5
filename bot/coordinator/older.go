package coordinator

import (
	"context"

	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
)

// older refuses a click that did not come from the thread that it is about: what
// its button says was true when it was posted, and Redis may have lost data since.
func (t *term) older(ctx context.Context, entry store.Entry) (commit store.Commit, older bool, err error) {
	ev := entry.Event
	if ev.From == nil {
		return commit, false, nil
	}
	ok, err := t.c.Store.Owns(ctx, *ev.From)
	if err != nil || ok {
		return commit, false, t.unhandled(err)
	}
	commit = store.Commit{EventID: entry.ID, Op: ev.Op, Now: ev.At}
	switch {
	case ev.Act != nil:
		commit.Answer.Incident = incident.Answer{Kind: incident.AnswerOlder, Verb: ev.Act.Verb, Incident: ev.Act.Incident}
	case ev.Digest != nil:
		commit.Answer.Digest = event.DigestAnswer{Kind: event.DigestOlder, Verb: ev.Digest.Verb}
	}
	t.log.Warn("a click on a message that is not known", "about", ev.From.Thread, "channel", ev.From.Channel, "ts", ev.From.TS)
	return commit, true, nil
}
