package slackapi

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/signalbook/signalbook/bot/blockkit"
)

const (
	// maxEnvelope bounds one delivery: the clicked message comes along with it.
	maxEnvelope = 4 << 20
	// The waits between two attempts after the connection ended for good.
	firstRestart, lastRestart = time.Second, time.Minute
	// maxInnerWait is how long slack-go's own waiting (up to 5 minutes) is borne
	// before the connection is begun anew.
	maxInnerWait = 30 * time.Second
	// steadyAfter is how long a connection must have stood to be a good one;
	// manyConnects within it are a loop.
	steadyAfter  = time.Minute
	manyConnects = 5
	// writeGrace lets slack-go write the last acknowledgements it has queued.
	writeGrace = 200 * time.Millisecond
	ackWithin  = 3 * time.Second
)

// SocketOptions says how to receive by Socket Mode. All but Registerer are
// required; the client must have an app token.
type SocketOptions struct {
	Client     *Client
	Handler    Handler
	Logger     *slog.Logger
	Registerer prometheus.Registerer // nil: no metrics
}

// Socket receives slash commands, clicks, modals, questions of menus and mentions
// over Slack's Socket Mode: no public address, no signatures.
type Socket struct {
	*endpoint
	up      atomic.Bool
	trouble atomic.Pointer[string] // why there is no connection; nil: nobody has said

	sentMu sync.Mutex
	sent   map[string]sentAnswer // answers handed to slack-go lately, by envelope id
}

// sentAnswer is kept until its writing would have failed.
type sentAnswer struct {
	slash  Slash
	answer blockkit.Message
	at     time.Time
}

// NewSocket builds the endpoint; Run opens it.
func NewSocket(o SocketOptions) *Socket {
	return &Socket{
		endpoint: newEndpoint("socket", o.Client, o.Handler, o.Logger, newEndpointMetrics(o.Registerer).withSocket(o.Registerer)),
		sent:     map[string]sentAnswer{},
	}
}

// Connected reports whether a connection stands.
func (s *Socket) Connected() bool { return s.up.Load() }

// Trouble says why no connection stands, and what to do; empty when that is not known.
func (s *Socket) Trouble() string {
	if why := s.trouble.Load(); why != nil && !s.up.Load() {
		return *why
	}
	return ""
}

// Run receives until ctx ends, beginning anew whenever the connection is lost or
// refused. It then takes nothing new and waits at most 5 s for the handlers in
// flight.
func (s *Socket) Run(ctx context.Context) error {
	wait := firstRestart
	for {
		began := time.Now()
		err := s.session(ctx)
		s.setUp(false)
		if ctx.Err() != nil {
			return s.close()
		}
		if time.Since(began) > steadyAfter {
			wait = firstRestart
		}
		if err != nil {
			why := err.Error()
			s.trouble.Store(&why)
		}
		pause := wait/2 + rand.N(wait/2)
		s.event("stopped")
		s.log.Error("Socket Mode ended, beginning anew", "err", err, "in", pause.Round(100*time.Millisecond).String())
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return s.close()
		case <-timer.C:
		}
		wait = min(2*wait, lastRestart)
	}
}

// line is one run of slack-go's client; ended is closed with it.
type line struct {
	client   *socketmode.Client
	ended    chan struct{}
	connects []time.Time
}

// session runs slack-go's client until it gives up, or until ctx ends and the
// handlers in flight have had their time to answer over it.
func (s *Socket) session(ctx context.Context) error {
	l := &line{client: socketmode.New(s.client.api, socketmode.OptionReadLimit(maxEnvelope)), ended: make(chan struct{})}
	defer close(l.ended)
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	result := make(chan error, 1)
	go func() { result <- l.client.RunContext(running) }()

	var closed chan error
	stopping := ctx.Done()
	var why error
	for {
		select {
		case evt := <-l.client.Events: // always drained: a full channel stops the reader
			if err := s.take(l, evt); err != nil && why == nil {
				why = err
				stop()
			}
		case <-stopping:
			stopping = nil
			closed = make(chan error, 1)
			go func() {
				err := s.close()
				within(nil, writeGrace)
				closed <- err
			}()
		case err := <-closed:
			stop()
			<-result
			return err
		case err := <-result:
			if closed != nil {
				return <-closed
			}
			if why != nil {
				return why
			}
			return s.client.classify("apps.connections.open", "", err)
		}
	}
}

// take handles one event of slack-go's; an error ends this run of it.
func (s *Socket) take(l *line, evt socketmode.Event) error {
	switch evt.Type {
	case socketmode.EventTypeConnecting:
		s.setUp(false)
	case socketmode.EventTypeConnected:
		s.event("connected")
		s.setUp(true)
		s.log.Info("Socket Mode is connected")
		return l.looping(time.Now())
	case socketmode.EventTypeHello:
		if evt.Request != nil {
			s.client.learnApp(evt.Request.ConnectionInfo.AppID)
		}
	case socketmode.EventTypeConnectionError:
		s.event("connection_error")
		if failed, ok := evt.Data.(*slack.ConnectionErrorEvent); ok {
			return s.connectionError(failed)
		}
	case socketmode.EventTypeIncomingError:
		s.event("incoming_error")
	case socketmode.EventTypeErrorWriteFailed:
		s.event("write_error")
		if failed, ok := evt.Data.(*socketmode.ErrorWriteFailed); ok && failed.Response != nil {
			s.resend(failed.Response.EnvelopeID)
		}
	case socketmode.EventTypeErrorBadMessage:
		if bad, ok := evt.Data.(*socketmode.ErrorBadMessage); ok {
			s.reread(l, bad.Message)
		}
	case socketmode.EventTypeEventsAPI, socketmode.EventTypeInteractive, socketmode.EventTypeSlashCommand:
		if evt.Request != nil {
			s.receive(l, *evt.Request)
		}
	}
	return nil
}

// connectionError ends the run when slack-go would wait longer than we do.
func (s *Socket) connectionError(failed *slack.ConnectionErrorEvent) error {
	err := s.client.classify("apps.connections.open", "", failed.ErrorObj)
	s.log.Warn("Socket Mode does not connect", "err", err, "attempt", failed.Attempt)
	if failed.Backoff > maxInnerWait && err.Outcome != OutcomeLimited || err.Outcome == OutcomeAuth {
		return err
	}
	return nil
}

// looping reports an error when connections come and go without standing.
func (l *line) looping(now time.Time) error {
	l.connects = append(l.connects, now)
	if len(l.connects) < manyConnects {
		return nil
	}
	l.connects = l.connects[len(l.connects)-manyConnects:]
	if now.Sub(l.connects[0]) < steadyAfter/2 {
		return errors.New("connections are closed as soon as they stand")
	}
	return nil
}

func (s *Socket) setUp(up bool) {
	s.up.Store(up)
	value := 0.0
	if up {
		value = 1
	}
	s.metrics.connected.Set(value)
}

func (s *Socket) event(name string) { s.metrics.reconnects.WithLabelValues(name).Inc() }
