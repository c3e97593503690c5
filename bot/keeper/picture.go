package keeper

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/signalbook/signalbook/bot/chat"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
)

// A picture's file is brought to Slack before its message is sent. The ledger has a
// slot for it beside the message's, which says how far that got:
//
//	waiting    it is wanted, and nothing of it is worth looking for
//	sending    File was reserved; whether it was completed is not known
//	uploaded   Slack has taken File, and may still be looking at it
//	sent       messages can show File
//
// Hash is what the picture shows, IntentAt when it was first wanted, Tries how often
// it failed, NextAt when to go on, Old the files that no message shows any more. A
// file is shared with nobody: one that is lost sight of is never seen by anybody.

const (
	// A message goes without its picture after so many failures, or so long; it gets
	// the picture when that works again.
	pictureTries  = 3
	pictureWithin = 20 * time.Second
	// pictureLook is how long to wait from one look at a file to the next: Slack takes about a second to know its type.
	pictureLook = time.Second
	// pictureTurn is how soon to look again when another file is being brought.
	pictureTurn = 500 * time.Millisecond
	// pictureRest is how many times longer than for a message the longest wait after a failure is.
	pictureRest = 20
)

// file is what the ledger says of the file of a message's picture.
func (s sight) file(slot string) ledger.Slot { return s.ledger[ledger.Picture(slot)] }

// withFiles fills in the files that Slack can show.
func (s *sight) withFiles() {
	for k := range s.slots {
		slot := &s.slots[k]
		if slot.Picture == nil {
			continue
		}
		if have := s.file(slot.Name); have.State == ledger.Sent && have.Hash == slot.Picture.Hash {
			slot.File = have.File
		}
	}
}

// aboutFile reports whether a call is about a picture's file and not about its
// message.
func (k callKind) aboutFile() bool {
	return k == callWant || k == callUpload || k == callCheck || k == callDrop
}

// beforehand is what has to be done about a picture before its message is sent, and
// not before when; held is false when the message may be sent as it is.
func (h *hands) beforehand(s sight, c call, now time.Time) (first call, at time.Time, held bool) {
	if c.slot.Picture == nil || c.slot.File != "" {
		return c, at, false
	}
	have := s.file(c.slot.Name)
	if have.Hash == c.slot.Picture.Hash && h.withoutPicture(have, now) {
		return c, at, false
	}
	first, at = bring(c, have)
	if end := have.IntentAt.Add(h.Timing.Picture); first.kind != callWant && end.Before(at) {
		at = end // then the message goes
	}
	return first, at, true
}

// withoutPicture reports whether a message has waited for its picture long enough.
func (h *hands) withoutPicture(have ledger.Slot, now time.Time) bool {
	return have.Tries >= pictureTries || !ahead(have.IntentAt.Add(h.Timing.Picture), now, h.Timing.Picture)
}

// afterwards is what is left to do about the files of a message that Slack shows as
// it should be: old ones to be deleted, or a picture that it went without. One that
// is sent once only never gets a late picture.
func (s sight) afterwards(c call) (next call, at time.Time, owed bool) {
	have, known := s.ledger[ledger.Picture(c.slot.Name)]
	c.class, c.urgent = classEdit, false
	switch {
	case known && len(unshown(c.slot, have)) > 0:
		c.kind = callDrop
		return c, at, true
	case c.slot.Picture == nil || c.slot.File != "" || c.slot.Once:
		return c, at, false
	}
	next, at = bring(c, have)
	return next, at, true
}

// bring is the next step to have a picture's file at Slack, and when to take it.
func bring(c call, have ledger.Slot) (call, time.Time) {
	switch {
	case have.Hash != c.slot.Picture.Hash:
		c.kind = callWant
		return c, time.Time{}
	case have.File != "":
		c.kind = callCheck
	default:
		c.kind = callUpload
	}
	return c, have.NextAt
}

// unshown are the files that a message which is as it should be does not show.
func unshown(slot message.Slot, have ledger.Slot) []string {
	if slot.Picture == nil && !slot.Once && have.File != "" {
		return append(slices.Clone(have.Old), have.File)
	}
	return have.Old
}

// fileWait is how long a call about a file has to wait for its turn.
func (h *hands) fileWait(c call, at, now time.Time) time.Duration {
	if c.kind == callWant {
		return 0
	}
	if ahead(at, now, pictureRest*h.Timing.Parked) {
		return at.Sub(now)
	}
	h.mu.Lock()
	busy := h.filing
	h.mu.Unlock()
	if busy {
		return pictureTurn
	}
	return min(h.budgets.Wait(time.Now(), c.spends("")), pictureLook)
}

// aside takes a job out of its channel while it is about a file, which takes
// seconds: posts in the channel must not wait for it. One file is brought at a time.
func (h *hands) aside(j *job) (back func(), ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.filing {
		return nil, false
	}
	channel := j.channel
	h.filing, j.channel = true, "files"
	h.poke()
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.filing, j.channel = false, channel
	}, true
}

// tend does what is owed about a picture's file. When to go on is in the ledger.
func (h *hands) tend(ctx context.Context, j *job, s sight, c call, o outcome) outcome {
	back, ok := h.aside(j)
	if !ok {
		o.wait = pictureTurn
		return o
	}
	defer back()
	var err error
	switch c.kind {
	case callUpload:
		err = h.upload(ctx, s, c)
	case callCheck:
		err = h.check(ctx, s, c)
	case callDrop:
		err = h.drop(ctx, s, c)
	}
	return h.tended(ctx, s, c, o, err)
}

func (h *hands) tended(ctx context.Context, s sight, c call, o outcome, err error) outcome {
	o.wait = time.Millisecond
	if err != nil && ctx.Err() == nil {
		h.log.Warn("a picture's file could not be recorded", "incident", s.name, "slot", c.slot.Name, "error", err)
		o.wait = retry
	}
	return o
}

// want notes that a picture is to be brought: from then on its message waits for it
// so long and no longer.
func (h *hands) want(ctx context.Context, s sight, c call) error {
	was := s.file(c.slot.Name)
	have := ledger.Slot{State: ledger.Waiting, Hash: c.slot.Picture.Hash, IntentAt: h.Store.Now(), Old: was.Old}
	if was.File != "" {
		have.Old = append(slices.Clone(was.Old), was.File)
	}
	return h.keepFile(ctx, s, c, have)
}

// upload brings the bytes. The file's id is stored before it is completed, so that
// whoever goes on can ask what became of it.
func (h *hands) upload(ctx context.Context, s sight, c call) error {
	have := s.file(c.slot.Name)
	u, err := drawn(c.slot.Picture)
	if err != nil {
		return h.failed(ctx, s, c, have, fmt.Errorf("drawing it: %w", err))
	}
	calls, cancel := context.WithTimeout(ctx, h.patience(have, h.Store.Now()))
	defer cancel()
	if !h.valid() {
		return errLeaseLost
	}
	ticket, err := h.Slack.BeginUpload(calls, u)
	if err != nil {
		return h.failed(ctx, s, c, have, err)
	}
	reserved := have
	reserved.State, reserved.File = ledger.Sending, ticket.FileID
	if err := h.keepFile(ctx, s, c, reserved); err != nil {
		return err
	}
	if err := h.Slack.SendUpload(calls, ticket, u); err != nil {
		return h.failed(ctx, s, c, have, err) // never completed: there is no file
	}
	if !h.valid() {
		return errLeaseLost
	}
	switch err := h.Slack.CompleteUpload(calls, ticket, u); {
	case err == nil:
		h.answered()
		reserved.State, reserved.NextAt = ledger.Uploaded, h.Store.Now().Add(pictureLook)
		return h.keepFile(ctx, s, c, reserved)
	case outcomeOf(err) == chat.OutcomeUnknown:
		return h.failed(ctx, s, c, reserved, err)
	default:
		return h.failed(ctx, s, c, have, err)
	}
}

// patience is how long the calls of one try may take.
func (h *hands) patience(have ledger.Slot, now time.Time) time.Duration {
	if h.withoutPicture(have, now) {
		return h.Timing.Picture
	}
	return have.IntentAt.Add(h.Timing.Picture).Sub(now)
}

// drawn draws a picture.
func drawn(p *message.Picture) (u chat.Upload, err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("panic: %v; this is a defect of Signalbook, please report it: %s", broken, debug.Stack())
		}
	}()
	data, err := p.PNG()
	if err == nil && len(data) == 0 {
		err = errors.New("it is empty")
	}
	return chat.Upload{Name: p.Name, Title: p.Title, Alt: p.Alt, Data: data}, err
}

// check asks what became of a file: whether it is there, and whether messages can
// show it.
func (h *hands) check(ctx context.Context, s sight, c call) error {
	have := s.file(c.slot.Name)
	state, err := h.Slack.File(ctx, have.File)
	if err != nil {
		return h.failed(ctx, s, c, have, err)
	}
	h.answered()
	now := h.Store.Now()
	switch {
	case state == chat.FileReady:
		have.State, have.Why, have.NextAt = ledger.Sent, "", time.Time{}
		return h.keepFile(ctx, s, c, have)
	case state == chat.FilePending && !h.withoutPicture(have, now):
		have.State, have.NextAt = ledger.Uploaded, now.Add(pictureLook)
		return h.keepFile(ctx, s, c, have)
	}
	// A request to complete it may still be on its way: it is deleted later.
	lost := have.State == ledger.Uploaded || state == chat.FilePending
	have.Old = append(slices.Clone(have.Old), have.File)
	have.State, have.File, have.NextAt = ledger.Waiting, "", time.Time{}
	if lost {
		return h.failed(ctx, s, c, have, errors.New("Slack took the file, and does not come to an end with it"))
	}
	return h.keepFile(ctx, s, c, have)
}

// drop deletes a file that no message shows, once: one that stays bothers nobody.
func (h *hands) drop(ctx context.Context, s sight, c call) error {
	have := s.file(c.slot.Name)
	gone := unshown(c.slot, have)[0]
	if err := h.Slack.DeleteFile(ctx, gone); err != nil {
		if outcomeOf(err) == chat.OutcomeLimited {
			return nil // its budget is closed until then
		}
		h.log.Warn("a file that no message shows any more stays in Slack", "incident", s.name, "file", gone, "error", err)
	}
	have.Old = slices.DeleteFunc(slices.Clone(have.Old), func(id string) bool { return id == gone })
	if have.File == gone {
		have.File, have.Hash, have.State = "", "", ledger.Waiting
	}
	return h.keepFile(ctx, s, c, have)
}

// keepFile writes the ledger even when the reign is ending. What cannot be written
// is lost sight of, and never seen by anybody.
func (h *hands) keepFile(ctx context.Context, s sight, c call, have ledger.Slot) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	return h.Store.SetSlot(ctx, h.lease.Fence, s.number, ledger.Picture(c.slot.Name), have)
}

func outcomeOf(err error) chat.Outcome {
	if refused, ok := errors.AsType[*chat.Error](err); ok {
		return refused.Outcome
	}
	return ""
}
