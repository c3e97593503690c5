package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/signalbook/signalbook/bot/app"
	"github.com/signalbook/signalbook/bot/embedded"
	"github.com/signalbook/signalbook/bot/interaction/command"
	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/people"
	"github.com/signalbook/signalbook/bot/store"
)

type demoCommand struct {
	Listen string `name:"web.listen-address" default:"127.0.0.1:8080" help:"Where the page is; keep it on loopback, it has no password."`
	logFlags
}

// The demo's own tokens: they open nothing but its look-alike.
const (
	demoBotToken = "xoxb-demo"
	demoAppToken = "xapp-demo"
)

// demoConfig is the configuration of the demo; %s are the look-alike's API and
// the store's address.
const demoConfig = `slack: {bot_token: ` + demoBotToken + `, app_token: ` + demoAppToken + `, api_url: "%s/api/"}
redis: {addresses: [%q], prefix: demo}
route:
  channel: "#incidents"
  owners: ["@sre-oncall"]
  escalate: [{after: 10m, mention: ["@db-leads"]}]
  routes:
    - {matchers: ['team="data"'], owners: ["@db-oncall"]}
    - {matchers: ['team="platform"'], owners: ["@platform-oncall"]}
    - {matchers: ['team="ml"'], owners: ["@ml-oncall"]}
digests:
  - name: weekly-cost-review
    schedule: "0 9 * * MON"
    channel: "#cost-review"
    costs: [{focus: {files: ["costs/*.csv"]}}]
    by: team
    budgets: [{name: cloud, amount: 330K, per: month}]
organisation: {users: 44M, weekly_growth: 2.6%%, teams: 12, international: 35%%}
`

// Run runs the demo until Ctrl-C, which leaves nothing behind.
func (c demoCommand) Run(ctx context.Context, std streams) (err error) {
	logger := c.logger(std)
	if c.Level == "info" {
		logger = slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: slog.LevelWarn})) // the page tells the rest
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w: choose another with --web.listen-address=127.0.0.1:8081", c.Listen, err)
	}
	defer listener.Close()
	server, dir, err := demoStore(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close(), os.RemoveAll(dir)) }()

	base := "http://" + listener.Addr().String()
	alerts := newDemoAlerts(base + "/alertmanager/webhook")
	sim := slacksim.New(slacksim.Options{
		BotToken: demoBotToken, AppToken: demoAppToken, Limits: true, Logger: logger,
		Commands: []people.Command{demoSlash()}, Extras: alerts.extras(), Intro: demoIntro(server.Memory),
	})
	defer sim.Close()
	if err := writeDemoBill(filepath.Join(dir, "costs"), time.Now()); err != nil {
		return err
	}
	b, redis, err := demoBot(filepath.Join(dir, "signalbook.yml"), base, server, logger)
	if err != nil {
		return err
	}
	alerts.review = b.AskForDigest
	defer redis.Close()
	surface, err := b.Handler()
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	for _, path := range []string{"/alertmanager/webhook", "/api/v1/", "/-/", "/metrics"} {
		mux.Handle(path, surface)
	}
	mux.Handle("/", sim)

	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		// An open page holds a stream of events: it ends once the bot has, or serving would wait for it.
		defer sim.Close()
		return b.Run(ctx)
	})
	group.Go(func() error { return app.ServeHTTP(ctx, listener, mux, nil) })
	group.Go(func() error {
		banner(std.out, base, server.Memory)
		return alerts.begin(ctx, b)
	})
	return group.Wait()
}

// demoStore starts a private Redis where there is one on PATH, else one in
// memory, and makes a folder for the configuration.
func demoStore(ctx context.Context) (*embedded.Server, string, error) {
	path := ""
	for _, name := range []string{"redis-server", "valkey-server"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	dir, err := os.MkdirTemp("", "signalbook-demo-")
	if err != nil {
		return nil, "", fmt.Errorf("make a folder for the demo: %w", err)
	}
	server, err := embedded.Start(ctx, path)
	if err != nil {
		return nil, "", errors.Join(err, os.RemoveAll(dir))
	}
	return server, dir, nil
}

// demoBot writes the demo's configuration, and makes the bot and its connection to the store.
func demoBot(file, base string, server *embedded.Server, logger *slog.Logger) (*app.App, *store.Redis, error) {
	// The file's form of an address is host:port; a unix socket is given to the store directly.
	address := server.Address
	if filepath.IsAbs(address) {
		address = "localhost:6379"
	}
	if err := os.WriteFile(file, fmt.Appendf(nil, demoConfig, base, address), 0o600); err != nil {
		return nil, nil, fmt.Errorf("write the demo's configuration: %w", err)
	}
	load := func() (*app.Settings, error) { return app.Load(file) }
	first, err := load()
	if err != nil {
		return nil, nil, asFindings(err)
	}
	redis, err := store.Open(store.Options{Addresses: []string{server.Address}, Prefix: "demo", InboxBound: app.InboxBound})
	if err != nil {
		return nil, nil, err
	}
	b, err := app.New(app.Options{First: first, Load: load, Redis: redis, Memory: server.Memory, Logger: logger, Registry: app.NewRegistry()})
	if err != nil {
		return nil, nil, errors.Join(err, redis.Close())
	}
	return b, redis, nil
}

func demoSlash() people.Command {
	c := people.Command{Name: "/playbook", Description: "Playbooks and incidents", UsageHint: "help | status INC-1 | done INC-1 2 note", Escape: true}
	for _, verb := range command.Verbs() {
		c.Words = append(c.Words, string(verb))
	}
	return c
}

func demoIntro(memory bool) []string {
	lines := []string{
		"Open a thread: click “replies” under an incident, then Acknowledge a step.",
		"Act as somebody else with the user menu, and click the same step.",
		"Type /playbook status INC-1, or /playbook done INC-1 2 pooled.",
		"Fire, change and resolve the alerts with the buttons under “Try it”.",
		"Post the cost review there, and look into #cost-review. Its bill is made up.",
	}
	if memory {
		lines = append(lines, "No redis-server was found: everything is kept in memory and forgotten at the end.")
	}
	return lines
}

func banner(out io.Writer, base string, memory bool) {
	kept := "a private redis-server, removed at the end"
	if memory {
		kept = "memory only, because no redis-server is on PATH; everything is forgotten at the end"
	}
	fmt.Fprintf(out, `
Signalbook demo: %s

  Slack       a look-alike on that page
  Store       %s
  Alerts      three captured notifications of Alertmanager, fired now

Try: open the thread of the database incident and take a step,
     become somebody else and click the same step,
     type  /playbook status INC-1  or  /playbook done INC-1 2 pooled
     press Resolve under "Database CPU" on the page,
     post the cost review (its bill is made up) and look into #cost-review.

Ctrl-C ends it and leaves nothing behind.
`, base, kept)
}

// begin waits until the bot takes notifications, then fires the emergencies.
func (s *demoAlerts) begin(ctx context.Context, b *app.App) error {
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for !b.Ready(ctx).Ready {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
	for _, e := range s.emergencies {
		if err := s.fire(ctx, e); err != nil && ctx.Err() == nil {
			return fmt.Errorf("fire %s: %w", e.name, err)
		}
	}
	return nil
}
