package coordinator

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/compat"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
)

// decide lets the state machine decide about one event, on what we know.
func (r *term) decide(ctx context.Context, entry store.Entry) (commit store.Commit, err error) {
	defer func() {
		if p := recover(); p != nil {
			r.log.Error("panic while handling an event", "event", entry.ID, "panic", p, "stack", string(debug.Stack()))
			err = &stumbleError{entry.ID, fmt.Errorf("panic: %v", p)}
		}
	}()
	switch {
	case errors.Is(entry.Err, compat.ErrNewer):
		return commit, &newerError{entry.Err}
	case entry.Err != nil:
		return commit, &poisonError{entry.Err.Error()}
	}
	ev := entry.Event
	if refused, older, err := r.older(ctx, entry); err != nil || older {
		return refused, err
	}
	if ev.Review != nil {
		return r.review(ctx, entry)
	}
	settings := r.Settings()
	scene, err := r.scene(ctx, ev, settings)
	if err != nil {
		return commit, r.unhandled(err)
	}
	var plan *incident.Plan
	scene.Plan = func(n alerts.Notification) incident.Plan {
		made := r.plan(settings, n)
		plan = &made
		return made
	}
	if ev.Start != nil {
		plan = r.startPlan(settings, *ev.Start)
		scene.StartPlan = plan
	}
	unread := r.lookUp(ctx, &scene, ev)
	out := settings.Rules.Handle(scene, ev)
	if err := unread(); err != nil {
		return commit, r.unhandled(err)
	}

	commit = store.Commit{EventID: entry.ID, Op: ev.Op, Answer: out.Answer, Now: ev.At}
	commit.Channel, commit.Storms = r.cache.weather(out)
	for _, result := range out.Results {
		i := result.Incident
		before, whole := r.cache.before(i.Number)
		shown := len(result.Changes) > 0 || before != nil && i.Moved(before)
		commit.Saved = append(commit.Saved, store.Saved{
			Result: result, Was: r.cache.version(i.Number), Due: settings.Rules.NextDue(i),
			Dirty: shown && !i.Quiet && i.Show != incident.ShowListed, Before: before, Whole: whole,
		})
		if i.Number == scene.Next {
			commit.Next = i.Number
			r.cache.next = i.Number
		}
		r.cache.put(i)
	}
	if plan != nil && len(out.Results) > 0 {
		commit.Playbook = plan.Playbook
	}
	if ev.Timer != nil && len(out.Storms) == 0 && ev.Timer.Incident < 0 {
		if storm := r.cache.storms[-ev.Timer.Incident]; storm != nil {
			commit.Again = &store.Again{Number: storm.Subject(), Due: storm.NextDue()}
		}
	}
	if ev.Timer != nil && len(out.Results) == 0 && scene.Current != nil {
		// It was early: set it again, the timer index has let it go.
		commit.Again = &store.Again{Number: scene.Current.Number, Due: settings.Rules.NextDue(*scene.Current)}
	}
	if out.Reason != "" {
		r.log.Debug("nothing to show", "event", entry.ID, "reason", out.Reason)
	}
	return commit, nil
}
