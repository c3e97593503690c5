package store_test

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/testkit/redistest"
)

// waiting waits for an answer.
func waiting(t *testing.T, answers <-chan event.Answer) event.Answer {
	t.Helper()
	select {
	case got := <-answers:
		return got
	case <-time.After(patience):
		t.Fatal("no answer came")
		return event.Answer{}
	}
}

func TestReplies(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		ctx, stop := context.WithCancel(t.Context())
		replies := e.NewReplies()
		var running sync.WaitGroup
		running.Go(func() {
			if err := replies.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		defer running.Wait()
		defer stop()
		eventually(t, "the board listens", func() bool {
			return e.raw.PubSubNumSub(t.Context(), base+"replies").Val()[base+"replies"] == 1
		})
		lease := e.keep(t)
		commit := func(op string, n int) {
			t.Helper()
			e.put(t, note(op))
			entries := e.read(t)
			e.commit(t, lease.Fence, []error{nil}, store.Commit{EventID: entries[0].ID, Op: op, Answer: event.Answer{Incident: incident.Answer{Kind: incident.AnswerApplied, Incident: n}}})
		}
		one, doneOne := replies.Expect("op1")
		two, doneTwo := replies.Expect("op2")
		commit("nobody waits", 9)
		commit("op2", 2)
		commit("op1", 1)
		if got := waiting(t, one); got.Incident.Incident != 1 {
			t.Errorf("got %+v, want the answer of op1", got)
		}
		if got := waiting(t, two); got.Incident.Incident != 2 {
			t.Errorf("got %+v, want the answer of op2", got)
		}
		doneOne()
		doneTwo()
		// Slack delivers an act again: both copies wait, and one gives up.
		_, doneFirst := replies.Expect("op3")
		copy, doneCopy := replies.Expect("op3")
		doneFirst()
		commit("op3", 3)
		if got := waiting(t, copy); got.Incident.Incident != 3 {
			t.Errorf("got %+v, want the answer of op3", got)
		}
		doneCopy()
		// What nobody sent as an answer is passed over.
		must(t, e.raw.Publish(t.Context(), base+"replies", "{").Err())
		four, doneFour := replies.Expect("op4")
		defer doneFour()
		commit("op4", 4)
		if got := waiting(t, four); got.Incident.Incident != 4 {
			t.Errorf("got %+v, want the answer of op4", got)
		}
	})
}

// TestRepliesLeaveADemotedPrimary: the node that the board listens at was
// replaced, goes on accepting, answers a PING, and nothing is published there.
func TestRepliesLeaveADemotedPrimary(t *testing.T) {
	old, now := startServer(t), startServer(t)
	var primary atomic.Pointer[string]
	primary.Store(&old.Addr)
	e := open(t, old.Addr, store.Options{Dialer: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, *primary.Load())
	}})
	replies := e.NewReplies()
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = replies.Run(ctx) })
	defer running.Wait()
	defer stop()
	listeners := func(node *redistest.Node) int64 {
		return node.Client().PubSubNumSub(t.Context(), base+"replies").Val()[base+"replies"]
	}
	eventually(t, "the board listens", func() bool { return listeners(old) == 1 })
	// As go-redis does after a failover: what is in the pool is closed, the board's connection is not.
	primary.Store(&now.Addr)
	must(t, old.Client().Do(t.Context(), "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes").Err())
	if n := listeners(old); n != 1 {
		t.Fatalf("%d listen at the old primary, want the board to be left there", n)
	}
	answers, done := replies.Expect("op1")
	defer done()
	var lease store.Lease
	eventually(t, "the new primary has a coordinator", func() (ok bool) {
		var err error
		lease, ok, err = e.Acquire(t.Context())
		return err == nil && ok
	})
	e.put(t, note("op1"))
	e.commit(t, lease.Fence, []error{nil}, store.Commit{EventID: e.read(t)[0].ID, Op: "op1", Answer: event.Answer{Incident: incident.Answer{Kind: incident.AnswerApplied, Incident: 1}}})
	if got := waiting(t, answers); got.Incident.Incident != 1 {
		t.Errorf("got %+v, want the answer of op1", got)
	}
	eventually(t, "nobody listens at the old primary", func() bool { return listeners(old) == 0 })
}
