// Package fault makes calls and deliveries go wrong as a test plants it. It never answers
// anybody: how a fault looks from outside, those show whom it strikes.
package fault

import (
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/slacksim/workspace"
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

// errorKind begins the kinds "error:CODE": ok:false with that code.
const errorKind = "error:"

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

// Injector holds the faults that are planted, and makes them strike.
type Injector struct {
	w *workspace.Workspace

	// Guarded by the workspace's lock.
	faults  []*Fault
	strikes map[string]int // how often faults struck, by kind
}

// New makes an injector that has no faults yet.
func New(w *workspace.Workspace) *Injector { return &Injector{w: w, strikes: map[string]int{}} }

// Fail plants a fault. Of several that match a call the first planted strikes.
func (i *Injector) Fail(f Fault) {
	i.w.Lock()
	defer i.w.Unlock()
	i.faults = append(i.faults, &f)
}

// Clear ends all faults. It does not undo RevokeToken, Archive or the like.
func (i *Injector) Clear() {
	i.w.Lock()
	defer i.w.Unlock()
	i.faults = nil
}

// Strikes counts how often faults struck, by kind.
func (i *Injector) Strikes() map[string]int {
	i.w.Lock()
	defer i.w.Unlock()
	return maps.Clone(i.strikes)
}

// StrikeCall takes the fault that hits a call of the app's; nil when none does.
func (i *Injector) StrikeCall(method, channel string) *Fault { return i.strike(method, channel, false) }

// StrikeDelivery takes the fault that hits what is sent to the app; nil when none does.
func (i *Injector) StrikeDelivery(kind string) *Fault { return i.strike(kind, "", true) }

func (i *Injector) strike(name, channel string, delivery bool) *Fault {
	i.w.Lock()
	defer i.w.Unlock()
	for n, f := range i.faults {
		onDelivery := f.Kind == Duplicate || f.Kind == LostAck
		if onDelivery != delivery || f.Method != name && f.Method != "*" {
			continue
		}
		if f.Channel != "" && (i.w.Channel(channel) == nil || i.w.Channel(channel) != i.w.Channel(f.Channel)) {
			continue
		}
		if f.After > 0 {
			f.After--
			continue
		}
		if f.Probability > 0 && i.w.Random.Float64() >= f.Probability {
			continue
		}
		struck := *f
		i.strikes[f.Kind]++
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				i.faults = append(i.faults[:n:n], i.faults[n+1:]...)
			}
		}
		return &struck
	}
	return nil
}

// Pause waits; false when the caller went away meanwhile.
func (i *Injector) Pause(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
	case <-i.w.Life.Context().Done():
	}
	return false
}

// Tell tells whoever planted the fault that it has struck.
func (f *Fault) Tell() {
	if f != nil && f.Then != nil {
		f.Then()
	}
}

// Outcome is what a call that it hit came to.
func (f *Fault) Outcome() string { return strings.TrimPrefix(f.Kind, errorKind) }

// ReplacesWork is whether the fault answers without any work done.
func (f *Fault) ReplacesWork() bool { return f.Kind != LostAnswer && f.Kind != Delay }
