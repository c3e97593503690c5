package sender

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/outbox"
	"github.com/signalbook/signalbook/bot/pause"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/topic"
)

// A coordinator that was paused, or cut off from Redis, in the middle of a Slack call
// may end it long after another has looked for its outcome and sent again. It
// cannot write down what came of it; but it knows of it, and tells whoever keeps
// the workspace by then.

// collectEvery is how often to look for what earlier coordinators left.
const collectEvery = 2 * time.Second

// Orphans are the calls of this process that could not be written down and have not been
// reported yet. They outlive the sender that made them.
type Orphans struct {
	mu    sync.Mutex
	calls []store.Orphan
}

// add notes a call whose outcome could not be written down. One that Slack refused left
// nothing to look for.
func (o *Orphans) add(about topic.ID, name string, slot ledger.Record) {
	if slot.TS == "" && slot.State != ledger.Sending {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.calls = append(o.calls, store.Orphan{
		Topic: about, Slot: name, Channel: slot.Channel, Parent: slot.Parent, TS: slot.TS, Op: slot.Op, IntentAt: slot.IntentAt,
	})
}

// Report tells whoever keeps the workspace, this replica or another. What Redis does not
// take now is told the next time.
func (o *Orphans) Report(ctx context.Context, st *store.Store, log *slog.Logger) {
	o.mu.Lock()
	calls := o.calls
	o.calls = nil
	o.mu.Unlock()
	for n, orphan := range calls {
		if err := st.ReportOrphan(ctx, orphan); err != nil {
			o.mu.Lock()
			o.calls = append(o.calls, calls[n:]...)
			o.mu.Unlock()
			return
		}
		log.Warn("a Slack call ended after the workspace was lost; its coordinator is told", "about", orphan.Topic, "slot", orphan.Slot, "ts", orphan.TS)
	}
}

// collect asks Redis for what earlier coordinators left, and has their threads looked at.
func (s *Sender) collect(ctx context.Context) error {
	for {
		s.Orphans.Report(ctx, s.Store, s.Log)
		orphans, err := s.Store.Orphans(ctx)
		if err == nil {
			s.collected(orphans)
		}
		if !pause.For(ctx, collectEvery) {
			return nil
		}
	}
}

func (s *Sender) collected(orphans []store.Orphan) {
	all := map[topic.ID][]store.Orphan{}
	for _, orphan := range orphans {
		all[orphan.Topic] = append(all[orphan.Topic], orphan)
	}
	var todo []Item // made before others may change the map
	for about, some := range all {
		todo = append(todo, Item{Topic: about, Channel: s.Directory.Channel(some[0].Channel), Priority: outbox.PriorityOf(false, outbox.ClassEdit, some[0].IntentAt)})
	}
	s.mu.Lock()
	s.orphans = all
	s.mu.Unlock()
	for _, w := range todo {
		s.Add(w)
	}
}

// clean deals with one orphan of an incident; busy is false when there is none.
func (s *Sender) clean(ctx context.Context, e outbox.Entry, t thread) (o outbox.Outcome, busy bool) {
	s.mu.Lock()
	orphans := s.orphans[e.Topic]
	s.mu.Unlock()
	if len(orphans) == 0 {
		return o, false
	}
	orphan := orphans[0]
	o = outbox.Outcome{Channel: t.place, Priority: e.Priority, Wait: retry}
	if !s.Valid() {
		return o, true
	}
	if t.ledger[orphan.Slot].State == ledger.Unreadable {
		o.Wait = s.Timing.Parked
		return o, true
	}
	if err := s.cleanOne(ctx, t, orphan); err != nil {
		s.Log.Warn("what an earlier coordinator left in Slack could not be put right yet", "about", e.Topic, "slot", orphan.Slot, "error", err)
		if refused, ok := errors.AsType[*slackapi.Error](err); ok {
			o.Wait = max(o.Wait, refused.RetryAfter)
		}
		return o, true
	}
	s.mu.Lock()
	s.orphans[e.Topic] = slices.DeleteFunc(slices.Clone(s.orphans[e.Topic]), func(other store.Orphan) bool { return other == orphan })
	s.mu.Unlock()
	o.Wait = 0
	return o, true
}

// cleanOne brings the ledger to look at what a orphan left: a copy is swept, an
// edit made again, a message that nobody wants any more deleted.
func (s *Sender) cleanOne(ctx context.Context, t thread, orphan store.Orphan) error {
	have := t.ledger[orphan.Slot]
	wanted := slices.ContainsFunc(t.slots, func(slot message.Slot) bool { return slot.Name == orphan.Slot })
	late := outbox.Late{TS: orphan.TS, Op: orphan.Op, IntentAt: orphan.IntentAt}
	next, look := outbox.Ended(late, have, wanted, s.Timing, s.Store.Now())
	if look {
		left, err := s.left(ctx, orphan)
		if err != nil {
			return err
		}
		var extra []string
		next, extra = outbox.Left(late, have, left, s.Timing, s.Store.Now())
		if err := s.deleteCopies(ctx, s.Directory.Channel(orphan.Channel), extra); err != nil {
			return err
		}
	}
	if !outbox.SameWork(next, have) {
		// Marked first, so that the look is owed although this coordinator may end here.
		if err := s.Store.MarkDirty(ctx, s.Lease.Fence, orphan.Topic, t.version); err != nil {
			return err
		}
		if err := s.Store.SetSlot(ctx, s.Lease.Fence, orphan.Topic, orphan.Slot, next); err != nil {
			return err
		}
	}
	return s.Store.ForgetOrphan(ctx, orphan)
}

// left finds the messages of a orphan whose slot holds another by now, or is not
// wanted any more.
func (s *Sender) left(ctx context.Context, orphan store.Orphan) ([]string, error) {
	if orphan.TS != "" {
		return []string{orphan.TS}, nil
	}
	if orphan.Op == "" {
		return nil, nil // nothing tells it from other messages
	}
	method := "conversations.history"
	if orphan.Parent != "" {
		method = "conversations.replies"
	}
	if wait := s.Budgets.Take(time.Now(), slackapi.Call{Method: method}); wait > 0 {
		return nil, &slackapi.Error{Method: method, Target: orphan.Channel, Code: "ratelimited", Outcome: slackapi.OutcomeLimited, RetryAfter: wait}
	}
	copies, err := s.Slack.FindOp(ctx, slackapi.Find{Channel: s.Directory.Channel(orphan.Channel), ThreadTS: orphan.Parent, Since: s.Store.Local(orphan.IntentAt), Op: orphan.Op})
	if refused, ok := errors.AsType[*slackapi.Error](err); ok && (refused.Outcome == slackapi.OutcomeGone || refused.Outcome == slackapi.OutcomeChannel) {
		return nil, nil // nothing to look in
	}
	return copies, err
}
