package ledger

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// originSkew is how much Slack's clock and ours may differ.
const originSkew = 2 * time.Minute

// Owns reports whether a message is what this ledger tells of: one that is there,
// or one that people deleted and that was posted again. A post whose ts is not
// known, or that may have left copies, is any message that its channel got since
// the intent: whoever clicks on one that was posted a moment ago is not sent away.
func (l Ledger) Owns(channel, ts string) bool {
	if channel == "" || ts == "" {
		return false
	}
	for _, slot := range l {
		if slot.State == Unreadable {
			return true // nobody can say that it is not this one
		}
		where := slot.Channel == channel || strings.HasPrefix(slot.Channel, "#") // Slack has not told its id yet
		if where && (slot.TS == ts || slices.Contains(slot.Old, ts) || slot.mayBe(ts)) {
			return true
		}
	}
	return false
}

// mayBe reports whether a post of unknown outcome may be the message.
func (s Record) mayBe(ts string) bool {
	unknown := s.State == Sending || s.Sweeps > 0
	at, ok := postedAt(ts)
	return unknown && s.Op != "" && ok && !at.Before(s.IntentAt.Add(-originSkew))
}

// postedAt is when Slack took a message, by its own clock.
func postedAt(ts string) (time.Time, bool) {
	text, _, ok := strings.Cut(ts, ".")
	seconds, err := strconv.ParseInt(text, 10, 64)
	return time.Unix(seconds, 0), ok && err == nil
}
