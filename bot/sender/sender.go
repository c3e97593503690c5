// Package sender brings Slack in line with what there should be: it reads what a thread
// is about, asks the outbox what comes next, makes that call and writes down what came
// of it. It decides nothing itself and changes no incident.
package sender

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/signalbook/signalbook/bot/directory"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/health"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/outbox"
	"github.com/signalbook/signalbook/bot/pause"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/topic"
)

// endWithin is how long a call in flight may go on when the term ends: cut short, its
// outcome would be unknown, and the next coordinator would have to look for it.
const endWithin = 3 * time.Second

// readAgain is how long to wait when Redis does not answer.
const readAgain = 500 * time.Millisecond

// Item is a thread that Slack may not show as it should be.
type Item struct {
	Topic    topic.ID
	Channel  string
	Priority outbox.Priority
	Clicked  []string // slots that people wait for, by prefix
}

// queueEntry is one incident that is not settled.
type queueEntry struct {
	entry   outbox.Entry
	clicked []string // slots that people wait for, by prefix
}

// ErrLeaseLost ends the work: another replica keeps the workspace by now.
var ErrLeaseLost = errors.New("the lease was lost")

// Settings are what the configuration says at the moment.
type Settings struct {
	Command    string
	Full       bool                                  // every step is shown whole
	Severities []string                              // worst first
	Zone       *time.Location                        // whose time stands beside UTC in post-mortems; nil: UTC alone
	Fallback   func(labels map[string]string) string // the fallback channel of a route
}

// Options are what a sender needs; all fields are required.
type Options struct {
	Store     *store.Store
	Slack     *slackapi.Client // within the budgets
	Budgets   *slackapi.Budgets
	Directory *directory.Directory
	Health    *health.Health
	Documents *health.Documents
	Orphans   *Orphans
	Settings  func() Settings
	Timing    outbox.Timing
	Lease     store.Lease
	Valid     func() bool // whether the lease is surely still ours; asked before every call
	Log       *slog.Logger
	Parked    *prometheus.CounterVec            // messages that Slack refused until somebody acts, by reason
	Now       func() time.Time                  // the clock by which digests are due
	Render    func(message.View) []message.Slot // which messages there should be of an incident
}

// Sender brings Slack in line with the incidents, in order of importance and within
// Slack's budgets, for as long as one lease is held.
type Sender struct {
	Options
	woken   chan struct{}
	answers chan private

	mu      sync.Mutex
	jobs    map[topic.ID]*queueEntry
	edited  map[topic.ID]map[string]time.Time // when a slot was last edited, by thread and slot
	paused  time.Time                         // Slack refuses everything until then
	closed  map[string]time.Time              // channels that Slack refuses until then
	outage  outage
	filing  bool // a picture's file is being brought
	stale   bool // Redis may know of changes that nobody has told us
	orphans map[topic.ID][]store.Orphan
	short   map[topic.ID]string // what is shown shortened, by subject
}

// private is an answer that only one person sees.
type private struct {
	reply  event.Reply
	user   incident.User
	answer event.Answer
}

// New makes a sender; Run starts it.
func New(o Options) *Sender {
	return &Sender{
		Options: o, outage: newOutage(), woken: make(chan struct{}, 1),
		answers: make(chan private, 256), jobs: map[topic.ID]*queueEntry{}, edited: map[topic.ID]map[string]time.Time{}, closed: map[string]time.Time{}, short: map[topic.ID]string{},
		stale: true, // what earlier coordinators left
	}
}

// Add notes that a thread changed.
func (s *Sender) Add(w Item) {
	s.mu.Lock()
	j := s.jobs[w.Topic]
	if j == nil {
		j = &queueEntry{entry: outbox.Entry{Topic: w.Topic, Priority: w.Priority}}
		s.jobs[w.Topic] = j
	}
	j.entry = j.entry.Change(w.Channel, w.Priority)
	for _, slot := range w.Clicked {
		if !slices.Contains(j.clicked, slot) {
			j.clicked = append(j.clicked, slot)
		}
	}
	s.mu.Unlock()
	s.wake()
}

// Refresh asks for a look at everything that Redis says is dirty.
func (s *Sender) Refresh() {
	s.mu.Lock()
	s.stale = true
	s.mu.Unlock()
	s.wake()
}

// refill adds everything that Redis says is dirty. Incidents whose next call is
// not known yet are taken for new ones: the first look ranks them rightly.
func (s *Sender) refill(ctx context.Context) error {
	s.mu.Lock()
	stale := s.stale
	s.stale = false
	s.mu.Unlock()
	if !stale {
		return nil
	}
	// A write that the replicas confirm (redis.wait_replicas) confirms what was committed before it, too.
	if _, err := s.Store.Renew(ctx, s.Lease); err != nil {
		return err
	}
	numbers, err := s.Store.Dirty(ctx)
	if err != nil {
		return err
	}
	for _, n := range numbers {
		subject, ok, err := s.subject(ctx, n)
		switch {
		case errors.Is(err, store.ErrUnreadable):
			s.Documents.Met(store.UnreadableOf(err))
		case err != nil:
			return err
		case ok:
			s.Add(s.itemOf(subject))
		}
	}
	return nil
}

func (s *Sender) wake() {
	select {
	case s.woken <- struct{}{}:
	default: // it will look anyway
	}
}

// Answer tells one person something privately; nothing depends on it.
func (s *Sender) Answer(reply event.Reply, user incident.User, a event.Answer) {
	select {
	case s.answers <- private{reply, user, a}:
	default:
		s.Log.Warn("a private answer was dropped: too many wait", "user", user.ID)
	}
}

// Run works until the context ends.
func (s *Sender) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.sendAnswers(ctx) })
	group.Go(func() error { return s.mind(ctx) })
	group.Go(func() error { return s.loop(ctx) })
	group.Go(func() error { return s.collect(ctx) })
	return group.Wait()
}

func (s *Sender) loop(ctx context.Context) error {
	callCtx, cancel := lingering(ctx, endWithin)
	defer cancel()
	var calls errgroup.Group
	calls.SetLimit(outbox.CallsAtOnce)
	defer calls.Wait() // nothing is in flight when the term has ended
	for ctx.Err() == nil {
		if err := s.refill(ctx); err != nil {
			s.Refresh()
			if !pause.For(ctx, readAgain) {
				return nil
			}
			continue
		}
		e, ok, wait := s.pick(time.Now())
		if !ok {
			timer := time.NewTimer(wait)
			select {
			case <-ctx.Done():
				timer.Stop()
				return nil
			case <-s.woken:
			case <-timer.C:
			}
			timer.Stop()
			continue
		}
		calls.Go(func() error {
			s.done(e.Topic, s.guarded(callCtx, e))
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
func (s *Sender) pick(now time.Time) (e outbox.Entry, ok bool, wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	limits := outbox.Limits{Paused: s.paused, Closed: s.closed, Gaps: map[string]time.Duration{}}
	for _, j := range s.jobs {
		if _, known := limits.Gaps[j.entry.Channel]; !known {
			limits.Gaps[j.entry.Channel] = s.Budgets.Wait(now, slackapi.Call{Method: "chat.postMessage", Channel: j.entry.Channel})
		}
	}
	best, wait := outbox.Next(s.entries(), limits, now)
	if best == nil {
		return e, false, wait
	}
	*best = best.Pick()
	return *best, true, wait
}

// entries are the standings of all jobs.
func (s *Sender) entries() iter.Seq[*outbox.Entry] {
	return func(yield func(*outbox.Entry) bool) {
		for _, j := range s.jobs {
			if !yield(&j.entry) {
				return
			}
		}
	}
}

func (s *Sender) done(about topic.ID, o outbox.Outcome) {
	s.mu.Lock()
	j, now, stays := s.jobs[about], time.Now(), false
	if j.entry, stays = j.entry.Done(o, now); !stays {
		delete(s.jobs, about)
	}
	if o.Pause > 0 {
		s.paused = now.Add(o.Pause)
	}
	if o.Close > 0 {
		s.closed[j.entry.Channel] = now.Add(o.Close) // the configuration bounds how many there are
	}
	s.mu.Unlock()
	s.wake()
}

// sendAnswers delivers private answers, best effort.
func (s *Sender) sendAnswers(ctx context.Context) error {
	for {
		var p private
		select {
		case <-ctx.Done():
			return nil
		case p = <-s.answers:
		}
		if !s.Valid() {
			return ErrLeaseLost
		}
		said := s.linked(ctx, p.reply.Channel, message.Told(p.answer, s.Settings().Command))
		s.Slack.SendEphemeral(ctx, slackapi.Private{
			Channel: p.reply.Channel, ThreadTS: p.reply.Thread, User: p.user.ID, Text: said.Text, Blocks: said.Blocks, ResponseURL: p.reply.ResponseURL,
		})
	}
}
