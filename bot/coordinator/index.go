package coordinator

import (
	"context"
	"errors"

	"github.com/signalbook/signalbook/bot/outbox"
	"github.com/signalbook/signalbook/bot/pause"
	"github.com/signalbook/signalbook/bot/store"
)

// index makes the indexes whole that lists are read from, unless the coordinator before
// left them whole: after an upgrade they are filled while the workspace goes on.
func (t *term) index(ctx context.Context) error {
	for {
		err := t.c.Store.FillIndexes(ctx, t.lease.Fence)
		switch {
		case err == nil, ctx.Err() != nil:
			return nil
		case errors.Is(err, store.ErrFenced):
			return errLeaseLost
		}
		t.log.Warn("the indexes of lists could not be filled", "error", err, "again_in", outbox.Retry)
		if !pause.For(ctx, outbox.Retry) {
			return nil
		}
	}
}
