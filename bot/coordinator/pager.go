package coordinator

import "github.com/signalbook/signalbook/bot/pager"

// pager is who calls services outside Slack during this term.
func (t *term) pager() *pager.Pager {
	return pager.New(pager.Options{
		Store: t.c.Store, Workspace: t.c.Store.Team(), Valid: t.valid, Log: t.log, Calls: t.c.metrics.pages,
		Link: func(channel, ts string) string { return t.slack.Permalink(channel, ts, "") },
		Target: func(id string) (pager.Target, bool) {
			if find := t.c.Settings().Webhook; find != nil {
				return find(id)
			}
			return pager.Target{}, false
		},
	})
}

// feeder is who sends timelines to webhooks during this term.
func (t *term) feeder() *pager.Feeder {
	return pager.NewFeeder(pager.FeedOptions{
		Store: t.c.Store, Fence: t.lease.Fence, Valid: t.valid, Log: t.log, Calls: t.c.metrics.feeds,
		Link:  func(channel, ts string) string { return t.slack.Permalink(channel, ts, "") },
		Feeds: func() []pager.FeedTarget { return t.c.Settings().Feeds },
	})
}
