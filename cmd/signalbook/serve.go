package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/signalbook/signalbook/bot/app"
	"github.com/signalbook/signalbook/bot/foreign"
)

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

// Run runs the bot until SIGTERM or Ctrl-C; SIGHUP reloads its configuration.
func (c serveCommand) Run(ctx context.Context, std streams, timing app.Timing) error {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	return asFindings(app.Serve(ctx, app.ServeOptions{
		ConfigFile: c.Config, Listen: c.Listen, WebFile: c.WebFile, Logger: c.logger(std), Hangups: hangups, Timing: timing,
	}))
}

// asFindings prints the problems of a configuration as they are.
func asFindings(err error) error {
	if problems, ok := errors.AsType[*app.ProblemsError](err); ok {
		return &findingsError{problems.Error() + "\n"}
	}
	return err
}
