package outbox

import (
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
)

// Thread is one thread as it should look, beside what Slack is known to have of it.
type Thread struct {
	Storm    bool // its root tells of many incidents
	OpenedAt time.Time
	Slots    []message.Slot
	Ledger   ledger.Ledger
	Clicked  []string             // beginnings of the names of messages that people wait for
	Edited   map[string]time.Time // when a message was last edited
	Files    Files
}

// Files says when the next file may be brought to Slack.
type Files struct {
	Busy bool                   // another one is being brought
	Wait map[Kind]time.Duration // by kind of call, until Slack's limits let one go
}

// root is the ledger's slot of the first message.
func (t Thread) root() ledger.Record { return t.Ledger[ledger.Root] }

// waitedFor reports whether somebody waits to see a message change.
func (t Thread) waitedFor(slot string) bool {
	for _, beginning := range t.Clicked {
		if strings.HasPrefix(slot, beginning) {
			return true
		}
	}
	return false
}

// look is a look at a thread: the best call that was found so far, and when the next
// may be made.
type look struct {
	Thread
	timing Timing
	now    time.Time
	best   Call
	next   time.Time // zero: nothing is to come
}

// offer takes a call that may be made now. Of equal ones the first stays.
func (l *look) offer(c Call) {
	if l.best.None() || c.Class < l.best.Class {
		l.best = c
	}
}

// later notes that something is to be done at a time to come.
func (l *look) later(at time.Time) {
	if l.next.IsZero() || at.Before(l.next) {
		l.next = at
	}
}

// rule is one reason for a call, or for none. It reports whether it decided about the
// message; then no further rule is asked.
type rule func(*look, Call) bool

// rules are asked in this order about each message.
var rules = [...]rule{superseded, unreadable, belowNothing, posted, unknownOutcome, parked, missing, copied, asWanted, different}

// Plan finds the most important call that may be made now. Without one, next is when
// there is to be one; zero: Slack shows everything, and nothing is owed.
func Plan(t Thread, timing Timing, now time.Time) (c Call, next time.Time) {
	l := &look{Thread: t, timing: timing, now: now}
	for _, slot := range t.Slots {
		have := t.Ledger[slot.Name]
		c := Call{Slot: slot, Have: have, Word: wordOf(have), Urgent: t.waitedFor(slot.Name), Class: t.classOf(slot)}
		for _, decides := range rules {
			if decides(l, c) {
				break
			}
		}
	}
	if l.best.None() {
		l.orphans()
	}
	if !l.best.None() {
		return l.best, time.Time{}
	}
	return Call{}, l.next
}
