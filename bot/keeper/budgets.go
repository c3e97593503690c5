package keeper

import (
	"time"

	"github.com/signalbook/signalbook/bot/chat"
)

// spendWithin gives the reign its budgets. Whoever kept the workspace before may
// have spent everything a moment ago, so they start empty; only before the very
// first keeper there was nobody.
func (r *reign) spendWithin(now time.Time) {
	r.budgets = chat.NewBudgets(now)
	if r.lease.Fence.First() {
		r.budgets = chat.NewFullBudgets(now)
	}
	r.Slack = r.Keeper.Slack.Within(r.budgets)
}
