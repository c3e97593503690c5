package slacksim

import (
	"maps"
	"net/http"
	"strings"
	"time"
)

// Kinds of [Fault].
const (
	LostAnswer         = "lost_answer"               // the work is done, then the connection is cut
	LostRequest        = "lost_request"              // the connection is cut and nothing done
	Late               = "late"                      // the connection is cut, and the work done all the same after Delay
	Delay              = "delay"                     // the answer comes late
	HTTP500            = "http_500"                  // nothing done
	HTTP503            = "http_503"                  // nothing done
	RateLimited429     = "ratelimited_429"           // with Retry-After
	RateLimited429Bare = "ratelimited_429_no_header" // without
	RateLimited200     = "ratelimited_200"           // 200, ok:false, ratelimited
	Duplicate          = "duplicate"                 // of a delivery to the app: it comes twice
	LostAck            = "lost_ack"                  // of a delivery to the app: its answer gets lost, so it is retried
)

const (
	errorKind         = "error:" // "error:CODE": ok:false with that code
	defaultRetryAfter = 1        // seconds

	deliveryEvents        = "events_api"
	deliveryCommands      = "slash_commands"
	deliveryInteractivity = "interactive"
)

// Fault makes calls go wrong until it is used up or cleared.
type Fault struct {
	// Method is the Web API method it hits, "response_url", "upload" (the bytes of a
	// file), or "*" for all of these. The kinds Duplicate and LostAck hit what is sent to the app instead:
	// "events_api", "slash_commands" or "interactive".
	Method  string
	Channel string // only calls that name this channel (id, name or #name); any when empty
	// Kind is one of the constants above, or "error:CODE".
	Kind        string
	Times       int           // how often it strikes; 0: until cleared
	After       int           // so many matching calls are spared first
	Probability float64       // of striking at all; 0 means always
	Delay       time.Duration // before anything else happens
	RetryAfter  int           // seconds, for ratelimited_429; 1 when 0
	// Then is called once the fault has struck and the work is done, if any is: the moment before the app hears of it.
	Then func()
}

// Fail plants a fault. Of several that match a call the first planted strikes.
func (s *Sim) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// ClearFaults ends all faults. It does not undo RevokeToken, Archive or the like.
func (s *Sim) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// Strikes counts how often faults struck, by kind.
func (s *Sim) Strikes() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.strikes)
}

// strike takes the fault that hits a call; nil when none does.
func (s *Sim) strike(name, channel string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	delivery := name == deliveryEvents || name == deliveryCommands || name == deliveryInteractivity
	for i, f := range s.faults {
		onDelivery := f.Kind == Duplicate || f.Kind == LostAck
		if onDelivery != delivery || f.Method != name && f.Method != "*" {
			continue
		}
		if f.Channel != "" && (s.channel(channel) == nil || s.channel(channel) != s.channel(f.Channel)) {
			continue
		}
		if f.After > 0 {
			f.After--
			continue
		}
		if f.Probability > 0 && s.random.Float64() >= f.Probability {
			continue
		}
		struck := *f
		s.strikes[f.Kind]++
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
			}
		}
		return &struck
	}
	return nil
}

// pause waits; false when the caller went away meanwhile.
func (s *Sim) pause(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
	case <-s.ctx.Done():
	}
	return false
}

// then tells whoever planted the fault that it has struck.
func (f *Fault) then() {
	if f != nil && f.Then != nil {
		f.Then()
	}
}

func (f *Fault) outcome() string { return strings.TrimPrefix(f.Kind, errorKind) }

// replacesWork is whether the fault answers without any work done.
func (f *Fault) replacesWork() bool { return f.Kind != LostAnswer && f.Kind != Delay }

// answer answers as the fault wants.
func (f *Fault) answer(w http.ResponseWriter) {
	wait := time.Duration(max(f.RetryAfter, defaultRetryAfter)) * time.Second
	switch f.Kind {
	case LostRequest:
		cut(w)
	case HTTP500:
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
	case HTTP503:
		http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
	case RateLimited429:
		writeRefusal(w, &refusal{code: "ratelimited", status: http.StatusTooManyRequests, retryAfter: wait})
	case RateLimited429Bare:
		writeRefusal(w, &refusal{code: "ratelimited", status: http.StatusTooManyRequests})
	case RateLimited200:
		writeRefusal(w, refuse("ratelimited"))
	default:
		writeRefusal(w, refuse(f.outcome()))
	}
}

// cut ends the connection without an answer.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2 cannot be hijacked; this cuts the stream
	}
	_ = conn.Close() // there is nobody to tell
}
