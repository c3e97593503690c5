package coordinator

import (
	"time"

	"github.com/signalbook/signalbook/bot/chat"
)

// spendWithin gives the term its budgets. Whoever kept the workspace before may
// have spent everything a moment ago, so they start empty; only before the very
// first coordinator there was nobody.
func (r *term) spendWithin(now time.Time) {
	r.budgets = chat.NewBudgets(now)
	if r.lease.Fence.First() {
		r.budgets = chat.NewFullBudgets(now)
	}
	r.Slack = r.Coordinator.Slack.Within(r.budgets)
}
