package app

import (
	"context"
	"crypto/rand"
	"log/slog"
	randv2 "math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/signalbook/signalbook/bot/pause"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/store"
)

const (
	holdSocketEvery = time.Second // the lease lasts store.SocketFor
	// Who has no lease looks after one to two seconds, so that replicas that wait do
	// not reach for the same one in step.
	lookForSocket     = time.Second
	askSocketsWithin  = time.Second
	leaveSocketWithin = 2 * time.Second
	// yieldSocket is how long who has no socket leaves the leases to those that kept
	// theirs open while Redis was away.
	yieldSocket = 3 * time.Second
)

// sockets is this replica's part in receiving by Socket Mode: of any number of
// replicas two hold a socket, by lease. Slack sends each click to one of the
// sockets that are open, and a second one covers the gap while the first is
// renewed.
type sockets struct {
	store  *store.Replicas
	ping   func(context.Context) error // asks whether Redis answers
	log    *slog.Logger
	make   func() *slackapi.Socket // one that has not run yet
	id     string
	held   atomic.Bool
	others atomic.Int64                    // sockets of other replicas that are connected, as last heard
	socket atomic.Pointer[slackapi.Socket] // nil while this replica opens none
}

func newSockets(st *store.Replicas, ping func(context.Context) error, log *slog.Logger, reg prometheus.Registerer, open func() *slackapi.Socket) *sockets {
	s := &sockets{store: st, ping: ping, log: log, make: open, id: rand.Text()}
	reg.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "signalbook_slack_socket_lease", Help: "1 on the replicas that may hold a Socket Mode connection, at most two.",
		}, func() float64 {
			if s.held.Load() {
				return 1
			}
			return 0
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "signalbook_slack_sockets", Help: "Socket Mode connections that stand, of all replicas, as this one knows.",
		}, func() float64 {
			n := float64(s.others.Load())
			if s.connected() {
				n++
			}
			return n
		}),
	)
	return s
}

func (s *sockets) connected() bool {
	socket := s.socket.Load()
	return socket != nil && socket.Connected()
}

// degraded says what is wrong with Socket Mode. A replica that need not hold a
// socket is well while another holds one.
func (s *sockets) degraded() []string {
	socket := s.socket.Load()
	switch {
	case s.connected():
		return nil
	case s.others.Load() == 0 && socket != nil && socket.Trouble() != "":
		return []string{"Slack's socket is not connected: clicks and commands do not arrive: " + socket.Trouble()}
	case s.others.Load() == 0:
		return []string{"Slack's socket is not connected: clicks and commands do not arrive"}
	case socket != nil:
		return []string{"this replica's Slack socket is not connected; another replica takes clicks and commands"}
	}
	return nil
}

// opened is a socket that works until it is ended.
type opened struct {
	stop context.CancelFunc
	done chan error
}

// open starts a socket of its own; ctx ending does not end it.
func (s *sockets) open(ctx context.Context) *opened {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	o := &opened{stop: stop, done: make(chan error, 1)}
	socket := s.make()
	s.socket.Store(socket)
	go func() { o.done <- socket.Run(ctx) }()
	return o
}

// close ends a socket and waits for the handlers in flight.
func (s *sockets) close(o *opened) error {
	s.socket.Store(nil)
	o.stop()
	return <-o.done
}

// run holds one of the leases while it can, and a socket while it has one. While
// Redis does not answer, a socket that is open stays so: Slack gets its answers in
// time, and people are told that it is not known what was recorded.
func (s *sockets) run(ctx context.Context) error {
	var current *opened
	for ctx.Err() == nil {
		seat, err := s.ask(ctx, current == nil)
		switch {
		case err != nil && current == nil:
			s.await(ctx)
			continue
		case err != nil: // the coordinator's loop and /-/ready tell of it
		case !seat.Held && current != nil:
			s.log.Warn("other replicas hold Slack's sockets by now: this one closes its own")
			if err := s.close(current); err != nil {
				s.log.Warn("a socket of Slack's did not close well", "error", err)
			}
			current = nil
		case seat.Turn && current == nil:
			current = s.open(ctx)
		}
		wait := holdSocketEvery
		if !s.held.Load() {
			wait = lookForSocket + randv2.N(lookForSocket)
		}
		pause.For(ctx, wait)
	}
	// The lease first: the next replica opens its socket while this one ends what is in flight.
	leaving, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveSocketWithin)
	defer cancel()
	err := s.store.LeaveSocket(leaving, s.id)
	if err != nil {
		s.log.Warn("could not hand back the lease of a socket; it expires by itself", "error", err)
	}
	s.held.Store(false)
	if current == nil {
		return nil
	}
	return s.close(current)
}

// await waits until Redis answers again, and gives those a moment that had a
// socket before.
func (s *sockets) await(ctx context.Context) {
	for ctx.Err() == nil {
		asking, cancel := context.WithTimeout(ctx, askSocketsWithin)
		err := s.ping(asking)
		cancel()
		if err == nil {
			pause.For(ctx, yieldSocket)
			return
		}
		pause.For(ctx, lookForSocket)
	}
}

// ask takes or prolongs the lease; a turn to open is asked for while nothing is
// open.
func (s *sockets) ask(ctx context.Context, turn bool) (store.Socket, error) {
	asking, cancel := context.WithTimeout(ctx, askSocketsWithin)
	defer cancel()
	seat, err := s.store.TakeSocket(asking, s.id, s.connected(), turn)
	if err != nil {
		return seat, err
	}
	s.held.Store(seat.Held)
	s.others.Store(int64(seat.Others))
	return seat, nil
}
