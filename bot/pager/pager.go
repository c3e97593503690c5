// Package pager calls services outside Slack: what incidents want told, until it is taken.
// What came of it comes back as an event, like everything else. It decides nothing: whether
// and what is in bot/incident and bot/paging.
package pager

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	promconfig "github.com/prometheus/common/config"
	"golang.org/x/sync/errgroup"

	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/foreign"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/paging"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/topic"
)

const (
	lookEvery   = 500 * time.Millisecond
	callTimeout = 10 * time.Second
	atOnce      = 8       // calls
	maxAnswer   = 4 << 10 // bytes that are read of an answer
	maxWords    = 200     // bytes of it that people see
)

// Target is a webhook of the configuration and how it is reached.
type Target struct {
	*paging.Hook
	HTTP *promconfig.HTTPClientConfig // a reload brings another one
}

// reached is how a webhook is called, as long as its http_config is that one.
type reached struct {
	http   *promconfig.HTTPClientConfig
	client *http.Client
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
	clients map[string]reached // by webhook
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
	return &Pager{Options: o, waiting: map[call]wait{}, clients: map[string]reached{}}
}

// Run tells what is to be told until the context ends.
func (p *Pager) Run(ctx context.Context) error {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		numbers, err := p.Store.Paging(ctx)
		if err != nil {
			continue // the inbox loop reports a Redis that does not answer
		}
		p.forget(numbers)
		if len(numbers) > 0 {
			p.tell(ctx, numbers)
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

// tell makes the calls that are due. Those of one incident are made one after the other,
// so that nobody hears of an end before the beginning.
func (p *Pager) tell(ctx context.Context, numbers []int) {
	found, _, err := p.Store.Incidents(ctx, numbers...)
	if err != nil {
		return
	}
	var group errgroup.Group
	group.SetLimit(atOnce)
	for _, i := range found {
		group.Go(func() error {
			for _, page := range i.Pages {
				if e := i.Wants(page); e != "" {
					p.one(ctx, i, page, e)
				}
			}
			return nil
		})
	}
	_ = group.Wait() // none fails
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
	client, err := p.client(target)
	if err != nil {
		return paging.Verdict{Why: "its http_config cannot be used: " + foreign.Text(err.Error(), maxWords)}
	}
	request, err := target.Request(paging.FactsOf(i, page, e, p.Workspace, p.link(ctx, i)))
	if err != nil {
		return paging.Verdict{Why: foreign.Text(err.Error(), maxWords), Forever: true}
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, request.URL, bytes.NewReader(request.Body))
	if err != nil {
		return paging.Verdict{Why: foreign.Text(err.Error(), maxWords), Forever: true}
	}
	r.Header.Set("Content-Type", request.ContentType)
	r.Header.Set("User-Agent", "Signalbook")
	r.Header.Set("Idempotency-Key", page.Key(p.Workspace, i.Number)+"-"+string(e))
	answer, err := client.Do(r)
	if err != nil {
		return paging.Verdict{Why: "it does not answer: " + foreign.Text(withoutAddress(err).Error(), maxWords)}
	}
	defer answer.Body.Close()
	foreign.HideSent(answer)
	says, _ := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	return paging.Assess(answer.StatusCode, foreign.Text(string(says), maxWords))
}

// client is the one that a webhook is called with.
func (p *Pager) client(t Target) (*http.Client, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if known := p.clients[t.ID()]; known.http == t.HTTP && known.client != nil {
		return known.client, nil
	}
	c, err := promconfig.NewClientFromConfig(*t.HTTP, "escalation")
	if err == nil {
		p.clients[t.ID()] = reached{t.HTTP, c}
	}
	return c, err
}

// withoutAddress is an error of a call that does not repeat the address: it may be a secret.
func withoutAddress(err error) error {
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return failed.Err
	}
	return err
}

// link is the address of the incident's thread.
func (p *Pager) link(ctx context.Context, i incident.Incident) string {
	has, err := p.Store.Ledger(ctx, topic.Incident(i.Number))
	if root := has[ledger.Root]; err == nil && root.TS != "" {
		return p.Link(root.Channel, root.TS)
	}
	return ""
}
