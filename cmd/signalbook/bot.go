package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/version"
	"golang.org/x/sync/errgroup"

	"github.com/signalbook/signalbook/alerts/webhook"
	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/archive"
	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/coordinator"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/interaction"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/web"
	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/handbook"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// bot is the product put together: doors, desk, coordinator and web around one Redis
// and one Slack workspace. serve and demo both run it.
type bot struct {
	botOptions
	settings    atomic.Pointer[settings]
	changed     chan struct{} // to the coordinator, after a reload
	store       atomic.Pointer[store.Store]
	coordinator atomic.Pointer[coordinator.Coordinator]
	slackIn     atomic.Pointer[slackapi.HTTP]
	sockets     atomic.Pointer[sockets]
	replicas    atomic.Pointer[replicas]
	state       atomic.Pointer[redisState]
	probe       probe
	unready     atomic.Pointer[string]
	listens     atomic.Pointer[string] // the address, once serve listens
	client      *slackapi.Client
	reloads     *reloads
}

// botOptions are what serve and demo differ in.
type botOptions struct {
	load     func() (*settings, error) // reads the configuration
	redis    *store.Redis
	memory   bool // the store is in memory: durability is not asked for
	auth     *web.Auth
	webFile  string // from which auth was read; empty: none
	web      []byte // what stood in it
	logger   *slog.Logger
	registry *prometheus.Registry
}

// haste shortens what a bot waits for, so that tests see in seconds what comes in
// minutes. Its zero value, which nothing but a test changes, leaves everything as
// it is.
var haste struct {
	slack       time.Duration // one call of Slack's Web API may take so long (slackapi.Timeout)
	coordinator coordinator.Timing
	imports     time.Duration    // between two looks at the cost sources
	now         func() time.Time // by which digests are due and costs settle
	clock       func() time.Time // this replica's; nil: time.Now
}

// settings are the configuration as loaded, replaced whole at a reload.
type settings struct {
	config    *config.Config
	playbooks *playbooks.Set
	handbook  *handbook.Handbook
	warnings  yamlfile.Problems
	reviews   reviews
}

// redisState is the last word about what Redis keeps.
type redisState struct {
	durability store.Durability
	err        error
}

func newBot(o botOptions, first *settings) (*bot, error) {
	b := &bot{botOptions: o, changed: make(chan struct{}, 1), reloads: newReloads(o.registry)}
	b.settings.Store(first)
	c := first.config
	client, err := slackapi.New(slackapi.Options{
		APIURL: c.Slack.APIURL, BotToken: string(c.Slack.BotToken), AppToken: string(c.Slack.AppToken), Logger: o.logger, Registerer: o.registry,
		HTTPClient: &http.Client{Timeout: haste.slack}, Now: haste.clock,
	})
	if err != nil {
		return nil, err
	}
	b.client = client
	b.waitFor("Redis has not been asked yet")
	return b, nil
}

func (b *bot) waitFor(reason string) { b.unready.Store(&reason) }

// handler is the HTTP surface.
func (b *bot) handler() (http.Handler, error) {
	// With users but no token, only the users may pass: a token that nobody knows stands in.
	nobody := rand.Text()
	door := webhook.New(webhook.Options{
		Inbox: inbox{b},
		Credentials: func() string {
			if token := string(b.settings.Load().config.Webhook.Credentials); token != "" || !b.auth.Users() {
				return token
			}
			return nobody
		},
		Trusted: b.auth.Passes,
		MaxBody: func() int64 { return int64(b.settings.Load().config.Webhook.MaxBody) },
		Now:     haste.clock,
		Logger:  b.logger, Registerer: b.registry,
	})
	return web.New(web.Options{
		Webhook: door, MayNotify: door.MayPass, Playbooks: b.playbooks, Slack: http.HandlerFunc(b.slack), Ready: b.ready, Reload: b.reload,
		Gatherer: b.registry, Auth: b.auth, Logger: b.logger, Version: version.Version,
	})
}

// playbooks are the loaded ones, as the HTTP surface lists them.
func (b *bot) playbooks() []web.Playbook {
	list := []web.Playbook{}
	for _, p := range b.settings.Load().playbooks.All() {
		list = append(list, web.Playbook{Name: p.Name, Title: p.Title})
	}
	return list
}

// slack serves Slack's requests once the workspace is known.
func (b *bot) slack(w http.ResponseWriter, r *http.Request) {
	if in := b.slackIn.Load(); in != nil {
		in.ServeHTTP(w, r)
		return
	}
	http.Error(w, "not ready", http.StatusServiceUnavailable)
}

// inbox is the webhook's way into the store.
type inbox struct{ *bot }

func (i inbox) Put(ctx context.Context, r webhook.Received) error {
	st := i.store.Load()
	if st == nil {
		return fmt.Errorf("not ready: %s", *i.unready.Load())
	}
	_, _, err := st.Put(ctx, incident.Event{
		At: r.At.UTC().Truncate(time.Millisecond), Notification: r.Notification, Body: r.Body, Source: r.Source,
	})
	if errors.Is(err, store.ErrFull) {
		return fmt.Errorf("%w: %w", webhook.ErrFull, err)
	}
	return err
}

// run works until the context ends, or until Redis turns out to forget.
func (b *bot) run(ctx context.Context) error {
	b.state.Store(b.askRedis(ctx))
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return b.watchRedis(ctx) })
	group.Go(func() error {
		id, err := b.identity(ctx)
		if err != nil || ctx.Err() != nil {
			return err
		}
		return b.workspace(ctx, id)
	})
	return group.Wait()
}

// workspace runs everything that belongs to the bot's Slack workspace.
func (b *bot) workspace(ctx context.Context, id store.Identity) error {
	b.logger.Info("working for the Slack workspace", "team", id.Team, "team_id", id.TeamID)
	b.client.Remember(slackapi.Identity(id))
	st := b.redis.Workspace(id.TeamID)
	replies := st.NewReplies()
	client := b.client.Shared(st)
	var d *interaction.Desk
	tells := func(ctx context.Context, to string, channels []string) map[string]bool {
		return d.Tells(ctx, to, channels)
	}
	d = interaction.New(interaction.Options{Store: st, Replies: replies, Slack: client, Logger: b.logger, Gather: b.gather(st, tells), Organisation: b.organisation(st), Settings: func() interaction.Settings {
		s := b.settings.Load()
		return interaction.Settings{Command: s.config.Slack.Command, Playbooks: s.playbooks, Handbook: s.handbook, Digests: s.digestNames(), DigestChannel: s.digestChannel, StartChannel: s.startChannel, Places: s.places(), External: s.external(), Severities: s.config.Severities.Order}
	}})
	k := coordinator.New(coordinator.Options{
		Store: st, Slack: client, Settings: b.coordinatorSettings, Changed: b.changed, Logger: b.logger, Registerer: b.registry, Timing: haste.coordinator,
		Report: b.report(st, tells), Now: haste.now,
	})
	c := b.settings.Load().config

	// Doors stop first, the coordinator last: what came in is still decided.
	coordinatorCtx, stopCoordinator := context.WithCancel(context.WithoutCancel(ctx))
	defer stopCoordinator()
	var kept errgroup.Group
	kept.Go(func() error { return k.Run(coordinatorCtx) })
	kept.Go(func() error { return replies.Run(coordinatorCtx) })

	doors, doorsCtx := errgroup.WithContext(ctx)
	doors.Go(func() error { return d.Run(doorsCtx) })
	doors.Go(func() error { return b.watchIdentity(doorsCtx, id) })
	in := slackapi.NewHTTP(slackapi.HTTPOptions{
		SigningSecret: string(c.Slack.SigningSecret), Handler: d, Client: b.client, Now: haste.clock, Logger: b.logger, Registerer: b.registry,
	})
	doors.Go(func() error { return in.Run(doorsCtx) })
	if c.Slack.SocketMode() {
		s := newSockets(st, b.redis.Ping, b.logger, b.registry, func() *slackapi.Socket {
			return slackapi.NewSocket(slackapi.SocketOptions{Client: b.client, Handler: d, Logger: b.logger, Registerer: b.registry})
		})
		b.sockets.Store(s)
		doors.Go(func() error { return s.run(doorsCtx) })
	}
	others := newReplicas(st, b.logger, b.registry, func() store.Replica { return describe(b.settings.Load(), k.Keeping()) })
	b.replicas.Store(others)
	doors.Go(func() error { return others.run(doorsCtx) })
	imports := b.importer(st, others.id)
	doors.Go(func() error { return imports.Run(doorsCtx) })
	b.coordinator.Store(k)
	b.slackIn.Store(in)
	b.store.Store(st)
	err := doors.Wait()
	stopCoordinator()
	return errors.Join(err, kept.Wait())
}

// coordinatorSettings gives the coordinator its view of the configuration.
func (b *bot) coordinatorSettings() coordinator.Settings {
	s := b.settings.Load()
	c := s.config
	channels, people := c.Names()
	for owner := range owners(s.playbooks) {
		people = append(people, owner)
	}
	return coordinator.Settings{
		Places: s.places(), External: s.external(),
		Rules: c.Rules(), Drills: s.config.DrillChannel(),
		Playbooks: s.playbooks, Command: c.Slack.Command, Channels: channels, People: people, Retention: retention(c.Incidents),
		Digests: s.coordinatorDigests(),
		Route:   c.Target,
	}
}

// places are the channels of all routes, with who may act there.
func (s *settings) places() []access.Place {
	var places []access.Place
	for _, target := range s.config.Places() {
		places = append(places, access.Place{Channel: target.Channel, Responders: target.Responders})
	}
	return places
}

// external reports whether guests and people of other organisations may act.
func (s *settings) external() bool { return s.config.Slack.ExternalUsers == config.ExternalAllow }

// startChannel is where a playbook that somebody starts goes.
func (s *settings) startChannel(st incident.Start) string {
	return coordinator.Settings{Route: s.config.Target, Drills: s.config.DrillChannel()}.StartChannel(st)
}

// digestChannel is where a digest is posted; without a name the first one. Empty:
// there is none.
func (s *settings) digestChannel(name string) string {
	for _, d := range s.config.Digests {
		if d.Name == name || name == "" {
			return d.Channel
		}
	}
	return ""
}

// retention says when incidents leave Redis, and where to.
func retention(i config.Incidents) coordinator.Retention {
	kept := coordinator.Retention{For: time.Duration(i.Retention)}
	if i.Archive != "" {
		kept.Archive = archive.Folder(i.Archive).Append
	}
	return kept
}

// owners yields who the playbooks' tiers name, and the playbook that does.
func owners(set *playbooks.Set) iter.Seq2[string, string] {
	return func(yield func(owner, playbook string) bool) {
		for _, book := range set.All() {
			for _, tier := range book.Tiers {
				for _, owner := range tier.Owners {
					if !yield(owner, book.Name) {
						return
					}
				}
			}
		}
	}
}
