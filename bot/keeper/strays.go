package keeper

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/signalbook/signalbook/bot/chat"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/store"
)

// A keeper that was paused, or cut off from Redis, in the middle of a Slack call
// may end it long after another has looked for its outcome and sent again. It
// cannot write down what came of it; but it knows of it, and tells whoever keeps
// the workspace by then.

// gatherEvery is how often the keeper looks for what earlier ones left.
const gatherEvery = 2 * time.Second

// astray are the calls that could not be written down and have not been reported
// yet.
type astray struct {
	mu    sync.Mutex
	calls []store.Stray
}

// strayed notes a call whose outcome could not be written down. One that Slack
// refused left nothing to look for.
func (h *hands) strayed(number int, name string, slot ledger.Slot) {
	if slot.TS == "" && slot.State != ledger.Sending {
		return
	}
	h.astray.mu.Lock()
	defer h.astray.mu.Unlock()
	h.astray.calls = append(h.astray.calls, store.Stray{
		Incident: number, Slot: name, Channel: slot.Channel, Parent: slot.Parent, TS: slot.TS, Op: slot.Op, IntentAt: slot.IntentAt,
	})
}

// reportStrays tells of what went astray, keeping us as the next keeper or not.
// What Redis does not take now is told the next time.
func (k *Keeper) reportStrays(ctx context.Context) {
	k.astray.mu.Lock()
	calls := k.astray.calls
	k.astray.calls = nil
	k.astray.mu.Unlock()
	for n, stray := range calls {
		if err := k.Store.ReportStray(ctx, stray); err != nil {
			k.astray.mu.Lock()
			k.astray.calls = append(k.astray.calls, calls[n:]...)
			k.astray.mu.Unlock()
			return
		}
		k.Logger.Warn("a Slack call ended after the workspace was lost; its keeper is told", "subject", stray.Incident, "slot", stray.Slot, "ts", stray.TS)
	}
}

// gather asks Redis for what earlier keepers left, and has their incidents looked
// at.
func (h *hands) gather(ctx context.Context) error {
	for {
		h.reportStrays(ctx)
		strays, err := h.Store.Strays(ctx)
		if err == nil {
			h.gathered(strays)
		}
		if !pause(ctx, gatherEvery) {
			return nil
		}
	}
}

func (h *hands) gathered(strays []store.Stray) {
	all := map[int][]store.Stray{}
	for _, stray := range strays {
		all[stray.Incident] = append(all[stray.Incident], stray)
	}
	var todo []work // made before others may change the map
	for number, some := range all {
		todo = append(todo, work{number: number, channel: h.people.channel(some[0].Channel), rank: ranked(false, classEdit, some[0].IntentAt)})
	}
	h.mu.Lock()
	h.strays = all
	h.mu.Unlock()
	for _, w := range todo {
		h.add(w)
	}
}

// clean deals with one stray of an incident; busy is false when there is none.
func (h *hands) clean(ctx context.Context, j *job, s sight) (o outcome, busy bool) {
	h.mu.Lock()
	strays := h.strays[j.number]
	h.mu.Unlock()
	if len(strays) == 0 {
		return o, false
	}
	stray := strays[0]
	o = outcome{channel: s.place, rank: j.rank, wait: retry}
	if !h.valid() {
		return o, true
	}
	if s.ledger[stray.Slot].State == ledger.Unreadable {
		o.wait = h.Timing.Parked
		return o, true
	}
	if err := h.cleanOne(ctx, s, stray); err != nil {
		h.log.Warn("what an earlier keeper left in Slack could not be put right yet", "subject", j.number, "slot", stray.Slot, "error", err)
		if refused, ok := errors.AsType[*chat.Error](err); ok {
			o.wait = max(o.wait, refused.RetryAfter)
		}
		return o, true
	}
	h.mu.Lock()
	h.strays[j.number] = slices.DeleteFunc(slices.Clone(h.strays[j.number]), func(other store.Stray) bool { return other == stray })
	h.mu.Unlock()
	o.wait = time.Millisecond
	return o, true
}

// cleanOne brings the ledger to look at what a stray left: a copy is swept, an
// edit made again, a message that nobody wants any more deleted.
func (h *hands) cleanOne(ctx context.Context, s sight, stray store.Stray) error {
	have := s.ledger[stray.Slot]
	ours := stray.Op != "" && have.Op == stray.Op // an edit has no op
	wanted := slices.ContainsFunc(s.slots, func(slot message.Slot) bool { return slot.Name == stray.Slot })
	next := have
	switch {
	case stray.TS != "" && have.TS == stray.TS:
		next.Hash = "" // the late edit shows what was
	case wanted && ours && have.State == ledger.Sending:
		// it is looked for anyway
	case wanted && ours && have.TS == "":
		next.State = ledger.Sending // it is there after all: look for it
	case ours && have.TS != "":
		next.SweepAt, next.Sweeps = h.Store.Now(), max(have.Sweeps, 1)
		if stray.TS == "" {
			next.Sweeps = len(sweeps) // it may come later still
		}
	default:
		left, err := h.left(ctx, stray)
		switch {
		case err != nil:
			return err
		case stray.TS == "" && slices.Contains(left, have.TS):
			// The slot's own post, whose op was forgotten when it settled: copies of it go, and more may come later still.
			next.Op, next.IntentAt, next.SweepAt, next.Sweeps = stray.Op, stray.IntentAt, h.Store.Now(), len(sweeps)
		default:
			if err := h.deleteCopies(ctx, h.people.channel(stray.Channel), left); err != nil {
				return err
			}
		}
	}
	if !same(next, have) {
		// Marked first, so that the look is owed although this keeper may end here.
		if err := h.Store.MarkDirty(ctx, h.lease.Fence, stray.Incident, s.version); err != nil {
			return err
		}
		if err := h.Store.SetSlot(ctx, h.lease.Fence, stray.Incident, stray.Slot, next); err != nil {
			return err
		}
	}
	return h.Store.ForgetStray(ctx, stray)
}

// same reports whether two states of a slot ask for the same look at Slack.
func same(a, b ledger.Slot) bool {
	return a.Hash == b.Hash && a.State == b.State && a.Sweeps == b.Sweeps && a.SweepAt.Equal(b.SweepAt)
}

// left finds the messages of a stray whose slot holds another by now, or is not
// wanted any more.
func (h *hands) left(ctx context.Context, stray store.Stray) ([]string, error) {
	if stray.TS != "" {
		return []string{stray.TS}, nil
	}
	if stray.Op == "" {
		return nil, nil // nothing tells it from other messages
	}
	method := "conversations.history"
	if stray.Parent != "" {
		method = "conversations.replies"
	}
	if wait := h.budgets.Take(time.Now(), chat.Call{Method: method}); wait > 0 {
		return nil, &chat.Error{Method: method, Target: stray.Channel, Code: "ratelimited", Outcome: chat.OutcomeLimited, RetryAfter: wait}
	}
	copies, err := h.Slack.FindOp(ctx, chat.Find{Channel: h.people.channel(stray.Channel), ThreadTS: stray.Parent, Since: h.Store.Local(stray.IntentAt), Op: stray.Op})
	if refused, ok := errors.AsType[*chat.Error](err); ok && (refused.Outcome == chat.OutcomeGone || refused.Outcome == chat.OutcomeChannel) {
		return nil, nil // nothing to look in
	}
	return copies, err
}
