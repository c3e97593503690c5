package outbox

import (
	"slices"
	"time"

	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/slackapi"
)

// belowNothing lets replies wait until their root is there.
func belowNothing(l *look, c Call) bool { return c.Slot.Thread && l.root().TS == "" }

// missing posts a message that is not there, or that stands under a root which people
// deleted. A ping that was sent once is never sent again.
func missing(l *look, c Call) bool {
	moved := c.Slot.Thread && !c.Slot.Once && c.Have.Parent != "" && c.Have.Parent != l.root().TS
	if c.Have.TS != "" && !moved {
		return false
	}
	c.Kind = Post
	l.withPicture(c)
	return true
}

// Intent is what the ledger says before a message is posted: its op is in the message,
// so that it can be found when nobody learns what came of it.
func Intent(c Call, op string, now time.Time) ledger.Record {
	slot := ledger.Record{State: ledger.Sending, Op: op, IntentAt: now, Old: c.Have.Old}
	noteForm(&slot, c)
	switch {
	case c.Have.TS != "":
		slot.Old = append(slices.Clone(c.Have.Old), c.Have.TS)
	case c.Have.Sweeps > 0:
		// An earlier try had an unknown outcome, a later one was refused: under the same op both are found.
		slot.Op, slot.Sweeps = c.Have.Op, c.Have.Sweeps
	}
	return slot
}

// Follow says what else a refusal asks for, beside what the ledger says.
type Follow int

// What follows a refusal.
const (
	FollowNothing Follow = iota
	FollowRoot           // the thread's root is gone: it is posted anew
	FollowPicture        // the picture is to blame: the message may be taken without it
	FollowDivert         // what is to begin may begin in another channel; else it is parked
)

// Posted is what the ledger says of a message whose post was an intent, once Slack has
// taken it. Different says that another form of it was posted than it should have: it
// is edited.
func Posted(c Call, intent ledger.Record, channel, ts string, different bool, timing Timing, now time.Time) ledger.Record {
	intent.State, intent.Channel, intent.TS, intent.Hash = ledger.Sent, channel, ts, c.Slot.Hash()
	if different {
		intent.Hash = ""
	}
	if intent.Sweeps > 0 {
		intent.SweepAt = now.Add(timing.Sweeps[0])
	}
	return intent
}

// NotPosted is what the ledger says of a message that Slack did not take, and what
// follows. Without Slack's word, or when its outcome is unknown, the intent stands: that
// is the truth.
func NotPosted(c Call, intent ledger.Record, refused *slackapi.Error) (ledger.Record, Follow) {
	follow := FollowNothing
	switch {
	case refused == nil || refused.Outcome == slackapi.OutcomeUnknown:
		return intent, FollowNothing
	case refused.Outcome == slackapi.OutcomeLimited:
		intent.State = ledger.Waiting
	case refused.Outcome == slackapi.OutcomeGone && c.Slot.Thread:
		intent.State, follow = ledger.Waiting, FollowRoot
	case BlamesPicture(c, refused):
		intent.State, follow = ledger.Waiting, FollowPicture
	case shorten(&intent, c, refused):
		intent.State, intent.Hash = ledger.Waiting, ""
	default:
		intent.State, intent.Hash, intent.Why = ledger.Parked, c.wholeHash(), refused.Error()
		if c.Begins() && refused.Concern == slackapi.ConcernChannel {
			follow = FollowDivert
		}
	}
	intent.TS = ""
	return intent, follow
}

// Gone is what the ledger says of a message that people deleted: it is posted anew.
func Gone(have ledger.Record) ledger.Record {
	have.Old, have.TS, have.Hash, have.State = append(slices.Clone(have.Old), have.TS), "", "", ledger.Waiting
	return have
}

// Found is what the ledger says of a message whose post had an unknown outcome, after a
// look for it in a channel: found, it is adopted, of several copies the oldest (they
// come in Slack's order); extra are the others. Not found, it is posted again in its
// turn under the same op.
func Found(c Call, where string, copies []string, timing Timing, now time.Time) (slot ledger.Record, extra []string) {
	slot = c.Have
	if len(copies) == 0 {
		slot.State, slot.Sweeps, slot.TS = ledger.Waiting, len(timing.Sweeps), ""
		return slot, nil
	}
	slot.State, slot.Channel, slot.TS = ledger.Sent, where, copies[0]
	slot.Hash = "" // what was sent then may differ from what it should be now: it is edited
	if slot.Sweeps > 0 {
		slot.SweepAt = now.Add(timing.Sweeps[0]) // found is one of several tries; another may come yet
	}
	if c.Slot.Once {
		slot.Hash = c.Slot.Hash()
	}
	return slot, copies[1:]
}
