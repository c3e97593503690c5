package slacksim

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// stamp is a message's ts as microseconds. It is unique per channel and never
// passes through a float, which cannot hold its sixteen digits.
type stamp int64

func stampOf(t time.Time) stamp { return stamp(t.UnixMicro()) }

func (t stamp) String() string {
	return fmt.Sprintf("%d.%06d", int64(t)/1e6, int64(t)%1e6)
}

func (t stamp) time() time.Time { return time.UnixMicro(int64(t)) }

// parseStamp reads "seconds" or "seconds.fraction", as in oldest and latest.
func parseStamp(text string) (stamp, bool) {
	whole, fraction, _ := strings.Cut(text, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || seconds < 0 || len(fraction) > 6 {
		return 0, false
	}
	if fraction == "" {
		return stamp(seconds * 1e6), true
	}
	micros, err := strconv.ParseInt(fraction+strings.Repeat("0", 6-len(fraction)), 10, 64)
	if err != nil || micros < 0 {
		return 0, false
	}
	return stamp(seconds*1e6 + micros), true
}

// stamp gives the channel's next ts. The caller holds the lock.
func (c *channel) stamp(now time.Time) stamp {
	c.last = max(stampOf(now), c.last+1)
	return c.last
}
