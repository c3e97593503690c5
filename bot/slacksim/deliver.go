package slacksim

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// maxAttempts is how often an envelope that is no event is sent over Socket Mode, the first included.
const maxAttempts = 4

// ackTimeout is how long Slack waits for an answer.
const ackTimeout = 3 * time.Second

// DeliveryError is why what a user did never reached the app, or was not answered.
type DeliveryError struct {
	// Code is Slack's: "dispatch_failed" (nowhere to send what a user did), "operation_timeout"
	// (no answer in 3 s) or "http_service_error" (an answer other than 2xx).
	Code string
	Err  error // of HTTP; may be nil
}

// Error gives the code and its cause.
func (e *DeliveryError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %v", e.Code, e.Err)
	}
	return e.Code
}

// Unwrap gives the cause.
func (e *DeliveryError) Unwrap() error { return e.Err }

// delivery is something Slack tells the app.
type delivery struct {
	kind    string // deliveryEvents, deliveryCommands or deliveryInteractivity
	payload answer
}

// reply is what the app answered to a delivery.
type reply struct {
	payload []byte // JSON, or plain text of an HTTP answer; may be empty
	isText  bool
}

// deliver sends to the app over Socket Mode, else over HTTP, and waits for the
// answer as long as Slack does.
func (s *Sim) deliver(ctx context.Context, d delivery) (reply, error) {
	fault := s.strike(d.kind, "")
	if fault != nil && fault.Kind == Duplicate {
		if _, err := s.send(ctx, d, nil); err != nil {
			return reply{}, err
		}
	}
	return s.send(ctx, d, fault)
}

func (s *Sim) send(ctx context.Context, d delivery, fault *Fault) (reply, error) {
	s.mu.Lock()
	sockets, base := s.open(), s.requestURL
	s.mu.Unlock()
	switch {
	case sockets > 0, base == "" && d.kind == deliveryEvents: // an event waits for a connection, a user does not
		return s.sendSocket(ctx, d, fault)
	case base != "":
		return s.sendHTTP(ctx, d, base, nil)
	}
	return reply{}, &DeliveryError{Code: "dispatch_failed"}
}

// sendSocket sends an envelope and waits for its ack. Unacked envelopes are sent
// again, also after the user has stopped waiting.
func (s *Sim) sendSocket(ctx context.Context, d delivery, fault *Fault) (reply, error) {
	if !s.begin() {
		return reply{}, &DeliveryError{Code: "dispatch_failed"}
	}
	attempts := maxAttempts
	if d.kind == deliveryEvents {
		attempts = len(s.opts.EventRetries) + 1
	}
	answered := make(chan []byte, attempts)
	done := make(chan struct{})
	go func() {
		defer s.work.Done()
		defer close(done)
		for attempt := range attempts {
			if s.attempt(d, attempt, answered, attempt == 0 && fault != nil && fault.Kind == LostAck) {
				return
			}
		}
	}()
	timer := time.NewTimer(s.waits(d))
	defer timer.Stop()
	select {
	case payload := <-answered:
		return reply{payload: payload}, nil
	case <-timer.C:
	case <-done:
		select {
		case payload := <-answered:
			return reply{payload: payload}, nil
		default:
		}
	case <-ctx.Done():
		return reply{}, fmt.Errorf("deliver %s: %w", d.kind, ctx.Err())
	}
	return reply{}, &DeliveryError{Code: "operation_timeout"}
}

// attempt sends an envelope once; false when it must be sent again.
func (s *Sim) attempt(d delivery, attempt int, answered chan<- []byte, loseAck bool) bool {
	s.mu.Lock()
	id := fmt.Sprintf("envelope-%d", s.next())
	ack := make(chan []byte, 1)
	s.acks[id] = ack
	sock := s.pick()
	wake := s.changed
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.acks, id)
		s.mu.Unlock()
	}()
	timer := time.NewTimer(s.waits(d))
	defer timer.Stop()
	for sock == nil { // every connection has gone meanwhile, or there is none yet: wait for one
		select {
		case <-wake:
		case <-timer.C:
			return false
		case <-s.ctx.Done():
			return true
		}
		s.mu.Lock()
		sock, wake = s.pick(), s.changed
		s.mu.Unlock()
	}
	envelope := answer{"envelope_id": id, "type": d.kind, "payload": d.payload, "accepts_response_payload": d.kind != deliveryEvents}
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
		case <-s.ctx.Done():
			return true
		}
	}
}

// waits is how long Slack waits for the answer to a delivery. Nobody looks at an event
// that comes again, so that one keeps to Slack's own time at most.
func (s *Sim) waits(d delivery) time.Duration {
	if d.kind == deliveryEvents {
		return min(s.opts.AckTimeout, ackTimeout)
	}
	return s.opts.AckTimeout
}

// object reads the app's answer as a JSON object; nil when there is none.
func (r reply) object() map[string]any {
	if r.isText {
		return nil
	}
	v, ok := decodeJSON(r.payload)
	o, _ := v.(map[string]any)
	if !ok {
		return nil
	}
	return o
}

// SetRequestURL sets the base address of an app that takes Slack over HTTP.
func (s *Sim) SetRequestURL(base string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requestURL = base
}

func mustJSON(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic("slacksim: marshal what was decoded: " + err.Error()) // only maps and strings come here
	}
	return data
}
