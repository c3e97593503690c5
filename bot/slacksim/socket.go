package slacksim

import (
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	maxSockets    = 10               // Slack: Socket Mode connections of one app
	maxAck        = 20 * 1024        // Slack drops longer answers without a word
	pingEvery     = 3 * time.Second  // clients give up after 30 s without a ping
	warningBefore = 10 * time.Second // Slack warns so long before it closes a socket
	writeWithin   = 5 * time.Second
)

// socket is one Socket Mode connection.
type socket struct {
	conn     *websocket.Conn
	gone     chan struct{} // closed when the connection has ended
	writing  sync.Mutex
	draining bool // told to go away: gets nothing more. Guarded by Sim.mu
}

// serveSocket is Slack's side of a Socket Mode connection.
func (s *Sim) serveSocket(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	s.mu.Lock()
	known := s.tickets[ticket]
	delete(s.tickets, ticket) // an address connects once
	s.mu.Unlock()
	if !known {
		http.Error(w, "unknown or used ticket", http.StatusNotFound)
		return
	}
	if !s.begin() {
		http.Error(w, "closed", http.StatusServiceUnavailable)
		return
	}
	defer s.work.Done()
	conn, err := s.upgrader.Upgrade(w, r, nil)
	if err != nil {
		s.log.Warn("upgrade to websocket", "err", err)
		return
	}
	sock := &socket{conn: conn, gone: make(chan struct{})}
	s.talk(sock, r.URL.Query().Get("debug_reconnects") == "true")
}

// talk runs a connection until it ends.
func (s *Sim) talk(sock *socket, short bool) {
	defer sock.close()
	life := 18060
	if short {
		life = 360
	}
	hello := answer{"type": "hello", "connection_info": answer{"app_id": appID},
		"debug_info": answer{"host": "slacksim", "build_number": 1, "approximate_connection_time": life}}
	sock.writing.Lock() // nothing overtakes the hello
	s.mu.Lock()
	full := s.closed || s.open() >= maxSockets
	if full {
		hello = answer{"type": "disconnect", "reason": "too_many_websockets", "debug_info": answer{"host": "slacksim"}}
	} else {
		s.sockets = append(s.sockets, sock)
		hello["num_connections"] = s.open()
	}
	s.touch()
	s.mu.Unlock()
	err := sock.writeNow(hello)
	sock.writing.Unlock()
	if full {
		return
	}
	s.log.Debug("socket connected", "err", err)
	var pinger sync.WaitGroup
	pinger.Go(sock.ping)
	s.listen(sock)
	sock.close()
	close(sock.gone)
	pinger.Wait()
	s.mu.Lock()
	s.sockets = slices.DeleteFunc(s.sockets, func(other *socket) bool { return other == sock })
	s.touch()
	s.mu.Unlock()
}

// listen takes acks until the connection ends.
func (s *Sim) listen(sock *socket) {
	for {
		_, data, err := sock.conn.ReadMessage()
		if err != nil {
			return
		}
		if len(data) > maxAck {
			s.log.Warn("dropped an answer over 20 KB", "bytes", len(data))
			continue
		}
		var ack struct {
			EnvelopeID string          `json:"envelope_id"`
			Payload    json.RawMessage `json:"payload"`
		}
		if json.Unmarshal(data, &ack) != nil {
			continue
		}
		s.mu.Lock()
		waiting := s.acks[ack.EnvelopeID]
		delete(s.acks, ack.EnvelopeID)
		s.mu.Unlock()
		if waiting != nil {
			waiting <- ack.Payload // has room for one
		}
	}
}

func (sock *socket) ping() {
	ticker := time.NewTicker(pingEvery)
	defer ticker.Stop()
	for {
		if sock.conn.WriteControl(websocket.PingMessage, []byte("Ping from slacksim"), time.Now().Add(writeWithin)) != nil {
			return
		}
		select {
		case <-ticker.C:
		case <-sock.gone:
			return
		}
	}
}

func (sock *socket) write(v any) error {
	sock.writing.Lock()
	defer sock.writing.Unlock()
	return sock.writeNow(v)
}

// writeNow is write for whoever holds the lock.
func (sock *socket) writeNow(v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := sock.conn.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil {
		return err
	}
	return sock.conn.WriteMessage(websocket.TextMessage, data)
}

// close ends the connection; listen notices.
func (sock *socket) close() { _ = sock.conn.Close() } // closing twice is harmless

// open counts the connections that may get something. The caller holds the lock.
func (s *Sim) open() int {
	n := 0
	for _, sock := range s.sockets {
		if !sock.draining {
			n++
		}
	}
	return n
}

// pick takes the next connection in turn; nil when there is none. The caller holds
// the lock.
func (s *Sim) pick() *socket {
	for range s.sockets {
		s.nextSocket++
		if sock := s.sockets[s.nextSocket%len(s.sockets)]; !sock.draining {
			return sock
		}
	}
	return nil
}

// DisconnectSockets tells every Socket Mode connection to go away: "warning" (the
// connection stays for 10 s more), "refresh_requested" or "link_disabled". With an
// empty reason the connections are cut without a word. Nothing more is sent to
// them; acks still count while they last.
func (s *Sim) DisconnectSockets(reason string) {
	if !s.begin() {
		return
	}
	defer s.work.Done()
	s.mu.Lock()
	told := slices.Clone(s.sockets)
	for _, sock := range told {
		sock.draining = true
	}
	s.touch()
	s.mu.Unlock()
	grace := time.Second // for acks under way
	if reason == "warning" {
		grace = warningBefore
	}
	for _, sock := range told {
		if reason == "" || sock.write(answer{"type": "disconnect", "reason": reason, "debug_info": answer{"host": "slacksim"}}) != nil {
			sock.close()
			continue
		}
		s.work.Go(func() { s.closeAfter(sock, grace) })
	}
}

func (s *Sim) closeAfter(sock *socket, grace time.Duration) {
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-sock.gone:
	case <-s.ctx.Done():
	}
	sock.close()
}
