package interaction

import (
	"context"
	"runtime/debug"
	"time"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/slackapi"
)

// gatherers is how many answers are gathered at once: each may hold all that is stored
// of many weeks.
const gatherers = 2

// What is said when the answer itself is not there.
const (
	textGathering = "Gathering the figures; they follow in a moment."
	textBusy      = "Too many are asking for figures at once. Please try again in a moment."
	textBroken    = "These figures cannot be told because of a defect of Signalbook's own; its log has the details. Please report it."
)

// soon answers at once when that is fast, else it says that the answer follows.
func (h *Handler) soon(ctx context.Context, to slackapi.Private, answer func(context.Context) blockkit.Message) blockkit.Message {
	answers := make(chan blockkit.Message, 1)
	late := make(chan struct{})
	work := func(ctx context.Context) {
		answers <- h.within(ctx, answer)
		select {
		case <-late:
		default:
			return // somebody waits for it
		}
		select {
		case said := <-answers: // nobody took it: it follows
			h.sendEphemeral(ctx, to, said)
		default:
		}
	}
	select {
	case h.slow <- work:
	default:
		return blockkit.TextMessage(textBusy)
	}
	select {
	case said := <-answers:
		return said
	case <-ctx.Done():
	case <-time.After(h.waits.figures):
	}
	close(late)
	select {
	case said := <-answers:
		return said
	default:
		return blockkit.TextMessage(textGathering)
	}
}

// within answers within its own time: what it says has to be told after that.
func (h *Handler) within(ctx context.Context, answer func(context.Context) blockkit.Message) (said blockkit.Message) {
	ctx, cancel := context.WithTimeout(ctx, h.waits.gather)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			h.Logger.Error("panic while gathering figures", "panic", p, "stack", string(debug.Stack()))
			said = blockkit.TextMessage(textBroken)
		}
	}()
	return answer(ctx)
}
