package coordinator

import (
	"context"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/topic"
)

// older refuses a click that did not come from the thread that it is about: what
// its button says was true when it was posted, and Redis may have lost data since.
func (t *term) older(ctx context.Context, entry store.Entry) (commit store.Commit, older bool, err error) {
	ev := entry.Event
	var from *incident.Origin
	var about topic.ID
	answer := incident.Answer{Kind: incident.AnswerOlder}
	switch {
	case ev.Act != nil:
		from, about = ev.Act.From, topic.Incident(ev.Act.Incident)
		answer.Verb, answer.Incident = ev.Act.Verb, ev.Act.Incident
	case ev.Review != nil:
		from, about = ev.Review.From, topic.Digest(ev.Review.Digest)
		answer.Verb = incident.Verb(ev.Review.Verb)
	}
	if from == nil {
		return commit, false, nil
	}
	ok, err := t.c.Store.Owns(ctx, about, *from)
	if err != nil || ok {
		return commit, false, t.unhandled(err)
	}
	t.log.Warn("a click on a message that is not known", "verb", answer.Verb, "about", about, "channel", from.Channel, "ts", from.TS)
	return store.Commit{EventID: entry.ID, Op: ev.Op, Now: ev.At, Answer: answer}, true, nil
}
