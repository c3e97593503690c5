package coordinator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/compat"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/topic"
)

// decide lets the state machine decide about one event, on what we know.
func (t *term) decide(ctx context.Context, entry store.Entry) (commit store.Commit, err error) {
	defer func() {
		if p := recover(); p != nil {
			t.log.Error("panic while handling an event", "event", entry.ID, "panic", p, "stack", string(debug.Stack()))
			err = &eventError{entry.ID, fmt.Errorf("panic: %v", p)}
		}
	}()
	switch {
	case errors.Is(entry.Err, compat.ErrNewer):
		return commit, &newerError{entry.Err}
	case entry.Err != nil:
		return commit, &poisonError{entry.Err.Error()}
	}
	ev := entry.Event
	if refused, older, err := t.older(ctx, entry); err != nil || older {
		return refused, err
	}
	if ev.Digest != nil {
		return t.actOnDigest(ctx, entry)
	}
	commit, err = t.handle(ctx, ev.Incident(), ev.Access)
	commit.EventID, commit.Op = entry.ID, ev.Op
	return commit, err
}

// handle lets the state machine of incidents decide about what happened. The commit does
// not say yet which event of the inbox it is of.
func (t *term) handle(ctx context.Context, ev incident.Event, facts access.Facts) (commit store.Commit, err error) {
	settings := t.c.Settings()
	in, err := t.input(ctx, ev, facts, settings)
	if err != nil {
		return commit, t.unhandled(err)
	}
	if ev.Start != nil {
		in.StartPlan = t.startPlan(settings, *ev.Start)
	}
	if err := t.load(ctx, settings, ev, likely(in, ev), &in.Loaded); err != nil {
		return commit, t.unhandled(err)
	}
	opens := in.StartPlan
	out, err := settings.Rules.Settle(in, ev, func(needs incident.Needs, into *incident.Loaded) error {
		err := t.load(ctx, settings, ev, needs, into)
		opens = cmp.Or(into.Plan, opens)
		return err
	})
	if err != nil {
		return commit, t.unhandled(err)
	}

	commit = store.Commit{Answer: event.Answer{Incident: out.Answer}, Now: ev.At}
	commit.Channel, commit.Storms = t.cache.saved(out)
	for _, result := range out.Results {
		i := result.Incident
		before, whole := t.cache.before(i.Number)
		shown := len(result.Changes) > 0 || before != nil && i.Moved(before)
		commit.Saved = append(commit.Saved, store.Saved{
			Result: result, Was: t.cache.version(i.Number), Due: settings.Rules.NextDue(i),
			Feeds: feedsOf(settings, result),
			Dirty: shown && !i.Quiet && i.Show != incident.ShowListed, Before: before, Whole: whole,
		})
		if i.Number == in.Next {
			commit.Next = i.Number
			t.cache.next = i.Number
		}
		t.cache.put(i)
	}
	if opens != nil && len(out.Results) > 0 {
		commit.Playbook = opens.Playbook
	}
	if ev.StormTimer != nil && len(out.Storms) == 0 {
		if storm := t.cache.storms[ev.StormTimer.Storm]; storm != nil {
			commit.Again = &store.Again{Topic: storm.Topic(), Due: storm.NextDue()}
		}
	}
	if ev.Timer != nil && len(out.Results) == 0 && in.Current != nil {
		// It was early: set it again, the timer index has let it go.
		commit.Again = &store.Again{Topic: topic.Incident(in.Current.Number), Due: settings.Rules.NextDue(*in.Current)}
	}
	if out.Reason != "" {
		t.log.Debug("nothing to show", "reason", out.Reason)
	}
	return commit, nil
}

// feedsOf are the feeds that get what an event added to a timeline.
func feedsOf(settings Settings, r incident.Result) (ids []string) {
	if len(r.Changes) == 0 || r.Incident.Quiet {
		return nil
	}
	for _, feed := range settings.Feeds {
		ids = append(ids, feed.ID())
	}
	return ids
}
