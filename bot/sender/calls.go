package sender

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/outbox"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/topic"
)

// post sends a message that is not there: intent before, ts after. Refused and
// limited mean "not sent"; everything else stays "sending" until it was looked
// for.
func (s *Sender) post(ctx context.Context, t thread, c outbox.Call) error {
	root, slot := t.root(), outbox.Intent(c, slackapi.OpOf(t.topic), s.Store.Now())
	p := slackapi.Post{
		Channel: t.place, Message: t.shownPosted(c, slot, s.Settings().Command), Op: slot.Op,
		Broadcast: c.Slot.Broadcast && c.Word != "cant_broadcast_message", Unmarked: c.Slot.Form == blockkit.FormBare,
	}
	if c.Slot.Thread {
		p.Channel, p.ThreadTS, slot.Parent = root.Channel, root.TS, root.TS
	}
	slot.Channel = p.Channel
	if c.Slot.Name == ledger.Root && len(slot.Old) == 0 {
		if err := s.overtaken(ctx, t); err != nil {
			return err
		}
	}
	if err := s.Store.SetSlot(ctx, s.Lease.Fence, t.topic, c.Slot.Name, slot); err != nil {
		return err
	}
	if !s.Valid() {
		return ErrLeaseLost
	}
	posted, err := s.Slack.Post(ctx, p)
	if err == nil {
		different := p.Message.Hash() != c.Slot.Shown().Hash()
		slot = outbox.Posted(c, slot, posted.Channel, posted.TS, different, s.Timing, s.Store.Now())
		return s.record(ctx, t.topic, c.Slot.Name, slot, nil)
	}
	refused, _ := errors.AsType[*slackapi.Error](err)
	slot, follow := outbox.NotPosted(c, slot, refused)
	switch follow {
	case outbox.FollowRoot: // it is posted anew, and this under it
		if err := s.record(ctx, t.topic, ledger.Root, outbox.Gone(root), nil); err != nil {
			return err
		}
	case outbox.FollowPicture:
		if err := s.blame(ctx, t, c, refused); err != nil {
			return err
		}
	case outbox.FollowDivert:
		moved, failed := s.diverted(ctx, t, c, refused)
		if failed != nil {
			s.Log.Warn("it could not be moved to another channel yet", "incident", t.name, "error", failed)
		}
		if moved {
			slot = ledger.Record{State: ledger.Waiting} // nothing is looked for under this op in the other channel
		}
	}
	s.count(slot, refused)
	return s.record(ctx, t.topic, c.Slot.Name, slot, err)
}

// count counts a message that is parked from now on.
func (s *Sender) count(slot ledger.Record, refused *slackapi.Error) {
	if slot.State == ledger.Parked {
		s.Parked.WithLabelValues(string(refused.Outcome)).Inc()
	}
}

// record writes the ledger even when the term is ending: what Slack answered
// must not be forgotten. What cannot be written is left to whoever keeps the
// workspace then. It returns err.
func (s *Sender) record(ctx context.Context, about topic.ID, name string, slot ledger.Record, err error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if failed := s.Store.SetSlot(ctx, s.Lease.Fence, about, name, slot); failed != nil {
		s.Orphans.add(about, name, slot)
		return errors.Join(failed, err)
	}
	return err
}

// find looks for a message whose post had an unknown outcome: found, it is
// adopted (of several the oldest, the rest is deleted); not found, it is sent
// again with the same op.
func (s *Sender) find(ctx context.Context, t thread, c outbox.Call) error {
	where := s.where(t, c)
	copies, err := s.Slack.FindOp(ctx, slackapi.Find{Channel: where, ThreadTS: c.Have.Parent, Since: s.Store.Local(c.Have.IntentAt), Op: c.Have.Op})
	var refused *slackapi.Error
	switch {
	case err == nil:
	case errors.As(err, &refused) && refused.Outcome == slackapi.OutcomeGone:
		copies = nil // no thread, no copy in it
	case errors.As(err, &refused) && refused.Outcome == slackapi.OutcomeChannel && (strings.HasPrefix(where, "#") || c.Begins()):
		// Slack never told the channel's id, or does not let us look: a copy shows when it does, and the sweeps remove it.
		copies = nil
	default:
		return err
	}
	slot, extra := outbox.Found(c, where, copies, s.Timing, s.Store.Now())
	if err := s.deleteCopies(ctx, where, extra); err != nil {
		return err
	}
	return s.record(ctx, t.topic, c.Slot.Name, slot, nil)
}

// where is the channel to look in: its id when Slack ever told it.
func (s *Sender) where(t thread, c outbox.Call) string {
	if c.Slot.Thread {
		return t.root().Channel
	}
	if c.Have.Channel != "" {
		return s.Directory.Channel(c.Have.Channel)
	}
	return t.place
}

// sweep looks for younger copies of a message that was sent twice, and removes
// them.
func (s *Sender) sweep(ctx context.Context, t thread, c outbox.Call) error {
	copies, err := s.Slack.FindOp(ctx, slackapi.Find{Channel: c.Have.Channel, ThreadTS: c.Have.Parent, Since: s.Store.Local(c.Have.IntentAt.Add(-time.Minute)), Op: c.Have.Op})
	var refused *slackapi.Error
	if errors.As(err, &refused) && refused.Outcome == slackapi.OutcomeGone {
		copies, err = nil, nil // the thread was deleted, and its copies with it
	}
	if err != nil {
		return err
	}
	slot, extra := outbox.Swept(c.Have, copies, s.Timing, s.Store.Now())
	if err := s.deleteCopies(ctx, c.Have.Channel, extra); err != nil {
		return err
	}
	return s.record(ctx, t.topic, c.Slot.Name, slot, nil)
}

// deleteCopies fails when it is worth trying again. What Slack does not let us
// delete stays.
func (s *Sender) deleteCopies(ctx context.Context, channel string, copies []string) error {
	for _, ts := range copies {
		s.Log.Warn("deleting the second copy of a message", "channel", channel, "ts", ts)
		err := s.Slack.Delete(ctx, channel, ts)
		var refused *slackapi.Error
		if errors.As(err, &refused) && refused.Outcome != slackapi.OutcomeLimited && refused.Outcome != slackapi.OutcomeUnknown {
			s.Log.Error("the second copy of a message stays", "channel", channel, "ts", ts, "error", err)
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
func (s *Sender) edit(ctx context.Context, t thread, c outbox.Call) error {
	if err := s.Store.Replicated(ctx); err != nil {
		return err
	}
	s.noteEdit(t.topic, c.Slot.Name, s.Store.Now())
	err := s.Slack.Update(ctx, c.Have.Channel, c.Have.TS, c.Slot.Shown())
	if err == nil {
		return s.record(ctx, t.topic, c.Slot.Name, outbox.Edited(c), nil)
	}
	refused, ok := errors.AsType[*slackapi.Error](err)
	if !ok {
		return err
	}
	slot, follow, changed := outbox.NotEdited(c, refused, s.Store.Now())
	switch {
	case follow == outbox.FollowPicture:
		return errors.Join(s.blame(ctx, t, c, refused), err)
	case !changed && refused.Outcome != slackapi.OutcomeUnknown:
		return err
	}
	// Of an unknown outcome too: the same edit is tried again; when that is another's by now, it learns from this.
	s.count(slot, refused)
	return s.record(ctx, t.topic, c.Slot.Name, slot, err)
}
