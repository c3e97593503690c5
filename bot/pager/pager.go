// Package pager calls services outside Slack: what incidents want told, until it is taken.
// What came of it comes back as an event, like everything else. It decides nothing: whether
// and what is in bot/incident and bot/paging.
package pager

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	promconfig "github.com/prometheus/common/config"
	"golang.org/x/sync/errgroup"

	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/foreign"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/paging"
	"github.com/signalbook/signalbook/bot/store"
)

const (
	lookEvery   = 500 * time.Millisecond
	callTimeout = 10 * time.Second
	atOnce      = 8       // calls of one webhook
	maxAnswer   = 4 << 10 // bytes that are read of an answer
	maxWords    = 200     // bytes of it that people see
)

// Target is a webhook of the configuration and how it is reached.
type Target struct {
	*paging.Hook
	HTTP *promconfig.HTTPClientConfig // a reload brings another one
}

// Options are what a pager needs; all fields are required.
type Options struct {
	Store     *store.Store
	Workspace string
	// Target finds a webhook by its id; ok is false for one that the configuration has no more.
	Target func(id string) (t Target, ok bool)
	// Link is the address of a message in Slack; empty: it is not known.
	Link  func(channel, ts string) string
	Valid func() bool // the lease is surely still ours
	Log   *slog.Logger
	Calls *prometheus.CounterVec // by result: taken, failed, given_up
}

// Pager works for one term.
type Pager struct {
	Options
	mu      sync.Mutex
	waiting map[call]wait
	calls   caller
	lanes   lanes // a webhook each
}

// call is one thing to be told.
type call struct {
	incident, opening, level int
	event                    incident.PageEvent
}

// wait is what is known of a call that was tried.
type wait struct {
	paging.Tries
	until time.Time // no try before; of what was taken: by then the incident knows
}

// New makes a pager; Run starts it.
func New(o Options) *Pager {
	return &Pager{Options: o, waiting: map[call]wait{}, calls: newCaller()}
}

// Run tells what is to be told until the context ends.
func (p *Pager) Run(ctx context.Context) error {
	defer p.lanes.wait()
	return every(ctx, func() {
		numbers, err := p.Store.Paging(ctx)
		if err != nil {
			return // the inbox loop reports a Redis that does not answer
		}
		p.forget(numbers)
		if len(numbers) > 0 {
			p.tell(ctx, numbers)
		}
	})
}

// every looks, again and again, until the context ends.
func every(ctx context.Context, look func()) error {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			look()
		}
	}
}

// forget drops what is known of incidents of which nothing is to be told any more.
func (p *Pager) forget(numbers []int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiting) == 0 {
		return
	}
	listed := map[int]bool{}
	for _, n := range numbers {
		listed[n] = true
	}
	for c := range p.waiting {
		if !listed[c.incident] {
			delete(p.waiting, c)
		}
	}
}

// due is a call that an incident wants made.
type due struct {
	incident incident.Incident
	page     incident.Page
	event    incident.PageEvent
}

// tell makes the calls that are due, those of each webhook beside the others'.
func (p *Pager) tell(ctx context.Context, numbers []int) {
	found, _, err := p.Store.Incidents(ctx, numbers...)
	if err != nil {
		return
	}
	calls := map[string][]due{} // by webhook
	for _, i := range found {
		for _, page := range i.Pages {
			if e := i.Wants(page); e != "" {
				calls[page.Hook] = append(calls[page.Hook], due{i, page, e})
			}
		}
	}
	for hook, all := range calls {
		p.lanes.start(hook, func() {
			var group errgroup.Group
			group.SetLimit(atOnce)
			for _, d := range all {
				group.Go(func() error {
					p.one(ctx, d.incident, d.page, d.event)
					return nil
				})
			}
			_ = group.Wait() // none fails
		})
	}
}

// one tells a service one thing, unless that has to wait.
func (p *Pager) one(ctx context.Context, i incident.Incident, page incident.Page, e incident.PageEvent) {
	c := call{i.Number, page.Opening, page.Level, e}
	now := p.Store.Now()
	p.mu.Lock()
	w, tried := p.waiting[c]
	p.mu.Unlock()
	if tried && now.Before(w.until) || !p.Valid() {
		return
	}
	if w.Count++; !tried {
		w.First = now
	}
	verdict := p.call(ctx, i, page, e)
	if ctx.Err() != nil {
		return // whoever comes next asks again, with the same key
	}
	told := incident.Paged{Incident: i.Number, Opening: page.Opening, Level: page.Level, Event: e}
	result, report := "taken", true
	w.until = now.Add(30 * time.Second)
	if !verdict.Taken {
		result = "failed"
		told.Trouble = verdict.Why
		w.until, report, told.GivenUp = w.Next(p.Store.Now(), verdict)
		if told.GivenUp {
			result, w.until = "given_up", now.Add(time.Minute)
		}
		p.Log.Warn("a service outside Slack could not be told of an incident", "incident", i.ID(), "level", page.Level, "to", page.To, "event", e, "tries", w.Count, "error", verdict.Why)
	}
	p.Calls.WithLabelValues(result).Inc()
	p.mu.Lock()
	p.waiting[c] = w
	p.mu.Unlock()
	if !report || told.Trouble != "" && !told.GivenUp && page.Trouble == told.Trouble {
		return
	}
	ev := event.Event{At: p.Store.Now().UTC().Truncate(time.Millisecond), Paged: &told}
	if _, _, err := p.Store.Put(ctx, ev); err != nil {
		p.mu.Lock()
		delete(p.waiting, c) // it is told once more, with the same key
		p.mu.Unlock()
	}
}

// call makes one call.
func (p *Pager) call(ctx context.Context, i incident.Incident, page incident.Page, e incident.PageEvent) paging.Verdict {
	target, ok := p.Target(page.Hook)
	if !ok {
		return paging.Verdict{Why: "the configuration has this webhook no more, or its address or body is another now", Forever: true}
	}
	request, err := target.Request(paging.FactsOf(i, page, e, p.Workspace, linkOf(ctx, p.Store, p.Link, i)))
	if err != nil {
		return paging.Verdict{Why: foreign.Text(err.Error(), maxWords), Forever: true}
	}
	return p.calls.post(ctx, target.ID(), target.HTTP, request, func(h http.Header) {
		h.Set("Idempotency-Key", page.Key(p.Workspace, i.Number)+"-"+string(e))
	})
}
