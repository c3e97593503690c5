package slackapi

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// maxPace is how long a call waits for its budget. Whoever would wait longer is
// told so, and does something else meanwhile.
const maxPace = 5 * time.Second

// Within returns a view of the client whose calls keep to b: those that a call
// of ours needs beside the one that the caller took (further pages, copies to
// delete, names) wait for it, and what Slack limits is blocked in it. It is for
// the coordinator, which alone makes such calls.
func (c *Client) Within(b *Budgets) *Client {
	view := *c
	view.budgets = b
	return &view
}

// Counter counts calls over all replicas. Spend takes one call of a method that
// may be made so often a minute: wait is 0 when it may be made now, else how
// long until the next may. Block notes that Slack limits the method.
type Counter interface {
	Spend(ctx context.Context, method string, aMinute int) (wait time.Duration, err error)
	Block(ctx context.Context, method string, wait time.Duration) error
}

// Shared returns a view of the client whose private answers, modals and questions
// about people are counted by n: every replica makes them. A counter that does not answer stops
// nothing.
func (c *Client) Shared(n Counter) *Client {
	view := *c
	view.shared = n
	return &view
}

// counted are the methods that every replica calls.
var counted = [...]string{"chat.postEphemeral", "views.open", "conversations.members", "conversations.info", "users.info"}

// CodeSpent is the [Error.Code] of a call that was not made because its budget
// is spent. Its outcome is [OutcomeLimited].
const CodeSpent = "budget_spent"

const (
	// sharedShare is how much of Slack's limit is used, in tenths: calls may be late on
	// their way.
	sharedShare = 9
	// countWithin is how long the counter is waited for: a trigger lives 3 s.
	countWithin = 200 * time.Millisecond
)

// obey handles a 429: nothing of the method goes before Slack wants it, here and on
// every other replica. When the call is made again the caller says, who has the error.
func (c *Client) obey(ctx context.Context, failed *Error) {
	if failed.Outcome != OutcomeLimited || failed.Code == CodeUnreachable {
		return
	}
	if c.budgets != nil {
		c.budgets.Block(time.Now(), failed.Method, failed.RetryAfter)
	}
	if c.shared == nil || !slices.Contains(counted[:], failed.Method) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, countWithin)
	defer cancel()
	if err := c.shared.Block(ctx, failed.Method, failed.RetryAfter); err != nil {
		c.log.Debug("a limit is not noted, because the store does not answer", "method", failed.Method, "error", err)
	}
}

// await waits until the budgets allow a call, at most maxPace.
func (c *Client) await(ctx context.Context, method, target string) error {
	if c.budgets == nil {
		return nil
	}
	deadline := time.Now().Add(maxPace)
	for {
		now := time.Now()
		wait := c.budgets.Take(now, Call{Method: method})
		if wait == 0 {
			return nil
		}
		if now.Add(wait).After(deadline) {
			return spent(method, target, wait)
		}
		if within(ctx.Done(), wait) {
			return &Error{Method: method, Target: target, Code: CodeSpent, Outcome: OutcomeLimited,
				RetryAfter: limitedWait, Err: fmt.Errorf("not sent: %w", ctx.Err())}
		}
	}
}

// spend counts a call that every replica makes; it never waits.
func (c *Client) spend(ctx context.Context, method, target string) error {
	if c.shared == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, countWithin)
	defer cancel()
	wait, err := c.shared.Spend(ctx, method, int(perMinute(method))*sharedShare/10)
	if err != nil {
		c.log.Debug("a call is not counted, because the store does not answer", "method", method, "error", err)
		return nil
	}
	if wait > 0 {
		return spent(method, target, wait)
	}
	return nil
}

func spent(method, target string, wait time.Duration) error {
	return &Error{Method: method, Target: target, Code: CodeSpent, Outcome: OutcomeLimited,
		RetryAfter: max(wait.Round(time.Second), limitedWait), Err: errors.New("not sent, because its budget is spent")}
}
