package coordinator

import (
	"time"

	"github.com/signalbook/signalbook/bot/slackapi"
)

// spendWithin gives the term its budgets. Whoever kept the workspace before may
// have spent everything a moment ago, so they start empty; only before the very
// first coordinator there was nobody.
func (r *term) spendWithin(now time.Time) {
	r.budgets = slackapi.NewBudgets(now)
	if r.lease.Fence.First() {
		r.budgets = slackapi.NewFullBudgets(now)
	}
	r.Slack = r.Coordinator.Slack.Within(r.budgets)
}
