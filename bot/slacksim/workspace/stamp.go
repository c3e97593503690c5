package workspace

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Stamp is a message's ts as microseconds. It is unique per channel and never
// passes through a float, which cannot hold its sixteen digits.
type Stamp int64

// StampOf is the ts of a moment.
func StampOf(t time.Time) Stamp { return Stamp(t.UnixMicro()) }

// String is the ts as Slack writes it.
func (t Stamp) String() string {
	return fmt.Sprintf("%d.%06d", int64(t)/1e6, int64(t)%1e6)
}

// Time is the moment.
func (t Stamp) Time() time.Time { return time.UnixMicro(int64(t)) }

// ParseStamp reads "seconds" or "seconds.fraction", as in oldest and latest.
func ParseStamp(text string) (Stamp, bool) {
	whole, fraction, _ := strings.Cut(text, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || seconds < 0 || len(fraction) > 6 {
		return 0, false
	}
	if fraction == "" {
		return Stamp(seconds * 1e6), true
	}
	micros, err := strconv.ParseInt(fraction+strings.Repeat("0", 6-len(fraction)), 10, 64)
	if err != nil || micros < 0 {
		return 0, false
	}
	return Stamp(seconds*1e6 + micros), true
}

// stamp gives the channel's next ts.
func (c *Channel) stamp(now time.Time) Stamp {
	c.last = max(StampOf(now), c.last+1)
	return c.last
}
