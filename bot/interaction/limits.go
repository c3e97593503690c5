package interaction

import (
	"context"
	"fmt"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/event"
)

// How often one person may do in any minute what makes messages for others: far more
// than anybody does by hand.
const (
	startsAMinute  = 5
	digestsAMinute = 2
	marksAMinute   = 20
)

// admit prepares an event for the store: it finds out what decides about it. It says
// why not when it is one too many of that person.
func (h *Handler) admit(ctx context.Context, ev *event.Event, who person) (said string) {
	name, most := limit(*ev)
	if most > 0 && !h.repeated(ctx, ev.Op) {
		wait, err := h.Store.Directory.Spend(ctx, "by:"+name+":"+who.id, most)
		switch {
		case err != nil:
			h.Logger.Debug("what a person did is not counted, because the store does not answer", "error", err)
		case wait > 0:
			return fmt.Sprintf("You did this %d times within a minute, and more is not taken from one person: nothing was done. Please try again in %d s.",
				most, int((wait+time.Second-1)/time.Second))
		}
	}
	h.ask(ctx, ev, who)
	return ""
}

// repeated reports whether Slack has delivered the same before: it counts once.
func (h *Handler) repeated(ctx context.Context, op string) bool {
	seen, err := h.Store.Seen(ctx, op)
	if err != nil {
		h.Logger.Debug("whether something was stored before could not be read", "error", err)
	}
	return seen
}

// limit says how often a minute a person may do what the event says, and together
// with what; 0: as often as he likes.
func limit(ev event.Event) (name string, most int) {
	switch {
	case ev.Start != nil, ev.Digest != nil && ev.Digest.Verb == report.VerbInvestigate:
		return "start", startsAMinute
	case ev.Digest != nil && ev.Digest.Verb == report.VerbPost:
		return "digest", digestsAMinute
	case ev.Digest != nil:
		return "mark", marksAMinute
	}
	return "", 0
}
