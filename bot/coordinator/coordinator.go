// Package coordinator is the loop of a workspace: it takes events from the inbox,
// lets the state machine decide, commits, and brings Slack in line. One replica
// at a time runs it, under a lease; it owns all goroutines it starts. It never
// answers an endpoint itself: what it has to say goes by way of the store or Slack.
package coordinator

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/directory"
	"github.com/signalbook/signalbook/bot/health"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/outbox"
	"github.com/signalbook/signalbook/bot/pager"
	"github.com/signalbook/signalbook/bot/sender"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/playbooks"
)

const (
	lookEvery  = 500 * time.Millisecond // for a lease that nobody holds
	renewEvery = time.Second
	stopAfter  = 4 * time.Second // without renewal; the lease itself lasts store.LeaseFor
	timerEvery = 250 * time.Millisecond
)

// Settings are what the configuration says at the moment; a reload replaces them
// whole.
type Settings struct {
	Rules     incident.Rules
	Playbooks *playbooks.Set
	Route     func(labels map[string]string) Route
	Command   string
	Full      bool           // every step is shown whole
	Zone      *time.Location // whose time stands beside UTC in post-mortems; nil: UTC alone
	Drills    string         // the channel of drills; empty: their routes'
	Channels  []string       // every channel of the configuration, to be resolved
	People    []string       // every name of the configuration, to be resolved
	Retention Retention
	Digests   []Digest
	Places    []access.Place // every channel that a route leads to
	Roles     access.Roles   // jobs that are reserved
	// Webhook finds one that an escalation calls beside people, by its id; nil: there are none.
	Webhook  func(id string) (pager.Target, bool)
	Feeds    []pager.FeedTarget // webhooks that get all timelines
	External bool               // guests and people of other organisations may act (slack.external_users)
}

// Route is where an incident goes and whom it concerns.
type Route = incident.Target

// Timing is how long the sender waits for what mostly never comes. The zero value
// of a field means the constant beside it; only tests set them.
type Timing struct {
	// As in outbox.Timing; the constants are outbox.Usual.
	Unknown, Parked, Root, Picture time.Duration
	Sweeps                         [2]time.Duration
	Retain                         time.Duration // between two looks for what is past its retention (retainEvery)
	Rest                           time.Duration // until a timer that could not be handled is due again (restFor)
	Groups                         time.Duration // between two looks at user groups; 0: a minute
}

// withDefaults fills in the constants.
func (t Timing) withDefaults() Timing {
	t.Unknown = cmp.Or(t.Unknown, outbox.Usual.Unknown)
	t.Parked = cmp.Or(t.Parked, outbox.Usual.Parked)
	t.Root = cmp.Or(t.Root, outbox.Usual.Root)
	t.Retain = cmp.Or(t.Retain, retainEvery)
	t.Picture = cmp.Or(t.Picture, outbox.Usual.Picture)
	t.Rest = cmp.Or(t.Rest, restFor)
	for k := range t.Sweeps {
		t.Sweeps[k] = cmp.Or(t.Sweeps[k], outbox.Usual.Sweeps[k])
	}
	return t
}

// sending is the part that the outbox goes by.
func (t Timing) sending() outbox.Timing {
	return outbox.Timing{Unknown: t.Unknown, Sweeps: t.Sweeps, Parked: t.Parked, Root: t.Root, Picture: t.Picture}
}

// Options are what a coordinator needs; all fields but Timing, Now and, without digests,
// Report are required.
type Options struct {
	Store      *store.Store
	Slack      *slackapi.Client
	Settings   func() Settings
	Changed    <-chan struct{} // receives after a reload
	Logger     *slog.Logger
	Registerer prometheus.Registerer
	Timing     Timing
	// Report gathers and judges what a digest tells; it may take a minute. What it cannot find out it names in the report:
	// an error means that the store does not answer.
	Report func(ctx context.Context, d Digest, w Wanted) (report.Report, error)
	// Notices decides what owners have to hear now of a digest's budgets, by what they heard before; nil: nothing.
	Notices func(ctx context.Context, d Digest, now time.Time, told map[string]report.Told) ([]report.Notice, error)
	// Watch decides which spikes of a watched digest have to be told now, by what was remembered, and what to remember; nil:
	// none.
	Watch func(ctx context.Context, d Digest, now time.Time, known report.Watched) ([]report.Alarm, report.Watched, error)
	// Committed is called after something was committed, by whatever of it; nil: nobody wants to know. It must not wait.
	Committed func()
	// Now is the clock by which digests are due; nil: Redis'.
	Now func() time.Time
}

// Coordinator runs the loop of one workspace while it holds the lease.
type Coordinator struct {
	Options
	metrics *metrics
	health  health.Health
	keeping atomic.Bool
	orphans sender.Orphans // Slack calls of ours that nobody else knows of
	floor   floor          // that incident numbers stay above, whatever Redis says
	gaveUp  bool           // once, for a newer binary; written between two terms only
	// render says which messages there should be of an incident.
	render func(message.View) []message.Slot
}

// New makes a coordinator; Run starts it.
func New(o Options) *Coordinator {
	k := &Coordinator{Options: o, render: message.Render}
	k.Timing = o.Timing.withDefaults()
	if k.Now == nil {
		k.Now = o.Store.Now
	}
	k.metrics = newMetrics(o.Registerer, k)
	return k
}

// Keeping reports whether this replica holds the lease.
func (k *Coordinator) Keeping() bool { return k.keeping.Load() }

// Degraded returns what is wrong with Slack at the moment, in sentences.
func (k *Coordinator) Degraded() []string { return k.health.List() }

// Run looks for the lease until the context ends, and keeps the workspace while
// it holds it. When it returns, everything it started has ended and the lease is
// handed back.
func (k *Coordinator) Run(ctx context.Context) error {
	for {
		wait := lookEvery
		k.orphans.Report(ctx, k.Store, k.Logger)
		lease, ok, err := k.acquire(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			k.health.Set("redis", "Redis does not answer: "+err.Error())
		case ok:
			k.health.Clear("redis")
			if behind, ok := errors.AsType[*behindError](k.term(ctx, lease)); ok {
				wait = k.giveUp(behind)
			}
		default:
			k.health.Clear("redis")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

// acquire takes the lease when it is free. Before anything is decided, Redis' clock
// is known.
func (k *Coordinator) acquire(ctx context.Context) (lease store.Lease, ok bool, err error) {
	if _, err := k.Store.MeasureClock(ctx); err != nil {
		return lease, false, err
	}
	return k.Store.Acquire(ctx)
}

// term keeps the workspace until the context ends, the lease is lost, or it is for
// a newer binary to keep (a behindError).
func (k *Coordinator) term(ctx context.Context, lease store.Lease) error {
	log := k.Logger.With("fence", string(lease.Fence))
	log.Info("keeping the workspace")
	k.keeping.Store(true)
	defer k.health.Reset("redis", aboutBehind)
	defer k.keeping.Store(false)
	k.health.Clear(aboutBehind)
	r := &term{c: k, lease: lease, log: log, isolating: 1, atOnce: batch, compared: make(chan struct{}), documents: health.NewDocuments(&k.health, log, k.gaveUp)}
	r.renewed(time.Now())
	r.spendWithin(time.Now())
	r.people = directory.New(directory.Options{
		Store: k.Store, Slack: r.slack, Changed: k.Changed, Health: &k.health, Log: log, Groups: k.Timing.Groups,
		Names: func() directory.Names {
			s := k.Settings()
			return directory.Names{Channels: s.Channels, People: s.People}
		},
	})
	r.sender = sender.New(sender.Options{
		Store: k.Store, Slack: r.slack, Budgets: r.budgets, Directory: r.people, Health: &k.health, Documents: r.documents, Orphans: &k.orphans,
		Timing: k.Timing.sending(), Lease: lease, Valid: r.valid, Log: log, Parked: k.metrics.parked, Now: k.Now, Render: k.render,
		Settings: func() sender.Settings {
			s := k.Settings()
			return sender.Settings{Command: s.Command, Full: s.Full, Zone: s.Zone, Severities: s.Rules.SeverityOrder, Fallback: func(labels map[string]string) string { return s.Route(labels).Fallback }}
		},
	})

	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() error { return r.renew(groupCtx) })
	group.Go(func() error { return r.step(groupCtx) })
	group.Go(func() error { return r.enqueueDueTimers(groupCtx) })
	group.Go(func() error { return r.index(groupCtx) })
	group.Go(func() error { return r.compare(groupCtx) })
	group.Go(func() error { return r.people.Run(groupCtx) })
	group.Go(func() error { return r.sender.Run(groupCtx) })
	group.Go(func() error { return r.pager().Run(groupCtx) })
	group.Go(func() error { return r.feeder().Run(groupCtx) })
	group.Go(func() error { return r.retain(groupCtx) })
	group.Go(func() error { return r.post(groupCtx) })
	group.Go(func() error { return r.documents.LookAgain(groupCtx) })
	group.Go(func() error { return r.watchNewer(groupCtx) })
	err := group.Wait()
	if ctx.Err() == nil {
		log.Warn("stopped keeping the workspace", "reason", err)
	}
	// Senders have ended: nothing of ours is in flight when the next coordinator begins.
	release, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if failed := k.Store.Release(release, lease); failed != nil {
		log.Warn("could not hand back the lease; it expires by itself", "error", failed)
	}
	return err
}

// errLeaseLost ends a term.
var errLeaseLost = sender.ErrLeaseLost

// term is one time of holding the lease.
type term struct {
	c         *Coordinator
	slack     *slackapi.Client // within budgets of this term's own
	budgets   *slackapi.Budgets
	lease     store.Lease
	log       *slog.Logger
	until     atomic.Int64 // monotonic deadline, as nanoseconds since began
	began     time.Time
	sender    *sender.Sender
	people    *directory.Directory
	cache     cache
	compared  chan struct{}     // closed once the numbers of incidents may be given
	documents *health.Documents // that could not be read
	aside     aside
	// careful is how many of the next events are counted before they are handled, because a coordinator may have ended at
	// them: the first one always is.
	isolating   int
	counted     string // the event that was counted last
	atOnce      int    // how many events are read and stored at a time: fewer when the way to Redis does not carry more
	lastFailure string // how the last event failed
}

func (t *term) renewed(at time.Time) {
	if t.began.IsZero() {
		t.began = at
	}
	t.until.Store(int64(at.Sub(t.began) + stopAfter))
}

// valid reports whether the lease is surely still ours, on our own monotonic
// clock: looked at before every Slack call.
func (t *term) valid() bool { return int64(time.Since(t.began)) < t.until.Load() }

// renew prolongs the lease every second, and ends the term when that has not
// succeeded for four.
func (t *term) renew(ctx context.Context) error {
	ticker := time.NewTicker(renewEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		asked := time.Now()
		attempt, cancel := context.WithTimeout(ctx, stopAfter/2)
		ok, err := t.c.Store.Renew(attempt, t.lease)
		if err == nil && ok {
			_, _ = t.c.Store.MeasureClock(attempt) // what was measured a second ago is as good
		}
		cancel()
		switch {
		case err == nil && ok:
			t.renewed(asked)
		case err == nil:
			return errLeaseLost
		case !t.valid():
			return errors.Join(errLeaseLost, err)
		}
	}
}

// enqueueDueTimers puts the timers that are due into the inbox.
func (t *term) enqueueDueTimers(ctx context.Context) error {
	ticker := time.NewTicker(timerEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		now := t.c.Store.Now()
		ripe, err := t.c.Store.Due(ctx, now, 64)
		if err != nil || len(ripe) == 0 {
			continue // the inbox loop reports a Redis that does not answer
		}
		each, err := t.c.Store.Commit(ctx, t.lease.Fence, store.Commit{Ripe: ripe, Now: now})
		if err == nil && errors.Is(each[0], store.ErrFenced) {
			return errLeaseLost
		}
	}
}
