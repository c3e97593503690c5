package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/testkit/redistest"
	"github.com/signalbook/signalbook/bot/topic"
)

func TestFull(t *testing.T) {
	t.Parallel()
	const mb = 1 << 20
	for name, test := range map[string]struct {
		room store.Room
		want string // in the sentence; empty: there is room
	}{
		"empty":                                 {store.Room{}, ""},
		"Redis tells nothing of memory":         {store.Room{Events: 999}, ""},
		"as many events as may wait":            {store.Room{Events: 1000}, "1000 events wait for the coordinator"},
		"as many bytes as may wait":             {store.Room{Events: 300, Bytes: 256 * mb}, "300 events that take 268.4 MB"},
		"no limit on memory":                    {store.Room{Events: 10, Used: 1 << 40}, ""},
		"below nine tenths":                     {store.Room{Used: 89 * mb, Max: 100 * mb}, ""},
		"nine tenths":                           {store.Room{Used: 90 * mb, Max: 100 * mb}, "raise maxmemory"},
		"nothing waits":                         {store.Room{Used: 90 * mb, Max: 100 * mb}, "maxmemory of 104.9 MB: raise maxmemory"},
		"over its limit already":                {store.Room{Used: 101 * mb, Max: 100 * mb}, "raise maxmemory"},
		"what waits still fits":                 {store.Room{Events: 400, Used: 85 * mb, Max: 100 * mb}, ""},
		"what waits does not fit when it is in": {store.Room{Events: 450, Used: 85 * mb, Max: 100 * mb}, "450 events wait that need room too"},
	} {
		got := test.room.Full(1000)
		if (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s: got %q, want %q in it", name, got, test.want)
		}
	}
}

// fill stores what notifications says until endpoints are refused; it returns the
// groups that were taken, and the refusal.
func (e env) fill(t *testing.T, from int, text string) (taken []string, refusal string) {
	t.Helper()
	for n := from; ; n++ {
		ev := notification(fmt.Sprint("g", n))
		ev.Notification.Alerts[0].Annotations = map[string]string{"description": text}
		_, _, err := e.Put(t.Context(), ev)
		if errors.Is(err, store.ErrFull) {
			return taken, err.Error()
		}
		must(t, err)
		taken = append(taken, ev.Notification.GroupKey)
	}
}

// drain opens an incident of each waiting event, with a document, timeline and
// ledger as large as real ones, and returns the groups.
func (e env) drain(t *testing.T, lease store.Lease, number *int) (drained []string) {
	t.Helper()
	text := strings.Repeat("d", 4000)
	for {
		entries, err := e.Read(t.Context(), "", 32, store.NoWait)
		must(t, err)
		if len(entries) == 0 {
			return drained
		}
		if _, err := e.Suspect(t.Context(), entries[0].ID); err != nil {
			t.Fatal(err)
		}
		must(t, e.Cleared(t.Context(), entries[0].ID))
		for _, entry := range entries {
			*number++
			saved := opened(*number, func(i *incident.Incident) { i.Title = text })
			e.commit(t, lease.Fence, []error{nil}, store.Commit{EventID: entry.ID, Saved: []store.Saved{saved}, Next: *number, Op: entry.Event.Notification.GroupKey})
			must(t, e.SetSlot(t.Context(), lease.Fence, topic.Incident(*number), ledger.Root, ledger.Record{State: ledger.Sending, Op: "OP", IntentAt: start}))
			drained = append(drained, entry.Event.Notification.GroupKey)
		}
	}
}

func same(t *testing.T, got, want []string) {
	t.Helper()
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("%d events drained, want the %d that were taken, in their order", len(got), len(want))
	}
}

// TestLittleMemory: a Redis with a small maxmemory fills, refuses, drains, and
// takes again; nothing that was taken is lost, and the coordinator is never refused.
func TestLittleMemory(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int{"many small events": 100, "large events": 100_000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startServer(t, "--maxmemory", "16mb", "--maxmemory-policy", "noeviction")
			e := open(t, server.Addr, store.Options{InboxBound: 1 << 40})
			lease, number := e.keep(t), 0
			text := strings.Repeat("x", size)
			taken, refusal := e.fill(t, 0, text)
			room := value[store.Room](t)(e.Room(t.Context()))
			if len(taken) == 0 || !strings.Contains(refusal, "raise maxmemory") || room.Bytes == 0 || room.Max != 16<<20 {
				t.Fatalf("took %d, then %q, %+v: want some taken, and to be told of maxmemory", len(taken), refusal, room)
			}
			must(t, server.Client().Set(t.Context(), "a little", strings.Repeat("x", 1<<18), 0).Err()) // so that nothing more fits at all
			eventually(t, "a look sees it", func() bool { return e.Full(value[store.Room](t)(e.Room(t.Context()))) != "" })
			if _, _, err := e.Put(t.Context(), note("op1")); !errors.Is(err, store.ErrFull) {
				t.Errorf("a click: got %v, want ErrFull", err)
			}
			same(t, e.drain(t, lease, &number), taken)
			if used := value[store.Room](t)(e.Room(t.Context())).Used; used > 16<<20 {
				t.Errorf("drained, %d bytes are used: want what waited to have fitted below maxmemory", used)
			}
			// What is closed is forgotten, or memory is added: endpoints take again by themselves.
			must(t, server.Client().ConfigSet(t.Context(), "maxmemory", "32mb").Err())
			var more []string
			eventually(t, "endpoints take again", func() bool {
				more, _ = e.fill(t, 1_000_000, text)
				return len(more) > 0
			})
			same(t, e.drain(t, lease, &number), more)
		})
	}
}

// TestOutOfMemory: others may fill the same Redis whole. Endpoints say so, and the
// coordinator goes on: also one that takes over, and one that has to count its tries.
func TestOutOfMemory(t *testing.T) {
	t.Parallel()
	server := startServer(t, "--maxmemory-policy", "noeviction")
	e := open(t, server.Addr, store.Options{})
	first, number := e.keep(t), 0
	replayed, dropped := e.buried(t, first.Fence, notification("g4")), e.buried(t, first.Fence, event.Event{At: start, Timer: &incident.Timer{Incident: 7}})
	e.put(t, note("op1"))
	e.put(t, notification("g1"))
	e.put(t, notification("g2"))
	e.commit(t, first.Fence, []error{nil}, store.Commit{EventID: e.read(t)[0].ID, Op: "op1", Answer: event.Answer{Incident: incident.Answer{Kind: incident.AnswerApplied}}})
	must(t, server.Client().Set(t.Context(), "elsewhere", strings.Repeat("x", 12<<20), 0).Err())
	must(t, server.Client().ConfigSet(t.Context(), "maxmemory", "4mb").Err())
	if err := server.Client().Set(t.Context(), "more", 1, 0).Err(); err == nil || !strings.HasPrefix(err.Error(), "OOM") {
		t.Fatalf("got %v, want a Redis that takes nothing", err)
	}
	for _, ev := range []event.Event{note("op2"), notification("g3")} {
		// By an endpoint that has not looked yet as by one that has.
		for range 2 {
			if _, _, err := open(t, server.Addr, store.Options{}).Put(t.Context(), ev); !errors.Is(err, store.ErrFull) || !strings.Contains(err.Error(), "maxmemory") {
				t.Errorf("got %v, want ErrFull because of maxmemory", err)
			}
			if _, _, err := e.Put(t.Context(), ev); !errors.Is(err, store.ErrFull) {
				t.Errorf("got %v, want ErrFull", err)
			}
		}
	}
	if answer, done, err := e.Put(t.Context(), note("op1")); err != nil || !done || answer.Incident.Kind != incident.AnswerApplied {
		t.Errorf("an act that was done before: got %+v, %v, %v, want its answer", answer, done, err)
	}
	if err := e.Confirm(t.Context()); err == nil {
		t.Error("something could be stored, want readiness to see that nothing can")
	}
	must(t, e.Release(t.Context(), first))
	second := e.keep(t)
	if ok, err := e.Renew(t.Context(), second); err != nil || !ok {
		t.Errorf("renew: got %v, %v", ok, err)
	}
	same(t, e.drain(t, second, &number), []string{"g1", "g2"})
	e.commit(t, second.Fence, []error{nil}, store.Commit{Ripe: []topic.ID{topic.Incident(1)}, Now: start})
	must(t, e.Settle(t.Context(), second.Fence, topic.Incident(1), 1))
	e.commit(t, second.Fence, []error{store.ErrAbsent}, store.Commit{EventID: "1-1"})
	e.seat(t, "A", true, true, store.Socket{Held: true, Turn: true})
	must(t, e.Directory.SetMembers(t.Context(), "@db", nil))
	must(t, e.Directory.SetNames(t.Context(), map[string]string{"@db": "S1", "@sre": ""}))
	must(t, e.Directory.Block(t.Context(), "views.update", time.Minute))
	// A server that came back full has its numbers compared and its lists filled before the coordinator begins.
	must(t, e.RaiseNumber(t.Context(), second.Fence, number+7, "server"))
	must(t, server.Client().Del(t.Context(), base+"indexed", base+"listed").Err())
	must(t, e.FillIndexes(t.Context(), second.Fence))
	// A newer replica has to be seen, for the older one to make room for it.
	if all, err := e.Replicas.Announce(t.Context(), store.Replica{ID: "newer", Reads: 2}); err != nil || len(all) != 1 {
		t.Errorf("announced: got %+v, %v", all, err)
	}
	must(t, e.Dead.Replay(t.Context(), replayed.ID))
	must(t, e.Dead.Drop(t.Context(), dropped.ID))
	if entries := e.read(t); len(entries) != 2 || entries[0].Event.Timer == nil || entries[1].Event.Notification == nil {
		t.Errorf("got %+v in the inbox, want the timer of INC-1 and what was replayed", entries)
	}
	if wait, err := e.Directory.Spend(t.Context(), "views.open", 3); err != nil || wait != 0 {
		t.Errorf("a form: got %s, %v, want it opened", wait, err)
	}
	answers := e.NewReplies()
	go func() { _ = answers.Run(t.Context()) }()
	eventually(t, "answers are heard", func() bool {
		return server.Client().PubSubNumSub(t.Context(), base+"replies").Val()[base+"replies"] == 1
	})
	must(t, server.Client().Del(t.Context(), "elsewhere").Err())
	eventually(t, "endpoints take again", func() bool {
		_, _, err := e.Put(t.Context(), note("op2"))
		return err == nil
	})
}

// TestMemoryThatEvicts: a Redis that was accepted though it evicts keys, such as a
// cache that others fill, stands at its maxmemory for ever. That is no reason to
// refuse; that nothing is left to evict is.
func TestMemoryThatEvicts(t *testing.T) {
	t.Parallel()
	server := startServer(t, "--maxmemory", "8mb", "--maxmemory-policy", "volatile-lru")
	e := open(t, server.Addr, store.Options{})
	lease, number := e.keep(t), 0
	cached := func(n int) {
		must(t, server.Client().Set(t.Context(), fmt.Sprint("cached:", n), strings.Repeat("x", 10_000), time.Hour).Err())
	}
	for n := range 1000 { // ten times of what fits beside us
		cached(n)
	}
	if room := value[store.Room](t)(e.Room(t.Context())); room.Used < 7<<20 || room.Max != 0 {
		t.Fatalf("got %+v, want a Redis that is full and says no limit", room)
	}
	var taken []string
	for n := range 100 {
		ev := notification(fmt.Sprint("g", n))
		e.put(t, ev)
		taken = append(taken, ev.Notification.GroupKey)
	}
	same(t, e.drain(t, lease, &number), taken)
	must(t, server.Client().FlushDB(t.Context()).Err())
	lease, number = e.keep(t), 0
	for n := range 300 { // nothing of this may be evicted
		must(t, server.Client().Set(t.Context(), fmt.Sprint("kept:", n), strings.Repeat("x", 10_000), 0).Err())
	}
	taken, refusal := e.fill(t, 0, strings.Repeat("x", 10_000))
	if len(taken) == 0 || !strings.Contains(refusal, "maxmemory") {
		t.Errorf("took %d, then %q: want some taken, and to be told of maxmemory", len(taken), refusal)
	}
	same(t, e.drain(t, lease, &number), taken)
}

// TestRoomOfWhoMayNotAsk: a user without INFO and MEMORY goes by the number of
// events alone.
func TestRoomOfWhoMayNotAsk(t *testing.T) {
	t.Parallel()
	set := redistest.Single(t, redistest.Options{})
	must(t, set.Nodes[0].Client().Do(t.Context(), "ACL", "SETUSER", "bot", "on", ">secret", "~*", "&*", "+@all", "-info", "-memory").Err())
	r, err := store.Open(store.Options{Addresses: set.Addresses, Prefix: prefix, Username: "bot", Password: "secret", InboxBound: 3})
	must(t, err)
	t.Cleanup(func() { r.Close() })
	e := env{Store: r.Workspace(team), redis: r}
	for n := range 3 {
		e.put(t, notification(fmt.Sprint("g", n)))
	}
	if _, _, err := e.Put(t.Context(), notification("g3")); !errors.Is(err, store.ErrFull) {
		t.Errorf("got %v, want ErrFull", err)
	}
	if room := value[store.Room](t)(e.Room(t.Context())); room != (store.Room{Events: 3}) {
		t.Errorf("got %+v, want three events and nothing else known", room)
	}
}
