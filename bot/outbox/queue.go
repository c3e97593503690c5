package outbox

import (
	"iter"
	"time"

	"github.com/signalbook/signalbook/bot/topic"
)

const (
	// CallsAtOnce bounds the calls in flight of a workspace. Slack: one post a second a channel; two at once may be shown
	// in any order or dropped. So one call is in flight a channel, and a handful a workspace.
	CallsAtOnce = 4
	// Idle is how long to wait when nothing is to come: whoever changes something wakes us.
	Idle = time.Hour
)

// Entry is the standing in the queue of one thread that is not settled.
type Entry struct {
	Topic    topic.ID
	Channel  string
	Priority Priority
	Picked   Priority  // what it was picked for
	Ready    time.Time // not before
	Busy     bool
	Again    bool // it changed while it was busy
	Known    bool // Priority is what comes next, as the last look found it
	Moves    bool // a channel that refuses others does not hold it up: it goes to another one
}

// Limits is what holds calls up.
type Limits struct {
	Paused time.Time                // Slack refuses everything until then
	Closed map[string]time.Time     // channels that Slack refuses until then
	Gaps   map[string]time.Duration // by channel, until something can be posted there
}

// Next is the most important thread that is ready and whose channel is free; nil when
// there is none, then wait is until there may be one.
func Next(queue iter.Seq[*Entry], limits Limits, now time.Time) (best *Entry, wait time.Duration) {
	if wait := limits.Paused.Sub(now); wait > 0 {
		return nil, wait
	}
	busy, inFlight := map[string]bool{}, 0
	for e := range queue {
		if e.Busy {
			busy[e.Channel] = true
			inFlight++
		}
	}
	if inFlight >= CallsAtOnce {
		return nil, Idle // whoever ends wakes us
	}
	wait = Idle
	for e := range queue {
		switch {
		case e.Busy || busy[e.Channel]:
		case e.Ready.After(now):
			wait = min(wait, e.Ready.Sub(now))
		case e.Known && e.Priority.class.posts() && limits.Gaps[e.Channel] > 0:
			wait = min(wait, limits.Gaps[e.Channel]) // it would be looked at for nothing
		case !e.Moves && limits.Closed[e.Channel].After(now):
			wait = min(wait, limits.Closed[e.Channel].Sub(now))
		case best == nil || e.Priority.Before(best.Priority) || (e.Priority == best.Priority && e.Topic.Compare(best.Topic) < 0):
			best = e
		}
	}
	return best, wait
}

// Outcome is what one look at a thread led to.
type Outcome struct {
	Settled  bool
	Channel  string
	Priority Priority      // of what comes next
	Wait     time.Duration // until it is worth looking again
	Pause    time.Duration // until Slack takes anything at all
	Close    time.Duration // until Slack takes anything in this channel
	Moves    bool          // it has not begun, and goes to another channel when this one does not take it
}

// Change notes that a thread changed, which asks for calls of a priority.
func (e Entry) Change(channel string, p Priority) Entry {
	if p.Before(e.Priority) {
		e.Priority = p
	}
	if !e.Busy {
		e.Channel = channel // it may have moved
	}
	e.Again, e.Known, e.Ready = true, false, time.Time{}
	return e
}

// Pick notes that a thread has its turn.
func (e Entry) Pick() Entry {
	e.Busy, e.Again, e.Picked = true, false, e.Priority
	return e
}

// Done notes what a turn led to; stays is false when nothing more is to come.
func (e Entry) Done(o Outcome, now time.Time) (after Entry, stays bool) {
	e.Busy = false
	if o.Channel != "" {
		e.Channel = o.Channel
	}
	if !e.Again || o.Priority.Before(e.Priority) {
		e.Priority = o.Priority
	}
	e.Known, e.Moves = !e.Again, o.Moves
	switch {
	case e.Again:
		e.Ready = time.Time{}
		if o.Wait > 0 && !o.Settled {
			e.Ready = now.Add(min(o.Wait, clickInterval))
		}
	case o.Settled && o.Wait == 0:
		return e, false
	default:
		e.Ready = now.Add(o.Wait)
	}
	return e, true
}
