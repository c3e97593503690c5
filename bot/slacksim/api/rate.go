package api

import (
	"net/http"
	"time"

	"github.com/signalbook/signalbook/bot/slacksim/wire"
)

// tier is how often a method may be called in a minute, per workspace
// (Slack: https://docs.slack.dev/apis/web-api/rate-limits).
type tier int

const (
	tier1        tier = 1
	tier2        tier = 20
	tier3        tier = 50
	tier4        tier = 100
	tierAuthTest tier = 300 // "hundreds of requests per minute"
	tierPost     tier = 300 // chat.postMessage: "several hundred per minute" a workspace
)

// Slack: posting is limited to about one message a second in a channel.
const postEvery = time.Second

// throttle counts a call and refuses it when there were too many. A refused call
// does not count. The caller holds the lock.
func (s *Server) throttle(name string, t tier, given wire.Args, now time.Time) *wire.Refusal {
	if !s.opts.Limits {
		return nil
	}
	limits := []window{{key: name, calls: int(t), per: time.Minute}}
	if name == "chat.postMessage" {
		key := given.Text("channel")
		if c := s.w.Channel(key); c != nil {
			key = c.ID
		}
		limits = append(limits, window{key: name + " " + key, calls: 1, per: postEvery})
	}
	for _, l := range limits {
		if wait := s.waitFor(l, now); wait > 0 {
			return &wire.Refusal{Code: "ratelimited", Status: http.StatusTooManyRequests, RetryAfter: wait}
		}
	}
	for _, l := range limits {
		s.windows[l.key] = append(s.windows[l.key], now)
	}
	return nil
}

// window allows so many calls in any stretch of time so long.
type window struct {
	key   string
	calls int
	per   time.Duration
}

// waitFor is how long until the window has room, 0 when it has.
func (s *Server) waitFor(l window, now time.Time) time.Duration {
	seen := s.windows[l.key]
	for len(seen) > 0 && now.Sub(seen[0]) >= l.per {
		seen = seen[1:]
	}
	s.windows[l.key] = seen
	if len(seen) < l.calls {
		return 0
	}
	return seen[len(seen)-l.calls].Add(l.per).Sub(now)
}
