package keeper

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/playbooks"
)

// How often messages are edited that nobody clicked on. Slack takes fifty edits a
// minute of a workspace, half of which are kept for those that people wait for.
const (
	rootEvery       = 10 * time.Second // an incident's root
	clickEvery      = 2 * time.Second  // its other messages, and whatever people clicked on
	stormEvery      = 3 * time.Second  // a storm's first message, while it is young
	stormYoung      = 20 * time.Second
	stormLaterEvery = 15 * time.Second
	listEvery       = 20 * time.Second // a page of its list
)

// firstPages is how many pages of a storm's list go before the threads of its
// critical incidents: a thousand incidents have twelve, a second each.
const firstPages = 15

// every is how long to wait from one edit of a message to the next.
func (h *hands) every(s sight, c call, now time.Time) time.Duration {
	root := c.slot.Name == ledger.Root
	switch {
	case c.urgent:
		return clickEvery
	case s.storm != nil && !root:
		return listEvery
	case s.storm != nil && now.Sub(s.opened) < stormYoung:
		return stormEvery
	case s.storm != nil:
		return stormLaterEvery
	case root:
		return h.Timing.Root
	}
	return clickEvery
}

// class says how important it is that a message gets there.
func (s sight) class(slot message.Slot) class {
	page, isPage := strings.CutPrefix(slot.Name, "page:")
	switch {
	case slot.Once:
		return classPing
	case s.storm != nil && slot.Name == ledger.Root:
		return classStorm
	case isPage:
		if n, err := strconv.Atoi(page); err == nil && n <= firstPages {
			return classList
		}
		return classRest
	case slot.Name == ledger.Root:
		return classRoot
	case strings.HasPrefix(slot.Name, "tier:"+string(playbooks.Immediate)):
		return classImmediate
	}
	return classTier
}

// ahead reports whether a time that was noted for at most that much later is still
// to come. One much further ahead was noted before the clock was set back: it
// counts as come.
func ahead(at, now time.Time, most time.Duration) bool {
	return at.After(now) && at.Sub(now) <= 2*most
}

// leftover finds messages that are not to be there any more, such as a ping about
// what is over, and that may have been sent twice: copies of them are removed like
// any other's. Without one that is ripe it returns how long until there is, or wait
// when that is sooner.
func (s sight) leftover(now time.Time, timing Timing, wait time.Duration) (call, time.Duration) {
	for name, have := range s.ledger {
		if have.Sweeps == 0 || slices.ContainsFunc(s.slots, func(slot message.Slot) bool { return slot.Name == name }) {
			continue
		}
		at, most := have.SweepAt, timing.Sweeps[len(sweeps)-1]
		if have.State == ledger.Sending || at.IsZero() {
			at, most = have.IntentAt.Add(timing.Unknown), timing.Unknown
		}
		if !ahead(at, now, most) {
			slot := message.Slot{Name: name, Thread: have.Parent != "", Once: true}
			return call{slot: slot, have: have, class: classEdit, kind: callSweep}, 0
		}
		if d := at.Sub(now); wait == 0 || d < wait {
			wait = d
		}
	}
	return call{}, wait
}
