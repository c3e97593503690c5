package coordinator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/signalbook/signalbook/bot/compat"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/store"
)

// During a rolling upgrade, and after a downgrade, an older coordinator meets what a
// newer one wrote. That is no poison: the newer one can handle it. So the first
// time the older gives up the lease and stands back for a moment, in which a newer
// replica takes it. If none did, it keeps the workspace all the same, so that all
// the rest goes on: events that it cannot handle are set aside, which means that
// they stay in the inbox, and it gives up again as soon as a newer replica shows.

const (
	// standBack is how long a coordinator that gave up does not look for the lease: others look every lookEvery.
	standBack = 4 * lookEvery
	// Events that were set aside are tried again, in case what they need can be read by now: at first soon, at last seldom.
	asideFirst, asideLast = 10 * time.Second, 2 * time.Minute
	newerEvery            = time.Second // between two looks for newer replicas
	aboutBehind           = "behind"
	aboutAside            = "aside"
)

// newerError says that an event needs what only a newer binary can read.
type newerError struct{ cause error }

func (e *newerError) Error() string { return e.cause.Error() }
func (e *newerError) Unwrap() error { return e.cause }

// behindError ends a term: a newer binary should keep the workspace.
type behindError struct{ why string }

func (e *behindError) Error() string { return "a newer signalbook is needed: " + e.why }

// aside are the events that this term leaves in the inbox.
type aside struct {
	after   string          // the events behind this one are handled; those up to it that are still there were set aside
	waiting map[string]bool // ids of those of this pass
	told    map[string]bool // ids of those whose people know
	retryAt time.Time
	wait    time.Duration
}

// giveUp says why this replica does not keep the workspace, and for how long it does
// not even look for the lease.
func (k *Coordinator) giveUp(e *behindError) time.Duration {
	k.gaveUp = true
	k.health.Set(aboutBehind, "this replica gave up keeping the workspace, for a newer one to do it: "+e.why+"; run the newer signalbook here too")
	k.Logger.Warn("gave up keeping the workspace: what a newer signalbook wrote is for a newer one to handle; run the newer one here too", "reason", e.why)
	return standBack
}

// watchNewer ends the term when something newer was met and a newer replica may be
// there.
func (t *term) watchNewer(ctx context.Context) error {
	ticker := time.NewTicker(newerEvery)
	defer ticker.Stop()
	var met *behindError
	for {
		select {
		case <-ctx.Done():
			return nil
		case why := <-t.documents.Newer():
			met = &behindError{why}
		case <-ticker.C:
		}
		if met != nil && (!t.c.gaveUp || t.newerReplica(ctx)) {
			return met
		}
	}
}

// newerReplica reports whether a replica that can read more than this one has shown
// itself since this term began.
func (t *term) newerReplica(ctx context.Context) bool {
	all, err := t.c.Store.Replicas.All(ctx)
	if err != nil {
		return false
	}
	for _, other := range all {
		if other.Reads > compat.Reads && other.Age < time.Since(t.began) {
			return true
		}
	}
	return false
}

// newer deals with an event at the head of the inbox that only a newer binary can
// handle.
func (t *term) newer(entry store.Entry, err error) error {
	if !t.c.gaveUp {
		return &behindError{err.Error()}
	}
	a := &t.aside
	if a.waiting == nil {
		a.waiting, a.told = map[string]bool{}, map[string]bool{}
	}
	if len(a.waiting) == 0 {
		a.wait = min(max(2*a.wait, asideFirst), asideLast)
		a.retryAt = time.Now().Add(a.wait)
	}
	a.after, a.waiting[entry.ID] = entry.ID, true
	t.c.health.Set(aboutAside, fmt.Sprintf("events that only a newer signalbook can handle wait in the inbox, %d of them; run that one. The last: %v", len(a.waiting), err))
	t.documents.MetNewer(err.Error())
	if !a.told[entry.ID] {
		a.told[entry.ID] = true
		t.log.Warn("an event is left in the inbox for a newer signalbook", "event", entry.ID, "reason", err)
		if ev := entry.Event; ev.Reply != (event.Reply{}) {
			t.sender.Answer(ev.Reply, ev.User(), failed(ev, "it needs a newer Signalbook, which is not running at the moment. It is kept, and done as soon as one runs."))
		}
	}
	return nil
}

// asideAgain begins a new pass over what was set aside when it is time, and forgets
// about it when nothing is left.
func (t *term) asideAgain(caughtUp bool) {
	a := &t.aside
	switch {
	case caughtUp && a.told != nil && len(a.waiting) == 0:
		t.c.health.Clear(aboutAside)
		*a = aside{}
	case len(a.waiting) > 0 && time.Now().After(a.retryAt):
		a.after = ""
		clear(a.waiting)
	}
}

// isNewer reports whether an error is about what only a newer binary can handle.
func isNewer(err error) bool {
	_, ok := errors.AsType[*newerError](err)
	return ok
}
