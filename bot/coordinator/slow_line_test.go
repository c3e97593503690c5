package coordinator_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
)

// slowConn is a connection that carries so many bytes, and no more, in the time that
// each call to Redis may take.
type slowConn struct {
	net.Conn
	carries       int64
	sent, fetched atomic.Int64
}

func (c *slowConn) SetWriteDeadline(at time.Time) error {
	c.sent.Store(0)
	return c.Conn.SetWriteDeadline(at)
}

func (c *slowConn) SetReadDeadline(at time.Time) error {
	c.fetched.Store(0)
	return c.Conn.SetReadDeadline(at)
}

func (c *slowConn) Write(p []byte) (int, error) {
	if c.sent.Add(int64(len(p))) > c.carries {
		return 0, os.ErrDeadlineExceeded
	}
	return c.Conn.Write(p)
}

func (c *slowConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if c.fetched.Add(int64(n)) > c.carries {
		return 0, os.ErrDeadlineExceeded
	}
	return n, err
}

// TestInboxOverASlowLine: what cannot be read or stored all at once, because the way to
// Redis is slow or the machine is busy, is read and stored in smaller parts.
func TestInboxOverASlowLine(t *testing.T) {
	t.Parallel()
	r := startStrayRig(t)
	const groups = 40
	fingerprints := make([]string, 40)
	for k := range fingerprints {
		fingerprints[k] = fmt.Sprint(k, strings.Repeat("x", 300))
	}
	for g := range groups {
		r.fireGroup(fmt.Sprint("group ", g), fingerprints...)
	}
	opened, err := store.Open(store.Options{Addresses: []string{r.address}, Prefix: "test", InboxBound: 1000,
		Dialer: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, address)
			return &slowConn{Conn: conn, carries: 200_000}, err
		}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { opened.Close() })
	r.keep(opened.Workspace("T0SIM00001"), r.direct)
	r.eventually("all groups have an incident", func() bool {
		numbers := make([]int, groups)
		for k := range numbers {
			numbers[k] = k + 1
		}
		all, _, err := r.store.Incidents(t.Context(), numbers...)
		return err == nil && len(all) == groups && all[groups-1].State == incident.Open
	})
}
