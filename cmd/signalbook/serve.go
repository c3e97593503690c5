package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"
	"github.com/prometheus/common/version"
	"golang.org/x/sync/errgroup"

	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/foreign"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/web"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// inboxBound is how many events may wait; past it the webhook answers 503, and
// Alertmanager keeps the notification.
const inboxBound = 100_000

type serveCommand struct {
	Config  string `name:"config.file" default:"signalbook.yml" help:"The configuration."`
	Listen  string `name:"web.listen-address" default:":9095" help:"Where to listen."`
	WebFile string `name:"web.config.file" help:"TLS, client certificates and basic auth, in the Prometheus family's format."`
	logFlags
}

type logFlags struct {
	Level  string `name:"log.level" default:"info" enum:"debug,info,warn,error" help:"One of debug, info, warn, error."`
	Format string `name:"log.format" default:"logfmt" enum:"logfmt,json" help:"One of logfmt, json."`
}

func (f logFlags) logger(std streams) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.Level)); err != nil {
		level = slog.LevelInfo // kong admits the four words only
	}
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: withoutSecrets}
	if f.Format == "json" {
		return slog.New(slog.NewJSONHandler(std.err, options))
	}
	return slog.New(slog.NewTextHandler(std.err, options))
}

// withoutSecrets keeps secrets out of every line of the log, whosever words they
// came in.
func withoutSecrets(_ []string, a slog.Attr) slog.Attr {
	switch a.Value.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(foreign.Clean(a.Value.String()))
	case slog.KindAny:
		if err, ok := a.Value.Any().(error); ok {
			a.Value = slog.StringValue(foreign.Clean(err.Error()))
		}
	}
	return a
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

// Run runs the bot until SIGTERM or Ctrl-C.
func (c serveCommand) Run(ctx context.Context, std streams) error {
	logger := c.logger(std)
	load := func() (*settings, error) { return loadSettings(c.Config) }
	first, err := load()
	if err != nil {
		return err
	}
	for _, warning := range first.warnings {
		logger.Warn(warning.String())
	}
	var auth *web.Auth
	var webText []byte
	if c.WebFile != "" {
		if webText, err = os.ReadFile(c.WebFile); err != nil {
			return fmt.Errorf("read web configuration: %w", err)
		}
		if auth, err = web.LoadAuth(c.WebFile); err != nil {
			return err
		}
	}
	redis, err := openRedis(first.config)
	if err != nil {
		return err
	}
	defer redis.Close()
	b, err := newBot(botOptions{load: load, redis: redis, auth: auth, webFile: c.WebFile, web: webText, logger: logger, registry: newRegistry()}, first)
	if err != nil {
		return err
	}
	if state := b.askRedis(ctx); state.err == nil && len(state.durability.Forgets) > 0 && !first.config.Redis.AcceptDataLoss {
		return &forgetsError{state.durability.Forgets}
	}
	handler, err := b.handler()
	if err != nil {
		return err
	}
	tlsConfig, err := auth.TLS()
	if err != nil {
		return err
	}
	address, narrowed := listenAddress(c.Listen, first.config, auth)
	if narrowed {
		logger.Warn("listening on loopback only, because anybody could send notifications: give webhook.credentials_file, or set webhook.open: true", "address", address)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", address, err)
	}
	listens := listener.Addr().String()
	b.listens.Store(&listens)
	logger.Info("Signalbook listens", "address", listens, "version", version.Info())

	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return b.run(ctx) })
	group.Go(func() error { return serveHTTP(ctx, listener, handler, tlsConfig) })
	group.Go(func() error { return reloadOnHangup(ctx, b) })
	err = group.Wait()
	logger.Info("Signalbook has stopped", "reason", context.Cause(ctx))
	return err
}

// loadSettings reads configuration and playbooks; its error lists every problem.
func loadSettings(path string) (*settings, error) {
	s, problems := readConfig(path)
	if err := problems.Err(); err != nil {
		return nil, &findingsError{err.Error() + "\n"}
	}
	var err error
	s.reviews, err = newReviews(s.config)
	return s, err
}

// readConfig reads a configuration, its playbooks and the team's own facts, the
// latter also when the former has problems, so that one run tells of everything.
// The settings are not connected to anybody.
func readConfig(path string) (*settings, yamlfile.Problems) {
	loaded, problems := config.Load(path)
	set, more := loaded.LoadPlaybooks()
	problems = append(problems, more...)
	book, more := loaded.LoadHandbook()
	problems = append(problems, more...)
	return &settings{config: loaded, playbooks: set, handbook: book, warnings: problems.Warnings()}, problems
}

func newRegistry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), versioncollector.NewCollector("signalbook"))
	return registry
}

// openRedis makes the store's client from the configuration.
func openRedis(c *config.Config) (*store.Redis, error) {
	r := c.Redis
	o := store.Options{
		Addresses: r.Addresses, Prefix: r.Prefix, Username: r.Username, Password: string(r.Password),
		Cluster: r.Cluster, WaitReplicas: r.WaitReplicas, InboxBound: inboxBound, Now: haste.clock,
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

// listenAddress narrows the address to loopback when anybody could send
// notifications.
func listenAddress(address string, c *config.Config, auth *web.Auth) (string, bool) {
	if c.Webhook.Credentials != "" || c.Webhook.Open || auth.ClientCertificates() || auth.Users() {
		return address, false
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address, false // net.Listen says what is wrong with it
	}
	if ip := net.ParseIP(strings.Trim(host, "[]")); host == "localhost" || (ip != nil && ip.IsLoopback()) {
		return address, false
	}
	return net.JoinHostPort("127.0.0.1", port), true
}

// What a connection may take before any handler sees a request of it, on every
// path: Go's own 1 MB of headers, and of HTTP/2's unread data, would be 1 GB for a
// thousand connections. A proxy's cookies and tokens fit.
const (
	maxHeader  = 32 << 10
	maxUnread  = 64 << 10 // the least that HTTP/2 allows
	maxStreams = 100
)

// serveHTTP serves until the context ends; what is in flight then may end within
// ten seconds.
func serveHTTP(ctx context.Context, listener net.Listener, handler http.Handler, tlsConfig *tls.Config) error {
	server := &http.Server{
		Handler: handler, TLSConfig: tlsConfig, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 5 * time.Minute,
		MaxHeaderBytes: maxHeader, HTTP2: &http.HTTP2Config{MaxConcurrentStreams: maxStreams, MaxReceiveBufferPerConnection: maxUnread, MaxReceiveBufferPerStream: maxUnread},
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		var err error
		if tlsConfig != nil {
			err = server.ServeTLS(listener, "", "")
		} else {
			err = server.Serve(listener)
		}
		if errors.Is(err, http.ErrServerClosed) {
			return nil
		}
		return fmt.Errorf("serve: %w", err)
	})
	<-ctx.Done()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err := server.Shutdown(end)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close() // event streams of the demo's page do not end by themselves
	}
	return errors.Join(err, group.Wait())
}
