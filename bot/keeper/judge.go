package keeper

import (
	"time"

	"github.com/signalbook/signalbook/bot/chat"
	"github.com/signalbook/signalbook/bot/ledger"
)

// What the health of a keeper is about, besides "slack", "names" and "redis".
func aboutChannel(s sight) string { return "channel " + s.channel }
func aboutMessage(s sight) string { return "message " + s.name }
func aboutLedger(s sight) string  { return "document the ledger of " + s.name }

// judge turns Slack's word into when to try again, and into what people can read
// about it.
func (h *hands) judge(s sight, c call, refused *chat.Error, o outcome) outcome {
	log := h.log.With("incident", s.name, "slot", c.slot.Name, "error", refused)
	if silent(refused) {
		h.unanswered(refused)
	} else {
		h.answered()
	}
	switch {
	case refused.Code == chat.CodeUnreachable:
		h.health.set("slack", refused.Error())
		o.wait = time.Millisecond // nothing was sent: all wait until Slack is back, and this no longer
		log.Warn("Slack cannot be reached")
	case refused.Outcome == chat.OutcomeLimited:
		o.wait = refused.RetryAfter
		log.Warn("Slack limits us, trying again", "in", refused.RetryAfter)
	case refused.Outcome == chat.OutcomeUnknown:
		h.health.set("slack", "Slack does not answer: "+refused.Error())
		log.Warn("the outcome of a Slack call is unknown, it will be looked for")
	case refused.Outcome == chat.OutcomeGone && !givenUp(c, refused):
		o.wait = time.Millisecond
		log.Info("a message is gone from Slack and will be posted again")
	case refused.Outcome == chat.OutcomeAuth && refused.Concern != chat.ConcernMethod:
		h.health.set("slack", refused.Error())
		o.wait, o.pause = h.Timing.Parked, h.Timing.Parked
		log.Error("Slack refuses the app; everything is kept and sent when it works again")
	case refused.Outcome == chat.OutcomeChannel:
		h.health.set(aboutChannel(s), refused.Error())
		o.wait = h.Timing.Parked
		if refused.Concern == chat.ConcernChannel && (c.slot.Name != ledger.Root || h.otherChannel(s) == "") {
			// What has not begun is moved, each for itself, where there is another channel.
			o.closed = h.Timing.Parked // one incident asks for all of them whether it is open again
		}
		log.Error("Slack refuses the channel; everything is kept and sent when it works again")
	default:
		h.health.set(aboutMessage(s), s.name+": "+refused.Error())
		o.wait = h.Timing.Parked
		log.Error("Slack refuses a message")
	}
	return o
}

// givenUp reports whether a message that cannot be edited was posted anew often
// enough.
func givenUp(c call, refused *chat.Error) bool {
	return c.kind == callEdit && refused.Outcome == chat.OutcomeGone && len(c.have.Old) >= again(refused.Code)
}
