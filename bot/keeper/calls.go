package keeper

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/chat"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
)

// unknownAfter is when a request that was cut off cannot reach Slack any more.
const unknownAfter = chat.Timeout + 5*time.Second

// sweeps are when copies are looked for after a post of unknown outcome was sent
// again: a request that was still on its way may land late.
var sweeps = [...]time.Duration{30 * time.Second, 2 * time.Minute}

// post sends a message that is not there: intent before, ts after. Refused and
// limited mean "not sent"; everything else stays "sending" until it was looked
// for.
func (h *hands) post(ctx context.Context, s sight, c call) error {
	slot := ledger.Slot{State: ledger.Sending, Op: chat.OpOf(s.number), IntentAt: h.Store.Now(), Old: c.have.Old}
	shorten(&slot, c.slot, c.word)
	switch {
	case c.have.TS != "":
		slot.Old = append(slices.Clone(c.have.Old), c.have.TS)
	case c.have.Sweeps > 0:
		// An earlier try had an unknown outcome, a later one was refused: under the same op both are found.
		slot.Op, slot.Sweeps = c.have.Op, c.have.Sweeps
	}
	return h.send(ctx, s, c, slot)
}

func (h *hands) send(ctx context.Context, s sight, c call, slot ledger.Slot) error {
	number, root := s.number, s.root()
	channel := s.place
	p := chat.Post{Message: s.shownPosted(c, slot, h.Settings().Command), Op: slot.Op, Broadcast: c.slot.Broadcast && c.word != "cant_broadcast_message", Unmarked: c.slot.Form == message.FormBare}
	if c.slot.Thread {
		channel, p.ThreadTS, slot.Parent = root.Channel, root.TS, root.TS
	}
	p.Channel, slot.Channel = channel, channel
	if c.slot.Name == ledger.Root && len(slot.Old) == 0 {
		if err := h.overtaken(ctx, s); err != nil {
			return err
		}
	}
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
		slot.State, slot.Channel, slot.TS, slot.Hash = ledger.Sent, posted.Channel, posted.TS, c.slot.Hash()
		if p.Message.Hash() != c.slot.Shown().Hash() {
			slot.Hash = "" // it is edited
		}
		if slot.Sweeps > 0 {
			slot.SweepAt = h.Store.Now().Add(h.Timing.Sweeps[0])
		}
		return h.record(ctx, number, c.slot.Name, slot, nil)
	case !errors.As(err, &refused) || refused.Outcome == chat.OutcomeUnknown:
		// The ledger says sending, which is the truth. Saying so again shows whether somebody else keeps it by now.
		return h.record(ctx, number, c.slot.Name, slot, err)
	case refused.Outcome == chat.OutcomeLimited:
		slot.State = ledger.Waiting
	case refused.Outcome == chat.OutcomeGone && c.slot.Thread:
		// The thread's root is gone: it is posted anew, and this under it.
		slot.State = ledger.Waiting
		gone := root
		gone.Old, gone.TS, gone.Hash, gone.State = append(slices.Clone(root.Old), root.TS), "", "", ledger.Waiting
		if err := h.record(ctx, number, ledger.Root, gone, nil); err != nil {
			return err
		}
	case blamed(c, refused):
		slot.State = ledger.Waiting
		if err := h.blame(ctx, s, c, refused); err != nil {
			return err
		}
	case shorter(&slot, c, refused):
		slot.State, slot.Hash = ledger.Waiting, ""
	default:
		moved, failed := h.diverted(ctx, s, c, refused)
		if failed != nil {
			h.log.Warn("it could not be moved to another channel yet", "incident", s.name, "error", failed)
		}
		if moved {
			// Nothing is looked for under this op in the other channel.
			slot = ledger.Slot{State: ledger.Waiting}
			break
		}
		slot.State, slot.Hash, slot.Why = ledger.Parked, c.parkedHash(), refused.Error()
		h.metrics.parked.WithLabelValues(string(refused.Outcome)).Inc()
	}
	slot.TS = ""
	return h.record(ctx, number, c.slot.Name, slot, err)
}

// record writes the ledger even when the reign is ending: what Slack answered
// must not be forgotten. What cannot be written is left to whoever keeps the
// workspace then. It returns err.
func (h *hands) record(ctx context.Context, number int, name string, slot ledger.Slot, err error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if failed := h.Store.SetSlot(ctx, h.lease.Fence, number, name, slot); failed != nil {
		h.strayed(number, name, slot)
		return errors.Join(failed, err)
	}
	return err
}

// find looks for a message whose post had an unknown outcome: found, it is
// adopted (of several the oldest, the rest is deleted); not found, it is sent
// again with the same op.
func (h *hands) find(ctx context.Context, s sight, c call) error {
	slot := c.have
	where := h.where(s, c)
	copies, err := h.Slack.FindOp(ctx, chat.Find{Channel: where, ThreadTS: slot.Parent, Since: h.Store.Local(slot.IntentAt), Op: slot.Op})
	var refused *chat.Error
	switch {
	case err == nil:
	case errors.As(err, &refused) && refused.Outcome == chat.OutcomeGone:
		copies = nil // no thread, no copy in it
	case errors.As(err, &refused) && refused.Outcome == chat.OutcomeChannel && (strings.HasPrefix(where, "#") || begins(c)):
		// Slack never told the channel's id, or does not let us look: a copy shows when it does, and the sweeps remove it.
		copies = nil
	default:
		return err
	}
	if len(copies) == 0 {
		// Posted again in its turn, within the budget of posts, under the same op.
		slot.State, slot.Sweeps, slot.TS = ledger.Waiting, len(sweeps), ""
		return h.record(ctx, s.number, c.slot.Name, slot, nil)
	}
	if err := h.deleteCopies(ctx, where, copies[1:]); err != nil {
		return err
	}
	slot.State, slot.Channel, slot.TS = ledger.Sent, where, copies[0]
	slot.Hash = "" // what was sent then may differ from what it should be now: it is edited
	if slot.Sweeps > 0 {
		slot.SweepAt = h.Store.Now().Add(h.Timing.Sweeps[0]) // found is one of several tries; another may come yet
	}
	if c.slot.Once {
		slot.Hash = c.slot.Hash()
	}
	return h.record(ctx, s.number, c.slot.Name, slot, nil)
}

// where is the channel to look in: its id when Slack ever told it.
func (h *hands) where(s sight, c call) string {
	if c.slot.Thread {
		return s.root().Channel
	}
	if c.have.Channel != "" {
		return h.people.channel(c.have.Channel)
	}
	return s.place
}

// sweep looks for younger copies of a message that was sent twice, and removes
// them.
func (h *hands) sweep(ctx context.Context, s sight, c call) error {
	slot := c.have
	copies, err := h.Slack.FindOp(ctx, chat.Find{Channel: slot.Channel, ThreadTS: slot.Parent, Since: h.Store.Local(slot.IntentAt.Add(-time.Minute)), Op: slot.Op})
	var refused *chat.Error
	if errors.As(err, &refused) && refused.Outcome == chat.OutcomeGone {
		copies, err = nil, nil // the thread was deleted, and its copies with it
	}
	if err != nil {
		return err
	}
	if len(copies) > 0 {
		// The one that is known stays, though a copy may be older: threads hang on it. Else the one that people saw first.
		at := max(slices.Index(copies, slot.TS), 0)
		if err := h.deleteCopies(ctx, slot.Channel, slices.Delete(slices.Clone(copies), at, at+1)); err != nil {
			return err
		}
		if copies[at] != slot.TS {
			slot.TS, slot.Hash = copies[at], ""
		}
		if slot.State == ledger.Sending {
			slot.State = ledger.Sent
		}
	}
	slot.Sweeps--
	slot.SweepAt = time.Time{}
	if slot.Sweeps > 0 {
		at := h.Timing.Sweeps
		slot.SweepAt = h.Store.Now().Add(at[len(at)-slot.Sweeps] - at[0])
	}
	return h.record(ctx, s.number, c.slot.Name, slot, nil)
}

// deleteCopies fails when it is worth trying again. What Slack does not let us
// delete stays.
func (h *hands) deleteCopies(ctx context.Context, channel string, copies []string) error {
	for _, ts := range copies {
		h.log.Warn("deleting the second copy of a message", "channel", channel, "ts", ts)
		err := h.Slack.Delete(ctx, channel, ts)
		var refused *chat.Error
		if errors.As(err, &refused) && refused.Outcome != chat.OutcomeLimited && refused.Outcome != chat.OutcomeUnknown {
			h.log.Error("the second copy of a message stays", "channel", channel, "ts", ts, "error", err)
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// edit brings a message in line. Repeating an edit is harmless, so nothing is
// written before it; but it shows nothing that the replicas may not have.
func (h *hands) edit(ctx context.Context, s sight, c call) error {
	slot := c.have
	if err := h.Store.Replicated(ctx); err != nil {
		return err
	}
	h.noteEdit(s.number, c.slot.Name, h.Store.Now())
	err := h.Slack.Update(ctx, slot.Channel, slot.TS, c.slot.Shown())
	var refused *chat.Error
	switch {
	case err == nil:
		slot.State, slot.Hash, slot.Why = ledger.Sent, c.slot.Hash(), ""
		shorten(&slot, c.slot, c.word)
	case !errors.As(err, &refused):
		return err
	case refused.Outcome == chat.OutcomeGone && !givenUp(c, refused):
		slot.Old, slot.TS, slot.Hash, slot.State = append(slices.Clone(slot.Old), slot.TS), "", "", ledger.Waiting
	case blamed(c, refused):
		return errors.Join(h.blame(ctx, s, c, refused), err) // the message stays as it was
	case shorter(&slot, c, refused):
		slot.State, slot.Hash = ledger.Sent, "" // what is there is not as it should be
	case refused.Outcome == chat.OutcomeRefused, refused.Outcome == chat.OutcomeChannel, refused.Outcome == chat.OutcomeAuth, givenUp(c, refused):
		slot.State, slot.Hash, slot.Why, slot.IntentAt = ledger.Parked, c.parkedHash(), refused.Error(), h.Store.Now()
		h.metrics.parked.WithLabelValues(string(refused.Outcome)).Inc()
	case refused.Outcome == chat.OutcomeUnknown:
		// The same edit is tried again; when that is another's by now, it learns from this.
		return h.record(ctx, s.number, c.slot.Name, c.have, err)
	default:
		return err // not done: the same edit is tried again
	}
	return h.record(ctx, s.number, c.slot.Name, slot, err)
}

// again is how often a message is posted anew that cannot be edited any more. One
// that is deleted again and again is not wanted here; one that is there, but may
// not be edited, would soon fill the thread.
func again(code string) int {
	if code == "message_not_found" {
		return 9
	}
	return 1
}
