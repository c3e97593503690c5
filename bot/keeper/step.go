package keeper

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
)

const (
	batch    = 32
	readWait = 500 * time.Millisecond
)

// step takes events from the head of the inbox, in its order, until the context
// ends or another keeper has taken over.
func (r *reign) step(ctx context.Context) error {
	wait := readWait
	for ctx.Err() == nil {
		entries, err := r.Store.Read(ctx, batch, readWait)
		if err == nil && len(entries) > 0 {
			err = r.handle(ctx, entries)
		}
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, store.ErrFenced):
			return errLeaseLost
		case err != nil:
			// Not known what was stored: forget what we believed, and read again. What was stored nobody has told the hands.
			r.cache.clear()
			r.hands.refresh()
			if r.stumble(ctx, err) {
				continue
			}
			r.log.Warn("the inbox waits", "error", err, "again_in", wait)
			if !pause(ctx, wait) {
				return nil
			}
			wait = min(2*wait, 5*time.Second)
		default:
			wait = readWait
		}
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// handle steps a batch and commits it in one pipeline. A commit that is refused
// leaves its event in the inbox, or finds it gone because an earlier try was
// stored after all; each of the others stands for itself.
func (r *reign) handle(ctx context.Context, entries []store.Entry) (err error) {
	entries, handled, err := r.suspect(ctx, entries)
	if err != nil || len(entries) == 0 {
		return err
	}
	defer func() { handled(err) }()
	r.cache.prepare()
	commits := make([]store.Commit, 0, len(entries))
	for _, entry := range entries {
		commit, err := r.decide(ctx, entry)
		var poison *poisonError
		if errors.As(err, &poison) {
			if len(commits) == 0 {
				return r.bury(ctx, entry, poison.Error())
			}
			break // what came before is committed; then it is the head
		}
		if len(commits) > 0 && r.stumble(ctx, err) {
			break // so here
		}
		if err != nil {
			return err
		}
		commits = append(commits, commit)
	}
	each, err := r.Store.Commit(ctx, r.lease.Fence, commits...)
	if err != nil {
		r.metrics.commits.WithLabelValues("unknown").Add(float64(len(commits)))
		return stumbled(err)
	}
	var trouble error
	for k, refused := range each {
		if refused == nil {
			r.metrics.commits.WithLabelValues("ok").Inc()
			r.tell(entries[k].Event, commits[k])
			continue
		}
		r.metrics.commits.WithLabelValues(result(refused)).Inc()
		switch {
		case errors.Is(refused, store.ErrFenced):
			return refused
		case errors.Is(refused, store.ErrAbsent):
			// Stored by an earlier try whose answer was lost.
			r.cache.clear()
			r.hands.refresh()
		case trouble == nil:
			trouble = &stumbleError{commits[k].EventID, fmt.Errorf("commit event %s: %w", commits[k].EventID, refused)}
		}
	}
	return trouble
}

func result(err error) string {
	switch {
	case errors.Is(err, store.ErrFenced):
		return "fenced"
	case errors.Is(err, store.ErrAbsent):
		return "absent"
	}
	return "version"
}

// decide lets the state machine decide about one event, on what we know.
func (r *reign) decide(ctx context.Context, entry store.Entry) (commit store.Commit, err error) {
	defer func() {
		if p := recover(); p != nil {
			r.log.Error("panic while handling an event", "event", entry.ID, "panic", p, "stack", string(debug.Stack()))
			err = &stumbleError{entry.ID, fmt.Errorf("panic: %v", p)}
		}
	}()
	if entry.Err != nil {
		return commit, &poisonError{entry.Err.Error()}
	}
	ev := entry.Event
	if ev.Review != nil {
		return r.review(ctx, entry)
	}
	settings := r.Settings()
	scene, err := r.scene(ctx, ev, settings)
	if errors.Is(err, store.ErrUnreadable) {
		return commit, &poisonError{err.Error()} // one broken document must not stop the workspace
	}
	if err != nil {
		return commit, err
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
	unread := r.lookUp(ctx, &scene)
	out := settings.Rules.Handle(scene, ev)
	if err := unread(); errors.Is(err, store.ErrUnreadable) {
		return commit, &poisonError{err.Error()}
	} else if err != nil {
		return commit, err
	}

	commit = store.Commit{EventID: entry.ID, Op: ev.Op, Answer: out.Answer, Now: ev.At}
	commit.Channel, commit.Storms = r.cache.weather(out)
	for _, result := range out.Results {
		i := result.Incident
		commit.Saved = append(commit.Saved, store.Saved{
			Result: result, Was: r.cache.version(i.Number), Due: settings.Rules.NextDue(i),
			Dirty: len(result.Changes) > 0 && !i.Quiet && i.Show != incident.ShowListed,
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
