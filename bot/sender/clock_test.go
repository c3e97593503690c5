package sender

import (
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/outbox"
	"github.com/signalbook/signalbook/bot/slackapi"
)

// TestBudgetsGoByOurOwnClock: Slack's budgets are spent on this process' clock, which
// may differ from Redis', by which everything else is judged.
func TestBudgetsGoByOurOwnClock(t *testing.T) {
	t.Parallel()
	s := New(Options{Budgets: slackapi.NewFullBudgets(time.Now())})
	if wait := s.known(thread{}).Files.Wait[outbox.Upload]; wait > 0 {
		t.Errorf("a picture waits %s for a budget that is full", wait)
	}
	for s.Budgets.Take(time.Now(), outbox.Call{Kind: outbox.Upload}.Spends("")) == 0 {
	}
	if s.known(thread{}).Files.Wait[outbox.Upload] == 0 {
		t.Error("a spent budget lets a picture go")
	}
}
