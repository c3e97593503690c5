package outbox

import (
	"strconv"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/playbooks"
)

// Class says what kind of call a thread needs next; lower goes first.
type Class int

// The classes.
const (
	ClassStorm     Class = iota // what tells of many incidents at once
	ClassList                   // the first pages of their list
	ClassRoot                   // an incident that nobody sees yet
	ClassPing                   // something that people have to be told
	ClassImmediate              // the steps of this hour
	ClassClicked                // an edit that people wait for
	ClassRest                   // the other pages of a storm's list
	ClassTier                   // the other steps
	ClassEdit                   // the rest
)

// posts reports whether calls of the class are new messages.
func (c Class) posts() bool { return c != ClassClicked && c != ClassEdit }

// firstPages is how many pages of a storm's list go before the threads of its
// critical incidents: a thousand incidents have twelve, a second each.
const firstPages = 15

// classOf says how important it is that a message gets there.
func (t Thread) classOf(slot message.Slot) Class {
	page, isPage := strings.CutPrefix(slot.Name, "page:")
	switch {
	case slot.Once:
		return ClassPing
	case t.Storm && slot.Name == ledger.Root:
		return ClassStorm
	case isPage:
		if n, err := strconv.Atoi(page); err == nil && n <= firstPages {
			return ClassList
		}
		return ClassRest
	case slot.Name == ledger.Root:
		return ClassRoot
	case strings.HasPrefix(slot.Name, "tier:"+string(playbooks.Immediate)):
		return ClassImmediate
	}
	return ClassTier
}

// Priority orders what Slack is asked to do: critical before the rest; roots before
// immediate tiers before edits; old before new.
type Priority struct {
	calm   bool // not critical
	class  Class
	opened int64 // ms
}

// PriorityOf is the priority of a call of a thread that was opened at a time.
func PriorityOf(critical bool, class Class, opened time.Time) Priority {
	return Priority{calm: !critical, class: class, opened: opened.UnixMilli()}
}

// Before reports whether p goes first.
func (p Priority) Before(other Priority) bool {
	if p.calm != other.calm {
		return !p.calm
	}
	if p.class != other.class {
		return p.class < other.class
	}
	return p.opened < other.opened
}
