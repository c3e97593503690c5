package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/topic"
)

func TestDurability(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		args    []string
		options store.Options
		level   string
		forgets []string // each a word of one reason
		warns   []string
	}{
		{name: "always", args: []string{"--appendfsync", "always"}, level: "fsync-always"},
		{name: "everysec", args: []string{"--appendfsync", "everysec"}, level: "everysec", warns: []string{"appendfsync always"}},
		{name: "never", args: []string{"--appendfsync", "no"}, level: "NONE", warns: []string{"appendfsync is no"}},
		{name: "no append-only file", args: []string{"--appendonly", "no"}, level: "NONE", forgets: []string{"config set appendonly yes"}},
		{name: "evicting", args: []string{"--appendfsync", "always", "--maxmemory-policy", "allkeys-lru"}, level: "NONE", forgets: []string{"allkeys-lru"}},
		{name: "both", args: []string{"--appendonly", "no", "--maxmemory-policy", "volatile-ttl"}, level: "NONE", forgets: []string{"append-only", "volatile-ttl"}},
		{name: "config forbidden", args: []string{"--appendfsync", "always", "--rename-command", "CONFIG", ""}, level: "everysec", warns: []string{"CONFIG is forbidden"}},
		{name: "config forbidden, no append-only file", args: []string{"--appendonly", "no", "--rename-command", "CONFIG", ""}, level: "NONE", forgets: []string{"append-only"}},
		{name: "replicated", args: []string{"--appendfsync", "everysec"}, options: store.Options{WaitReplicas: 2}, level: "replicated(2)", warns: []string{"wait_replicas is 2, but 0 replicas are online"}},
		{name: "replicated, no append-only file", args: []string{"--appendonly", "no"}, options: store.Options{WaitReplicas: 2}, level: "NONE", forgets: []string{"append-only"}, warns: []string{"wait_replicas"}},
		{name: "full", args: []string{"--appendfsync", "always", "--maxmemory", "1kb"}, level: "fsync-always", warns: []string{"nine tenths of its maxmemory of 0.0 MB"}},
		{name: "full, and evicting", args: []string{"--appendfsync", "always", "--maxmemory", "1mb", "--maxmemory-policy", "volatile-lru"}, level: "NONE", forgets: []string{"volatile-lru"}},
		{name: "nothing flushed while rewriting", args: []string{"--appendfsync", "always", "--no-appendfsync-on-rewrite", "yes"}, level: "NONE", warns: []string{"no-appendfsync-on-rewrite"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e := open(t, startServer(t, test.args...).Addr, test.options)
			got, err := e.redis.Durability(t.Context())
			must(t, err)
			if got.Level != test.level {
				t.Errorf("got level %q, want %q", got.Level, test.level)
			}
			for name, pair := range map[string][2][]string{"reasons": {got.Forgets, test.forgets}, "warnings": {got.Warnings, test.warns}} {
				if len(pair[0]) != len(pair[1]) {
					t.Errorf("got %s %q, want %q", name, pair[0], pair[1])
					continue
				}
				for k, word := range pair[1] {
					if !strings.Contains(pair[0][k], word) {
						t.Errorf("got %s %q, want a word of %q", name, pair[0][k], word)
					}
				}
			}
		})
	}
}

// TestRedisLoading: a Redis that is still reading its append-only file reports it
// as off; that is no reason to believe that it forgets.
func TestRedisLoading(t *testing.T) {
	t.Parallel()
	server := startServer(t, "--appendfsync", "always", "--key-load-delay", "100") // microseconds
	pipe := server.Client().Pipeline()
	for n := range 10_000 {
		pipe.Set(t.Context(), fmt.Sprint("key", n), n, 0)
	}
	_, err := pipe.Exec(t.Context())
	must(t, err)
	e := open(t, server.Addr, store.Options{})
	server.Kill()
	started := make(chan struct{})
	go func() {
		defer close(started)
		server.Start()
	}()
	loading := false
	eventually(t, "Redis tells what it keeps", func() bool {
		got, err := e.redis.Durability(t.Context())
		loading = loading || err != nil && strings.Contains(err.Error(), "loading")
		if err == nil && len(got.Forgets) > 0 {
			t.Errorf("a Redis that loads is said to forget: %q", got.Forgets)
		}
		return err == nil
	})
	<-started
	if !loading {
		t.Error("Redis was never seen loading: this proves nothing")
	}
}

func TestRedisAway(t *testing.T) {
	server := startServer(t)
	e := open(t, server.Addr, store.Options{})
	must(t, e.redis.Ping(t.Context()))
	e.put(t, note("op1"))
	lease := e.keep(t)
	server.Kill()
	if err := e.redis.Ping(t.Context()); err == nil {
		t.Error("a Redis that is away answers")
	}
	if _, err := e.redis.Durability(t.Context()); err == nil {
		t.Error("a Redis that is away tells its settings")
	}
	if _, _, err := e.Put(t.Context(), note("op2")); err == nil {
		t.Error("put into a Redis that is away: got no error")
	}
	if _, err := e.Commit(t.Context(), lease.Fence, store.Commit{}); err == nil {
		t.Error("committed to a Redis that is away: got no error")
	}
	server.Start()
	e.put(t, note("op2"))
	if entries := e.read(t); len(entries) != 2 || entries[0].Event.Op != "op1" {
		t.Errorf("got %v, want what was put before and after", entries)
	}
}

// TestRedisHangs: whoever asks is not held longer than his context says.
func TestRedisHangs(t *testing.T) {
	server := startServer(t)
	e := open(t, server.Addr, store.Options{})
	must(t, e.redis.Ping(t.Context()))
	must(t, e.raw.Do(t.Context(), "CLIENT", "PAUSE", "60000", "ALL").Err())
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, _, err := e.Put(ctx, note("op1")); !isTimeout(err) {
		t.Errorf("got %v, want a time-out", err)
	}
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}

// TestReplicas: with wait_replicas nothing counts before the replica has it,
// also not when it is asked a second time.
func TestReplicas(t *testing.T) {
	t.Parallel()
	primary := startServer(t, "--repl-diskless-sync-delay", "0")
	_, port, _ := strings.Cut(primary.Addr, ":")
	replica := startServer(t, "--replicaof", "127.0.0.1", port)
	e := open(t, primary.Addr, store.Options{WaitReplicas: 1})
	online := func() bool {
		return strings.Contains(e.raw.Info(t.Context(), "replication").Val(), "state=online")
	}
	eventually(t, "the replica is online", online)
	eventually(t, "the replica confirms", func() bool { return e.Confirm(t.Context()) == nil })
	e.put(t, note("op1"))
	lease := e.keep(t)
	onReplica := open(t, replica.Addr, store.Options{})
	if n := value[store.Room](t)(onReplica.Room(t.Context())).Events; n != 1 {
		t.Errorf("got %d events on the replica, want the one that was confirmed", n)
	}

	replica.Kill()
	for range 2 {
		// The write stands, but whoever asked is not told so: neither at first nor when it is known already.
		if _, _, err := e.Put(t.Context(), note("op2")); !errors.Is(err, store.ErrReplicas) {
			t.Errorf("got %v, want ErrReplicas", err)
		}
	}
	entries := e.read(t)
	if len(entries) != 2 {
		t.Fatalf("got %d events, want 2: asking again puts nothing twice", len(entries))
	}
	for range 2 {
		// The second finds the event gone, and may say so only when a replica has what took it.
		if _, err := e.Commit(t.Context(), lease.Fence, store.Commit{EventID: entries[0].ID, Saved: []store.Saved{opened(1, nil)}}); !errors.Is(err, store.ErrReplicas) {
			t.Errorf("commit: got %v, want ErrReplicas", err)
		}
	}
	if err := e.SetSlot(t.Context(), lease.Fence, topic.Incident(1), ledger.Root, ledger.Record{State: ledger.Sending}); !errors.Is(err, store.ErrReplicas) {
		t.Errorf("slot: got %v, want ErrReplicas", err)
	}
	if _, err := e.Renew(t.Context(), lease); !errors.Is(err, store.ErrReplicas) {
		t.Errorf("renew: got %v, want ErrReplicas", err)
	}

	replica.Start()
	eventually(t, "the replica is online again", online)
	eventually(t, "the replica confirms again", func() bool { return e.Confirm(t.Context()) == nil })
	if _, done, err := e.Put(t.Context(), note("op2")); err != nil || done {
		t.Errorf("with the replica back: got %v, %v, want it stored", done, err)
	}
	// The commit stood; trying it again finds the event gone.
	e.commit(t, lease.Fence, []error{store.ErrAbsent}, store.Commit{EventID: entries[0].ID, Saved: []store.Saved{opened(1, nil)}})
	if _, ok, err := onReplica.Incident(t.Context(), 1); err != nil || !ok {
		t.Errorf("got %v, %v, want the incident on the replica", ok, err)
	}
}
