package incident

import (
	"slices"
	"time"

	"github.com/signalbook/signalbook/alerts"
)

// maxAhead is how far after its receipt a time in a notification may lie and still
// be believed: clocks of senders differ, but not by a day.
const maxAhead = 24 * time.Hour

// span is when the alert was active, as far as its sender is to be believed. A
// start that lies beyond maxAhead after now, its receipt, says nothing and is zero:
// the other one, or the receipt, tells which occurrence is meant. A resolved alert
// ends at the earliest when it starts, and at the latest at maxAhead after now. A
// firing one has no end.
func span(a alerts.Alert, now time.Time) (startsAt, endsAt time.Time) {
	startsAt = a.StartsAt
	if odd(startsAt, now) {
		startsAt = time.Time{}
	}
	if a.Status == alerts.Firing {
		return startsAt, time.Time{}
	}
	if endsAt = a.EndsAt; odd(endsAt, now) || endsAt.IsZero() && startsAt.IsZero() {
		endsAt = now
	}
	return startsAt, later(startsAt, endsAt)
}

func odd(at, now time.Time) bool { return at.Sub(now) > maxAhead }

// later returns the later of two times.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// received is the notification for those who look at starts without knowing when it
// came: one that cannot be believed is now, its receipt.
func received(n alerts.Notification, now time.Time) alerts.Notification {
	n.Alerts = slices.Clone(n.Alerts)
	for k := range n.Alerts {
		if odd(n.Alerts[k].StartsAt, now) {
			n.Alerts[k].StartsAt = now
		}
	}
	return n
}
