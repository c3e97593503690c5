package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/signalbook/signalbook/bot/app"
	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/foreign"
	"github.com/signalbook/signalbook/bot/lint"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// askFor bounds how long a check waits for servers.
const askFor = 30 * time.Second

// maxOnline bounds what is shown of one thing that a server says, in bytes.
const maxOnline = 2_000

// online asks the servers that the configuration names: what is good, and what
// is not.
func online(ctx context.Context, c *config.Config, owners []lint.Owner) (good []string, bad yamlfile.Problems, err error) {
	good, bad, err = askServers(ctx, c, owners)
	for k := range good {
		good[k] = foreign.Text(good[k], maxOnline)
	}
	for k := range bad {
		bad[k].Text = foreign.Text(bad[k].Text, maxOnline)
	}
	return good, bad, err
}

func askServers(ctx context.Context, c *config.Config, owners []lint.Owner) (good []string, bad yamlfile.Problems, err error) {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	workspace, bad, err := onlineSlack(ctx, c, owners)
	if workspace != "" {
		good = append(good, "slack: ok, workspace "+workspace)
	}
	if err != nil {
		bad = append(bad, yamlfile.Problem{Text: "slack: " + err.Error()})
	}
	redis, err := app.OpenRedis(c, nil)
	if err != nil {
		return nil, nil, err
	}
	defer redis.Close()
	durability, err := redis.Durability(ctx)
	switch {
	case err != nil:
		bad = append(bad, yamlfile.Problem{Text: "redis: " + err.Error()})
	case len(durability.Forgets) > 0:
		for _, why := range durability.Forgets {
			bad = append(bad, yamlfile.Problem{Text: "redis can forget: " + why, Warning: c.Redis.AcceptDataLoss})
		}
	default:
		good = append(good, "redis: ok, durability "+durability.Level)
	}
	for _, w := range durability.Warnings {
		bad = append(bad, yamlfile.Problem{File: "redis", Text: w, Warning: true})
	}
	return good, bad, nil
}

// onlineSlack asks Slack for the names of the configuration and of the owners of
// playbooks. The workspace is empty when Slack does not take the token; the
// problems are the names that Slack does not know.
func onlineSlack(ctx context.Context, c *config.Config, owners []lint.Owner) (workspace string, unknown yamlfile.Problems, err error) {
	client, err := slackapi.New(slackapi.Options{APIURL: c.Slack.APIURL, BotToken: string(c.Slack.BotToken), AppToken: string(c.Slack.AppToken), Logger: discard()})
	if err != nil {
		return "", nil, err
	}
	id, err := client.Auth(ctx)
	if err != nil {
		return "", nil, err
	}
	channels, people := c.Names()
	_, closed, err := client.Channels(ctx, channels)
	for _, name := range slices.Sorted(maps.Keys(closed)) {
		unknown = append(unknown, c.Problem(name, closed[name]))
	}
	if c.Slack.SocketMode() {
		tokenErr := client.AppToken(ctx)
		if slackErr, ok := errors.AsType[*slackapi.Error](tokenErr); ok && slackErr.Code == "ratelimited" {
			// One question a minute is Slack's limit for all that use the token: a check before, or a bot that just
			// started.
			unknown = append(unknown, yamlfile.Problem{File: "slack", Warning: true,
				Text: "slack.app_token_file was not checked: Slack lets an app ask about it once a minute; check again in a minute"})
			tokenErr = nil
		}
		err = errors.Join(err, tokenErr)
	}
	_, strangers, peopleErr := client.People(ctx, people)
	for _, name := range strangers {
		unknown = append(unknown, c.Problem(name, notInSlack(name)))
	}
	theirs, ownersErr := askOwners(ctx, client, owners)
	unknown = append(unknown, theirs...)
	unknown.Sort()
	return fmt.Sprintf("%s (%s)", id.Team, id.TeamID), unknown, errors.Join(err, peopleErr, ownersErr)
}

// unknownOwners asks the Slack of a configuration for owners.
func unknownOwners(ctx context.Context, file string, owners []lint.Owner) (yamlfile.Problems, error) {
	c, problems := config.Load(file)
	if err := problems.Err(); err != nil {
		return nil, &findingsError{err.Error() + "\n"}
	}
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	client, err := slackapi.New(slackapi.Options{APIURL: c.Slack.APIURL, BotToken: string(c.Slack.BotToken), AppToken: string(c.Slack.AppToken), Logger: discard()})
	if err != nil {
		return nil, err
	}
	unknown, err := askOwners(ctx, client, owners)
	if err != nil {
		return nil, fmt.Errorf("ask Slack for the owners: %w", err)
	}
	return unknown, nil
}

// askOwners finds the owners that Slack does not know, at every place that names
// one.
func askOwners(ctx context.Context, client *slackapi.Client, owners []lint.Owner) (yamlfile.Problems, error) {
	var names []string
	at := map[string]yamlfile.Problems{}
	for _, o := range owners {
		if at[o.Name] == nil {
			names = append(names, o.Name)
		}
		at[o.Name] = append(at[o.Name], o.At)
	}
	_, strangers, err := client.People(ctx, names)
	var unknown yamlfile.Problems
	for _, name := range strangers {
		for _, p := range at[name] {
			p.Text = notInSlack(name)
			unknown = append(unknown, p)
		}
	}
	return unknown, err
}

func notInSlack(name string) string {
	return fmt.Sprintf("Slack knows no user group or person %s", name)
}
