package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"reflect"
	"strings"
	"sync"
	"syscall"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/config"
)

// maxReloadProblems is how many problems of a file /-/ready names; the log and the
// answer of /-/reload have them all.
const maxReloadProblems = 5

// reloads makes reloads wait for each other, and tells how the newest one went.
type reloads struct {
	successful, at prometheus.Gauge
	one            sync.Mutex // held while a configuration is read and taken, so that an older one never follows a newer

	mu   sync.Mutex
	last error // of the newest reload
}

func newReloads(reg prometheus.Registerer) *reloads {
	r := &reloads{
		successful: prometheus.NewGauge(prometheus.GaugeOpts{Name: "signalbook_config_last_reload_successful", Help: "1 when the newest reload was taken."}),
		at:         prometheus.NewGauge(prometheus.GaugeOpts{Name: "signalbook_config_last_reload_success_timestamp_seconds", Help: "When a configuration was last taken."}),
	}
	reg.MustRegister(r.successful, r.at)
	r.ended(nil)
	return r
}

func (r *reloads) ended(err error) {
	r.mu.Lock()
	r.last = err
	r.mu.Unlock()
	if err != nil {
		r.successful.Set(0)
		return
	}
	r.at.SetToCurrentTime()
	r.successful.Set(1)
}

// degraded names the file and the problem that kept the newest configuration from
// being taken, until one is.
func (r *reloads) degraded() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last == nil {
		return nil
	}
	problems := strings.Split(strings.TrimSpace(r.last.Error()), "\n")
	if rest := len(problems) - maxReloadProblems; rest > 0 {
		problems = append(problems[:maxReloadProblems], "and "+textutil.Count(rest, "more line"))
	}
	return []string{"the newest configuration was not taken, the one before goes on: " + strings.Join(problems, "; ")}
}

// reload reads configuration and playbooks again. A bad file changes nothing. What
// runs keeps the playbook it began with; the rest of the bot asks for its settings
// whenever it needs them.
func (b *bot) reload() error {
	b.reloads.one.Lock()
	defer b.reloads.one.Unlock()
	next, err := b.load()
	if err == nil {
		err = b.refusal(next)
	}
	if err != nil {
		b.reloads.ended(err)
		b.logger.Error("the configuration was not reloaded, the old one goes on", "error", err)
		return err
	}
	for _, warning := range next.warnings {
		b.logger.Warn(warning.String())
	}
	b.settings.Store(next)
	b.reloads.ended(nil) // only now: whoever sees it counts on the new one
	select {
	case b.changed <- struct{}{}:
	default: // the coordinator looks soon anyway
	}
	b.logger.Info("reloaded", "playbooks", len(next.playbooks.All()))
	return nil
}

// refusal says why a good file cannot be taken while the bot runs: what the start
// checks holds at a reload, too, and what is set up at the start alone needs a new
// start.
func (b *bot) refusal(next *settings) error {
	return errors.Join(b.sameConnections(next), b.sameWebFile(), b.staysClosed(next.config), b.staysDurable(next.config))
}

// staysClosed refuses to let everybody send notifications because credentials are
// gone: the start would listen on loopback only.
func (b *bot) staysClosed(next *config.Config) error {
	listens := b.listens.Load()
	if listens == nil {
		return nil
	}
	if _, narrowed := listenAddress(*listens, next, b.auth); narrowed {
		return fmt.Errorf("webhook: without credentials anybody could send notifications to %s: give webhook.credentials_file, or set webhook.open: true, or restart the bot to listen on loopback only", *listens)
	}
	return nil
}

// staysDurable refuses to end the bot: a Redis that is known to forget was
// accepted.
func (b *bot) staysDurable(next *config.Config) error {
	state := b.state.Load()
	if next.Redis.AcceptDataLoss || state == nil || state.err != nil || len(state.durability.Forgets) == 0 {
		return nil
	}
	return fmt.Errorf("redis: without accept_data_loss the bot would end, because this Redis can forget: %s", strings.Join(state.durability.Forgets, "; "))
}

// sameWebFile refuses to go on with users and certificates that the web
// configuration does not have any more.
func (b *bot) sameWebFile() error {
	if b.webFile == "" {
		return nil
	}
	now, err := os.ReadFile(b.webFile)
	if err != nil {
		return fmt.Errorf("read web configuration: %w", err)
	}
	if !bytes.Equal(b.web, now) {
		return fmt.Errorf("web configuration %s: it changed, and is read at the start only: restart the bot", b.webFile)
	}
	return nil
}

// sameConnections refuses a reload that would need a restart.
func (b *bot) sameConnections(next *settings) error {
	was, now := b.settings.Load().config, next.config
	if was.Slack.APIURL != now.Slack.APIURL || was.Slack.BotToken != now.Slack.BotToken || was.Slack.AppToken != now.Slack.AppToken || was.Slack.SigningSecret != now.Slack.SigningSecret {
		return errors.New("slack: address, tokens and secrets are read at the start only: restart the bot")
	}
	before, after := was.Redis, now.Redis
	after.AcceptDataLoss = before.AcceptDataLoss // read at each look at Redis
	if !reflect.DeepEqual(before, after) {
		return errors.New("redis: the connection is set up at the start only: restart the bot")
	}
	return nil
}

// reloadOnHangup reloads at each SIGHUP; the log says how it went.
func reloadOnHangup(ctx context.Context, b *bot) error {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-hangups:
			_ = b.reload() // logged where it happens
		}
	}
}
