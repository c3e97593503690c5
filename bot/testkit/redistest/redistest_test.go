package redistest_test

import (
	"context"
	"errors"
	"net"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/testkit/redistest"
)

const key = "test:{T1}:inbox"

// TestSets: each kind comes up whole, replaces its primary, and is whole again
// with the old one back and its data kept.
func TestSets(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(testing.TB, redistest.Options) *redistest.Redis{
		"single": redistest.Single, "sentinel": redistest.Sentinel, "cluster": redistest.Cluster,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := redistest.Options{Username: "bot", Password: "secret", SentinelPassword: "hidden", TLS: name == "single"}
			r := start(t, o)
			was := r.AwaitPrimary(key)
			if err := was.Client().Set(t.Context(), key, "kept", 0).Err(); err != nil {
				t.Fatal(err)
			}
			if name != "single" {
				if n, err := was.Client().Do(t.Context(), "WAIT", 1, 5000).Int(); err != nil || n < 1 {
					t.Fatalf("wait for a replica: %d %v", n, err)
				}
			}
			if killed := r.KillPrimary(key); killed != was || was.Alive() {
				t.Fatalf("killed the node at %s, want the primary at %s gone", killed.Addr, was.Addr)
			}
			if name == "single" {
				r.StartAll()
			}
			now := r.AwaitPrimary(key)
			if (now == was) != (name == "single") {
				t.Errorf("the primary is at %s, and was at %s", now.Addr, was.Addr)
			}
			if got := now.Client().Get(t.Context(), key).Val(); got != "kept" {
				t.Errorf("got %q, want what was written before", got)
			}
			r.StartAll()
			r.AwaitWhole()
			now.Stop()
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			if now.Client().Ping(ctx).Err() == nil {
				t.Error("a stopped node answers")
			}
			now.Continue()
			r.AwaitWhole()
			if name != "single" {
				r.Failover(key)
				r.AwaitWhole()
			}
		})
	}
}

// TestOnlyTests: the program is built without this package.
func TestOnlyTests(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-deps", "../../../cmd/signalbook").Output()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), "/bot/testkit/redistest\n") {
		t.Error("cmd/signalbook is built with bot/testkit/redistest")
	}
}

// TestPortIsKept: servers can listen at it one after the other; nobody else gets
// it in between, nor beside them.
func TestPortIsKept(t *testing.T) {
	t.Parallel()
	address := "127.0.0.1:" + redistest.Port(t)
	for range 2 {
		var l net.Listener
		// A process that another test starts has a copy of the listener before from its fork to its exec.
		redistest.Eventually(t, "the test's own server listens", func() (ok bool) {
			var err error
			l, err = net.Listen("tcp", address)
			if err != nil && !errors.Is(err, syscall.EADDRINUSE) {
				t.Fatalf("the test's own server: %v", err)
			}
			return err == nil
		})
		l.Close()
		if runtime.GOOS != "linux" {
			return // nothing keeps it there
		}
		// Another test asks as Port does: without SO_REUSEADDR.
		alone := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) (err error) {
			return errors.Join(c.Control(func(fd uintptr) {
				err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 0)
			}), err)
		}}
		if other, err := alone.Listen(t.Context(), "tcp", address); !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("another test's server got the port (%v, %v), want it kept", other, err)
		}
	}
}
