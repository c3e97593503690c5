package sender

import (
	"context"
	"errors"
	"time"

	"github.com/signalbook/signalbook/bot/outbox"
	"github.com/signalbook/signalbook/bot/pause"
	"github.com/signalbook/signalbook/bot/slackapi"
)

const (
	// silentCalls in a row without a word of Slack's are an outage: a post that nobody answered has to be looked for
	// later, so no more of them are made than it takes to know.
	silentCalls = 3
	// While Slack is silent it is asked with a call that does nothing, at first after a second, at last every ten.
	firstProbe, lastProbe = time.Second, 10 * time.Second
	probeWithin           = 5 * time.Second
)

// outage is what the sender knows of a Slack that does not answer. It is guarded by
// the sender's mutex.
type outage struct {
	failures int // calls in a row that Slack did not answer
	down     bool
	wait     time.Duration // until it is asked again
	begun    chan struct{} // holds one when down began
}

func newOutage() outage { return outage{wait: firstProbe, begun: make(chan struct{}, 1)} }

// silent reports whether Slack did not say what became of a call.
func silent(refused *slackapi.Error) bool {
	return refused.Outcome == slackapi.OutcomeUnknown || refused.Code == slackapi.CodeUnreachable
}

// unanswered notes a call that Slack did not answer. From the third in a row on,
// or when Slack cannot even be reached, all calls wait until it is back.
func (s *Sender) unanswered(refused *slackapi.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outage.failures++
	if s.outage.down || (s.outage.failures < silentCalls && refused.Code != slackapi.CodeUnreachable) {
		return
	}
	s.outage.down = true
	s.paused = time.Now().Add(outbox.Idle)
	select {
	case s.outage.begun <- struct{}{}:
	default: // it is being asked already
	}
}

// answered notes that Slack did a call, or said why not.
func (s *Sender) answered() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outage.failures, s.outage.wait = 0, firstProbe
}

// mind asks a silent Slack again and again, and lets the sender go on when it is
// back.
func (s *Sender) mind(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.outage.begun:
		}
		s.Log.Warn("Slack does not answer; everything is kept, and the newest state is sent when it does")
		began := time.Now()
		for {
			if !pause.For(ctx, s.nextProbe()) {
				return nil
			}
			if !s.Valid() {
				return ErrLeaseLost
			}
			if s.probe(ctx) {
				break
			}
		}
		s.Log.Info("Slack answers again", "after", time.Since(began).Round(time.Second))
		s.resume()
	}
}

// nextProbe is how long to wait before Slack is asked. It grows until a call of
// the sender's succeeds: a Slack that answers a question and nothing else is not
// back.
func (s *Sender) nextProbe() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	wait := s.outage.wait
	s.outage.wait = min(2*wait, lastProbe)
	return wait
}

// probe reports whether Slack answers anything at all.
func (s *Sender) probe(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, probeWithin)
	defer cancel()
	_, err := s.Slack.Auth(ctx)
	var refused *slackapi.Error
	return err == nil || (errors.As(err, &refused) && !silent(refused) && refused.Code != slackapi.CodeSpent)
}

// resume lets the sender go on; the first call that is not answered stops them
// again.
func (s *Sender) resume() {
	s.mu.Lock()
	s.outage.down, s.outage.failures = false, silentCalls-1
	s.paused = time.Time{}
	s.mu.Unlock()
	s.wake()
}
