package keeper

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/signalbook/signalbook/bot/chat"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/store"
)

const (
	// Slack: one post a second a channel; two at once may be shown in any order or dropped. So one call is in flight a
	// channel, and a handful a workspace.
	callsAtOnce = 4
	parkedEvery = 30 * time.Second // a look whether what was refused works again
	// endWithin is how long a call in flight may go on when the reign ends: cut short, its outcome would be unknown, and
	// the next keeper would have to look for it.
	endWithin = 3 * time.Second
	idle      = time.Hour
)

// work is an incident that Slack may not show as it is.
type work struct {
	number  int
	channel string
	rank    rank
	clicked []string // slots that people wait for, by prefix
}

// job is the standing of one incident that is not settled.
type job struct {
	number  int
	channel string
	rank    rank
	picked  rank      // what it was picked for
	ready   time.Time // not before
	busy    bool
	again   bool            // it changed while it was busy
	known   bool            // rank is what comes next, as the last look found it
	clicked map[string]bool // slots that people wait for, by prefix
	moves   bool            // as its last outcome says: a channel that refuses others does not hold it up
}

// hands bring Slack in line with the incidents, in order of importance and
// within Slack's budgets.
type hands struct {
	*reign
	wake    chan struct{}
	answers chan private

	mu     sync.Mutex
	jobs   map[int]*job
	edited map[string]time.Time // when a slot was last edited, by number and slot
	paused time.Time            // Slack refuses everything until then
	closed map[string]time.Time // channels that Slack refuses until then
	outage outage
	filing bool // a picture's file is being brought
	stale  bool // Redis may know of changes that nobody has told us
	strays map[int][]store.Stray
	short  map[int]string // what is shown shortened, by subject
}

// private is an answer that only one person sees.
type private struct {
	reply  incident.Reply
	user   incident.User
	answer incident.Answer
}

func newHands(r *reign) *hands {
	return &hands{
		reign: r, outage: newOutage(), wake: make(chan struct{}, 1),
		answers: make(chan private, 256), jobs: map[int]*job{}, edited: map[string]time.Time{}, closed: map[string]time.Time{}, short: map[int]string{},
		stale: true, // what earlier keepers left
	}
}

// add notes that an incident changed.
func (h *hands) add(w work) {
	h.mu.Lock()
	j := h.jobs[w.number]
	if j == nil {
		j = &job{number: w.number, channel: w.channel, rank: w.rank, clicked: map[string]bool{}}
		h.jobs[w.number] = j
	}
	if w.rank.before(j.rank) {
		j.rank = w.rank
	}
	if !j.busy {
		j.channel = w.channel // it may have moved
	}
	j.again, j.known = true, false
	j.ready = time.Time{}
	for _, slot := range w.clicked {
		j.clicked[slot] = true
	}
	h.mu.Unlock()
	h.poke()
}

// refresh asks for a look at everything that Redis says is dirty.
func (h *hands) refresh() {
	h.mu.Lock()
	h.stale = true
	h.mu.Unlock()
	h.poke()
}

// refill adds everything that Redis says is dirty. Incidents whose next call is
// not known yet are taken for new ones: the first look ranks them rightly.
func (h *hands) refill(ctx context.Context) error {
	h.mu.Lock()
	stale := h.stale
	h.stale = false
	h.mu.Unlock()
	if !stale {
		return nil
	}
	// A write that the replicas confirm (redis.wait_replicas) confirms what was committed before it, too.
	if _, err := h.Store.Renew(ctx, h.lease); err != nil {
		return err
	}
	numbers, err := h.Store.Dirty(ctx)
	if err != nil {
		return err
	}
	for _, n := range numbers {
		subject, ok, err := h.subject(ctx, n)
		switch {
		case errors.Is(err, store.ErrUnreadable):
			h.met(store.UnreadableOf(err))
		case err != nil:
			return err
		case ok:
			h.add(h.work(subject))
		}
	}
	return nil
}

func (h *hands) poke() {
	select {
	case h.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// answer tells one person something privately; nothing depends on it.
func (h *hands) answer(reply incident.Reply, user incident.User, a incident.Answer) {
	select {
	case h.answers <- private{reply, user, a}:
	default:
		h.log.Warn("a private answer was dropped: too many wait", "user", user.ID)
	}
}

// run works until the context ends.
func (h *hands) run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return h.sendAnswers(ctx) })
	group.Go(func() error { return h.mind(ctx) })
	group.Go(func() error { return h.loop(ctx) })
	return group.Wait()
}

func (h *hands) loop(ctx context.Context) error {
	callCtx, cancel := lingering(ctx, endWithin)
	defer cancel()
	var calls errgroup.Group
	calls.SetLimit(callsAtOnce)
	defer calls.Wait() // nothing is in flight when the reign has ended
	for ctx.Err() == nil {
		if err := h.refill(ctx); err != nil {
			h.refresh()
			if !pause(ctx, readWait) {
				return nil
			}
			continue
		}
		j, wait := h.pick(time.Now())
		if j == nil {
			timer := time.NewTimer(wait)
			select {
			case <-ctx.Done():
				timer.Stop()
				return nil
			case <-h.wake:
			case <-timer.C:
			}
			timer.Stop()
			continue
		}
		calls.Go(func() error {
			h.done(j, h.guarded(callCtx, j))
			return nil
		})
	}
	return nil
}

// lingering returns a context that ends some time after ctx does.
func lingering(ctx context.Context, more time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(more, cancel) })
	return longer, func() {
		stop()
		cancel()
	}
}

// pick takes the most important job that is ready and whose channel is free;
// else it says how long to wait.
func (h *hands) pick(now time.Time) (*job, time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if wait := h.paused.Sub(now); wait > 0 {
		return nil, wait
	}
	busy := map[string]bool{}
	inFlight := 0
	for _, j := range h.jobs {
		if j.busy {
			busy[j.channel] = true
			inFlight++
		}
	}
	if inFlight >= callsAtOnce {
		return nil, idle // whoever ends wakes us
	}
	var best *job
	wait := idle
	gaps := map[string]time.Duration{}
	for _, j := range h.jobs {
		switch {
		case j.busy || busy[j.channel]:
		case j.ready.After(now):
			wait = min(wait, j.ready.Sub(now))
		case j.known && j.rank.class.posts() && h.gap(gaps, j.channel, now) > 0:
			wait = min(wait, gaps[j.channel]) // it would be looked at for nothing
		case !j.moves && h.closed[j.channel].After(now):
			wait = min(wait, h.closed[j.channel].Sub(now))
		case best == nil || j.rank.before(best.rank) || (j.rank == best.rank && j.number < best.number):
			best = j
		}
	}
	if best != nil {
		best.busy, best.again, best.picked = true, false, best.rank
	}
	return best, wait
}

// gap is how long nothing can be posted in a channel, remembered in known.
func (h *hands) gap(known map[string]time.Duration, channel string, now time.Time) time.Duration {
	wait, ok := known[channel]
	if !ok {
		wait = h.budgets.Wait(now, chat.Call{Method: "chat.postMessage", Channel: channel})
		known[channel] = wait
	}
	return wait
}

// outcome is what one look at an incident led to.
type outcome struct {
	settled bool
	channel string
	rank    rank          // of what comes next
	wait    time.Duration // until it is worth looking again
	pause   time.Duration // until Slack takes anything at all
	closed  time.Duration // until Slack takes anything in this channel
	moves   bool          // it has not begun, and goes to another channel when this one does not take it
}

func (h *hands) done(j *job, o outcome) {
	h.mu.Lock()
	now := time.Now()
	j.busy = false
	if o.channel != "" {
		j.channel = o.channel
	}
	if !j.again || o.rank.before(j.rank) {
		j.rank = o.rank
	}
	j.known, j.moves = !j.again, o.moves
	if o.pause > 0 {
		h.paused = now.Add(o.pause)
	}
	if o.closed > 0 {
		h.closed[j.channel] = now.Add(o.closed) // the configuration bounds how many there are
	}
	switch {
	case j.again:
		j.ready = time.Time{}
		if o.wait > 0 && !o.settled {
			j.ready = now.Add(min(o.wait, clickEvery))
		}
	case o.settled && o.wait == 0:
		delete(h.jobs, j.number)
	default:
		j.ready = now.Add(o.wait)
	}
	h.mu.Unlock()
	h.poke()
}

// sendAnswers delivers private answers, best effort.
func (h *hands) sendAnswers(ctx context.Context) error {
	for {
		var p private
		select {
		case <-ctx.Done():
			return nil
		case p = <-h.answers:
		}
		if !h.valid() {
			return errLeaseLost
		}
		said := h.linked(ctx, p.reply.Channel, message.AskBack(p.answer, h.Settings().Command))
		err := h.whisper(ctx, chat.Private{
			Channel: p.reply.Channel, ThreadTS: p.reply.Thread, User: p.user.ID, Text: said.Text, Blocks: said.Blocks, ResponseURL: p.reply.ResponseURL,
		})
		if err != nil && ctx.Err() == nil {
			h.log.Warn("a private answer did not reach its reader", "user", p.user.ID, "error", err)
		}
	}
}
