package keeper

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/signalbook/signalbook/bot/chat"
	"github.com/signalbook/signalbook/bot/ledger"
)

func aboutPicture(s sight) string { return "picture " + s.name }

// failed notes that a picture's file did not get there, as far as have says, and
// when to try again. What Slack limits is no failure; what it refuses will not
// be better soon.
func (h *hands) failed(ctx context.Context, s sight, c call, have ledger.Slot, err error) error {
	now := h.Store.Now()
	refused, fromSlack := errors.AsType[*chat.Error](err)
	have.Why = err.Error()
	switch {
	case fromSlack && refused.Outcome == chat.OutcomeLimited && refused.Code != chat.CodeUnreachable:
		have.NextAt = now.Add(refused.RetryAfter)
	case fromSlack && refused.Outcome != chat.OutcomeUnknown && refused.Outcome != chat.OutcomeLimited:
		have.Tries = max(have.Tries+1, pictureTries)
		have.NextAt = now.Add(h.pictureRest(have.Tries))
	default:
		have.Tries++
		have.NextAt = now.Add(h.pictureRest(have.Tries))
	}
	if fromSlack {
		h.heard(refused)
	}
	h.log.Warn("a picture did not reach Slack", "incident", s.name, "slot", c.slot.Name, "tries", have.Tries, "again_in", have.NextAt.Sub(now).Round(time.Second), "error", err)
	if h.withoutPicture(have, now) {
		h.bare(s, have.Why)
	}
	return h.keepFile(ctx, s, c, have)
}

// bare says that a message has to do without its picture, and why.
func (h *hands) bare(s sight, why string) {
	h.health.set(aboutPicture(s), s.name+" is shown without its picture: "+cmp.Or(why, "others are being brought before it"))
}

// pictureRest is how long to wait after a failure: a moment while a message waits,
// then longer and longer.
func (h *hands) pictureRest(tries int) time.Duration {
	if tries < pictureTries {
		return retry
	}
	return h.Timing.Parked * time.Duration(min(1<<min(tries-pictureTries, 10), pictureRest))
}

// heard tells the outage of a call about a file. That the host which takes the bytes
// is silent says nothing of Slack.
func (h *hands) heard(refused *chat.Error) {
	switch {
	case errors.Is(refused, context.DeadlineExceeded), errors.Is(refused, context.Canceled):
		// we stopped waiting
	case !silent(refused):
		h.answered()
	case refused.Method != chat.UploadMethod:
		h.unanswered(refused)
	}
}

// blamed reports whether a message was refused with a picture in it: without it,
// it may be taken.
func blamed(c call, refused *chat.Error) bool {
	return refused.Outcome == chat.OutcomeRefused && c.slot.File != "" && (c.kind == callPost || c.kind == callEdit)
}

// blame takes the picture out of a message that was refused with it: it is looked
// at again, and at the third time the message goes without.
func (h *hands) blame(ctx context.Context, s sight, c call, refused *chat.Error) error {
	have := s.file(c.slot.Name)
	have.State, have.Tries, have.Why = ledger.Uploaded, have.Tries+1, refused.Error()
	have.NextAt = h.Store.Now().Add(h.pictureRest(have.Tries))
	if h.withoutPicture(have, h.Store.Now()) {
		h.bare(s, have.Why)
	}
	return h.keepFile(ctx, s, c, have)
}
