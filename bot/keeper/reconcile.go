package keeper

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/chat"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/store"
)

// retry is how long the hands wait after trouble that is not Slack's word.
const retry = 2 * time.Second

// call is what has to be done about one slot.
type call struct {
	slot   message.Slot
	have   ledger.Slot
	class  class
	kind   callKind
	urgent bool
	word   string // with which Slack refused the whole message
}

type callKind int

const (
	callPost  callKind = iota // it is not there
	callFind                  // it may be there: the outcome of a post is unknown
	callSweep                 // it is there, and copies of it may be too
	callEdit                  // it is there and looks different

	callWant   // a picture is wanted for it
	callUpload // the picture's file is not there
	callCheck  // the file may be there
	callDrop   // a file is there that nothing shows any more
)

// guarded is reconcile for a workspace that has to go on: one thread that cannot be
// shown must not end its keepers one after the other.
func (h *hands) guarded(ctx context.Context, j *job) (o outcome) {
	defer func() {
		if p := recover(); p != nil {
			h.log.Error("panic while showing a thread", "subject", j.number, "panic", p, "stack", string(debug.Stack()))
			h.health.set("message "+incident.ID(j.number), fmt.Sprintf("%s cannot be shown: %v; this is a defect of Signalbook, please report it", incident.ID(j.number), p))
			o = outcome{wait: h.Timing.Parked, rank: j.rank}
		}
	}()
	return h.reconcile(ctx, j)
}

// reconcile makes at most one Slack call for an incident: the most important
// one.
func (h *hands) reconcile(ctx context.Context, j *job) outcome {
	s, err := h.look(ctx, j.number)
	if u := store.UnreadableOf(err); u != nil {
		h.met(u)
		return outcome{wait: h.Timing.Parked, rank: j.rank}
	}
	if err != nil {
		h.log.Warn("a thread could not be compared with Slack", "subject", j.number, "error", err)
		return outcome{wait: retry, rank: j.rank}
	}
	if o, busy := h.clean(ctx, j, s); busy {
		return o
	}
	s.withFiles()
	s.withForms(h.Settings().Command)
	now := h.Store.Now()
	next, wait := h.choose(s, h.clickedSlots(j), now)
	o := outcome{channel: s.place, rank: ranked(s.critical, next.class, s.opened), wait: wait}
	if next.slot.Name == "" {
		o.settled = wait == 0
		if o.settled {
			h.tellForms(s)
			h.health.clear(aboutMessage(s))
			h.health.clear(aboutPicture(s))
			if past := pastPings(s); len(past) > 0 {
				h.log.Info("pings of long past openings are forgotten", "incident", s.name, "slots", s.places(past))
				if err := h.Store.ForgetSlots(ctx, h.lease.Fence, j.number, past...); err != nil {
					return outcome{channel: o.channel, wait: retry, rank: o.rank}
				}
			}
			if err := h.Store.Settle(ctx, h.lease.Fence, j.number, s.version); err != nil {
				return outcome{channel: o.channel, wait: retry, rank: o.rank}
			}
		}
		return o
	}
	o.moves = next.kind == callPost && begins(next) && h.otherChannel(s) != ""
	if j.picked.before(o.rank) {
		return o // less urgent than it was picked for: others may come first
	}
	if wait := h.people.pending(s, next, time.Now()); wait > 0 {
		o.wait = wait
		return o
	}
	if !h.valid() {
		return outcome{channel: o.channel, wait: retry, rank: o.rank}
	}
	if next.kind == callWant {
		return h.tended(ctx, s, next, o, h.want(ctx, s, next)) // which asks nothing of Slack
	}
	if wait := h.budgets.Take(time.Now(), next.spends(s.place)); wait > 0 {
		o.wait = wait
		return o
	}
	if next.kind.aboutFile() {
		return h.tend(ctx, j, s, next, o)
	}
	return h.perform(ctx, j, s, next, o)
}

func (h *hands) clickedSlots(j *job) map[string]bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	clicked := make(map[string]bool, len(j.clicked))
	for slot := range j.clicked {
		clicked[slot] = true
	}
	return clicked
}

// choose finds the most important call that may be made now. Without one, wait
// is how long until the next may; 0 when Slack shows everything.
func (h *hands) choose(s sight, clicked map[string]bool, now time.Time) (best call, wait time.Duration) {
	later := func(at time.Time) {
		if d := max(at.Sub(now), time.Millisecond); wait == 0 || d < wait {
			wait = d
		}
	}
	found := false
	root := s.root()
	for _, slot := range s.slots {
		have := s.ledger[slot.Name]
		c := call{slot: slot, have: have, word: wordOf(have), urgent: waitedFor(slot.Name, clicked), class: s.class(slot)}
		var at time.Time // of a call about its picture
		owed := false
		moved := slot.Thread && !slot.Once && have.Parent != "" && have.Parent != root.TS
		switch {
		case have.State == ledger.Superseded:
			continue
		case have.State == ledger.Unreadable:
			later(now.Add(h.Timing.Parked)) // nobody knows what is there
			continue
		case slot.Thread && root.TS == "":
			continue // the root comes first
		case have.State == ledger.Sending:
			c.kind = callFind
			if at := have.IntentAt.Add(h.Timing.Unknown); ahead(at, now, h.Timing.Unknown) {
				later(at)
				continue
			}
		case have.State == ledger.Parked && have.Hash == slot.Hash() && ahead(have.IntentAt.Add(h.Timing.Parked), now, h.Timing.Parked):
			later(have.IntentAt.Add(h.Timing.Parked))
			continue
		case have.TS == "" || moved:
			c.kind = callPost
		case !have.SweepAt.IsZero() && !ahead(have.SweepAt, now, h.Timing.Sweeps[len(sweeps)-1]):
			c.kind, c.class = callSweep, classEdit
		case have.State != ledger.Parked && (slot.Once || have.Hash == slot.Hash()):
			if !have.SweepAt.IsZero() {
				later(have.SweepAt)
			}
			if c, at, owed = s.afterwards(c); !owed {
				continue
			}
		default:
			c.kind, c.class = callEdit, classEdit
			switch {
			case c.urgent:
				c.class = classClicked
			case s.storm != nil && slot.Name == ledger.Root:
				c.class = classStorm // how many there are is what people want to know first
			}
			every := h.every(s, c, now)
			if at := h.lastEdit(s.number, slot.Name).Add(every); ahead(at, now, every) {
				later(at)
				continue
			}
		}
		if c.kind == callPost || c.kind == callEdit {
			c, at, owed = h.beforehand(s, c, now)
		}
		if owed {
			if wait := h.fileWait(c, at, now); wait > 0 {
				later(now.Add(wait))
				continue
			}
		}
		if !found || c.class < best.class {
			best, found = c, true
		}
	}
	if found {
		return best, 0
	}
	return s.leftover(now, h.Timing, wait)
}

func waitedFor(slot string, clicked map[string]bool) bool {
	for prefix := range clicked {
		if strings.HasPrefix(slot, prefix) {
			return true
		}
	}
	return false
}

// spends is the call's price in Slack's budgets.
func (c call) spends(channel string) chat.Call {
	switch c.kind {
	case callEdit:
		return chat.Call{Method: "chat.update", Urgent: c.urgent}
	case callUpload:
		return chat.Call{Method: "files.getUploadURLExternal"}
	case callCheck:
		return chat.Call{Method: "files.info"}
	case callDrop:
		return chat.Call{Method: "files.delete"}
	case callFind, callSweep:
		if c.slot.Thread {
			return chat.Call{Method: "conversations.replies"}
		}
		return chat.Call{Method: "conversations.history"}
	}
	return chat.Call{Method: "chat.postMessage", Channel: channel}
}

func (h *hands) lastEdit(number int, slot string) time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.edited[editKey(number, slot)]
}

func (h *hands) noteEdit(number int, slot string, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for key, at := range h.edited {
		if now.Sub(at) > max(h.Timing.Root, listEvery) {
			delete(h.edited, key)
		}
	}
	h.edited[editKey(number, slot)] = now
}

func editKey(number int, slot string) string { return incident.ID(number) + "/" + slot }

// perform makes the call and writes its outcome into the ledger.
func (h *hands) perform(ctx context.Context, j *job, s sight, c call, o outcome) outcome {
	var err error
	switch c.kind {
	case callPost:
		err = h.post(ctx, s, c)
	case callFind:
		err = h.find(ctx, s, c)
	case callSweep:
		err = h.sweep(ctx, s, c)
	case callEdit:
		err = h.edit(ctx, s, c)
	}
	if c.kind == callEdit && c.urgent {
		h.mu.Lock()
		for slot := range j.clicked {
			if strings.HasPrefix(c.slot.Name, slot) {
				delete(j.clicked, slot)
			}
		}
		h.mu.Unlock()
	}
	o.wait = time.Millisecond // there may be more to do
	if err == nil {
		h.answered()
		h.health.clear("slack")
		if c.kind == callPost || c.kind == callEdit {
			h.health.clear(aboutChannel(s))
			h.health.clear(aboutMessage(s))
			if c.kind == callPost && c.slot.Name == ledger.Root {
				h.people.took(s.channel)
			}
			if c.slot.Picture != nil && c.slot.File == "" {
				h.bare(s, s.file(c.slot.Name).Why)
			}
		}
		return o
	}
	if ctx.Err() != nil {
		return o
	}
	o.wait = retry
	var refused *chat.Error
	if !errors.As(err, &refused) {
		h.log.Warn("a Slack call could not be recorded", "incident", s.name, "slot", c.slot.Name, "error", err)
		return o
	}
	says := "Slack refuses a message as it is; a short form of it follows"
	switch {
	case blamed(c, refused):
		says = "Slack refuses a message with its picture"
	case shortened(c, refused) == message.FormWhole:
		return h.judge(s, c, refused, o)
	}
	h.answered()
	h.log.Warn(says, "incident", s.name, "slot", c.slot.Name, "error", refused)
	o.wait = time.Millisecond // the ledger says when to go on
	return o
}
