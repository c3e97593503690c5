package app

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"sync"

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

// Reload reads configuration and playbooks again. A bad file changes nothing. What
// runs keeps the playbook it began with; the rest of the bot asks for its settings
// whenever it needs them.
func (a *App) Reload() error {
	a.reloads.one.Lock()
	defer a.reloads.one.Unlock()
	next, err := a.opts.Load()
	if err == nil {
		err = a.refusal(next)
	}
	if err != nil {
		a.reloads.ended(err)
		a.opts.Logger.Error("the configuration was not reloaded, the old one goes on", "error", err)
		return err
	}
	for _, warning := range next.Warnings {
		a.opts.Logger.Warn(warning.String())
	}
	a.settings.Store(next)
	a.reloads.ended(nil) // only now: whoever sees it counts on the new one
	select {
	case a.changed <- struct{}{}:
	default: // the coordinator looks soon anyway
	}
	a.opts.Logger.Info("reloaded", "playbooks", len(next.Playbooks.All()))
	return nil
}

// refusal says why a good file cannot be taken while the bot runs: what the start
// checks holds at a reload, too, and what is set up at the start alone needs a new
// start.
func (a *App) refusal(next *Settings) error {
	return errors.Join(a.sameConnections(next), a.sameWebFile(), a.staysClosed(next.Config), a.staysDurable(next.Config))
}

// staysClosed refuses to let everybody send notifications because credentials are
// gone: the start would listen on loopback only.
func (a *App) staysClosed(next *config.Config) error {
	listens := a.listens.Load()
	if listens == nil {
		return nil
	}
	if _, narrowed := listenAddress(*listens, next, a.opts.Auth); narrowed {
		return fmt.Errorf("webhook: without credentials anybody could send notifications to %s: give webhook.credentials_file, or set webhook.open: true, or restart the bot to listen on loopback only", *listens)
	}
	return nil
}

// staysDurable refuses to end the bot: a Redis that is known to forget was
// accepted.
func (a *App) staysDurable(next *config.Config) error {
	state := a.state.Load()
	if next.Redis.AcceptDataLoss || state == nil || state.err != nil || len(state.durability.Forgets) == 0 {
		return nil
	}
	return fmt.Errorf("redis: without accept_data_loss the bot would end, because this Redis can forget: %s", strings.Join(state.durability.Forgets, "; "))
}

// sameWebFile refuses to go on with users and certificates that the web
// configuration does not have any more.
func (a *App) sameWebFile() error {
	if a.opts.WebFile == "" {
		return nil
	}
	now, err := os.ReadFile(a.opts.WebFile)
	if err != nil {
		return fmt.Errorf("read web configuration: %w", err)
	}
	if !bytes.Equal(a.opts.Web, now) {
		return fmt.Errorf("web configuration %s: it changed, and is read at the start only: restart the bot", a.opts.WebFile)
	}
	return nil
}

// sameConnections refuses a reload that would need a restart.
func (a *App) sameConnections(next *Settings) error {
	was, now := a.settings.Load().Config, next.Config
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
