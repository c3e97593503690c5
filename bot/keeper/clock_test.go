package keeper

import (
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/chat"
)

// TestBudgetsGoByOurOwnClock: Slack's budgets are spent on this process' clock, which
// may differ from Redis', by which everything else is judged.
func TestBudgetsGoByOurOwnClock(t *testing.T) {
	t.Parallel()
	r := &reign{Keeper: &Keeper{Options: Options{Timing: Timing{}.withDefaults()}}}
	h := &hands{reign: r}
	r.budgets = chat.NewFullBudgets(time.Now())
	c := call{kind: callUpload}
	for r.budgets.Take(time.Now(), c.spends("")) == 0 {
	}
	for name, redis := range map[string]time.Time{"behind": time.Now().Add(-time.Hour), "ahead": time.Now().Add(time.Hour)} {
		if h.fileWait(c, time.Time{}, redis) == 0 {
			t.Errorf("Redis' clock is %s: a spent budget lets a picture go", name)
		}
	}
	r.budgets = chat.NewFullBudgets(time.Now())
	if wait := h.fileWait(c, time.Time{}, time.Now().Add(-time.Hour)); wait > 0 {
		t.Errorf("Redis' clock is behind: a picture waits %s for a budget that is full", wait)
	}
}
