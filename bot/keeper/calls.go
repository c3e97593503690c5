package keeper

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"time"

	"github.com/signalbook/signalbook/bot/chat"
	"github.com/signalbook/signalbook/bot/store"
)

// sweeps are when copies are looked for after a post of unknown outcome was sent
// again: a request that was still on its way may land late.
var sweeps = [...]time.Duration{30 * time.Second, 2 * time.Minute}

// post sends a message that is not there: intent before, ts after. Refused and
// limited mean "not sent"; everything else stays "sending" until it was looked
// for.
func (h *hands) post(ctx context.Context, s sight, c call) error {
	slot := store.Slot{State: store.CallSending, Op: rand.Text(), IntentAt: time.Now(), Old: c.have.Old}
	if c.have.TS != "" {
		slot.Old = append(slices.Clone(c.have.Old), c.have.TS)
	}
	return h.send(ctx, s, c, slot)
}

func (h *hands) send(ctx context.Context, s sight, c call, slot store.Slot) error {
	number, root := s.incident.Number, s.root()
	channel := h.people.channel(s.incident.Channel)
	p := chat.Post{Message: c.slot.Message, Op: slot.Op, Broadcast: c.slot.Broadcast}
	if c.slot.Thread {
		channel, p.ThreadTS, slot.Parent = root.Channel, root.TS, root.TS
	}
	p.Channel, slot.Channel = channel, channel
	if err := h.Store.SetSlot(ctx, h.lease.Fence, number, c.slot.Name, slot); err != nil {
		return err
	}
	if !h.valid() {
		return errLeaseLost
	}
	posted, err := h.Slack.Post(ctx, p)
	var refused *chat.Error
	switch {
	case err == nil:
		slot.State, slot.Channel, slot.TS, slot.Hash = store.CallSent, posted.Channel, posted.TS, c.slot.Message.Hash()
		if slot.Sweeps > 0 {
			slot.SweepAt = time.Now().Add(sweeps[0])
		}
		return h.record(ctx, number, c.slot.Name, slot, nil)
	case !errors.As(err, &refused) || refused.Outcome == chat.OutcomeUnknown:
		return err // the ledger says sending, which is the truth
	case refused.Outcome == chat.OutcomeLimited:
		slot.State = store.CallWaiting
	case refused.Outcome == chat.OutcomeGone && c.slot.Thread:
		// The thread's root is gone: it is posted anew, and this under it.
		slot.State = store.CallWaiting
		gone := root
		gone.Old, gone.TS, gone.Hash, gone.State = append(slices.Clone(root.Old), root.TS), "", "", store.CallWaiting
		if err := h.record(ctx, number, store.RootSlot, gone, nil); err != nil {
			return err
		}
	default:
		slot.State, slot.Hash, slot.Why = store.CallParked, c.slot.Message.Hash(), refused.Error()
		h.metrics.parked.WithLabelValues(string(refused.Outcome)).Inc()
	}
	slot.TS = ""
	return h.record(ctx, number, c.slot.Name, slot, err)
}

// record writes the ledger even when the reign is ending: what Slack answered
// must not be forgotten. It returns err.
func (h *hands) record(ctx context.Context, number int, name string, slot store.Slot, err error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if failed := h.Store.SetSlot(ctx, h.lease.Fence, number, name, slot); failed != nil {
		return errors.Join(failed, err)
	}
	return err
}

// find looks for a message whose post had an unknown outcome: found, it is
// adopted (of several the oldest, the rest is deleted); not found, it is sent
// again with the same op.
func (h *hands) find(ctx context.Context, s sight, c call) error {
	slot := c.have
	copies, err := h.Slack.FindOp(ctx, chat.Find{Channel: h.where(s, c), ThreadTS: slot.Parent, Since: slot.IntentAt, Op: slot.Op})
	var refused *chat.Error
	if errors.As(err, &refused) && (refused.Outcome == chat.OutcomeGone || (refused.Outcome == chat.OutcomeChannel && slot.Parent == "")) {
		copies, err = nil, nil // no thread, no copy in it
	}
	if err != nil {
		return err
	}
	if len(copies) == 0 {
		slot.Sweeps, slot.IntentAt = len(sweeps), time.Now()
		return h.send(ctx, s, c, slot)
	}
	slot.State, slot.TS = store.CallSent, copies[0]
	slot.Hash = "" // what was sent then may differ from what it should be now: it is edited
	if c.slot.Once {
		slot.Hash = c.slot.Message.Hash()
	}
	if err := h.record(ctx, s.incident.Number, c.slot.Name, slot, nil); err != nil {
		return err
	}
	return h.deleteCopies(ctx, slot, copies[1:])
}

// where is the channel to look in: its id when Slack ever told it.
func (h *hands) where(s sight, c call) string {
	if c.slot.Thread {
		return s.root().Channel
	}
	if c.have.Channel != "" {
		return h.people.channel(c.have.Channel)
	}
	return h.people.channel(s.incident.Channel)
}

// sweep looks for younger copies of a message that was sent twice, and removes
// them.
func (h *hands) sweep(ctx context.Context, s sight, c call) error {
	slot := c.have
	copies, err := h.Slack.FindOp(ctx, chat.Find{Channel: slot.Channel, ThreadTS: slot.Parent, Since: slot.IntentAt.Add(-time.Minute), Op: slot.Op})
	if err != nil {
		return err
	}
	if len(copies) > 0 && copies[0] != slot.TS {
		slot.TS, slot.Hash = copies[0], "" // the first to arrive is the one people see first
	}
	slot.Sweeps--
	slot.SweepAt = time.Time{}
	if slot.Sweeps > 0 {
		slot.SweepAt = time.Now().Add(sweeps[len(sweeps)-slot.Sweeps] - sweeps[0])
	}
	if err := h.record(ctx, s.incident.Number, c.slot.Name, slot, nil); err != nil {
		return err
	}
	if len(copies) == 0 {
		return nil
	}
	return h.deleteCopies(ctx, slot, copies[1:])
}

func (h *hands) deleteCopies(ctx context.Context, slot store.Slot, copies []string) error {
	for _, ts := range copies {
		h.log.Warn("deleting the second copy of a message", "channel", slot.Channel, "ts", ts)
		if err := h.Slack.Delete(ctx, slot.Channel, ts); err != nil {
			return err
		}
	}
	return nil
}

// edit brings a message in line. Repeating an edit is harmless, so nothing is
// written before it.
func (h *hands) edit(ctx context.Context, s sight, c call) error {
	slot := c.have
	h.noteEdit(s.incident.Number, c.slot.Name, time.Now())
	err := h.Slack.Update(ctx, slot.Channel, slot.TS, c.slot.Message)
	var refused *chat.Error
	switch {
	case err == nil:
		slot.State, slot.Hash, slot.Why = store.CallSent, c.slot.Message.Hash(), ""
	case !errors.As(err, &refused):
		return err
	case refused.Outcome == chat.OutcomeGone && len(slot.Old) > 8:
		// Posted again and again, and it never stays: somebody does not want it here.
		slot.State, slot.Hash, slot.Why, slot.IntentAt = store.CallParked, c.slot.Message.Hash(), refused.Error(), time.Now()
	case refused.Outcome == chat.OutcomeGone:
		slot.Old, slot.TS, slot.Hash, slot.State = append(slices.Clone(slot.Old), slot.TS), "", "", store.CallWaiting
	case refused.Outcome == chat.OutcomeRefused, refused.Outcome == chat.OutcomeChannel, refused.Outcome == chat.OutcomeAuth:
		slot.State, slot.Hash, slot.Why, slot.IntentAt = store.CallParked, c.slot.Message.Hash(), refused.Error(), time.Now()
		h.metrics.parked.WithLabelValues(string(refused.Outcome)).Inc()
	default:
		return err // not done, or not known: the same edit is tried again
	}
	return h.record(ctx, s.incident.Number, c.slot.Name, slot, err)
}
