package store_test

import (
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/topic"
)

// seat asks for a replica's socket and wants this answer.
func (e env) seat(t *testing.T, replica string, connected, ask bool, want store.Socket) {
	t.Helper()
	got, err := e.Replicas.TakeSocket(t.Context(), replica, connected, ask)
	must(t, err)
	if got != want {
		t.Errorf("replica %s: got %+v, want %+v", replica, got, want)
	}
}

func TestTwoSockets(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		e.seat(t, "A", false, true, store.Socket{Held: true, Turn: true})
		e.seat(t, "B", false, true, store.Socket{Held: true}) // A opens at the moment
		e.seat(t, "C", false, true, store.Socket{})           // two are enough
		e.seat(t, "A", true, false, store.Socket{Held: true}) // renewed
		e.seat(t, "B", false, true, store.Socket{Held: true, Others: 1})
		e.seat(t, "C", false, true, store.Socket{Others: 1})
		must(t, e.raw.Del(t.Context(), base+"socket:turn").Err()) // a minute later
		e.seat(t, "B", false, true, store.Socket{Held: true, Others: 1, Turn: true})
		e.seat(t, "B", true, false, store.Socket{Held: true, Others: 1})
		e.seat(t, "C", false, true, store.Socket{Others: 2})
		for _, key := range []string{"socket:0", "socket:1"} {
			if ttl := e.raw.PTTL(t.Context(), base+key).Val(); ttl <= 0 || ttl > store.SocketFor {
				t.Errorf("%s lives for %v, want at most %v", key, ttl, store.SocketFor)
			}
		}
		// Handed back: the third has it at once, and opens when its turn comes, because the other is connected.
		must(t, e.Replicas.LeaveSocket(t.Context(), "A"))
		must(t, e.Replicas.LeaveSocket(t.Context(), "nobody"))
		e.seat(t, "C", false, true, store.Socket{Held: true, Others: 1})
		e.seat(t, "A", false, true, store.Socket{Others: 1})
		// Whoever opened last goes, and nobody is connected: no waiting.
		must(t, e.Replicas.LeaveSocket(t.Context(), "B"))
		e.seat(t, "C", false, true, store.Socket{Held: true, Turn: true})
	})
}

// TestSocketOfTheKilled: after a kill, the lease expires on Redis' clock; a
// replica that finds another seat free need not wait for that.
func TestSocketOfTheKilled(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		e.seat(t, "A", true, true, store.Socket{Held: true, Turn: true})
		e.seat(t, "B", true, false, store.Socket{Held: true, Others: 1})
		must(t, e.raw.PExpire(t.Context(), base+"socket:0", store.SocketFor/3).Err())
		must(t, e.raw.PExpire(t.Context(), base+"socket:1", store.SocketFor/3).Err())
		e.seat(t, "C", false, true, store.Socket{}) // they have not renewed for some time, and do not count
		must(t, e.raw.PExpire(t.Context(), base+"socket:0", 50*time.Millisecond).Err())
		eventually(t, "a lease is free", func() bool {
			got, err := e.Replicas.TakeSocket(t.Context(), "C", false, true)
			must(t, err)
			return got.Held
		})
		// The one that comes back finds the other seat, if that has become free.
		must(t, e.raw.Set(t.Context(), base+"socket:1", "B:0", 0).Err()) // held, and without an end here
		e.seat(t, "A", true, false, store.Socket{Others: 0})
		must(t, e.raw.Del(t.Context(), base+"socket:1").Err())
		e.seat(t, "A", true, false, store.Socket{Held: true, Others: 0})
	})
}

func TestAnnounce(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		a := store.Replica{ID: "A", Version: "1.2", Coordinator: true, Sections: map[string]string{"route": "x y"}, Playbooks: []string{"one:1", "two:2"}}
		if all := value[[]store.Replica](t)(e.Replicas.Announce(t.Context(), a)); len(all) != 1 || all[0].ID != "A" || !all[0].Coordinator || all[0].Sections["route"] != "x y" || all[0].Playbooks[1] != "two:2" || all[0].Age > patience {
			t.Errorf("got %+v, want what A said", all)
		}
		// One that went without a word, and what nobody can read.
		must(t, e.raw.HSet(t.Context(), base+"replicas", "old", `1000 {"version":"1.1"}`, "broken", "hello").Err())
		if all := value[[]store.Replica](t)(e.Replicas.Announce(t.Context(), store.Replica{ID: "B"})); len(all) != 2 {
			t.Errorf("got %+v, want A and B", all)
		}
		if left := e.raw.HKeys(t.Context(), base+"replicas").Val(); len(left) != 2 {
			t.Errorf("got %v in Redis, want A and B", left)
		}
		must(t, e.Replicas.Retire(t.Context(), "A"))
		if all := value[[]store.Replica](t)(e.Replicas.Announce(t.Context(), store.Replica{ID: "B"})); len(all) != 1 || all[0].ID != "B" {
			t.Errorf("got %+v, want B alone", all)
		}
	})
}

func TestStrays(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		if strays := value[[]store.Orphan](t)(e.Orphans(t.Context())); len(strays) != 0 {
			t.Errorf("got %+v, want none", strays)
		}
		stray := store.Orphan{Topic: topic.Incident(7), Slot: "root", Channel: "C1", TS: "1.5", Op: "OP", IntentAt: start}
		for range 2 {
			must(t, e.ReportOrphan(t.Context(), stray))
		}
		must(t, e.raw.SAdd(t.Context(), base+"strays", "hello").Err())
		strays := value[[]store.Orphan](t)(e.Orphans(t.Context()))
		if len(strays) != 1 || strays[0].Topic != topic.Incident(7) || strays[0].Slot != "root" || strays[0].TS != "1.5" || strays[0].Op != "OP" || !strays[0].IntentAt.Equal(start) {
			t.Fatalf("got %+v, want the one reported", strays)
		}
		must(t, e.ForgetOrphan(t.Context(), strays[0]))
		if left := e.raw.SCard(t.Context(), base+"strays").Val(); left != 0 {
			t.Errorf("got %d left, want none", left)
		}
	})
}
