package coordinator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/topic"
)

// maxTries is how often an event is tried before it goes to the dead letters.
const maxTries = 5

// poisonError says that an event can never be handled: what it is made of cannot
// be read, and reading the same bytes again gives the same.
type poisonError struct{ reason string }

func (e *poisonError) Error() string { return e.reason }

// restFor is how long a timer rests that could not be handled.
const restFor = time.Minute

// unhandled is the error of an event that needs what could not be read: it is for a
// newer binary, or poison, so that one broken document does not stop the workspace.
func (t *term) unhandled(err error) error {
	u := store.UnreadableOf(err)
	if u == nil {
		return err
	}
	t.documents.Met(u)
	if u.Newer() {
		return &newerError{u}
	}
	return &poisonError{u.Error()}
}

// eventError says that handling an event failed for a reason of its own: a
// panic, or a commit that Redis answered and refused. What the coordinator believed may
// have been wrong, so it is tried again with all read anew, maxTries times in all.
type eventError struct {
	event string // its id; empty when it is one of several
	cause error
}

func (e *eventError) Error() string { return e.cause.Error() }
func (e *eventError) Unwrap() error { return e.cause }

// eventFailure tells a commit that can never be from a Redis that is in trouble:
// only the first is the event's own fault.
func eventFailure(err error) error {
	if err != nil && store.Refused(err) {
		return &eventError{cause: err}
	}
	return err
}

// isolate reports whether an error is the event's own. Then the next events are
// counted and handled one by one, so that none suffers for another; the inbox
// need not wait.
func (t *term) isolate(ctx context.Context, err error) bool {
	own, ok := errors.AsType[*eventError](err)
	if !ok {
		return false
	}
	if own.event != "" && own.event != t.counted {
		if _, err := t.c.Store.Suspect(ctx, own.event); err != nil {
			return false
		}
	}
	t.isolating, t.lastFailure = batch, own.Error()
	t.log.Warn("an event failed and is tried again", "error", own)
	return true
}

// countTries counts the head of the inbox before it is handled, when a coordinator may
// have ended at it, or when it failed: it is met again by every try. After
// maxTries it goes to the dead letters. It returns the events to handle now (none: it was
// put there), and what to call with how that went.
func (t *term) countTries(ctx context.Context, entries []store.Entry) ([]store.Entry, func(error), error) {
	if t.isolating == 0 {
		return entries, func(error) {}, nil
	}
	t.isolating--
	head := entries[0]
	tries, err := t.c.Store.Suspect(ctx, head.ID)
	if err != nil {
		t.isolating++
		return nil, nil, err
	}
	t.counted = head.ID
	if tries > maxTries {
		why := t.lastFailure
		if why == "" {
			why = "it ended its coordinator"
		}
		return nil, nil, t.deadLetter(ctx, head, fmt.Sprintf("tried %d times: %s", tries-1, why))
	}
	if tries > 1 {
		t.isolating = batch // it may as well stand behind the head: from here on one by one
	}
	if t.isolating > 0 {
		entries = entries[:1]
	}
	return entries, func(err error) {
		if _, ok := errors.AsType[*eventError](err); ok {
			return // its count goes on
		}
		// Best effort, also when the term ends: a stale count only costs one hash field, until the next term.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = t.c.Store.Cleared(ctx, head.ID)
	}, nil
}

// aboutTimer is what the health says of a timer that rests.
func aboutTimer(about topic.ID) string { return "timer " + about.String() }

// deadLetter moves an event to the dead letters. Whoever waits for it is told that it
// failed; a replay answers anew. A timer says nothing that Redis does not know: it is
// due again after a rest.
func (t *term) deadLetter(ctx context.Context, entry store.Entry, why string) error {
	if about := entry.Event.Due(); !about.IsZero() && entry.Err == nil {
		return t.rest(ctx, entry, about, why)
	}
	t.log.Error("an event cannot be handled and goes to the dead letters: see `signalbook dead list`", "event", entry.ID, "reason", why)
	t.cache.clear() // deciding about it may have stopped half way
	commit := store.Commit{EventID: entry.ID, Bury: &entry, Why: why}
	if entry.Err == nil && entry.Event.Op != "" {
		commit.Op, commit.Answer = entry.Event.Op, failed(entry.Event, textDead)
	}
	each, err := t.c.Store.Commit(ctx, t.lease.Fence, commit)
	switch {
	case err != nil:
		return err
	case errors.Is(each[0], store.ErrFenced):
		return each[0]
	case each[0] == nil:
		t.lastFailure = ""
		t.c.metrics.commits.WithLabelValues("dead").Inc()
		t.publish(entry.Event, commit)
	}
	return nil
}

// rest makes a timer that could not be handled due again a little later.
func (t *term) rest(ctx context.Context, entry store.Entry, about topic.ID, why string) error {
	t.log.Error("a timer cannot be handled and is due again after a rest", "about", about, "rest", t.c.Timing.Rest, "reason", why)
	t.c.health.Set(aboutTimer(about), fmt.Sprintf("what is due of %s cannot be handled, and is tried again every %s: %s", about, t.c.Timing.Rest, why))
	t.cache.clear() // deciding about it may have stopped half way
	each, err := t.c.Store.Commit(ctx, t.lease.Fence, store.Commit{EventID: entry.ID, Again: &store.Again{Topic: about, Due: t.c.Store.Now().Add(t.c.Timing.Rest)}})
	switch {
	case err != nil:
		return err
	case errors.Is(each[0], store.ErrFenced):
		return each[0]
	}
	t.lastFailure = ""
	t.c.metrics.commits.WithLabelValues("resting").Inc()
	return t.c.Store.Cleared(ctx, entry.ID)
}

// textDead is what a person is told whose act went to the dead letters.
const textDead = "an error of Signalbook's own; it is kept among the dead letters, where an operator can replay it"

// failed tells whoever acted why nothing came of it.
func failed(ev event.Event, why string) event.Answer {
	switch {
	case ev.Digest != nil:
		return event.Answer{Digest: event.DigestAnswer{Kind: event.DigestFailed, Verb: ev.Digest.Verb, Text: why}}
	case ev.Act != nil:
		return event.Answer{Incident: incident.Answer{Kind: incident.AnswerFailed, Verb: ev.Act.Verb, Incident: ev.Act.Incident, Text: why}}
	}
	return event.Answer{Incident: incident.Answer{Kind: incident.AnswerFailed, Text: why}}
}
