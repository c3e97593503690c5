package sender

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/outbox"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/topic"
)

// file is what the ledger says of the file of a message's picture.
func (t thread) file(slot string) ledger.Record { return t.ledger[ledger.Picture(slot)] }

// withFiles fills in the files that Slack can show.
func (t *thread) withFiles() {
	for k := range t.slots {
		slot := &t.slots[k]
		slot.File = outbox.File(*slot, t.ledger)
	}
}

// detachJob takes a job out of its channel while it is about a file, which takes
// seconds: posts in the channel must not wait for it. One file is brought at a time.
func (s *Sender) detachJob(about topic.ID) (back func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.filing {
		return nil, false
	}
	entry := &s.jobs[about].entry
	channel := entry.Channel
	s.filing, entry.Channel = true, "files"
	s.wake()
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.filing, entry.Channel = false, channel
	}, true
}

// tend does what is owed about a picture's file. When to go on is in the ledger.
func (s *Sender) tend(ctx context.Context, t thread, c outbox.Call, o outbox.Outcome) outbox.Outcome {
	back, ok := s.detachJob(t.topic)
	if !ok {
		o.Wait = outbox.PictureTurn
		return o
	}
	defer back()
	var err error
	switch c.Kind {
	case outbox.Upload:
		err = s.upload(ctx, t, c)
	case outbox.Check:
		err = s.check(ctx, t, c)
	case outbox.DropFile:
		err = s.drop(ctx, t, c)
	}
	return s.tended(ctx, t, c, o, err)
}

func (s *Sender) tended(ctx context.Context, t thread, c outbox.Call, o outbox.Outcome, err error) outbox.Outcome {
	if err != nil && ctx.Err() == nil {
		s.Log.Warn("a picture's file could not be recorded", "incident", t.name, "slot", c.Slot.Name, "error", err)
		o.Wait = retry
	}
	return o
}

// want notes that a picture is to be brought: from then on its message waits for it
// so long and no longer.
func (s *Sender) want(ctx context.Context, t thread, c outbox.Call) error {
	return s.keepFile(ctx, t, c, outbox.Wanted(c.Slot, t.file(c.Slot.Name), s.Store.Now()))
}

// upload brings the bytes. The file's id is stored before it is completed, so that
// whoever goes on can ask what became of it.
func (s *Sender) upload(ctx context.Context, t thread, c outbox.Call) error {
	have := t.file(c.Slot.Name)
	u, err := s.drawn(ctx, t, c.Slot.Picture)
	if err != nil {
		return s.failed(ctx, t, c, have, fmt.Errorf("drawing it: %w", err))
	}
	calls, cancel := context.WithTimeout(ctx, outbox.Patience(have, s.Timing, s.Store.Now()))
	defer cancel()
	if !s.Valid() {
		return ErrLeaseLost
	}
	ticket, err := s.Slack.BeginUpload(calls, u)
	if err != nil {
		return s.failed(ctx, t, c, have, err)
	}
	reserved := have
	reserved.State, reserved.File = ledger.Sending, ticket.FileID
	if err := s.keepFile(ctx, t, c, reserved); err != nil {
		return err
	}
	if err := s.Slack.SendUpload(calls, ticket, u); err != nil {
		return s.failed(ctx, t, c, have, err) // never completed: there is no file
	}
	if !s.Valid() {
		return ErrLeaseLost
	}
	switch err := s.Slack.CompleteUpload(calls, ticket, u); {
	case err == nil:
		s.answered()
		reserved.State, reserved.NextAt = ledger.Uploaded, s.Store.Now().Add(outbox.PictureLook)
		if c.Slot.Picture.Posted { // nothing waits for Slack to know its type
			reserved, _ = outbox.Checked(reserved, slackapi.FileReady, s.Timing, s.Store.Now())
		}
		return s.keepFile(ctx, t, c, reserved)
	case outcomeOf(err) == slackapi.OutcomeUnknown:
		return s.failed(ctx, t, c, reserved, err)
	default:
		return s.failed(ctx, t, c, have, err)
	}
}

// drawn draws a picture, or writes the file that is posted into the thread.
func (s *Sender) drawn(ctx context.Context, t thread, p *message.Picture) (u slackapi.Upload, err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("panic: %v; this is a defect of Signalbook, please report it: %s", broken, debug.Stack())
		}
	}()
	if p.Posted {
		return s.written(ctx, t, p)
	}
	data, err := p.PNG()
	if err == nil && len(data) == 0 {
		err = errors.New("it is empty")
	}
	return slackapi.Upload{Name: p.Name, Title: p.Title, Alt: p.Alt, Data: data}, err
}

// check asks what became of a file: whether it is there, and whether messages can
// show it.
func (s *Sender) check(ctx context.Context, t thread, c outbox.Call) error {
	have := t.file(c.Slot.Name)
	state, err := s.Slack.File(ctx, have.File)
	if err != nil {
		return s.failed(ctx, t, c, have, err)
	}
	s.answered()
	if state == slackapi.FilePending && c.Slot.Picture.Posted {
		state = slackapi.FileReady // it is posted, whatever Slack takes it for
	}
	have, lost := outbox.Checked(have, state, s.Timing, s.Store.Now())
	if lost {
		return s.failed(ctx, t, c, have, errors.New("Slack took the file, and does not come to an end with it"))
	}
	return s.keepFile(ctx, t, c, have)
}

// drop deletes a file that no message shows, once: one that stays bothers nobody.
func (s *Sender) drop(ctx context.Context, t thread, c outbox.Call) error {
	have := t.file(c.Slot.Name)
	gone := outbox.Unshown(c.Slot, have)[0]
	if err := s.Slack.DeleteFile(ctx, gone); err != nil {
		if outcomeOf(err) == slackapi.OutcomeLimited {
			return nil // its budget is closed until then
		}
		s.Log.Warn("a file that no message shows any more stays in Slack", "incident", t.name, "file", gone, "error", err)
	}
	return s.keepFile(ctx, t, c, outbox.Dropped(have, gone))
}

// keepFile writes the ledger even when the term is ending. What cannot be written
// is lost sight of, and never seen by anybody.
func (s *Sender) keepFile(ctx context.Context, t thread, c outbox.Call, have ledger.Record) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	return s.Store.SetSlot(ctx, s.Lease.Fence, t.topic, ledger.Picture(c.Slot.Name), have)
}

func outcomeOf(err error) slackapi.Outcome {
	if refused, ok := errors.AsType[*slackapi.Error](err); ok {
		return refused.Outcome
	}
	return ""
}
