package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"
	"github.com/prometheus/common/version"
	"golang.org/x/sync/errgroup"

	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/web"
)

// InboxBound is how many events may wait; past it the webhook answers 503, and
// Alertmanager keeps the notification.
const InboxBound = 100_000

// ServeOptions are what `signalbook serve` is told.
type ServeOptions struct {
	ConfigFile string
	Listen     string // host:port
	WebFile    string // in the Prometheus family's format; empty: none
	Logger     *slog.Logger
	Hangups    <-chan os.Signal // each reloads the configuration
	Timing     Timing
}

// Serve runs the bot until the context ends. A [ProblemsError] means that the
// configuration is not right.
func Serve(ctx context.Context, o ServeOptions) error {
	load := func() (*Settings, error) { return Load(o.ConfigFile) }
	first, err := load()
	if err != nil {
		return err
	}
	for _, warning := range first.Warnings {
		o.Logger.Warn(warning.String())
	}
	var auth *web.Auth
	var webText []byte
	if o.WebFile != "" {
		if webText, err = os.ReadFile(o.WebFile); err != nil {
			return fmt.Errorf("read web configuration: %w", err)
		}
		if auth, err = web.LoadAuth(o.WebFile); err != nil {
			return err
		}
	}
	redis, err := OpenRedis(first.Config, o.Timing.Clock)
	if err != nil {
		return err
	}
	defer redis.Close()
	a, err := New(Options{
		First: first, Load: load, Redis: redis, Auth: auth, WebFile: o.WebFile, Web: webText, Logger: o.Logger, Registry: NewRegistry(), Timing: o.Timing,
	})
	if err != nil {
		return err
	}
	if state := a.askRedis(ctx); state.err == nil && len(state.durability.Forgets) > 0 && !first.Config.Redis.AcceptDataLoss {
		return &forgetsError{state.durability.Forgets}
	}
	handler, err := a.Handler()
	if err != nil {
		return err
	}
	tlsConfig, err := auth.TLS()
	if err != nil {
		return err
	}
	address, narrowed := listenAddress(o.Listen, first.Config, auth)
	if narrowed {
		o.Logger.Warn("listening on loopback only, because anybody could send notifications: give webhook.credentials_file, or set webhook.open: true", "address", address)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", address, err)
	}
	listens := listener.Addr().String()
	a.listens.Store(&listens)
	o.Logger.Info("Signalbook listens", "address", listens, "version", version.Info())

	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return a.Run(ctx) })
	group.Go(func() error { return ServeHTTP(ctx, listener, handler, tlsConfig) })
	group.Go(func() error { return a.reloadAt(ctx, o.Hangups) })
	err = group.Wait()
	o.Logger.Info("Signalbook has stopped", "reason", context.Cause(ctx))
	return err
}

// reloadAt reloads at each hangup; the log says how it went.
func (a *App) reloadAt(ctx context.Context, hangups <-chan os.Signal) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-hangups:
			_ = a.Reload() // logged where it happens
		}
	}
}

// NewRegistry has what every process tells of itself.
func NewRegistry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), versioncollector.NewCollector("signalbook"))
	return registry
}

// OpenRedis makes the store's client from the configuration. clock is this replica's; nil:
// time.Now.
func OpenRedis(c *config.Config, clock func() time.Time) (*store.Redis, error) {
	r := c.Redis
	o := store.Options{
		Addresses: r.Addresses, Prefix: r.Prefix, Username: r.Username, Password: string(r.Password),
		Cluster: r.Cluster, WaitReplicas: r.WaitReplicas, InboxBound: InboxBound, Now: clock,
	}
	if s := r.Sentinel; s != nil {
		o.MasterName, o.SentinelUsername, o.SentinelPassword = s.MasterName, s.Username, string(s.Password)
	}
	if r.TLSConfig != nil {
		var err error
		if o.TLS, err = r.TLSConfig.Build(); err != nil {
			return nil, fmt.Errorf("redis.tls_config: %w", err)
		}
	}
	return store.Open(o)
}
