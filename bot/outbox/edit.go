package outbox

import (
	"time"

	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/slackapi"
)

// How often messages are edited that nobody clicked on. Slack takes fifty edits a
// minute of a workspace, half of which are kept for those that people wait for.
const (
	// clickInterval is between two edits of what people wait for, and of an incident's replies.
	clickInterval      = 2 * time.Second
	stormInterval      = 3 * time.Second // of a storm's first message, while it is young
	stormYoung         = 20 * time.Second
	stormLaterInterval = 15 * time.Second
	// ListInterval is between two edits of a page of a storm's list.
	ListInterval = 20 * time.Second
)

// asWanted does nothing about a message that looks as it should, but for what is owed
// about its picture.
func asWanted(l *look, c Call) bool {
	if c.Have.State == ledger.Parked || !c.Slot.Once && c.Have.Hash != c.Slot.Hash() {
		return false
	}
	if !c.Have.SweepAt.IsZero() {
		l.later(c.Have.SweepAt)
	}
	l.tidyPicture(c)
	return true
}

// different edits a message that looks other than it should, not too often.
func different(l *look, c Call) bool {
	c.Kind, c.Class = Edit, ClassEdit
	switch {
	case c.Urgent:
		c.Class = ClassClicked
	case l.Storm && c.Slot.Name == ledger.Root:
		c.Class = ClassStorm // how many there are is what people want to know first
	}
	interval := l.interval(c)
	if at := l.Edited[c.Slot.Name].Add(interval); ahead(at, l.now, interval) {
		l.later(at)
		return true
	}
	l.withPicture(c)
	return true
}

// interval is how long to wait from one edit of a message to the next.
func (l *look) interval(c Call) time.Duration {
	root := c.Slot.Name == ledger.Root
	switch {
	case c.Urgent:
		return clickInterval
	case l.Storm && !root:
		return ListInterval
	case l.Storm && l.now.Sub(l.OpenedAt) < stormYoung:
		return stormInterval
	case l.Storm:
		return stormLaterInterval
	case root:
		return l.timing.Root
	}
	return clickInterval
}

// Edited is what the ledger says of a message that Slack took an edit of.
func Edited(c Call) ledger.Record {
	slot := c.Have
	slot.State, slot.Hash, slot.Why = ledger.Sent, c.Slot.Hash(), ""
	noteForm(&slot, c)
	return slot
}

// NotEdited is what the ledger says of a message whose edit Slack did not take, and what
// follows; ok is false when it says what it said before, and the same edit is tried
// again.
func NotEdited(c Call, refused *slackapi.Error, now time.Time) (slot ledger.Record, follow Follow, ok bool) {
	slot = c.Have
	switch {
	case refused.Outcome == slackapi.OutcomeGone && !givenUp(c, refused):
		return Gone(slot), FollowNothing, true
	case BlamesPicture(c, refused):
		return slot, FollowPicture, false // the message stays as it was
	case shorten(&slot, c, refused):
		slot.State, slot.Hash = ledger.Sent, "" // what is there is not as it should be
	case refused.Outcome == slackapi.OutcomeRefused, refused.Outcome == slackapi.OutcomeChannel, refused.Outcome == slackapi.OutcomeAuth, givenUp(c, refused):
		slot.State, slot.Hash, slot.Why, slot.IntentAt = ledger.Parked, c.wholeHash(), refused.Error(), now
	default:
		return slot, FollowNothing, false
	}
	return slot, FollowNothing, true
}

// givenUp reports whether a message that cannot be edited was posted anew often enough.
// One that is deleted again and again is not wanted here; one that is there, but may
// not be edited, would soon fill the thread.
func givenUp(c Call, refused *slackapi.Error) bool {
	most := 1
	if refused.Code == "message_not_found" {
		most = 9
	}
	return c.Kind == Edit && refused.Outcome == slackapi.OutcomeGone && len(c.Have.Old) >= most
}
