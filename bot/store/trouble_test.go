package store_test

import (
	"cmp"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/testkit/redistest"
)

// troubles are what a Redis may be in, each with what it says then; no word: nothing
// fails.
var troubles = map[string]struct {
	word       string
	args       []string
	begin, end func(t *testing.T, node *redistest.Node)
}{
	"SCRIPT FLUSH": {begin: func(*testing.T, *redistest.Node) {}, end: func(*testing.T, *redistest.Node) {}},
	"OOM": {
		word: "maxmemory", args: []string{"--maxmemory-policy", "noeviction"},
		begin: setting("maxmemory", "1"), end: setting("maxmemory", "0"),
	},
	"READONLY": { // demoted: its new primary is not there
		word: "READONLY", begin: order("REPLICAOF", "127.0.0.1", "1"), end: order("REPLICAOF", "NO", "ONE"),
	},
	"NOREPLICAS": {word: "NOREPLICAS", begin: setting("min-replicas-to-write", "1"), end: setting("min-replicas-to-write", "0")},
	"LOADING": {
		word: "LOADING", args: []string{"--key-load-delay", "100"}, // microseconds
		begin: func(t *testing.T, node *redistest.Node) {
			pipe := node.Client().Pipeline()
			for n := range 10_000 {
				pipe.Set(t.Context(), fmt.Sprint("key", n), n, 0)
			}
			_, err := pipe.Exec(t.Context())
			must(t, err)
			node.Kill()
			go node.Start() // it has started when it has loaded
		},
		end: func(t *testing.T, node *redistest.Node) {
			eventually(t, "Redis has loaded", func() bool { return node.Client().Ping(t.Context()).Err() == nil })
		},
	},
}

func setting(name, value string) func(*testing.T, *redistest.Node) {
	return order("CONFIG", "SET", name, value)
}

func order(args ...any) func(*testing.T, *redistest.Node) {
	return func(t *testing.T, node *redistest.Node) {
		t.Helper()
		must(t, node.Client().Do(t.Context(), args...).Err())
	}
}

// TestRedisInTrouble: while an endpoint stores events and a coordinator handles them, Redis
// forgets its scripts, has no memory, is read-only, lacks replicas, or loads. All that
// was confirmed is handled once, in its order, and no trouble is taken for an event's
// own fault.
func TestRedisInTrouble(t *testing.T) {
	t.Parallel()
	for name, trouble := range troubles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startServer(t, append([]string{"--appendfsync", "always"}, trouble.args...)...)
			e := open(t, server.Addr, store.Options{})
			w := work{env: e, seen: trouble.word}
			lease := e.keep(t)
			e.commit(t, lease.Fence, []error{nil}, store.Commit{Saved: []store.Saved{opened(1, nil)}, Next: 1})
			var working sync.WaitGroup
			working.Go(func() { w.endpoint(t) })
			working.Go(func() { w.coordinator(t, lease.Fence) })
			some := func() {
				t.Helper()
				until := w.handled.Load() + 20
				eventually(t, "work goes on", func() bool { return t.Failed() || w.handled.Load() >= until })
			}
			some()
			trouble.begin(t, server)
			if trouble.word == "" {
				for range 100 {
					order("SCRIPT", "FLUSH")(t, server)
				}
			} else {
				eventually(t, "Redis says "+trouble.word, w.met.Load)
			}
			trouble.end(t, server)
			some()
			w.stop.Store(true)
			working.Wait()
			changes := value[[]incident.Change](t)(e.WholeTimeline(t.Context(), 1))[1:]
			if len(changes) != w.confirmed {
				t.Errorf("%d events were confirmed, %d are in the timeline", w.confirmed, len(changes))
			}
			for k, c := range changes {
				if want := fmt.Sprint("op", k); c.Text != want {
					t.Fatalf("entry %d is %s, want %s", k, c.Text, want)
				}
			}
		})
	}
}

// work is that of an endpoint and a coordinator.
type work struct {
	env
	seen      string      // what Redis says in trouble
	met       atomic.Bool // it was said
	stop      atomic.Bool // the endpoint's
	ended     atomic.Bool // the endpoint
	handled   atomic.Int64
	confirmed int // by the endpoint; read when it has ended
}

// failed takes note of an error that goes away by itself.
func (w *work) failed(t *testing.T, err error) {
	if store.Refused(err) {
		t.Errorf("%v is said to be the event's own fault", err)
	}
	if strings.Contains(err.Error(), cmp.Or(w.seen, "nothing fails")) {
		w.met.Store(true)
	} else if w.seen == "" {
		t.Errorf("%v, want scripts sent again", err)
	}
}

// endpoint stores one event after another, each until it is confirmed.
func (w *work) endpoint(t *testing.T) {
	defer w.ended.Store(true)
	for ; !w.stop.Load() && !t.Failed(); w.confirmed++ {
		for t.Context().Err() == nil {
			_, _, err := w.Put(t.Context(), note(fmt.Sprint("op", w.confirmed)))
			if err == nil {
				break
			}
			w.failed(t, err)
		}
	}
}

// coordinator writes one event after another into the timeline of INC-1, each until that
// is confirmed, and ends when the endpoint has and nothing waits.
func (w *work) coordinator(t *testing.T, fence store.Fence) {
	for t.Context().Err() == nil && !t.Failed() {
		ended := w.ended.Load()
		stands, _, err := w.Incident(t.Context(), 1)
		if err != nil {
			w.failed(t, err)
			continue
		}
		document := opened(1, func(i *incident.Incident) { i.Version = stands.Version })
		entries, err := w.Read(t.Context(), "", 10, store.NoWait)
		switch {
		case err != nil:
			w.failed(t, err)
		case len(entries) == 0 && ended:
			return
		}
		for _, entry := range entries {
			next := moved(document, incident.KindNoted, nil)
			next.Changes[0].Text = entry.Event.Op
			each, err := w.Commit(t.Context(), fence, store.Commit{EventID: entry.ID, Op: entry.Event.Op, Saved: []store.Saved{next}})
			if err != nil {
				w.failed(t, err)
				break // looked at anew: it may have been committed all the same
			}
			if each[0] != nil {
				t.Errorf("%s: %v", entry.Event.Op, each[0])
				return
			}
			document = next
			w.handled.Add(1)
		}
	}
}
