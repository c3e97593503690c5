package slackapi

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/blockkit"
)

// HomeOpened says that somebody opened the app's Home (Slack: app_home_opened).
type HomeOpened struct {
	Op, UserID string
	UserTeam   string // see Action
	At         time.Time
}

// homeOpened reads that somebody opened the Home; the tab of messages beside it is none
// of ours.
func (p eventPayload) homeOpened(fallback string, at time.Time) delivery {
	e := p.Event
	if e.Tab != "home" || !isUser(e.User) {
		return delivery{kind: kindOther}
	}
	o := HomeOpened{Op: fallback, UserID: e.User, UserTeam: cmp.Or(e.UserTeam, e.SourceTeam, e.Team), At: at}
	if p.EventID != "" {
		o.Op = op("event", p.EventID)
	}
	return delivery{kind: kindHome, home: o}
}

// entered runs the opening of a Home and reports whether Slack may be acknowledged. Else
// Slack delivers it again.
func (d *endpoint) entered(t *ticket, o HomeOpened) bool {
	return d.taken(t, kindHome, o.Op, func(ctx context.Context) error { return d.handler.Home(ctx, o) })
}

// PublishHome shows somebody a Home in place of the one before (views.publish), within the
// budget that all replicas share. One that Slack does not take as it is written says so in
// a sentence.
func (c *Client) PublishHome(ctx context.Context, user string, view slack.HomeTabViewRequest) error {
	err := c.publishHome(ctx, user, view)
	failed, ok := errors.AsType[*Error](err)
	if !ok || failed.Concern != ConcernForm {
		return err
	}
	c.log.Warn("Slack refuses a Home as it is; a short one follows", "user", user, "error", err)
	view.Blocks.BlockSet = []slack.Block{blockkit.Section("short", blockkit.Escape("Slack does not take this Home as it is ("+failed.Code+"). The slash command shows the same: incidents mine, incidents open."))}
	return c.publishHome(ctx, user, view)
}

func (c *Client) publishHome(ctx context.Context, user string, view slack.HomeTabViewRequest) error {
	const method = "views.publish"
	if err := c.spend(ctx, method, user); err != nil {
		return err
	}
	return c.callPaid(ctx, method, user, func() error {
		_, err := c.api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: user, View: view})
		return err
	})
}
