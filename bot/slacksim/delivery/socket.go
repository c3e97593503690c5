package delivery

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/signalbook/signalbook/bot/slacksim/wire"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
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
	draining bool // told to go away: gets nothing more. Guarded by the workspace's lock
}

// Ticket opens one Socket Mode connection. The caller holds the workspace's lock.
func (d *Dispatcher) Ticket() string {
	ticket := fmt.Sprintf("ticket-%d", d.w.Next())
	d.tickets[ticket] = true
	return ticket
}

// ServeSocket is Slack's side of a Socket Mode connection.
func (d *Dispatcher) ServeSocket(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	d.w.Lock()
	known := d.tickets[ticket]
	delete(d.tickets, ticket) // an address connects once
	d.w.Unlock()
	if !known {
		http.Error(w, "unknown or used ticket", http.StatusNotFound)
		return
	}
	if !d.w.Life.Begin() {
		http.Error(w, "closed", http.StatusServiceUnavailable)
		return
	}
	defer d.w.Life.Done()
	conn, err := d.upgrader.Upgrade(w, r, nil)
	if err != nil {
		d.log.Warn("upgrade to websocket", "err", err)
		return
	}
	sock := &socket{conn: conn, gone: make(chan struct{})}
	d.talk(sock, r.URL.Query().Get("debug_reconnects") == "true")
}

// talk runs a connection until it ends.
func (d *Dispatcher) talk(sock *socket, short bool) {
	defer sock.close()
	life := 18060
	if short {
		life = 360
	}
	hello := wire.Object{"type": "hello", "connection_info": wire.Object{"app_id": workspace.AppID},
		"debug_info": wire.Object{"host": "slacksim", "build_number": 1, "approximate_connection_time": life}}
	sock.writing.Lock() // nothing overtakes the hello
	d.w.Lock()
	full := d.w.Life.Context().Err() != nil || d.Connections() >= maxSockets
	if full {
		hello = wire.Object{"type": "disconnect", "reason": "too_many_websockets", "debug_info": wire.Object{"host": "slacksim"}}
	} else {
		d.sockets = append(d.sockets, sock)
		hello["num_connections"] = d.Connections()
	}
	d.w.Touch()
	d.w.Unlock()
	err := sock.writeNow(hello)
	sock.writing.Unlock()
	if full {
		return
	}
	d.log.Debug("socket connected", "err", err)
	var pinger sync.WaitGroup
	pinger.Go(sock.ping)
	d.listen(sock)
	sock.close()
	close(sock.gone)
	pinger.Wait()
	d.w.Lock()
	d.sockets = slices.DeleteFunc(d.sockets, func(other *socket) bool { return other == sock })
	d.w.Touch()
	d.w.Unlock()
}

// listen takes acks until the connection ends.
func (d *Dispatcher) listen(sock *socket) {
	for {
		_, data, err := sock.conn.ReadMessage()
		if err != nil {
			return
		}
		if len(data) > maxAck {
			d.log.Warn("dropped an answer over 20 KB", "bytes", len(data))
			continue
		}
		var ack struct {
			EnvelopeID string          `json:"envelope_id"`
			Payload    json.RawMessage `json:"payload"`
		}
		if json.Unmarshal(data, &ack) != nil {
			continue
		}
		d.w.Lock()
		waiting := d.acks[ack.EnvelopeID]
		delete(d.acks, ack.EnvelopeID)
		d.w.Unlock()
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

// Connections counts the connections that may get something. The caller holds the lock.
func (d *Dispatcher) Connections() int {
	n := 0
	for _, sock := range d.sockets {
		if !sock.draining {
			n++
		}
	}
	return n
}

// pick takes the next connection in turn; nil when there is none. The caller holds
// the lock.
func (d *Dispatcher) pick() *socket {
	for range d.sockets {
		d.nextSocket++
		if sock := d.sockets[d.nextSocket%len(d.sockets)]; !sock.draining {
			return sock
		}
	}
	return nil
}

// CloseSockets cuts every connection without a word.
func (d *Dispatcher) CloseSockets() {
	d.w.Lock()
	defer d.w.Unlock()
	for _, sock := range d.sockets {
		sock.close()
	}
	d.w.Touch()
}

// Disconnect tells every Socket Mode connection to go away: "warning" (the
// connection stays for 10 s more), "refresh_requested" or "link_disabled". With an
// empty reason the connections are cut without a word. Nothing more is sent to
// them; acks still count while they last.
func (d *Dispatcher) Disconnect(reason string) {
	if !d.w.Life.Begin() {
		return
	}
	defer d.w.Life.Done()
	d.w.Lock()
	told := slices.Clone(d.sockets)
	for _, sock := range told {
		sock.draining = true
	}
	d.w.Touch()
	d.w.Unlock()
	grace := time.Second // for acks under way
	if reason == "warning" {
		grace = warningBefore
	}
	for _, sock := range told {
		if reason == "" || sock.write(wire.Object{"type": "disconnect", "reason": reason, "debug_info": wire.Object{"host": "slacksim"}}) != nil {
			sock.close()
			continue
		}
		d.w.Life.Run(func() { d.closeAfter(sock, grace) })
	}
}

func (d *Dispatcher) closeAfter(sock *socket, grace time.Duration) {
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-sock.gone:
	case <-d.w.Life.Context().Done():
	}
	sock.close()
}
