package outbox

import "github.com/signalbook/signalbook/bot/ledger"

// unreadable sends nothing about a message of which nobody knows what Slack has.
func unreadable(l *look, c Call) bool {
	if c.Have.State != ledger.Unreadable {
		return false
	}
	l.later(l.now.Add(l.timing.Parked))
	return true
}

// unknownOutcome looks for a message whose post had an unknown outcome, once the request
// cannot reach Slack any more.
func unknownOutcome(l *look, c Call) bool {
	if c.Have.State != ledger.Sending {
		return false
	}
	if at := c.Have.IntentAt.Add(l.timing.Unknown); ahead(at, l.now, l.timing.Unknown) {
		l.later(at)
		return true
	}
	c.Kind = Find
	l.offer(c)
	return true
}
