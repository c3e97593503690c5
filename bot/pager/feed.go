package pager

import (
	"context"
	"log/slog"
	"net/http"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	promconfig "github.com/prometheus/common/config"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/paging"
	"github.com/signalbook/signalbook/bot/store"
)

// feedAtOnce is how many incidents are looked at in one round.
const feedAtOnce = 64

// FeedTarget is a feed of the configuration and how it is reached.
type FeedTarget struct {
	*paging.Feed
	HTTP *promconfig.HTTPClientConfig
}

// FeedOptions are what feeding needs; all fields are required.
type FeedOptions struct {
	Store *store.Store
	Fence store.Fence
	Feeds func() []FeedTarget
	Link  func(channel, ts string) string
	Valid func() bool // the lease is surely still ours
	Log   *slog.Logger
	Calls *prometheus.CounterVec // by result: taken, failed, given_up
}

// Feeder sends the timelines of incidents to the feeds, each entry until it is taken, in
// order for each incident. A feed that fails holds up no other.
type Feeder struct {
	FeedOptions
	calls   caller
	lanes   lanes // a feed each
	mu      sync.Mutex
	waiting map[string]wait // by feed
}

// NewFeeder makes a feeder; Run starts it.
func NewFeeder(o FeedOptions) *Feeder {
	return &Feeder{FeedOptions: o, calls: newCaller(), waiting: map[string]wait{}}
}

// Run feeds until the context ends.
func (f *Feeder) Run(ctx context.Context) error {
	defer f.lanes.wait()
	return every(ctx, func() {
		if !f.Valid() {
			return
		}
		for _, feed := range f.Feeds() {
			f.lanes.start(feed.ID(), func() { f.round(ctx, feed) })
		}
	})
}

// round brings a feed as far as it goes.
func (f *Feeder) round(ctx context.Context, feed FeedTarget) {
	if f.resting(feed) {
		return
	}
	behind, err := f.Store.Feeding(ctx, feed.ID(), feedAtOnce)
	if err != nil {
		return // the inbox loop reports a Redis that does not answer
	}
	for _, b := range behind {
		if !f.one(ctx, feed, b.Incident) || f.Store.Fed(ctx, f.Fence, feed.ID(), b) != nil {
			return
		}
	}
}

func (f *Feeder) resting(feed FeedTarget) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	w, tried := f.waiting[feed.ID()]
	return tried && f.Store.Now().Before(w.until)
}

// one sends a feed what it does not have of an incident; whole: it has all of it now.
func (f *Feeder) one(ctx context.Context, feed FeedTarget, n int) (whole bool) {
	i, ok, err := f.Store.Incident(ctx, n)
	if err != nil || !ok {
		return err == nil // one that is gone needs nothing
	}
	at, err := f.Store.FeedAt(ctx, feed.ID(), n)
	if err != nil {
		return false
	}
	entries, err := f.Store.TimelineEntries(ctx, n)
	if err != nil {
		return false
	}
	link := linkOf(ctx, f.Store, f.Link, i)
	for _, e := range entries {
		if !paging.After(e.ID, at) {
			continue
		}
		if feed.Takes(e.Change.Kind) && !f.send(ctx, feed, i, e, link) {
			return false
		}
		if err := f.Store.SetFeedAt(ctx, f.Fence, feed.ID(), n, e.ID); err != nil {
			return false // it is sent once more, with the same id
		}
	}
	return true
}

// send sends one entry; false: it has to wait.
func (f *Feeder) send(ctx context.Context, feed FeedTarget, i incident.Incident, e store.TimelineEntry, link string) bool {
	now := f.Store.Now()
	request, headers, err := feed.Signed(paging.EntryOf(i, e.ID, e.Change, link), now)
	verdict := paging.Verdict{Why: "it cannot be written", Forever: true}
	if err == nil {
		verdict = f.calls.post(ctx, feed.ID(), feed.HTTP, request, func(h http.Header) {
			for name, value := range headers {
				h.Set(name, value)
			}
		})
	}
	if ctx.Err() != nil {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if verdict.Taken {
		delete(f.waiting, feed.ID())
		f.Calls.WithLabelValues("taken").Inc()
		return true
	}
	w, tried := f.waiting[feed.ID()]
	if w.Count++; !tried {
		w.First = now
	}
	until, _, giveUp := w.Next(now, verdict)
	f.Log.Warn("a webhook did not take an entry of a timeline", "to", feed.Name(), "entry", i.ID()+"/"+e.ID, "tries", w.Count, "given_up", giveUp, "error", verdict.Why)
	if giveUp {
		delete(f.waiting, feed.ID())
		f.Calls.WithLabelValues("given_up").Inc()
		return true // the next entry may do
	}
	f.Calls.WithLabelValues("failed").Inc()
	w.until = until
	f.waiting[feed.ID()] = w
	return false
}
