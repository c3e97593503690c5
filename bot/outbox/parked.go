package outbox

import "github.com/signalbook/signalbook/bot/ledger"

// parked leaves a message alone that Slack refused a moment ago. One that has changed
// since is tried at once.
func parked(l *look, c Call) bool {
	if c.Have.State != ledger.Parked || c.Have.Hash != c.Slot.Hash() {
		return false
	}
	at := c.Have.IntentAt.Add(l.timing.Parked)
	if !ahead(at, l.now, l.timing.Parked) {
		return false
	}
	l.later(at)
	return true
}
