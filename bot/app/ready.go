package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/pause"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/web"
)

const (
	askRedisEvery  = 30 * time.Second
	askRedisAgain  = time.Second // while it does not answer
	askRedisWithin = 2 * time.Second
)

// forgetsError ends serve: Redis is known to lose what it confirmed.
type forgetsError struct{ why []string }

func (e *forgetsError) Error() string {
	return "this Redis can forget what it confirmed, so nothing would be safe with it:\n  - " + strings.Join(e.why, "\n  - ") +
		"\nFix that, or set redis.accept_data_loss: true to start all the same."
}

// watchRedis asks Redis again and again what it keeps. A Redis that does not
// answer is waited for; one that is known to forget ends the program, unless
// that was accepted.
func (a *App) watchRedis(ctx context.Context) error {
	said := ""
	for {
		wait := askRedisEvery
		state := a.askRedis(ctx)
		a.state.Store(state)
		forgets := state.durability.Forgets
		switch {
		case ctx.Err() != nil:
			return nil
		case state.err != nil:
			wait = askRedisAgain
			a.say(&said, "Redis does not answer; notifications are answered 503 and come again: "+state.err.Error())
		case len(forgets) > 0 && !a.settings.Load().Config.Redis.AcceptDataLoss:
			return &forgetsError{forgets}
		case len(forgets) > 0:
			a.say(&said, "redis.accept_data_loss is on, and this Redis can forget: "+strings.Join(forgets, "; "))
		default:
			a.say(&said, strings.Join(state.durability.Warnings, "; "))
		}
		if !pause.For(ctx, wait) {
			return nil
		}
	}
}

// say logs a warning once, until it is another.
func (a *App) say(said *string, warning string) {
	if warning != *said && warning != "" {
		a.opts.Logger.Warn(warning)
	}
	*said = warning
}

func (a *App) askRedis(ctx context.Context) *redisState {
	ctx, cancel := context.WithTimeout(ctx, askRedisWithin)
	defer cancel()
	if a.opts.Memory {
		return &redisState{durability: store.Durability{Level: "memory"}, err: a.opts.Redis.Ping(ctx)}
	}
	durability, err := a.opts.Redis.Durability(ctx)
	return &redisState{durability, err}
}

// Ready answers /-/ready: false only when a notification could not be stored.
func (a *App) Ready(ctx context.Context) web.Readiness {
	r := web.Readiness{Degraded: a.reloads.degraded()}
	state := a.state.Load()
	if state != nil {
		r.Durability = state.durability.Level
		r.Degraded = append(r.Degraded, state.durability.Warnings...)
	}
	if k := a.coordinator.Load(); k != nil {
		r.Coordinator = k.Keeping()
		r.Degraded = append(r.Degraded, k.Degraded()...)
	}
	if s := a.sockets.Load(); s != nil {
		r.Degraded = append(r.Degraded, s.degraded()...)
	}
	if others := a.replicas.Load(); others != nil {
		r.Degraded = append(r.Degraded, others.degraded()...)
	}
	st := a.store.Load()
	if st == nil {
		r.Reason = *a.unready.Load()
		return r
	}
	switch full, err := a.probe.ask(ctx, st); {
	case full != "":
		r.Reason = full
		return r
	case errors.Is(err, store.ErrReplicas):
		r.Reason = "Redis answers, but redis.wait_replicas asks for more replicas than confirm: " + err.Error()
		return r
	case err != nil:
		if err := a.opts.Redis.Ping(ctx); err != nil {
			r.Reason = "Redis does not answer: " + err.Error()
			return r
		}
		r.Reason = "Redis answers, but nothing can be stored: " + err.Error()
		return r
	}
	r.Ready = true
	if dead, err := st.Dead.Count(ctx); err == nil && dead > 0 {
		r.Degraded = append(r.Degraded, fmt.Sprintf("%s could not be handled: `signalbook dead list` shows why, `signalbook dead replay` tries again", textutil.Count(int(dead), "event")))
	}
	return r
}
