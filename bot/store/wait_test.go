package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	resp "github.com/alicebob/miniredis/v2/server"

	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/testkit/redistest"
)

// fake speaks Redis' protocol and says what the test wants: no machine of ours
// has a Redis that knows WAITAOF.
type fake struct {
	mu                    sync.Mutex
	version, fsync, extra string
	waitAOF               string // its answer: "1 1", or an error
	waits                 []string
}

func startFake(t *testing.T, f *fake) string {
	t.Helper()
	s, err := resp.NewServer("127.0.0.1:0")
	must(t, err)
	t.Cleanup(s.Close)
	for name, answer := range map[string]func(c *resp.Peer, args []string){
		"INFO": func(c *resp.Peer, _ []string) {
			c.WriteBulk(fmt.Sprintf("redis_version:%s\r\nrun_id:%s\r\naof_enabled:1\r\nmaxmemory_policy:noeviction\r\n%s", f.version, s.Addr(), f.extra))
		},
		"CONFIG": func(c *resp.Peer, _ []string) { c.WriteStrings([]string{"appendfsync", f.fsync}) },
		"SET":    func(c *resp.Peer, _ []string) { c.WriteOK() },
		"WAIT":   func(c *resp.Peer, _ []string) { c.WriteInt(1) },
		"WAITAOF": func(c *resp.Peer, _ []string) {
			var local, replicas int
			if _, err := fmt.Sscan(f.waitAOF, &local, &replicas); err != nil {
				c.WriteError(f.waitAOF)
				return
			}
			c.WriteLen(2)
			c.WriteInt(local)
			c.WriteInt(replicas)
		},
	} {
		must(t, s.Register(name, func(c *resp.Peer, command string, args []string) {
			f.mu.Lock()
			defer f.mu.Unlock()
			if strings.HasPrefix(command, "WAIT") {
				f.waits = append(f.waits, command+" "+strings.Join(args, " "))
			}
			answer(c, args)
		}))
	}
	return s.Addr().String()
}

// TestWaitAOF: where all nodes know it and flush at every write, it is WAITAOF
// that confirms.
func TestWaitAOF(t *testing.T) {
	t.Parallel()
	const onDisk, inMemory = "WAITAOF 1 1 1000", "WAIT 1 1000"
	for _, test := range []struct {
		name             string
		primary, replica *fake
		waits            []string // of two writes
		first, second    error
	}{
		{name: "all on disk", primary: &fake{version: "7.4.1", fsync: "always", waitAOF: "1 1"}, replica: &fake{version: "7.2.0", fsync: "always"}, waits: []string{onDisk, onDisk}},
		{name: "a later major version", primary: &fake{version: "8.0.0", fsync: "always", waitAOF: "1 1"}, replica: &fake{version: "8.0.0", fsync: "always"}, waits: []string{onDisk, onDisk}},
		{name: "too few replicas", primary: &fake{version: "7.4.1", fsync: "always", waitAOF: "1 0"}, replica: &fake{version: "7.2.0", fsync: "always"}, waits: []string{onDisk, onDisk}, first: store.ErrReplicas, second: store.ErrReplicas},
		{name: "not on the primary's disk", primary: &fake{version: "7.4.1", fsync: "always", waitAOF: "0 1"}, replica: &fake{version: "7.2.0", fsync: "always"}, waits: []string{onDisk, onDisk}, first: store.ErrReplicas, second: store.ErrReplicas},
		{name: "refused", primary: &fake{version: "7.4.1", fsync: "always", waitAOF: "NOPERM this user may not"}, replica: &fake{version: "7.2.0", fsync: "always"}, waits: []string{onDisk, inMemory}, first: errors.New("NOPERM")},
		{name: "an old primary", primary: &fake{version: "7.0.15", fsync: "always"}, replica: &fake{version: "7.2.0", fsync: "always"}, waits: []string{inMemory, inMemory}},
		{name: "an old replica", primary: &fake{version: "7.2.0", fsync: "always"}, replica: &fake{version: "6.2.14", fsync: "always"}, waits: []string{inMemory, inMemory}},
		{name: "a replica that flushes every second", primary: &fake{version: "7.2.0", fsync: "always"}, replica: &fake{version: "7.2.0", fsync: "everysec"}, waits: []string{inMemory, inMemory}},
	} {
		t.Run(test.name, func(t *testing.T) {
			replica := startFake(t, test.replica)
			host, port, _ := strings.Cut(replica, ":")
			test.primary.extra = fmt.Sprintf("connected_slaves:1\r\nslave0:ip=%s,port=%s,state=online,offset=1,lag=0\r\n", host, port)
			e := open(t, startFake(t, test.primary), store.Options{WaitReplicas: 1, ReplicaWithin: patience})
			if got := value[store.Durability](t)(e.redis.Durability(t.Context())); got.Level != "replicated(1)" {
				t.Errorf("got level %s, want replicated(1)", got.Level)
			}
			for _, want := range []error{test.first, test.second} {
				err := e.redis.RememberIdentity(t.Context(), "token", store.Identity{TeamID: team})
				if (err == nil) != (want == nil) || want != nil && !strings.Contains(err.Error(), want.Error()) {
					t.Errorf("got %v, want %v", err, want)
				}
				_ = value[store.Durability](t)(e.redis.Durability(t.Context())) // looking again does not forget a refusal
			}
			if !slices.Equal(test.primary.waits, test.waits) {
				t.Errorf("got %q, want %q", test.primary.waits, test.waits)
			}
		})
	}
}

// TestTLS: with a password and a certificate of its own.
func TestTLS(t *testing.T) {
	t.Parallel()
	set := redistest.Single(t, redistest.Options{TLS: true, Username: "bot", Password: "secret", Args: []string{"--appendfsync", "always"}})
	e := openSet(t, set, 0)
	e.put(t, note("op1"))
	if entries := e.read(t); len(entries) != 1 || entries[0].Event.Op != "op1" {
		t.Errorf("got %v, want what was put", entries)
	}
	if got := value[store.Durability](t)(e.redis.Durability(t.Context())); got.Level != "fsync-always" || len(got.Warnings) > 0 {
		t.Errorf("got %+v, want fsync-always", got)
	}
	stranger := *set
	other := redistest.Single(t, redistest.Options{TLS: true})
	stranger.TLS = other.TLS
	if _, _, err := openSet(t, &stranger, 0).Put(t.Context(), note("op2")); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("got %v, want a certificate that nobody knows refused", err)
	}
	stranger = *set
	stranger.Password = "wrong"
	if _, _, err := openSet(t, &stranger, 0).Put(t.Context(), note("op2")); err == nil || !strings.Contains(err.Error(), "WRONGPASS") {
		t.Errorf("got %v, want the password refused", err)
	}
}

// TestConfirm: nothing could be stored while a replica is asked for and away.
func TestConfirm(t *testing.T) {
	t.Parallel()
	set := redistest.Single(t, redistest.Options{})
	_, port, _ := strings.Cut(set.Addresses[0], ":")
	e := openSet(t, set, 1)
	for range 2 {
		if err := e.Confirm(t.Context()); !errors.Is(err, store.ErrReplicas) {
			t.Errorf("without a replica: got %v, want ErrReplicas", err)
		}
		if err := e.Replicated(t.Context()); !errors.Is(err, store.ErrReplicas) {
			t.Errorf("without a replica: got %v, want ErrReplicas", err)
		}
	}
	must(t, openSet(t, set, 0).Confirm(t.Context()))
	must(t, openSet(t, set, 0).Replicated(t.Context()))
	replica := redistest.Single(t, redistest.Options{Args: []string{"--replicaof", "127.0.0.1", port}})
	eventually(t, "the replica is online", func() bool { return e.Confirm(t.Context()) == nil })
	must(t, e.Replicated(t.Context()))
	replica.Nodes[0].Kill()
}
