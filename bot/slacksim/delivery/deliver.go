// Package delivery tells the app what happened, over Socket Mode or by signed HTTP, with
// Slack's time limits and repetitions. It never decides what there is to tell.
package delivery

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/slacksim/wire"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

// maxAttempts is how often an envelope that is no event is sent over Socket Mode, the first included.
const maxAttempts = 4

// AckTimeout is how long Slack waits for an answer.
const AckTimeout = 3 * time.Second

// Error is why what a user did never reached the app, or was not answered.
type Error struct {
	// Code is Slack's: "dispatch_failed" (nowhere to send what a user did), "operation_timeout"
	// (no answer in 3 s) or "http_service_error" (an answer other than 2xx).
	Code string
	Err  error // of HTTP; may be nil
}

// Error gives the code and its cause.
func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %v", e.Code, e.Err)
	}
	return e.Code
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Options says where and how the app takes what Slack tells it.
type Options struct {
	SigningSecret string
	RequestURL    string // of an app that takes Slack over HTTP; used when no socket is open
	AckTimeout    time.Duration
	EventRetries  []time.Duration // the waits before the retries of an event over HTTP
	Logger        *slog.Logger
}

// Dispatcher tells the app what happens: over Socket Mode, else over HTTP. Create one
// with [New].
type Dispatcher struct {
	w        *workspace.Workspace
	faults   *fault.Injector
	opts     Options
	log      *slog.Logger
	upgrader websocket.Upgrader

	// Guarded by the workspace's lock.
	requestURL string
	sockets    []*socket
	tickets    map[string]bool
	nextSocket int
	acks       map[string]chan []byte // waiting deliveries by envelope id
}

// New makes the way to an app. What is sent suffers the faults.
func New(w *workspace.Workspace, faults *fault.Injector, opts Options) *Dispatcher {
	return &Dispatcher{w: w, faults: faults, opts: opts, log: opts.Logger, requestURL: strings.TrimRight(opts.RequestURL, "/"),
		tickets: map[string]bool{}, acks: map[string]chan []byte{},
		// Socket Mode clients send Slack's own origin, or none.
		upgrader: websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}}
}

// Kinds of what Slack tells the app, as Socket Mode calls them.
const (
	Events        = "events_api"
	Commands      = "slash_commands"
	Interactivity = "interactive"
)

// Envelope is something Slack tells the app.
type Envelope struct {
	Kind    string // Events, Commands or Interactivity
	Payload wire.Object
}

// Reply is what the app answered to a delivery.
type Reply struct {
	Payload []byte // JSON, or plain text of an HTTP answer; may be empty
	IsText  bool
}

// Deliver sends to the app over Socket Mode, else over HTTP, and waits for the
// answer as long as Slack does.
func (d *Dispatcher) Deliver(ctx context.Context, e Envelope) (Reply, error) {
	struck := d.faults.StrikeDelivery(e.Kind)
	if struck != nil && struck.Kind == fault.Duplicate {
		if _, err := d.send(ctx, e, nil); err != nil {
			return Reply{}, err
		}
	}
	return d.send(ctx, e, struck)
}

func (d *Dispatcher) send(ctx context.Context, e Envelope, struck *fault.Fault) (Reply, error) {
	d.w.Lock()
	sockets, base := d.Connections(), d.requestURL
	d.w.Unlock()
	switch {
	case sockets > 0, base == "" && e.Kind == Events: // an event waits for a connection, a user does not
		return d.sendSocket(ctx, e, struck)
	case base != "":
		return d.sendHTTP(ctx, e, base, nil)
	}
	return Reply{}, &Error{Code: "dispatch_failed"}
}

// sendSocket sends an envelope and waits for its ack. Unacked envelopes are sent
// again, also after the user has stopped waiting.
func (d *Dispatcher) sendSocket(ctx context.Context, e Envelope, struck *fault.Fault) (Reply, error) {
	if !d.w.Life.Begin() {
		return Reply{}, &Error{Code: "dispatch_failed"}
	}
	attempts := maxAttempts
	if e.Kind == Events {
		attempts = len(d.opts.EventRetries) + 1
	}
	answered := make(chan []byte, attempts)
	done := make(chan struct{})
	go func() {
		defer d.w.Life.Done()
		defer close(done)
		for attempt := range attempts {
			if d.attempt(e, attempt, answered, attempt == 0 && struck != nil && struck.Kind == fault.LostAck) {
				return
			}
		}
	}()
	timer := time.NewTimer(d.waits(e))
	defer timer.Stop()
	select {
	case payload := <-answered:
		return Reply{Payload: payload}, nil
	case <-timer.C:
	case <-done:
		select {
		case payload := <-answered:
			return Reply{Payload: payload}, nil
		default:
		}
	case <-ctx.Done():
		return Reply{}, fmt.Errorf("deliver %s: %w", e.Kind, ctx.Err())
	}
	return Reply{}, &Error{Code: "operation_timeout"}
}

// attempt sends an envelope once; false when it must be sent again.
func (d *Dispatcher) attempt(e Envelope, attempt int, answered chan<- []byte, loseAck bool) bool {
	d.w.Lock()
	id := fmt.Sprintf("envelope-%d", d.w.Next())
	ack := make(chan []byte, 1)
	d.acks[id] = ack
	sock, wake := d.pick(), d.w.Changed()
	d.w.Unlock()
	defer func() {
		d.w.Lock()
		delete(d.acks, id)
		d.w.Unlock()
	}()
	timer := time.NewTimer(d.waits(e))
	defer timer.Stop()
	for sock == nil { // every connection has gone meanwhile, or there is none yet: wait for one
		select {
		case <-wake:
		case <-timer.C:
			return false
		case <-d.w.Life.Context().Done():
			return true
		}
		d.w.Lock()
		sock, wake = d.pick(), d.w.Changed()
		d.w.Unlock()
	}
	envelope := wire.Object{"envelope_id": id, "type": e.Kind, "payload": e.Payload, "accepts_response_payload": e.Kind != Events}
	if attempt > 0 {
		envelope["retry_attempt"], envelope["retry_reason"] = attempt, "timeout"
	}
	if sock.write(envelope) != nil {
		sock.close()
		return false
	}
	for {
		select {
		case payload := <-ack:
			if loseAck {
				continue
			}
			answered <- payload
			return true
		case <-sock.gone:
			select {
			case payload := <-ack: // it came just before the end
				if !loseAck {
					answered <- payload
					return true
				}
			default:
			}
			return false
		case <-timer.C:
			return false
		case <-d.w.Life.Context().Done():
			return true
		}
	}
}

// waits is how long Slack waits for the answer to a delivery. Nobody looks at an event
// that comes again, so that one keeps to Slack's own time at most.
func (d *Dispatcher) waits(e Envelope) time.Duration {
	if e.Kind == Events {
		return min(d.opts.AckTimeout, AckTimeout)
	}
	return d.opts.AckTimeout
}

// Object reads the app's answer as a JSON object; nil when there is none.
func (r Reply) Object() map[string]any {
	if r.IsText {
		return nil
	}
	v, ok := wire.Decode(r.Payload)
	o, _ := v.(map[string]any)
	if !ok {
		return nil
	}
	return o
}

// SetRequestURL sets the base address of an app that takes Slack over HTTP.
func (d *Dispatcher) SetRequestURL(base string) {
	d.w.Lock()
	defer d.w.Unlock()
	d.requestURL = base
}
