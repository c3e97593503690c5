package coordinator

import (
	"time"

	"github.com/signalbook/signalbook/bot/slackapi"
)

// spendWithin gives the term its budgets. Whoever kept the workspace before may
// have spent everything a moment ago, so they start empty; only before the very
// first coordinator there was nobody.
func (t *term) spendWithin(now time.Time) {
	t.budgets = slackapi.NewBudgets(now)
	if t.lease.Fence.First() {
		t.budgets = slackapi.NewFullBudgets(now)
	}
	t.slack = t.c.Slack.Within(t.budgets)
}
