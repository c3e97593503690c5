package coordinator

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/signalbook/signalbook/bot/outbox"
	"github.com/signalbook/signalbook/bot/pause"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/store"
)

const (
	// freshWithin is how long a Redis that knows nothing waits for Slack to say which incidents it shows; againWithin is how
	// long one waits that restarted, and lost little or nothing.
	freshWithin = 20 * time.Second
	againWithin = 10 * time.Second
)

// compare makes incident numbers go on above those that Slack shows, before the
// first event is decided: a Redis that lost data, or was replaced, knows of fewer
// incidents than people do. It asks Slack only when this server has not been
// compared yet. What it cannot learn in time it goes on asking for.
func (t *term) compare(ctx context.Context) error {
	begin := sync.OnceFunc(func() { close(t.compared) })
	defer begin()
	var known store.Known
	for {
		var err error
		if known, err = t.c.Store.Known(ctx); err == nil {
			break
		}
		if !pause.For(ctx, readWait) {
			return nil
		}
	}
	if known.Compared {
		return nil
	}
	within := againWithin
	if known.Fresh {
		within = freshWithin
	}
	for wait := outbox.Retry; ; wait = min(2*wait, time.Minute) {
		shown, err := t.shown(ctx, within)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, errTooFar) && !known.Fresh:
			return t.raise(ctx, known, shown) // Redis knows of incidents itself
		case err != nil && known.Fresh:
			// Nobody can say what was there. No workspace opens an incident a minute for years: this number is beyond all.
			shown = beyond(t.c.Now())
			t.log.Warn("Redis is new, and Slack does not say which incidents it shows: numbers begin far above", "first", shown+1, "error", err)
			return t.raise(ctx, known, shown)
		case err == nil:
			return t.raise(ctx, known, shown)
		}
		t.log.Warn("Redis restarted, and Slack does not say which incidents it shows", "error", err, "again_in", wait)
		begin()
		if !pause.For(ctx, wait) {
			return nil
		}
		within = time.Minute
	}
}

// raise remembers the number, here first: what is decided meanwhile is above it.
func (t *term) raise(ctx context.Context, known store.Known, shown int) error {
	t.c.floor.raise(shown)
	newest, err := t.c.Store.Newest(ctx)
	if err == nil && shown > newest && newest > 0 {
		t.log.Error("Redis has lost data: Slack shows newer incidents; numbers go on above them", "redis", newest, "slack", shown)
	}
	for {
		err := t.c.Store.RaiseNumber(ctx, t.lease.Fence, shown, known.Server)
		switch {
		case err == nil, ctx.Err() != nil:
			return nil
		case errors.Is(err, store.ErrFenced):
			return errLeaseLost
		case !pause.For(ctx, readWait):
			return nil
		}
	}
}

// errTooFar says that no incident was found in a channel as far back as it is read.
var errTooFar = errors.New("a channel has too many messages since the newest incident, if there was one")

// shown is the highest number of an incident that any channel of the configuration
// shows. A channel that Slack does not let us read shows none.
func (t *term) shown(ctx context.Context, within time.Duration) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	if !t.people.Await(ctx) {
		return 0, errors.New("the names of the channels are not known")
	}
	var channels []string
	for _, name := range t.c.Settings().Channels {
		if channel := t.people.Channel(name); !strings.HasPrefix(channel, "#") { // else there is none of that name
			channels = append(channels, channel)
		}
	}
	slices.Sort(channels)
	// All events wait for this: it does not keep to the budgets of this term, which may begin empty, but to what Slack says.
	slack := t.c.Slack
	highest, far := 0, error(nil)
	for _, channel := range slices.Compact(channels) {
		n, found, err := slack.NewestIncident(ctx, channel)
		for unsure(err) && pause.For(ctx, max(slackapi.RetryIn(err), outbox.Retry)) {
			n, found, err = slack.NewestIncident(ctx, channel)
		}
		if unsure(err) {
			return 0, err
		}
		if err == nil && !found {
			far = errTooFar
		}
		highest = max(highest, n)
	}
	return highest, far
}

// unsure reports whether Slack may say something else when it is asked again.
func unsure(err error) bool {
	if err == nil {
		return false
	}
	refused, ok := errors.AsType[*slackapi.Error](err)
	return slackapi.RetryIn(err) > 0 || ok && refused.Outcome == slackapi.OutcomeAuth && refused.Concern != slackapi.ConcernMethod
}

// floor is a number that only grows.
type floor struct{ atomic.Int64 }

func (f *floor) raise(n int) {
	for have := f.Load(); int64(n) > have && !f.CompareAndSwap(have, int64(n)); have = f.Load() {
	}
}

// beyond is a number above all that a workspace can have used by then: one a
// minute since the beginning of 2026.
func beyond(now time.Time) int {
	return max(0, int(now.Sub(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))/time.Minute))
}
