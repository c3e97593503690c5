package main

import (
	"context"
	"fmt"

	"github.com/signalbook/signalbook/bot/app"
	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/store"
)

// openedWorkspace is what a command reads that works on the bot's own Redis.
type openedWorkspace struct {
	Config *config.Config
	Store  *store.Store
}

// openWorkspace connects to Redis and finds the workspace by what the bot remembered of
// its token; Slack is not asked. The bot may be running.
func openWorkspace(ctx context.Context, file string) (openedWorkspace, func(), error) {
	loaded, err := app.Load(file)
	if err != nil {
		return openedWorkspace{}, nil, asFindings(err)
	}
	redis, err := app.OpenRedis(loaded.Config, nil)
	if err != nil {
		return openedWorkspace{}, nil, err
	}
	end := func() { _ = redis.Close() }
	ctx, cancel := context.WithTimeout(ctx, deadWithin)
	defer cancel()
	id, known, err := redis.Identity(ctx, string(loaded.Config.Slack.BotToken))
	switch {
	case err != nil:
		err = fmt.Errorf("%w: does Redis run where redis.addresses says?", err)
	case !known:
		err = fmt.Errorf("this Redis knows no workspace of the bot token in %s: `signalbook serve` has never been ready with it, or redis.prefix is another", file)
	default:
		return openedWorkspace{loaded.Config, redis.Workspace(id.TeamID)}, end, nil
	}
	end()
	return openedWorkspace{}, nil, err
}
