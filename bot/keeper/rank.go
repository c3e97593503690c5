package keeper

import (
	"time"

	"github.com/signalbook/signalbook/bot/incident"
)

// class says what kind of call an incident needs next; lower goes first.
type class int

const (
	classStorm     class = iota // what tells of many incidents at once
	classList                   // the first pages of their list
	classRoot                   // an incident that nobody sees yet
	classPing                   // something that people have to be told
	classImmediate              // the steps of this hour
	classClicked                // an edit that people wait for
	classRest                   // the other pages of a storm's list
	classTier                   // the other steps
	classEdit                   // the rest
)

// posts reports whether calls of the class are new messages.
func (c class) posts() bool { return c != classClicked && c != classEdit }

// rank orders what Slack is asked to do: critical before the rest; roots before
// immediate tiers before edits; old before new.
type rank struct {
	calm   bool // not critical
	class  class
	opened int64 // ms
}

func (r rank) before(other rank) bool {
	if r.calm != other.calm {
		return !r.calm
	}
	if r.class != other.class {
		return r.class < other.class
	}
	return r.opened < other.opened
}

// urgent reports whether an incident goes before others. A drill never does.
func urgent(i incident.Incident) bool { return i.Critical && !i.Drill }

func ranked(critical bool, c class, opened time.Time) rank {
	return rank{calm: !critical, class: c, opened: opened.UnixMilli()}
}
