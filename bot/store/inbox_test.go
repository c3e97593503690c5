package store_test

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/topic"
)

func TestPutAndRead(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		want := []event.Event{note("op1"), notification("g"), note("op2"), {At: start, Timer: &incident.Timer{Incident: 7}}}
		for _, ev := range want {
			e.put(t, ev)
		}
		entries := e.read(t)
		var got []event.Event
		for k, entry := range entries {
			if entry.Err != nil {
				t.Error(entry.Err)
			}
			if k > 0 && entry.ID <= entries[k-1].ID {
				t.Errorf("got id %s after %s", entry.ID, entries[k-1].ID)
			}
			got = append(got, entry.Event)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(event.Event{}, "At")); diff != "" {
			t.Errorf("events differ from what was put, or in their order (-want +got):\n%s", diff)
		}
		few, err := e.Read(t.Context(), "", 2, store.NoWait)
		must(t, err)
		if len(few) != 2 || few[0].ID != entries[0].ID || few[1].ID != entries[1].ID {
			t.Errorf("got %v, want the first two, which reading left there", few)
		}
		if n := value[store.Room](t)(e.Room(t.Context())).Events; n != 4 {
			t.Errorf("got length %d, want 4", n)
		}
	})
}

func TestReadWaitsForTheFirst(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		if entries, err := e.Read(t.Context(), "", 10, 10*time.Millisecond); err != nil || len(entries) != 0 {
			t.Errorf("an empty inbox: got %v, %v, want nothing", entries, err)
		}
		var wait sync.WaitGroup
		wait.Go(func() {
			entries, err := e.Read(t.Context(), "", 10, patience)
			if err != nil || len(entries) != 1 {
				t.Errorf("got %v, %v, want the event", entries, err)
			}
		})
		e.put(t, note("op1"))
		wait.Wait()
	})
}

func TestPutOneActOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		e.put(t, note("op1"))
		e.put(t, note("op1")) // Slack delivers again while the coordinator has not come to it
		e.put(t, notification("g"))
		e.put(t, notification("g")) // notifications are judged by what they say
		entries := e.read(t)
		if len(entries) != 3 {
			t.Fatalf("got %d events, want 3", len(entries))
		}
		lease := e.keep(t)
		want := event.Answer{Incident: incident.Answer{Kind: incident.AnswerTaken, Incident: 1, Who: incident.User{ID: "U2", Name: "ben"}, When: start}}
		e.commit(t, lease.Fence, []error{nil}, store.Commit{EventID: entries[0].ID, Op: "op1", Answer: want})
		got, done, err := e.Put(t.Context(), note("op1"))
		must(t, err)
		if !done || !reflect.DeepEqual(got, want) {
			t.Errorf("a repeated act: got %+v, %v, want %+v at once", got, done, want)
		}
		if left := len(e.read(t)); left != 2 {
			t.Errorf("got %d events, want 2", left)
		}
		if got, ok, err := e.Answered(t.Context(), "op1"); err != nil || !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("answered: got %+v, %v, %v, want %+v", got, ok, err, want)
		}
		if _, ok, err := e.Answered(t.Context(), "unheard"); err != nil || ok {
			t.Errorf("an op that nobody knows: got %v, %v, want no answer", ok, err)
		}
		ttl := value[time.Duration](t)(e.raw.TTL(t.Context(), base+"seen:op1").Result())
		if ttl < store.SeenFor-time.Minute || ttl > store.SeenFor {
			t.Errorf("the op is remembered for %v, want %v", ttl, store.SeenFor)
		}
	})
}

func TestPutIntoAFullInbox(t *testing.T) {
	server := startServer(t)
	e := open(t, server.Addr, store.Options{InboxBound: 2})
	e.put(t, note("op1"))
	e.put(t, notification("g"))
	if _, _, err := e.Put(t.Context(), note("op2")); !errors.Is(err, store.ErrFull) {
		t.Errorf("got %v, want ErrFull", err)
	}
	if _, _, err := e.Put(t.Context(), note("op1")); err != nil {
		t.Errorf("an act that is in there already: got %v, want it taken", err)
	}
	// The coordinator's own events pass.
	lease := e.keep(t)
	e.commit(t, lease.Fence, []error{nil}, store.Commit{Ripe: []topic.ID{topic.Incident(1)}, Now: start})
	entries := e.read(t)
	if len(entries) != 3 {
		t.Fatalf("got %d events, want 3", len(entries))
	}
	e.commit(t, lease.Fence, []error{nil, nil}, store.Commit{EventID: entries[0].ID}, store.Commit{EventID: entries[1].ID})
	// What was refused was not remembered as seen.
	e.put(t, note("op2"))
	if n := len(e.read(t)); n != 2 {
		t.Errorf("got %d events, want 2", n)
	}
}

func TestReadWhatCannotBeDecoded(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		must(t, e.raw.Do(t.Context(), "XADD", base+"inbox", "*", "e", "\xff{").Err())
		must(t, e.raw.Do(t.Context(), "XADD", base+"inbox", "*", "other", "field").Err())
		e.put(t, note("op1"))
		entries := e.read(t)
		if len(entries) != 3 || entries[0].Err == nil || entries[0].Raw != "\xff{" || entries[1].Err == nil || entries[2].Err != nil {
			t.Errorf("got %+v, want two that cannot be read and one that can", entries)
		}
	})
}

// TestPutByMany puts many acts at once, each twice, as two endpoints would.
func TestPutByMany(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		var wait sync.WaitGroup
		for k := range 50 {
			for range 2 {
				wait.Go(func() {
					if _, done, err := e.Put(t.Context(), note(fmt.Sprint("op", k))); err != nil || done {
						t.Errorf("got %v, %v, want it stored", done, err)
					}
				})
			}
		}
		wait.Wait()
		if n := value[store.Room](t)(e.Room(t.Context())).Events; n != 50 {
			t.Errorf("got %d events, want 50", n)
		}
	})
}

// TestScriptsForgotten: a Redis that restarted knows no script.
func TestScriptsForgotten(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		e.put(t, note("op1"))
		must(t, e.raw.ScriptFlush(t.Context()).Err())
		e.put(t, note("op2"))
		entries := e.read(t)
		must(t, e.raw.ScriptFlush(t.Context()).Err())
		first := opened(1, nil)
		e.commit(t, lease.Fence, []error{nil, nil},
			store.Commit{EventID: entries[0].ID, Saved: []store.Saved{first}, Next: 1},
			store.Commit{EventID: entries[1].ID, Saved: []store.Saved{moved(first, incident.KindNoted, nil)}})
		must(t, e.raw.ScriptFlush(t.Context()).Err())
		if ok, err := e.Renew(t.Context(), lease); err != nil || !ok {
			t.Errorf("got %v, %v, want the lease renewed", ok, err)
		}
		must(t, e.raw.ScriptFlush(t.Context()).Err())
		must(t, e.Settle(t.Context(), lease.Fence, topic.Incident(1), 2))
		if dirty := value[[]topic.ID](t)(e.Dirty(t.Context())); len(dirty) != 0 {
			t.Errorf("got dirty %v, want none", dirty)
		}
	})
}

// However fast they come: an endpoint that has seen an empty inbox counts what it adds.
func TestPutStopsAtTheBound(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		for n := range 1000 {
			e.put(t, notification(fmt.Sprint("g", n)))
		}
		if _, _, err := e.Put(t.Context(), notification("more")); !errors.Is(err, store.ErrFull) {
			t.Errorf("the 1001st event got %v, want ErrFull", err)
		}
		if n := value[store.Room](t)(e.Room(t.Context())).Events; n != 1000 {
			t.Errorf("got %d events, want the bound of 1000", n)
		}
	})
}
