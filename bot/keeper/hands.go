package keeper

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/signalbook/signalbook/bot/chat"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/playbooks"
)

const (
	// Slack: one post a second a channel; two at once may be shown in any order or dropped. So one call is in flight a
	// channel, and a handful a workspace.
	callsAtOnce = 4
	rootEvery   = 10 * time.Second // a root is edited at most so often
	clickEvery  = 2 * time.Second  // unless people clicked on it
	parkedEvery = 30 * time.Second // a look whether what was refused works again
	idle        = time.Hour
)

// work is an incident that Slack may not show as it is.
type work struct {
	number  int
	channel string
	rank    rank
	clicked bool               // people wait for it: the tier, or the root when tier is empty
	tier    playbooks.TierName // of the step that was clicked
}

// job is the standing of one incident that is not settled.
type job struct {
	number  int
	channel string // "" until it is known
	rank    rank
	ready   time.Time // not before
	busy    bool
	again   bool            // it changed while it was busy
	clicked map[string]bool // slots that people wait for, by prefix
}

// hands bring Slack in line with the incidents, in order of importance and
// within Slack's budgets.
type hands struct {
	*reign
	budgets *chat.Budgets
	wake    chan struct{}
	answers chan private

	mu     sync.Mutex
	jobs   map[int]*job
	edited map[string]time.Time // when a slot was last edited, by number and slot
	paused time.Time            // Slack refuses everything until then
}

// private is an answer that only one person sees.
type private struct {
	reply  incident.Reply
	user   incident.User
	answer incident.Answer
}

func newHands(r *reign) *hands {
	return &hands{
		reign: r, budgets: chat.NewBudgets(time.Now()), wake: make(chan struct{}, 1),
		answers: make(chan private, 256), jobs: map[int]*job{}, edited: map[string]time.Time{},
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
	j.again = true
	j.ready = time.Time{}
	if w.clicked {
		slot := "root"
		if w.tier != "" {
			slot = "tier:" + string(w.tier)
		}
		j.clicked[slot] = true
	}
	h.mu.Unlock()
	h.poke()
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

// run works until the context ends. It begins with what earlier keepers left
// dirty, once the names of the configuration are known.
func (h *hands) run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return h.sendAnswers(ctx) })
	group.Go(func() error { return h.work(ctx) })
	return group.Wait()
}

func (h *hands) work(ctx context.Context) error {
	if !h.people.await(ctx) {
		return nil
	}
	for wait := readWait; ; wait = min(2*wait, 5*time.Second) {
		numbers, err := h.Store.Dirty(ctx)
		if err == nil {
			for _, n := range numbers {
				h.add(work{number: n})
			}
			break
		}
		if !pause(ctx, wait) {
			return nil
		}
	}
	var calls errgroup.Group
	calls.SetLimit(callsAtOnce)
	defer calls.Wait() // nothing is in flight when the reign ends
	for {
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
			h.done(j, h.reconcile(ctx, j))
			return nil
		})
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
	if inFlight >= callsAtOnce || busy[""] {
		return nil, idle // whoever ends wakes us; an unknown channel is looked up alone
	}
	var best *job
	wait := idle
	for _, j := range h.jobs {
		switch {
		case j.busy || (j.channel != "" && busy[j.channel]):
		case j.ready.After(now):
			wait = min(wait, j.ready.Sub(now))
		case j.channel == "" && inFlight > 0:
		case best == nil || j.rank.before(best.rank) || (j.rank == best.rank && j.number < best.number):
			best = j
		}
	}
	if best != nil {
		best.busy, best.again = true, false
	}
	return best, wait
}

// outcome is what one look at an incident led to.
type outcome struct {
	settled bool
	channel string
	rank    rank          // of what comes next
	wait    time.Duration // until it is worth looking again
	pause   time.Duration // until Slack takes anything at all
}

func (h *hands) done(j *job, o outcome) {
	h.mu.Lock()
	now := time.Now()
	j.busy = false
	if o.channel != "" {
		j.channel = o.channel
	}
	j.rank = o.rank
	if o.pause > 0 {
		h.paused = now.Add(o.pause)
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
		text := message.Answer(p.answer, h.Settings().Command)
		err := h.Slack.Ephemeral(ctx, chat.Private{
			Channel: p.reply.Channel, ThreadTS: p.reply.Thread, User: p.user.ID, Text: text, ResponseURL: p.reply.ResponseURL,
		})
		if err != nil && ctx.Err() == nil {
			h.log.Warn("a private answer did not reach its reader", "user", p.user.ID, "error", err)
		}
	}
}
