package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/topic"
)

func epoch(t *testing.T, fence store.Fence) string {
	t.Helper()
	epoch, nonce, ok := strings.Cut(string(fence), ":")
	if !ok || nonce == "" {
		t.Fatalf("got fence %q, want epoch:nonce", fence)
	}
	return epoch
}

func TestLease(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		if kept := value[bool](t)(e.Kept(t.Context())); kept {
			t.Error("a workspace that nobody keeps is said to be kept")
		}
		first := e.keep(t)
		if got := epoch(t, first.Fence); got != "1" {
			t.Errorf("got epoch %s, want 1", got)
		}
		if _, ok, err := e.Acquire(t.Context()); err != nil || ok {
			t.Errorf("a second coordinator: got %v, %v, want it refused", ok, err)
		}
		if kept := value[bool](t)(e.Kept(t.Context())); !kept {
			t.Error("a workspace that is kept is said not to be")
		}
		must(t, e.raw.PExpire(t.Context(), base+"lease", time.Hour).Err())
		if ok, err := e.Renew(t.Context(), first); err != nil || !ok {
			t.Errorf("renew: got %v, %v, want it prolonged", ok, err)
		}
		if ttl := e.raw.PTTL(t.Context(), base+"lease").Val(); ttl <= 0 || ttl > store.LeaseFor {
			t.Errorf("got %v to live, want at most %v", ttl, store.LeaseFor)
		}
		must(t, e.Release(t.Context(), first))
		second := e.keep(t)
		if got := epoch(t, second.Fence); got != "2" || second.Fence == first.Fence {
			t.Errorf("got epoch %s, want 2", got)
		}
		// Whoever lost it can neither renew it, nor hand it back, nor commit.
		if ok, err := e.Renew(t.Context(), first); err != nil || ok {
			t.Errorf("renew by the first coordinator: got %v, %v, want it lost", ok, err)
		}
		must(t, e.Release(t.Context(), first))
		if ok, err := e.Renew(t.Context(), second); err != nil || !ok {
			t.Errorf("renew by the second: got %v, %v, want it prolonged: the first gave back what was not his", ok, err)
		}
		e.commit(t, first.Fence, []error{store.ErrFenced}, store.Commit{})
		e.commit(t, second.Fence, []error{nil}, store.Commit{})
	})
}

// TestLeaseExpires waits for Redis' own clock.
func TestLeaseExpires(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		first := e.keep(t)
		must(t, e.raw.PExpire(t.Context(), base+"lease", 50*time.Millisecond).Err())
		var second store.Lease
		eventually(t, "the lease can be taken when it has expired", func() bool {
			var ok bool
			var err error
			second, ok, err = e.Acquire(t.Context())
			must(t, err)
			return ok
		})
		if ok, err := e.Renew(t.Context(), first); err != nil || ok {
			t.Errorf("renew by the first coordinator: got %v, %v, want it lost", ok, err)
		}
		if got := epoch(t, second.Fence); got != "2" {
			t.Errorf("got epoch %s, want 2", got)
		}
	})
}

// TestLeaseExpiredUntaken: until somebody takes over, the fence still holds, but
// the lease has to be taken anew.
func TestLeaseExpiredUntaken(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		must(t, e.raw.Del(t.Context(), base+"lease").Err())
		if ok, err := e.Renew(t.Context(), lease); err != nil || ok {
			t.Errorf("got %v, %v, want it lost", ok, err)
		}
		e.commit(t, lease.Fence, []error{nil}, store.Commit{})
	})
}

func TestSlots(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		root := ledger.Record{Channel: "C1", TS: "1.000100", Hash: "abc", State: ledger.Sent, Op: "OP1", IntentAt: start}
		tier := ledger.Record{Channel: "C1", State: ledger.Sending, Parent: root.TS, Op: "OP2", IntentAt: start, Sweeps: 2, SweepAt: start.Add(time.Minute), Old: []string{"0.5"}}
		must(t, e.SetSlot(t.Context(), lease.Fence, topic.Incident(7), ledger.Root, root))
		must(t, e.SetSlot(t.Context(), lease.Fence, topic.Incident(7), "tier:immediate", tier))
		has := value[ledger.Ledger](t)(e.Ledger(t.Context(), topic.Incident(7)))
		if len(has) != 2 || has[ledger.Root].TS != root.TS || has["tier:immediate"].Op != "OP2" || !has["tier:immediate"].SweepAt.Equal(tier.SweepAt) || has["tier:immediate"].Old[0] != "0.5" {
			t.Errorf("got ledger %+v", has)
		}
		if n := value[int](t)(e.ThreadNumber(t.Context(), "C1", "1.000100")); n != 7 {
			t.Errorf("got incident %d of the thread, want 7", n)
		}
		for _, place := range [][2]string{{"C1", "0.5"}, {"C2", "1.000100"}} {
			if n := value[int](t)(e.ThreadNumber(t.Context(), place[0], place[1])); n != 0 {
				t.Errorf("got incident %d of thread %v, want none", n, place)
			}
		}
		// A root that was posted anew is found, and the old one still is.
		root.TS, root.Old = "2.000100", []string{"1.000100"}
		must(t, e.SetSlot(t.Context(), lease.Fence, topic.Incident(7), ledger.Root, root))
		for _, ts := range []string{"1.000100", "2.000100"} {
			if n := value[int](t)(e.ThreadNumber(t.Context(), "C1", ts)); n != 7 {
				t.Errorf("got incident %d of thread %s, want 7", n, ts)
			}
		}
		must(t, e.Release(t.Context(), lease))
		e.keep(t)
		if err := e.SetSlot(t.Context(), lease.Fence, topic.Incident(7), ledger.Root, ledger.Record{}); !errors.Is(err, store.ErrFenced) {
			t.Errorf("a slot by the coordinator before: got %v, want ErrFenced", err)
		}
		if got := value[ledger.Ledger](t)(e.Ledger(t.Context(), topic.Incident(7))); got[ledger.Root].TS != "2.000100" {
			t.Errorf("got root %+v, want it untouched", got[ledger.Root])
		}
	})
}

func TestSettle(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		first := opened(1, nil)
		e.commit(t, lease.Fence, []error{nil}, store.Commit{Saved: []store.Saved{first}})
		e.commit(t, lease.Fence, []error{nil}, store.Commit{Saved: []store.Saved{moved(first, "noted", nil)}})
		dirty := func() int { return len(value[[]topic.ID](t)(e.Dirty(t.Context()))) }
		must(t, e.Settle(t.Context(), lease.Fence, topic.Incident(1), 1))
		if dirty() != 1 {
			t.Error("an old version settled the incident")
		}
		must(t, e.Settle(t.Context(), "9:somebody", topic.Incident(1), 2))
		if dirty() != 1 {
			t.Error("another fence settled the incident")
		}
		must(t, e.Settle(t.Context(), lease.Fence, topic.Incident(1), 2))
		if dirty() != 0 {
			t.Error("the newest version did not settle the incident")
		}
		must(t, e.MarkDirty(t.Context(), lease.Fence, topic.Incident(1), 2))
		if dirty() != 1 {
			t.Error("it was marked and is not dirty")
		}
		if err := e.MarkDirty(t.Context(), "9:somebody", topic.Incident(2), 1); !errors.Is(err, store.ErrFenced) || dirty() != 1 {
			t.Errorf("marked by another fence: got %v, want ErrFenced", err)
		}
		must(t, e.Settle(t.Context(), lease.Fence, topic.Incident(1), 3))
		if dirty() != 0 {
			t.Error("a newer version did not settle the incident")
		}
		must(t, e.Settle(t.Context(), lease.Fence, topic.Incident(5), 1)) // nothing to forget
	})
}

func TestMembers(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		if users, known, err := e.Directory.Members(t.Context(), "@db"); err != nil || known {
			t.Errorf("never asked: got %v, %v, %v, want not known", users, known, err)
		}
		must(t, e.Directory.SetMembers(t.Context(), "@db", []string{"U1", "U2"}))
		must(t, e.Directory.SetMembers(t.Context(), "@empty", nil))
		if users, known, err := e.Directory.Members(t.Context(), "@db"); err != nil || !known || len(users) != 2 || users[1] != "U2" {
			t.Errorf("got %v, %v, %v, want U1 and U2", users, known, err)
		}
		if users, known, err := e.Directory.Members(t.Context(), "@empty"); err != nil || !known || len(users) != 0 {
			t.Errorf("an empty group: got %v, %v, %v, want known, nobody", users, known, err)
		}
	})
}

func TestIdentity(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		const token = "xoxb-very-secret"
		if _, ok, err := e.redis.Identity(t.Context(), token); err != nil || ok {
			t.Errorf("got %v, %v, want nothing remembered", ok, err)
		}
		want := store.Identity{TeamID: "T1", Team: "Acme", UserID: "U9", BotID: "B9"}
		must(t, e.redis.RememberIdentity(t.Context(), token, want))
		if got, ok, err := e.redis.Identity(t.Context(), token); err != nil || !ok || got != want {
			t.Errorf("got %+v, %v, %v, want %+v", got, ok, err, want)
		}
		if _, ok, err := e.redis.Identity(t.Context(), "another"); err != nil || ok {
			t.Errorf("another token: got %v, %v, want nothing remembered", ok, err)
		}
		for _, key := range e.raw.Keys(t.Context(), "*").Val() {
			if strings.Contains(key, token) || strings.Contains(e.raw.Get(t.Context(), key).Val(), token) {
				t.Errorf("%s shows the token", key)
			}
		}
	})
}
