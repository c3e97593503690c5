package redistest

import (
	"context"
	"crypto/tls"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/redis/go-redis/v9"
)

// Node is one redis-server process, or one sentinel.
type Node struct {
	Addr string // host:port
	Dir  string // its folder, kept over restarts

	t      testing.TB
	args   []string
	orders []any // sent at each start
	client *redis.Client

	mu      sync.Mutex
	process *process
}

type nodeOptions struct {
	password string
	tls      *tls.Config
	args     func(port string) []string // called with the port that it is to listen on
	dir      string                     // empty: a temporary one
	orders   []any                      // one command, sent at each start
}

// tries is how often a first start looks for another port when somebody listens
// at it after all.
const tries = 5

// newNode starts a node on a port of its own.
func newNode(t testing.TB, o nodeOptions) *Node {
	t.Helper()
	n := &Node{t: t, Dir: o.dir, orders: o.orders}
	if n.Dir == "" {
		n.Dir = t.TempDir()
	}
	t.Cleanup(n.end)
	for range tries {
		port := Port(t)
		n.Addr = net.JoinHostPort("127.0.0.1", port)
		n.args = o.args(port)
		n.client = redis.NewClient(&redis.Options{
			Addr: n.Addr, Password: o.password, TLSConfig: o.tls, MaxRetries: -1, DialerRetries: 1, Protocol: 2,
			ContextTimeoutEnabled: true, DisableIdentity: true, PoolSize: 4, ReadTimeout: patience, WriteTimeout: patience,
		})
		if n.tryStart() {
			return n
		}
		n.client.Close()
		if !strings.Contains(n.logTail(), "Address already in use") {
			break
		}
	}
	t.Fatalf("redis-server %s does not start:\n%s", strings.Join(n.args, " "), n.logTail())
	return nil
}

// Port returns a port of 127.0.0.1 that is kept for the test until it ends:
// servers of the test can listen at it, also one after the other, and no other
// test gets it, of whichever process. It is below those that the kernel gives to
// outgoing connections: a node that was killed must find its port free again.
func Port(t testing.TB) string {
	t.Helper()
	var err error
	for range 1000 {
		port := 11_000 + rand.IntN(21_000)
		var release func()
		if release, err = bindAlone(port); err == nil {
			t.Cleanup(release)
			return strconv.Itoa(port)
		}
	}
	t.Fatalf("found no free port: %v", err)
	return ""
}

func (n *Node) port() string {
	_, port, _ := net.SplitHostPort(n.Addr)
	return port
}

// Start starts a node that was killed, on the same port and folder, and waits
// until it answers.
func (n *Node) Start() {
	n.t.Helper()
	if !n.tryStart() {
		n.t.Fatalf("redis-server at %s does not start again:\n%s", n.Addr, n.logTail())
	}
}

// tryStart reports whether the node answers; false when it has ended.
func (n *Node) tryStart() bool {
	n.t.Helper()
	p, err := startProcess(n.Dir, n.args)
	if err != nil {
		n.t.Fatalf("start redis-server: %v (make test installs what is missing)", err)
	}
	n.mu.Lock()
	n.process = p
	n.mu.Unlock()
	eventually(n.t, "redis-server at "+n.Addr+" answers", func() bool { return p.ended() || n.answers(p) })
	if p.ended() {
		return false
	}
	if n.orders != nil {
		n.order(n.orders...)
	}
	return true
}

// answers reports whether it is this process that answers at the port. The
// plain look comes first because go-redis logs every dial in vain.
func (n *Node) answers(p *process) bool {
	conn, err := net.DialTimeout("tcp", n.Addr, askWithin)
	if err != nil {
		return false
	}
	conn.Close()
	// INFO answers while the data is still read, when nothing else does. A
	// Sentinel has none.
	return n.info("server")["process_id"] == strconv.Itoa(p.pid) && n.info("persistence")["loading"] != "1"
}

// Alive reports whether its process runs; a stopped one does.
func (n *Node) Alive() bool {
	p := n.current()
	return p != nil && !p.ended()
}

// Kill ends it by SIGKILL and waits until it is gone.
func (n *Node) Kill() {
	if p := n.current(); p != nil {
		p.signal(syscall.SIGKILL)
		<-p.done
	}
}

// Stop freezes it: connections stay open and nothing answers.
func (n *Node) Stop() { n.signal(syscall.SIGSTOP) }

// Continue lets a stopped node go on.
func (n *Node) Continue() { n.signal(syscall.SIGCONT) }

// Client is a client of this node alone.
func (n *Node) Client() *redis.Client { return n.client }

func (n *Node) current() *process {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.process
}

func (n *Node) signal(sig syscall.Signal) {
	if p := n.current(); p != nil {
		p.signal(sig)
	}
}

// end runs when the test ends.
func (n *Node) end() {
	n.Kill()
	n.client.Close()
	if n.t.Failed() {
		n.t.Logf("redis-server at %s said:\n%s", n.Addr, n.logTail())
	}
}

// order sends a command to a node that runs, and waits for its answer.
func (n *Node) order(args ...any) any {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	reply, err := n.client.Do(ctx, args...).Result()
	if err != nil {
		n.t.Fatalf("%v at %s: %v", args, n.Addr, err)
	}
	return reply
}

// ask sends one command to a node that may not answer.
func (n *Node) ask(args ...any) (any, error) {
	ctx, cancel := brief()
	defer cancel()
	return n.client.Do(ctx, args...).Result()
}

// info returns one section of INFO; empty when the node does not answer.
func (n *Node) info(section string) map[string]string {
	ctx, cancel := brief()
	defer cancel()
	fields := map[string]string{}
	for line := range strings.Lines(n.client.Info(ctx, section).Val()) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			fields[name] = value
		}
	}
	return fields
}

// lacks says why a node is not ready.
func (n *Node) lacks() string {
	info := n.info("persistence")
	if info["loading"] != "0" {
		return fmt.Sprintf("%s does not answer, or is loading", n.Addr)
	}
	return ""
}

// replicasOnline counts the replicas that follow it.
func (n *Node) replicasOnline() int {
	online := 0
	for name, value := range n.info("replication") {
		if strings.HasPrefix(name, "slave") && strings.Contains(value, "state=online") {
			online++
		}
	}
	return online
}

func (n *Node) logTail() string {
	data, err := os.ReadFile(filepath.Join(n.Dir, "log"))
	if err != nil {
		return err.Error()
	}
	return string(data[max(0, len(data)-2000):])
}

// process is one run of a node.
type process struct {
	cmd  *exec.Cmd
	pid  int
	done chan struct{} // closed when it has ended
}

func startProcess(dir string, args []string) (*process, error) {
	log, err := os.OpenFile(filepath.Join(dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	p := &process{cmd: exec.Command("redis-server", args...), done: make(chan struct{})}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr, p.cmd.SysProcAttr = dir, log, log, childAttributes()
	started := make(chan error)
	go func() {
		// The kernel ends the child with this very thread (Linux: PR_SET_PDEATHSIG).
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		if err == nil {
			p.pid = p.cmd.Process.Pid
		}
		started <- err
		if err == nil {
			_ = p.cmd.Wait() // how it ended is the test's business
			close(p.done)
		}
	}()
	return p, <-started
}

func (p *process) signal(sig syscall.Signal) {
	if !p.ended() {
		_ = p.cmd.Process.Signal(sig) // it may end at this moment
	}
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}
