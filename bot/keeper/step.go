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
	"github.com/signalbook/signalbook/playbooks"
)

const (
	batch    = 32
	readWait = 500 * time.Millisecond
	// maxTries is how often an event may end its keeper before it goes to the dead letters.
	maxTries = 5
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
func (r *reign) handle(ctx context.Context, entries []store.Entry) error {
	if r.careful > 0 {
		// An event that ends the process is met again by every new keeper.
		r.careful--
		head := entries[0]
		tries, err := r.Store.Suspect(ctx, head.ID)
		if err != nil {
			return err
		}
		if tries > maxTries {
			return r.bury(ctx, head, fmt.Sprintf("it ended %d keepers", tries-1))
		}
		if tries > 1 {
			r.careful = batch // it may as well stand behind the head: from here on one by one
		}
		if r.careful > 0 {
			entries = entries[:1]
		}
		defer func() { _ = r.Store.Cleared(ctx, head.ID) }() // best effort: a stale count only costs one hash field
	}
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
		if err != nil {
			return err
		}
		commits = append(commits, commit)
	}
	each, err := r.Store.Commit(ctx, r.lease.Fence, commits...)
	if err != nil {
		r.metrics.commits.WithLabelValues("unknown").Add(float64(len(commits)))
		return err
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
			trouble = fmt.Errorf("commit event %s: %w", commits[k].EventID, refused)
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

// poisonError says that an event can never be stepped.
type poisonError struct{ reason string }

func (e *poisonError) Error() string { return e.reason }

func (r *reign) bury(ctx context.Context, entry store.Entry, why string) error {
	r.log.Error("an event cannot be handled and goes to the dead letters", "event", entry.ID, "reason", why)
	r.cache.clear() // deciding about it may have stopped half way
	each, err := r.Store.Commit(ctx, r.lease.Fence, store.Commit{EventID: entry.ID, Bury: &entry, Why: why})
	switch {
	case err != nil:
		return err
	case errors.Is(each[0], store.ErrFenced):
		return each[0]
	case each[0] == nil:
		r.metrics.commits.WithLabelValues("dead").Inc()
	}
	return nil
}

// decide lets the state machine decide about one event, on what we know.
func (r *reign) decide(ctx context.Context, entry store.Entry) (commit store.Commit, err error) {
	defer func() {
		if p := recover(); p != nil {
			r.log.Error("panic while handling an event", "event", entry.ID, "panic", p, "stack", string(debug.Stack()))
			err = &poisonError{fmt.Sprintf("panic: %v", p)}
		}
	}()
	if entry.Err != nil {
		return commit, &poisonError{entry.Err.Error()}
	}
	ev := entry.Event
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
	out := settings.Rules.Handle(scene, ev)

	commit = store.Commit{EventID: entry.ID, Op: ev.Op, Answer: out.Answer, Now: ev.At}
	for _, result := range out.Results {
		i := result.Incident
		commit.Saved = append(commit.Saved, store.Saved{
			Result: result, Was: r.cache.version(i.Number), Due: settings.Rules.NextDue(i),
			Dirty: len(result.Changes) > 0 && !i.Quiet,
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
	if ev.Timer != nil && len(out.Results) == 0 && scene.Current != nil {
		// It was early: set it again, the timer index has let it go.
		commit.Again = &store.Again{Number: scene.Current.Number, Due: settings.Rules.NextDue(*scene.Current)}
	}
	if out.Reason != "" {
		r.log.Debug("nothing to show", "event", entry.ID, "reason", out.Reason)
	}
	return commit, nil
}

// scene gathers what the state machine needs to know around an event.
func (r *reign) scene(ctx context.Context, ev incident.Event, settings Settings) (incident.Scene, error) {
	var s incident.Scene
	newest, err := r.cache.newest(ctx, r.Store)
	if err != nil {
		return s, err
	}
	s.Next = newest + 1
	number := 0
	switch {
	case ev.Notification != nil:
		number, err = r.cache.group(ctx, r.Store, ev.Notification.GroupID())
	case ev.Act != nil:
		number = ev.Act.Incident
	case ev.Timer != nil:
		number = ev.Timer.Incident
	}
	if err != nil {
		return s, err
	}
	if number > 0 {
		if s.Current, err = r.cache.incident(ctx, r.Store, number); err != nil {
			return s, err
		}
	}
	switch {
	case ev.Act != nil && s.Current != nil:
		s.Refusal, err = r.people.refuse(ctx, ev.Act.User.ID, s.Current.Responders)
	case ev.Start != nil:
		s.Refusal, err = r.people.refuse(ctx, ev.Start.User.ID, settings.Route(ev.Start.Labels).Responders)
	case ev.Timer != nil && s.Current != nil:
		s.Neighbours, err = r.neighbours(ctx, *s.Current, ev.At)
	}
	return s, err
}

// neighbours loads the incidents that may share a deadline ping with i.
func (r *reign) neighbours(ctx context.Context, i incident.Incident, now time.Time) ([]incident.Incident, error) {
	tier, ok := i.Tier(playbooks.Immediate)
	if !ok || tier.Due.After(now) || tier.Overdue || !i.Active() {
		return nil, nil
	}
	numbers, err := r.Store.Neighbours(ctx, i.Channel, tier.Owners, now.Add(incident.TogetherWithin))
	if err != nil {
		return nil, err
	}
	var all []incident.Incident
	for _, n := range numbers {
		if n == i.Number {
			continue
		}
		other, err := r.cache.incident(ctx, r.Store, n)
		if err != nil {
			return nil, err
		}
		if other != nil {
			all = append(all, *other)
		}
	}
	return all, nil
}

// tell passes on what a committed event led to: the hands bring Slack in line,
// and the person who acted gets a private answer when nobody waits for it at a
// door.
func (r *reign) tell(ev incident.Event, commit store.Commit) {
	for _, saved := range commit.Saved {
		if !saved.Dirty {
			continue
		}
		next := classPing
		if saved.Was == 0 {
			next = classRoot
		}
		w := work{number: saved.Incident.Number, channel: r.people.channel(saved.Incident.Channel), rank: ranked(saved.Incident.Critical, next, saved.Incident.OpenedAt)}
		if ev.Act != nil {
			w.clicked = true
			if ev.Act.Step != "" {
				s, _, _ := saved.Incident.Step(ev.Act.Step)
				w.tier = s.Tier
			}
		}
		r.hands.add(w)
		for _, c := range saved.Changes {
			r.log.Info(string(c.Kind), "incident", saved.Incident.ID(), "step", c.Step, "user", c.By.ID, "via", c.Via, "text", c.Text)
		}
	}
	reply, user := incident.Reply{}, incident.User{}
	switch {
	case ev.Act != nil:
		reply, user = ev.Act.Reply, ev.Act.User
	case ev.Start != nil:
		reply, user = ev.Start.Reply, ev.Start.User
	}
	if reply == (incident.Reply{}) || commit.Answer.Kind == incident.AnswerNone {
		return
	}
	if commit.Answer.Kind == incident.AnswerApplied && !reply.Always {
		return // the edit of the thread is the answer
	}
	r.hands.answer(reply, user, commit.Answer)
}
