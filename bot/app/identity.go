package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/signalbook/signalbook/bot/pause"
	"github.com/signalbook/signalbook/bot/store"
)

// identity finds out which workspace the token belongs to: from Redis, else, on
// the very first start, from Slack.
func (a *App) identity(ctx context.Context) (store.Identity, error) {
	token := string(a.settings.Load().Config.Slack.BotToken)
	for wait := 500 * time.Millisecond; ; wait = min(2*wait, 10*time.Second) {
		id, err := a.askIdentity(ctx, token)
		if err == nil {
			return id, nil
		}
		a.waitFor(err.Error())
		a.opts.Logger.Warn("not ready", "reason", err, "again_in", wait)
		if !pause.For(ctx, wait) {
			return id, nil
		}
	}
}

// identityWithin is how long Redis may take for one question about the workspace.
// Slack has longer, and takes nothing of it.
const identityWithin = 3 * time.Second

func (a *App) askIdentity(ctx context.Context, token string) (store.Identity, error) {
	if state := a.state.Load(); state == nil || state.err != nil {
		return store.Identity{}, errors.New("Redis does not answer; notifications are answered 503 and come again")
	}
	reading, cancel := context.WithTimeout(ctx, identityWithin)
	defer cancel()
	id, known, err := a.opts.Redis.Identity(reading, token)
	if err != nil || known {
		return id, err
	}
	auth, err := a.client.Auth(ctx)
	if err != nil {
		return id, fmt.Errorf("the workspace is not known yet: %w", err)
	}
	writing, cancel := context.WithTimeout(ctx, identityWithin)
	defer cancel()
	id = store.Identity(auth)
	return id, a.opts.Redis.RememberIdentity(writing, token, id)
}

const (
	identityEvery = 10 * time.Minute
	identityAgain = 20 * time.Second // while Slack does not answer
)

// watchIdentity asks Slack now and then whose token this is: the endpoints take only what
// is for that workspace and app, and a workspace may join an organisation.
func (a *App) watchIdentity(ctx context.Context, known store.Identity) error {
	token := string(a.settings.Load().Config.Slack.BotToken)
	for {
		wait := identityEvery
		auth, err := a.client.Auth(ctx)
		if now := store.Identity(auth); err == nil && now != known && now.TeamID == known.TeamID {
			if err = a.opts.Redis.RememberIdentity(ctx, token, now); err == nil {
				known = now
			}
		}
		if err != nil {
			wait = identityAgain
			a.opts.Logger.Debug("whose token this is could not be asked", "error", err, "again_in", wait)
		}
		if !pause.For(ctx, wait) {
			return nil
		}
	}
}
