package outbox

import (
	"time"

	"github.com/signalbook/signalbook/bot/slackapi"
)

// Timing is how long to wait for what mostly never comes.
type Timing struct {
	Unknown time.Duration    // after the intent, until a post of unknown outcome is looked for
	Sweeps  [2]time.Duration // after a second sending, until copies are looked for
	Parked  time.Duration    // until Slack is asked again about what it refused
	Root    time.Duration    // between two edits of an incident's root
	Picture time.Duration    // that a message waits for its picture
}

// Retry is how long to wait after trouble that is not Slack's word.
const Retry = 2 * time.Second

// Usual is the timing outside of tests.
var Usual = Timing{
	Unknown: slackapi.Timeout + 5*time.Second, // a request that was cut off cannot reach Slack any more
	Sweeps:  [2]time.Duration{30 * time.Second, 2 * time.Minute},
	Parked:  30 * time.Second,
	Root:    10 * time.Second,
	Picture: 20 * time.Second,
}

// ahead reports whether a time that was noted for at most that much later is still
// to come. One much further ahead was noted before the clock was set back: it
// counts as come.
func ahead(at, now time.Time, most time.Duration) bool {
	return at.After(now) && at.Sub(now) <= 2*most
}
