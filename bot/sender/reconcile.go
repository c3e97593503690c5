package sender

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/outbox"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/topic"
)

// retry is how long the sender waits after trouble that is not Slack's word.
const retry = outbox.Retry

// guarded is reconcile for a workspace that has to go on: one thread that cannot be
// shown must not end its coordinators one after the other.
func (s *Sender) guarded(ctx context.Context, e outbox.Entry) (o outbox.Outcome) {
	defer func() {
		if p := recover(); p != nil {
			s.Log.Error("panic while showing a thread", "about", e.Topic, "panic", p, "stack", string(debug.Stack()))
			s.Health.Set(AboutMessage(e.Topic.String()), fmt.Sprintf("%s cannot be shown: %v; this is a defect of Signalbook, please report it", e.Topic, p))
			o = outbox.Outcome{Wait: s.Timing.Parked, Priority: e.Priority}
		}
	}()
	return s.reconcile(ctx, e)
}

// reconcile makes at most one Slack call for an incident: the most important
// one.
func (s *Sender) reconcile(ctx context.Context, e outbox.Entry) outbox.Outcome {
	t, err := s.look(ctx, e.Topic)
	if u := store.UnreadableOf(err); u != nil {
		s.Documents.Met(u)
		return outbox.Outcome{Wait: s.Timing.Parked, Priority: e.Priority}
	}
	if err != nil {
		s.Log.Warn("a thread could not be compared with Slack", "about", e.Topic, "error", err)
		return outbox.Outcome{Wait: retry, Priority: e.Priority}
	}
	if o, busy := s.clean(ctx, e, t); busy {
		return o
	}
	t.withFiles()
	t.withForms(s.Settings().Command)
	now := s.Store.Now()
	next, at := outbox.Plan(s.known(t), s.Timing, now)
	o := outbox.Outcome{Channel: t.place, Priority: outbox.PriorityOf(t.critical, next.Class, t.opened)}
	switch {
	case !next.None():
	case !at.IsZero():
		o.Wait = max(at.Sub(now), time.Millisecond)
		return o
	default:
		if err := s.settled(ctx, t); err != nil {
			o.Wait = retry
			return o
		}
		o.Settled = true
		return o
	}
	o.Moves = next.Kind == outbox.Post && next.Begins() && s.otherChannel(t) != ""
	if e.Picked.Before(o.Priority) {
		return o // less urgent than it was picked for: others may come first
	}
	if next.Kind == outbox.Post && t.digest == nil {
		if o.Wait = s.Directory.Pending(t.mentioned(), time.Now()); o.Wait > 0 {
			return o
		}
	}
	if !s.Valid() {
		return outbox.Outcome{Channel: o.Channel, Wait: retry, Priority: o.Priority}
	}
	if next.Kind == outbox.WantFile {
		return s.tended(ctx, t, next, o, s.want(ctx, t, next)) // which asks nothing of Slack
	}
	if wait := s.Budgets.Take(time.Now(), next.Spends(t.place)); wait > 0 {
		o.Wait = wait
		return o
	}
	if next.Kind.AboutFile() {
		return s.tend(ctx, t, next, o)
	}
	return s.perform(ctx, t, next, o)
}

// settled notes that Slack shows everything of a subject.
func (s *Sender) settled(ctx context.Context, t thread) error {
	s.tellForms(t)
	s.Health.Clear(AboutMessage(t.name))
	s.Health.Clear(aboutPicture(t))
	if past := t.past(); len(past) > 0 {
		s.Log.Info("what was sent long ago is forgotten", "incident", t.name, "slots", t.places(past))
		if err := s.Store.ForgetSlots(ctx, s.Lease.Fence, t.topic, past...); err != nil {
			return err
		}
	}
	return s.Store.Settle(ctx, s.Lease.Fence, t.topic, t.version)
}

// known is what the outbox has to know of a thread.
func (s *Sender) known(t thread) outbox.Thread {
	known := outbox.Thread{Storm: t.storm != nil, OpenedAt: t.opened, Slots: t.slots, Ledger: t.ledger, Files: outbox.Files{Wait: map[outbox.Kind]time.Duration{}}}
	for _, kind := range []outbox.Kind{outbox.Upload, outbox.Check, outbox.DropFile} {
		known.Files.Wait[kind] = s.Budgets.Wait(time.Now(), outbox.Call{Kind: kind}.Spends(""))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	known.Files.Busy, known.Edited = s.filing, maps.Clone(s.edited[t.topic])
	if j := s.jobs[t.topic]; j != nil {
		known.Clicked = slices.Clone(j.clicked)
	}
	return known
}

func (s *Sender) noteEdit(about topic.ID, slot string, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for other, slots := range s.edited {
		maps.DeleteFunc(slots, func(_ string, at time.Time) bool { return now.Sub(at) > max(s.Timing.Root, outbox.ListInterval) })
		if len(slots) == 0 {
			delete(s.edited, other)
		}
	}
	if s.edited[about] == nil {
		s.edited[about] = map[string]time.Time{}
	}
	s.edited[about][slot] = now
}

// shown notes that nobody waits to see a message change any more.
func (s *Sender) shown(about topic.ID, slot string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if j := s.jobs[about]; j != nil {
		j.clicked = slices.DeleteFunc(j.clicked, func(beginning string) bool { return strings.HasPrefix(slot, beginning) })
	}
}

// perform makes the call and writes its outcome into the ledger.
func (s *Sender) perform(ctx context.Context, t thread, c outbox.Call, o outbox.Outcome) outbox.Outcome {
	var err error
	switch c.Kind {
	case outbox.Post:
		err = s.post(ctx, t, c)
	case outbox.Find:
		err = s.find(ctx, t, c)
	case outbox.Sweep:
		err = s.sweep(ctx, t, c)
	case outbox.Edit:
		err = s.edit(ctx, t, c)
	}
	if c.Kind == outbox.Edit && c.Urgent {
		s.shown(t.topic, c.Slot.Name)
	}
	if err == nil {
		s.answered()
		s.Health.Clear("slack")
		if c.Kind == outbox.Post || c.Kind == outbox.Edit {
			s.Health.Clear(aboutChannel(t))
			s.Health.Clear(AboutMessage(t.name))
			if c.Kind == outbox.Post && c.Slot.Name == ledger.Root {
				s.Directory.Took(t.channel)
			}
			if c.Slot.Picture != nil && c.Slot.File == "" {
				s.postWithoutImage(t, c, t.file(c.Slot.Name).Why)
			}
		}
		return o
	}
	if ctx.Err() != nil {
		return o
	}
	o.Wait = retry
	var refused *slackapi.Error
	if !errors.As(err, &refused) {
		s.Log.Warn("a Slack call could not be recorded", "incident", t.name, "slot", c.Slot.Name, "error", err)
		return o
	}
	says := "Slack refuses a message as it is; a short form of it follows"
	switch {
	case outbox.BlamesPicture(c, refused):
		says = "Slack refuses a message with its picture"
	case outbox.Shortened(c, refused) == blockkit.FormWhole:
		return s.assess(t, c, refused, o)
	}
	s.answered()
	s.Log.Warn(says, "incident", t.name, "slot", c.Slot.Name, "error", refused)
	o.Wait = 0 // the ledger says when to go on
	return o
}
