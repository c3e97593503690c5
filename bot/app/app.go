// Package app is the running bot: its parts put together around one Redis and one Slack
// workspace, its readiness, its reload, and its part among other replicas. It decides
// nothing about incidents, and prints nothing.
package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/version"
	"golang.org/x/sync/errgroup"

	"github.com/signalbook/signalbook/alerts/webhook"
	"github.com/signalbook/signalbook/bot/coordinator"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/interaction"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/web"
	"github.com/signalbook/signalbook/playbooks"
)

// App is the product put together: endpoints, interaction handler, coordinator and web
// around one Redis and one Slack workspace. Serve and the demo both run it.
type App struct {
	opts        Options
	settings    atomic.Pointer[Settings]
	changed     chan struct{} // to the coordinator, after a reload
	store       atomic.Pointer[store.Store]
	coordinator atomic.Pointer[coordinator.Coordinator]
	slackIn     atomic.Pointer[slackapi.HTTP]
	sockets     atomic.Pointer[sockets]
	replicas    atomic.Pointer[replicas]
	state       atomic.Pointer[redisState]
	probe       probe
	unready     atomic.Pointer[string]
	listens     atomic.Pointer[string] // the address, once Serve listens
	client      *slackapi.Client
	reloads     *reloads
}

// Options are what Serve, the demo and tests differ in.
type Options struct {
	First    *Settings                 // the configuration to begin with
	Load     func() (*Settings, error) // reads it again, at a reload
	Redis    *store.Redis
	Memory   bool      // the store is in memory: durability is not asked for
	Auth     *web.Auth // nil: none
	WebFile  string    // from which Auth was read; empty: none
	Web      []byte    // what stood in it
	Logger   *slog.Logger
	Registry *prometheus.Registry
	Timing   Timing
	// Store is the workspace's, for benchmarks of the webhook alone: it takes at once, before
	// anybody was asked which workspace it is.
	Store *store.Store
}

// Timing is what a bot waits for, and its clocks. Zero is right in production; tests see
// in seconds what comes in minutes.
type Timing struct {
	Slack       time.Duration      // one call of Slack's Web API may take so long; 0: slackapi.Timeout
	Coordinator coordinator.Timing // zero fields: the coordinator's own
	Imports     time.Duration      // between two looks at the cost sources; 0: ingest's own
	Now         func() time.Time   // by which digests are due and costs settle; nil: Redis'
	Clock       func() time.Time   // this replica's; nil: time.Now
}

// redisState is the last word about what Redis keeps.
type redisState struct {
	durability store.Durability
	err        error
}

// New puts the parts together; nothing runs yet.
func New(o Options) (*App, error) {
	a := &App{opts: o, changed: make(chan struct{}, 1), reloads: newReloads(o.Registry)}
	a.settings.Store(o.First)
	a.store.Store(o.Store)
	c := o.First.Config
	client, err := slackapi.New(slackapi.Options{
		APIURL: c.Slack.APIURL, BotToken: string(c.Slack.BotToken), AppToken: string(c.Slack.AppToken), Logger: o.Logger, Registerer: o.Registry,
		HTTPClient: &http.Client{Timeout: o.Timing.Slack}, Now: o.Timing.Clock,
	})
	if err != nil {
		return nil, err
	}
	a.client = client
	a.waitFor("Redis has not been asked yet")
	return a, nil
}

func (a *App) waitFor(reason string) { a.unready.Store(&reason) }

// Handler is the HTTP surface.
func (a *App) Handler() (http.Handler, error) {
	// With users but no token, only the users may pass: a token that nobody knows stands in.
	nobody := rand.Text()
	endpoint := webhook.New(webhook.Options{
		Inbox: inbox{a},
		Credentials: func() string {
			if token := string(a.settings.Load().Config.Webhook.Credentials); token != "" || !a.opts.Auth.Users() {
				return token
			}
			return nobody
		},
		Trusted: a.opts.Auth.Passes,
		MaxBody: func() int64 { return int64(a.settings.Load().Config.Webhook.MaxBody) },
		Now:     a.opts.Timing.Clock,
		Logger:  a.opts.Logger, Registerer: a.opts.Registry,
	})
	return web.New(web.Options{
		Webhook: endpoint, MayNotify: endpoint.MayPass, Playbooks: a.playbooks, Slack: http.HandlerFunc(a.slack), Ready: a.Ready, Reload: a.Reload,
		Gatherer: a.opts.Registry, Auth: a.opts.Auth, Logger: a.opts.Logger, Version: version.Version,
	})
}

// playbooks are the loaded ones, as the HTTP surface lists them.
func (a *App) playbooks() []web.Playbook {
	list := []web.Playbook{}
	for _, p := range a.settings.Load().Playbooks.All() {
		list = append(list, web.Playbook{Name: p.Name, Title: p.Title})
	}
	return list
}

// slack serves Slack's requests once the workspace is known.
func (a *App) slack(w http.ResponseWriter, r *http.Request) {
	if in := a.slackIn.Load(); in != nil {
		in.ServeHTTP(w, r)
		return
	}
	http.Error(w, "not ready", http.StatusServiceUnavailable)
}

// inbox is the webhook's way into the store.
type inbox struct{ *App }

func (i inbox) Put(ctx context.Context, r webhook.Received) error {
	st := i.store.Load()
	if st == nil {
		return fmt.Errorf("not ready: %s", *i.unready.Load())
	}
	_, _, err := st.Put(ctx, event.Event{
		At: r.At.UTC().Truncate(time.Millisecond), Notification: r.Notification, Body: r.Body, Source: r.Source,
	})
	if errors.Is(err, store.ErrFull) {
		return fmt.Errorf("%w: %w", webhook.ErrFull, err)
	}
	return err
}

// Run works until the context ends, or until Redis turns out to forget.
func (a *App) Run(ctx context.Context) error {
	a.state.Store(a.askRedis(ctx))
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return a.watchRedis(ctx) })
	group.Go(func() error {
		id, err := a.identity(ctx)
		if err != nil || ctx.Err() != nil {
			return err
		}
		return a.workspace(ctx, id)
	})
	return group.Wait()
}

// workspace runs everything that belongs to the bot's Slack workspace.
func (a *App) workspace(ctx context.Context, id store.Identity) error {
	a.opts.Logger.Info("working for the Slack workspace", "team", id.Team, "team_id", id.TeamID)
	a.client.Remember(slackapi.Identity(id))
	st := a.opts.Redis.Workspace(id.TeamID)
	replies := st.NewReplies()
	client := a.client.Shared(st.Directory)
	var d *interaction.Handler
	tells := func(ctx context.Context, to string, channels []string) map[string]bool {
		return d.Tells(ctx, to, channels)
	}
	d = interaction.New(interaction.Options{Store: st, Replies: replies, Slack: client, Logger: a.opts.Logger, Gather: a.gather(st, tells), Organisation: a.organisation(st), Settings: func() interaction.Settings {
		s := a.settings.Load()
		return interaction.Settings{Command: s.Config.Slack.Command, Playbooks: s.Playbooks, Handbook: s.Handbook, Digests: s.digestNames(), DigestChannel: s.digestChannel, StartChannel: s.startChannel, Places: s.places(), External: s.external(), Severities: s.Config.Severities.Order}
	}})
	k := coordinator.New(coordinator.Options{
		Store: st, Slack: client, Settings: a.coordinatorSettings, Changed: a.changed, Logger: a.opts.Logger, Registerer: a.opts.Registry, Timing: a.opts.Timing.Coordinator,
		Report: a.report(st, tells), Notices: a.notices(st), Watch: a.watch(st), Committed: d.Changed, Now: a.opts.Timing.Now,
	})
	c := a.settings.Load().Config

	// Endpoints stop first, the coordinator last: what came in is still decided.
	coordinatorCtx, stopCoordinator := context.WithCancel(context.WithoutCancel(ctx))
	defer stopCoordinator()
	var kept errgroup.Group
	kept.Go(func() error { return k.Run(coordinatorCtx) })
	kept.Go(func() error { return replies.Run(coordinatorCtx) })

	endpoints, endpointsCtx := errgroup.WithContext(ctx)
	endpoints.Go(func() error { return d.Run(endpointsCtx) })
	endpoints.Go(func() error { return a.watchIdentity(endpointsCtx, id) })
	in := slackapi.NewHTTP(slackapi.HTTPOptions{
		SigningSecret: string(c.Slack.SigningSecret), Handler: d, Client: a.client, Now: a.opts.Timing.Clock, Logger: a.opts.Logger, Registerer: a.opts.Registry,
	})
	endpoints.Go(func() error { return in.Run(endpointsCtx) })
	if c.Slack.SocketMode() {
		s := newSockets(st.Replicas, a.opts.Redis.Ping, a.opts.Logger, a.opts.Registry, func() *slackapi.Socket {
			return slackapi.NewSocket(slackapi.SocketOptions{Client: a.client, Handler: d, Logger: a.opts.Logger, Registerer: a.opts.Registry})
		})
		a.sockets.Store(s)
		endpoints.Go(func() error { return s.run(endpointsCtx) })
	}
	others := newReplicas(st.Replicas, a.opts.Logger, a.opts.Registry, func() store.Replica { return describe(a.settings.Load(), k.Keeping()) })
	a.replicas.Store(others)
	endpoints.Go(func() error { return others.run(endpointsCtx) })
	imports := a.importer(st, others.id)
	endpoints.Go(func() error { return imports.Run(endpointsCtx) })
	a.coordinator.Store(k)
	a.slackIn.Store(in)
	a.store.Store(st)
	err := endpoints.Wait()
	stopCoordinator()
	return errors.Join(err, kept.Wait())
}

// coordinatorSettings gives the coordinator its view of the configuration.
func (a *App) coordinatorSettings() coordinator.Settings {
	s := a.settings.Load()
	c := s.Config
	channels, people := c.Names()
	for owner := range owners(s.Playbooks) {
		people = append(people, owner)
	}
	return coordinator.Settings{
		Places: s.places(), Roles: s.Config.Roles.Reserved(), External: s.external(),
		Rules: c.Rules(), Drills: s.Config.DrillChannel(),
		Playbooks: s.Playbooks, Command: c.Slack.Command, Full: c.Incidents.Details == playbooks.DetailsFull, Zone: c.Incidents.Zone(), Channels: channels, People: people, Retention: retention(c.Incidents),
		Digests: s.coordinatorDigests(),
		Route:   c.Target,
		Webhook: s.webhook, Feeds: s.feeds(),
	}
}
