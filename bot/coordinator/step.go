package coordinator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/signalbook/signalbook/bot/pause"
	"github.com/signalbook/signalbook/bot/store"
)

const (
	batch    = 32 // events that are read and stored at a time, at most
	readWait = 500 * time.Millisecond
)

// step takes events from the head of the inbox, in its order, until the context
// ends or another coordinator has taken over.
func (t *term) step(ctx context.Context) error {
	wait := readWait
	var next decided
	select {
	case <-ctx.Done():
	case <-t.compared:
	}
	for ctx.Err() == nil {
		var err error
		if len(next.commits) == 0 {
			next, err = t.head(ctx)
		}
		if err == nil && len(next.commits) > 0 {
			next, err = t.commit(ctx, next)
		}
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, store.ErrFenced):
			return errLeaseLost
		case isBehind(err):
			return err
		case err != nil:
			// Not known what was stored: forget what we believed, and read again. What was stored nobody has told the sender.
			next = decided{}
			t.cache.clear()
			t.sender.Refresh()
			if t.isolate(ctx, err) {
				continue
			}
			t.atOnce = max(t.atOnce/2, 1)
			t.log.Warn("the inbox waits", "error", err, "again_in", wait)
			t.c.health.Set("inbox", "the inbox waits, and is tried again and again: "+err.Error())
			if !pause.For(ctx, wait) {
				return nil
			}
			wait = min(2*wait, 5*time.Second)
		default:
			t.atOnce = min(t.atOnce+1, batch)
			if wait > readWait {
				wait = readWait
				t.c.health.Clear("inbox")
			}
		}
	}
	return nil
}

// decided is a batch that waits for its commit.
type decided struct {
	entries []store.Entry
	commits []store.Commit // of the first of the entries
	batch   store.Batch
	full    bool        // more events are likely to wait behind these
	handled func(error) // is told how the commit went
}

// head reads and decides about the events at the head of the inbox. What it
// returns is empty when there are none, or when one of them went to the dead letters.
func (t *term) head(ctx context.Context) (d decided, err error) {
	entries, err := t.c.Store.Read(ctx, t.aside.after, int64(t.atOnce), readWait)
	if err == nil {
		t.asideAgain(len(entries) == 0)
	}
	if err != nil || len(entries) == 0 {
		return d, err
	}
	full := len(entries) == t.atOnce
	entries, handled, err := t.countTries(ctx, entries)
	if err != nil || len(entries) == 0 {
		return d, err
	}
	defer func() {
		if err != nil || len(d.commits) == 0 {
			handled(err)
		}
	}()
	entries = oneDigestAct(entries)
	t.cache.prepare()
	commits, err := t.decideAll(ctx, entries)
	for isNewer(err) && len(commits) == 0 {
		if err = t.newer(entries[0], err); err != nil {
			return d, err
		}
		if entries = entries[1:]; len(entries) == 0 {
			return d, nil
		}
		commits, err = t.decideAll(ctx, entries)
	}
	_, poison := errors.AsType[*poisonError](err)
	switch {
	case err == nil:
	case poison && len(commits) == 0:
		return d, t.deadLetter(ctx, entries[0], err.Error())
	case poison, isNewer(err), len(commits) > 0 && t.isolate(ctx, err):
		full = false // what came before is committed; then it is the head
	default:
		return d, err
	}
	prepared, err := t.c.Store.Prepare(t.lease.Fence, commits...)
	if err != nil {
		return d, eventFailure(err)
	}
	return decided{entries, commits, prepared, full && len(entries) == t.atOnce, handled}, nil
}

// isBehind reports whether an error ends the term in favour of a newer binary.
func isBehind(err error) bool {
	_, ok := errors.AsType[*behindError](err)
	return ok
}

// oneDigestAct cuts a batch behind its first act on a digest. What digests know of one
// another is read from Redis: whoever comes second there must find it stored that
// he was not the first.
func oneDigestAct(entries []store.Entry) []store.Entry {
	at := slices.IndexFunc(entries, isDigestAct)
	if at < 0 {
		return entries
	}
	return entries[:at+1]
}

func isDigestAct(e store.Entry) bool { return e.Event.Digest != nil }

// decideAll decides about events in their order, up to the first that cannot be
// decided about; the commits are of those before it.
func (t *term) decideAll(ctx context.Context, entries []store.Entry) ([]store.Commit, error) {
	commits := make([]store.Commit, 0, len(entries))
	for _, entry := range entries {
		commit, err := t.decide(ctx, entry)
		if err != nil {
			return commits, err
		}
		commits = append(commits, commit)
	}
	return commits, nil
}

// commit commits a batch in one pipeline, and decides about the one behind it
// meanwhile: on what the cache will be right about when all of this batch is
// stored. Else what was decided ahead is dropped, and nothing of it has been sent.
func (t *term) commit(ctx context.Context, d decided) (ahead decided, err error) {
	defer func() { d.handled(err) }()
	type answer struct {
		each []error
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		each, err := t.c.Store.Send(ctx, d.batch)
		answers <- answer{each, err}
	}()
	safe := true
	if d.full && !isDigestAct(d.entries[len(d.entries)-1]) {
		ahead, safe = t.ahead(ctx, d.entries[len(d.entries)-1].ID)
	}
	a := <-answers
	if a.err != nil {
		t.c.metrics.commits.WithLabelValues("unknown").Add(float64(len(d.commits)))
		return decided{}, eventFailure(a.err)
	}
	stored, err := t.settle(d, a.each)
	if err != nil || !stored {
		return decided{}, err
	}
	t.cache.committed(d.commits)
	if t.c.Committed != nil {
		t.c.Committed()
	}
	t.fold(ctx, d.commits)
	if !safe {
		t.cache.clear()
		return decided{}, nil
	}
	return ahead, nil
}

// fold keeps the timelines of what was committed within their bounds. One that cannot
// be shortened now is when it has grown some more.
func (t *term) fold(ctx context.Context, commits []store.Commit) {
	for _, c := range commits {
		for _, saved := range c.Saved {
			if saved.Before == nil || !saved.Incident.Folds(*saved.Before) {
				continue
			}
			if err := t.c.Store.FoldTimeline(ctx, t.lease.Fence, saved.Incident.Number); err != nil {
				t.log.Warn("a long timeline could not be shortened, and is tried again when it has grown", "incident", saved.Incident.ID(), "error", err)
			}
		}
	}
}

// ahead reads and decides about the events after one whose commit is under way.
// It is not safe when anything is wrong with them: the cache may then hold what was
// decided half, and they are to be met at the head of the inbox.
func (t *term) ahead(ctx context.Context, after string) (d decided, safe bool) {
	if t.isolating > 0 || !t.cache.roomy() {
		return d, true
	}
	entries, err := t.c.Store.Read(ctx, after, int64(t.atOnce), store.NoWait)
	if err != nil || len(entries) == 0 {
		return d, true
	}
	entries = oneDigestAct(entries)
	commits, err := t.decideAll(ctx, entries)
	if err != nil {
		return d, false
	}
	prepared, err := t.c.Store.Prepare(t.lease.Fence, commits...)
	if err != nil {
		return d, false
	}
	return decided{entries, commits, prepared, len(entries) == t.atOnce, func(error) {}}, true
}

// settle acts on the answers to a batch. A commit that was refused leaves its event
// in the inbox, or finds it gone because an earlier try was stored after all; each
// of the others stands for itself. It reports whether all were stored as decided;
// otherwise the cache is cleared, or has to be when there is an error.
func (t *term) settle(d decided, each []error) (stored bool, err error) {
	stored = true
	for k, refused := range each {
		if refused == nil {
			t.c.metrics.commits.WithLabelValues("ok").Inc()
			if about := d.entries[k].Event.Due(); !about.IsZero() {
				t.c.health.Clear(aboutTimer(about))
			}
			t.c.floor.raise(d.commits[k].Next)
			t.publish(d.entries[k].Event, d.commits[k])
			continue
		}
		stored = false
		t.c.metrics.commits.WithLabelValues(result(refused)).Inc()
		switch {
		case errors.Is(refused, store.ErrFenced):
			return false, refused
		case errors.Is(refused, store.ErrAbsent):
			// Stored by an earlier try whose answer was lost.
			t.cache.clear()
			t.sender.Refresh()
		case err == nil:
			err = &eventError{d.commits[k].EventID, fmt.Errorf("commit event %s: %w", d.commits[k].EventID, refused)}
		}
	}
	return stored, err
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
