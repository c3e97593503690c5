package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The clock of the house is Redis': it is the only one that all replicas share. What
// is stored (times of events, deadlines, intents of posts) is on it, and what one
// replica wrote another compares with it. What never leaves a process goes by that
// process' monotonic clock.

const (
	// skewMost is how far a replica's clock may be from Redis' before somebody should look at it.
	skewMost = 5 * time.Second
	// jitter is by how much two looks at the clock differ though nothing is wrong.
	jitter = 5 * time.Millisecond
)

// anchor is Redis' time at one moment of this process.
type anchor struct {
	redis time.Time // without a monotonic reading
	local time.Time
}

// Now is the time on Redis' clock as MeasureClock last found it; before that, this
// replica's own. It jumps when the clock of Redis does, never when this replica's
// does.
func (s *workspace) Now() time.Time {
	a := s.redis.anchor.Load()
	if a == nil {
		return s.redis.opts.Now().Round(0)
	}
	return a.redis.Add(time.Since(a.local))
}

// Local is what this replica's clock shows at a time of Redis' clock: for others that
// are compared with this replica, such as Slack.
func (s *workspace) Local(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(s.redis.opts.Now().Round(0).Sub(s.Now()))
}

// MeasureClock asks Redis for its time, for Now. Skew is how far this replica's clock
// is ahead of it.
func (s *Store) MeasureClock(ctx context.Context) (skew time.Duration, err error) {
	node, err := s.node(ctx)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	told, err := node.Time(ctx).Result()
	if err != nil {
		return 0, fmt.Errorf("ask redis for its time: %w", err)
	}
	half := time.Since(began) / 2
	local := time.Now()
	told = told.Add(half).UTC()
	if off := told.Sub(s.Now()); s.redis.anchor.Load() == nil || off.Abs() > half+jitter {
		s.redis.anchor.Store(&anchor{told, local})
	}
	return s.redis.opts.Now().Round(0).Sub(told), nil
}

// received is when Redis took an entry of a stream, by its id. After Redis' clock was
// set back, ids stay where they were until it has come there again: such an entry
// came just now.
func (s *workspace) received(id string) time.Time {
	at := idTime(id)
	if s.redis.anchor.Load() == nil {
		return at
	}
	if now := s.Now(); at.Sub(now) > skewMost {
		return now.Truncate(time.Millisecond)
	}
	return at
}

// idTime is the time in the id of a stream's entry; zero when there is none.
func idTime(id string) time.Time {
	ms, _, _ := strings.Cut(id, "-")
	n, err := strconv.ParseInt(ms, 10, 64)
	if err != nil || n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

// skewed says so when the clock of a replica differs too much from a node's.
func skewed(skew time.Duration) string {
	if skew.Abs() <= skewMost {
		return ""
	}
	side := "ahead of"
	if skew < 0 {
		side = "behind"
	}
	return fmt.Sprintf("the clock of this Signalbook is %s %s Redis', by which incidents go: look at NTP (`timedatectl`) on both machines",
		skew.Abs().Round(time.Second), side)
}
