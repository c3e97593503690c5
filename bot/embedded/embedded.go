// Package embedded gives the demo a Redis of its own: a private redis-server
// when there is one on PATH, else one in memory. Nothing of it outlives the
// demo, and serve never uses it.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// Server is a private Redis.
type Server struct {
	Address string // a unix socket path or host:port
	Memory  bool   // it keeps nothing on disk
	ended   func() error
}

// Close stops it and removes what it left.
func (s *Server) Close() error { return s.ended() }

const readyWithin = 10 * time.Second

// Start starts a private Redis: path names redis-server; empty means in memory.
func Start(ctx context.Context, path string) (*Server, error) {
	if path == "" {
		return inMemory()
	}
	dir, err := os.MkdirTemp("", "signalbook-demo-")
	if err != nil {
		return nil, fmt.Errorf("start a private redis-server: %w", err)
	}
	socket := filepath.Join(dir, "redis.sock")
	child := exec.Command(path, "--port", "0", "--unixsocket", socket, "--unixsocketperm", "700", "--dir", dir,
		"--appendonly", "yes", "--appendfsync", "always", "--save", "", "--maxmemory-policy", "noeviction")
	child.SysProcAttr = childAttributes()
	exited := make(chan error, 1)
	started := make(chan error, 1)
	go func() {
		// The child is told of its parent's end by the kernel when this very thread ends (Linux: PR_SET_PDEATHSIG).
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := child.Start(); err != nil {
			started <- err
			return
		}
		started <- nil
		exited <- child.Wait()
	}()
	if err := <-started; err != nil {
		return nil, errors.Join(fmt.Errorf("start a private redis-server: %w", err), os.RemoveAll(dir))
	}
	stop := func() error {
		_ = child.Process.Signal(os.Interrupt) // an ended child is what we want
		select {
		case <-exited:
		case <-time.After(5 * time.Second):
			_ = child.Process.Kill()
			<-exited
		}
		return os.RemoveAll(dir)
	}
	if err := await(ctx, socket, exited); err != nil {
		return nil, errors.Join(err, stop())
	}
	return &Server{Address: socket, ended: stop}, nil
}

// await waits until the socket takes connections.
func await(ctx context.Context, socket string, exited chan error) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for {
		if conn, err := net.Dial("unix", socket); err == nil {
			return conn.Close()
		}
		select {
		case err := <-exited:
			exited <- err
			return fmt.Errorf("the private redis-server ended at once: %v", err)
		case <-ctx.Done():
			return fmt.Errorf("the private redis-server did not take connections: %w", ctx.Err())
		case <-ticker.C:
		}
	}
}

// tick is how often the clock of the memory store is moved: its keys expire only
// when it is told how much time has passed.
const tick = 100 * time.Millisecond

func inMemory() (*Server, error) {
	m := miniredis.NewMiniRedis()
	if err := m.Start(); err != nil {
		return nil, fmt.Errorf("start the store in memory: %w", err)
	}
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		ticker := time.NewTicker(tick)
		defer ticker.Stop()
		last := time.Now()
		for {
			select {
			case <-done:
				return
			case now := <-ticker.C:
				m.SetTime(now)
				m.FastForward(now.Sub(last))
				last = now
			}
		}
	}()
	return &Server{Address: m.Addr(), Memory: true, ended: func() error {
		close(done)
		<-stopped
		m.Close()
		return nil
	}}, nil
}
