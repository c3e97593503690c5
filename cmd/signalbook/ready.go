package main

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/web"
)

const (
	askRedisEvery  = 30 * time.Second
	askRedisAgain  = time.Second // while it does not answer
	askRedisWithin = 2 * time.Second
)

// errForgets ends serve: Redis is known to lose what it confirmed.
type forgetsError struct{ why []string }

func (e *forgetsError) Error() string {
	return "this Redis can forget what it confirmed, so nothing would be safe with it:\n  - " + strings.Join(e.why, "\n  - ") +
		"\nMend that, or set redis.accept_data_loss: true to start all the same."
}

// watchRedis asks Redis again and again what it keeps. A Redis that does not
// answer is waited for; one that is known to forget ends the program, unless
// that was accepted.
func (b *bot) watchRedis(ctx context.Context) error {
	said := ""
	for {
		wait := askRedisEvery
		state := b.askRedis(ctx)
		b.state.Store(state)
		forgets := state.durability.Forgets
		switch {
		case ctx.Err() != nil:
			return nil
		case state.err != nil:
			wait = askRedisAgain
			b.say(&said, "Redis does not answer; notifications are answered 503 and come again: "+state.err.Error())
		case len(forgets) > 0 && !b.settings.Load().config.Redis.AcceptDataLoss:
			return &forgetsError{forgets}
		case len(forgets) > 0:
			b.say(&said, "redis.accept_data_loss is on, and this Redis can forget: "+strings.Join(forgets, "; "))
		default:
			b.say(&said, strings.Join(state.durability.Warnings, "; "))
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}

// say logs a warning once, until it is another.
func (b *bot) say(said *string, warning string) {
	if warning != *said && warning != "" {
		b.logger.Warn(warning)
	}
	*said = warning
}

func (b *bot) askRedis(ctx context.Context) *redisState {
	ctx, cancel := context.WithTimeout(ctx, askRedisWithin)
	defer cancel()
	if b.memory {
		return &redisState{durability: store.Durability{Level: "memory"}, err: b.redis.Ping(ctx)}
	}
	durability, err := b.redis.Durability(ctx)
	return &redisState{durability, err}
}

// ready answers /-/ready: false only when a notification could not be stored.
func (b *bot) ready(ctx context.Context) web.Readiness {
	r := web.Readiness{Degraded: b.reloads.degraded()}
	state := b.state.Load()
	if state != nil {
		r.Durability = state.durability.Level
		r.Degraded = append(r.Degraded, state.durability.Warnings...)
	}
	if k := b.keeper.Load(); k != nil {
		r.Keeper = k.Keeping()
		r.Degraded = append(r.Degraded, k.Degraded()...)
	}
	if s := b.sockets.Load(); s != nil {
		r.Degraded = append(r.Degraded, s.degraded()...)
	}
	if others := b.replicas.Load(); others != nil {
		r.Degraded = append(r.Degraded, others.degraded()...)
	}
	st := b.store.Load()
	if st == nil {
		r.Reason = *b.unready.Load()
		return r
	}
	switch err := b.probe.ask(ctx, st); {
	case errors.Is(err, store.ErrReplicas):
		r.Reason = "Redis answers, but redis.wait_replicas asks for more replicas than confirm: " + err.Error()
		return r
	case err != nil:
		if err := b.redis.Ping(ctx); err != nil {
			r.Reason = "Redis does not answer: " + err.Error()
			return r
		}
		r.Reason = "Redis answers, but nothing can be stored: " + err.Error()
		return r
	}
	r.Ready = true
	if n, err := st.InboxLength(ctx); err == nil && n >= inboxBound {
		r.Ready, r.Reason = false, fmt.Sprintf("the inbox is full: %d events wait", n)
	}
	if dead, err := st.DeadLetters(ctx); err == nil && dead > 0 {
		r.Degraded = append(r.Degraded, fmt.Sprintf("%s could not be handled: `signalbook dead list` shows why, `signalbook dead replay` tries again", count(int(dead), "event")))
	}
	return r
}

// reloads counts how reloading went.
type reloads struct {
	successful, at prometheus.Gauge
	last           chan error // holds the newest outcome
}

func newReloads(reg prometheus.Registerer) *reloads {
	r := &reloads{
		successful: prometheus.NewGauge(prometheus.GaugeOpts{Name: "signalbook_config_last_reload_successful", Help: "1 when the newest reload was taken."}),
		at:         prometheus.NewGauge(prometheus.GaugeOpts{Name: "signalbook_config_last_reload_success_timestamp_seconds", Help: "When a configuration was last taken."}),
		last:       make(chan error, 1),
	}
	reg.MustRegister(r.successful, r.at)
	r.ended(nil)
	return r
}

func (r *reloads) ended(err error) {
	if err == nil {
		r.successful.Set(1)
		r.at.SetToCurrentTime()
	} else {
		r.successful.Set(0)
	}
	select {
	case <-r.last:
	default: // the first
	}
	r.last <- err
}

func (r *reloads) degraded() []string {
	select {
	case err := <-r.last:
		r.last <- err
		if err != nil {
			return []string{"the newest configuration was not taken, the one before goes on: " + err.Error()}
		}
	default: // just being replaced
	}
	return nil
}

// reload reads the configuration again. A bad one changes nothing.
func (b *bot) reload() error {
	next, err := b.load()
	if err == nil {
		err = b.sameConnections(next)
	}
	if err != nil {
		b.reloads.ended(err)
		b.logger.Error("the configuration was not reloaded, the old one goes on", "error", err)
		return err
	}
	b.settings.Store(next)
	b.reloads.ended(nil) // only now: whoever sees it counts on the new one
	select {
	case b.changed <- struct{}{}:
	default: // the keeper looks soon anyway
	}
	b.logger.Info("reloaded", "playbooks", len(next.playbooks.All()))
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
