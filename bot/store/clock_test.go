package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
)

// wrongBy is a replica's clock that is wrong by so much.
func wrongBy(d time.Duration) func() time.Time {
	return func() time.Time { return time.Now().Add(d) }
}

// near reports whether two times of one clock are those of one moment, as far as a
// busy machine can tell.
func near(a, b time.Time) bool { return a.Sub(b).Abs() < 5*time.Minute }

// TestClockIsRedis: whatever the clocks of replicas show, events come in the order
// and at the times at which Redis took them, and all replicas have one time.
func TestClockIsRedis(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	ahead := open(t, server.Addr, store.Options{Now: wrongBy(time.Hour)})
	behind := open(t, server.Addr, store.Options{Now: wrongBy(-time.Hour)})
	began := time.Now().Add(-time.Second)
	for _, endpoint := range []env{ahead, behind} {
		ev := notification("g")
		ev.At = endpoint.Now().UTC()
		endpoint.put(t, ev)
	}
	for _, coordinator := range []env{ahead, behind} {
		if !near(coordinator.Local(coordinator.Now()), coordinator.Now()) {
			t.Error("a clock that was not measured is somebody else's")
		}
		skew := value[time.Duration](t)(coordinator.MeasureClock(t.Context()))
		if want := map[bool]time.Duration{true: time.Hour, false: -time.Hour}[coordinator.Store == ahead.Store]; (skew - want).Abs() > 5*time.Minute {
			t.Errorf("got a skew of %v, want %v", skew, want)
		}
		if !near(coordinator.Now(), time.Now()) || !near(coordinator.Local(coordinator.Now()), time.Now().Add(skew)) {
			t.Errorf("got %v and locally %v, want Redis' time and this replica's", coordinator.Now(), coordinator.Local(coordinator.Now()))
		}
		if !coordinator.Local(time.Time{}).IsZero() {
			t.Error("no time became one")
		}
		entries := coordinator.read(t)
		for k, entry := range entries {
			if entry.At.Before(began) || !near(entry.At, time.Now()) || !entry.Event.At.Equal(entry.At) || k > 0 && entry.At.Before(entries[k-1].At) {
				t.Errorf("event %d is of %v, and was taken at %v: want Redis' time, and their order", k, entry.Event.At, entry.At)
			}
		}
	}
}

// TestClockSetBack: Redis' clock was a day ahead, and was mended. Stream ids stay
// there for a day; events come now.
func TestClockSetBack(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		tomorrow := time.Now().Add(24 * time.Hour)
		must(t, e.raw.Do(t.Context(), "XADD", base+"inbox", tomorrow.UnixMilli(), "e", "{}").Err())
		e.put(t, notification("g"))
		_ = value[time.Duration](t)(e.MeasureClock(t.Context()))
		for _, entry := range e.read(t) {
			if !near(entry.At, time.Now()) {
				t.Errorf("event %s is of %v, want now", entry.ID, entry.At)
			}
		}
	})
}

// TestReplayKeepsTheTime: a dead letter is replayed with the time at which it was
// first taken, however often; those of earlier binaries, too.
func TestReplayKeepsTheTime(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		must(t, e.raw.Do(t.Context(), "XADD", base+"inbox", "1700000000123-0", "e", string(value[[]byte](t)(note("op1").Encode()))).Err())
		taken := time.UnixMilli(1_700_000_000_123)
		for range 3 {
			entry := e.read(t)[0]
			if !entry.At.Equal(taken) || !entry.Event.At.Equal(taken) {
				t.Fatalf("event %s is of %v, want %v", entry.ID, entry.At, taken)
			}
			e.commit(t, lease.Fence, []error{nil}, store.Commit{EventID: entry.ID, Bury: &entry, Why: "test"})
			ids := value[[]string](t)(e.Dead.IDs(t.Context()))
			letters, err := e.raw.XRange(t.Context(), base+"dead", ids[0], ids[0]).Result()
			must(t, err)
			if letters[0].Values["at"] != "1700000000123" {
				t.Errorf("got %v among the dead letters, want its time", letters[0].Values)
			}
			must(t, e.Dead.Replay(t.Context(), ids[0]))
		}
		// A letter of an earlier binary has no time of its own, but its id in the inbox.
		old := string(value[[]byte](t)(note("op2").Encode()))
		id := value[string](t)(e.raw.Do(t.Context(), "XADD", base+"dead", "*", "e", old, "id", "1600000000456-7", "why", "test").Text())
		must(t, e.Dead.Replay(t.Context(), id))
		entries := e.read(t)
		if got := entries[len(entries)-1].Event; got.Op != "op2" || got.At.UnixMilli() != 1_600_000_000_456 {
			t.Errorf("got %+v, want op2 with the time of its inbox id", got)
		}
	})
}

// TestDropMakesATimerDueOnRedisClock: whoever drops a letter may have any clock.
func TestDropMakesATimerDueOnRedisClock(t *testing.T) {
	t.Parallel()
	e := open(t, startServer(t).Addr, store.Options{Now: wrongBy(time.Hour)})
	timer := string(value[[]byte](t)(event.Event{At: start, Timer: &incident.Timer{Incident: 7}}.Encode()))
	id := value[string](t)(e.raw.Do(t.Context(), "XADD", base+"dead", "*", "e", timer, "id", "1-1").Text())
	must(t, e.Dead.Drop(t.Context(), id))
	due := time.UnixMilli(int64(e.raw.ZScore(t.Context(), base+"due", "7").Val()))
	if !near(due, time.Now()) {
		t.Errorf("it is due at %v, want now", due)
	}
}

// TestSkewIsSaid: a clock that is more than five seconds from Redis' is among the
// warnings, which the start writes into the log and /-/ready lists.
func TestSkewIsSaid(t *testing.T) {
	t.Parallel()
	server := startServer(t, "--appendfsync", "always")
	for name, test := range map[string]struct {
		by   time.Duration
		want string
	}{
		"right":     {0, ""},
		"fast":      {time.Minute, "ahead of Redis'"},
		"slow":      {-time.Minute, "behind Redis'"},
		"hours off": {-7 * time.Hour, "7h0m0s behind Redis'"},
	} {
		got := value[store.Durability](t)(open(t, server.Addr, store.Options{Now: wrongBy(test.by)}).redis.Durability(t.Context())).Warnings
		said := strings.Join(got, " ")
		if (test.want == "") == strings.Contains(said, "clock") || !strings.Contains(said, test.want) {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

// TestNotedBeforeTheClockWentBack: what Slack said of people at a time that is yet to
// come is of nobody knows when: Slack is asked again.
func TestNotedBeforeTheClockWentBack(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		_ = value[time.Duration](t)(e.MeasureClock(t.Context()))
		for at, known := range map[time.Time]bool{e.Now(): true, e.Now().Add(-time.Hour): true, e.Now().Add(time.Hour): false} {
			must(t, e.Directory.SetRosterPrivate(t.Context(), "C1", false, at))
			must(t, e.Directory.SetRosterMembers(t.Context(), "C1", []string{"U1"}, at))
			must(t, e.Directory.SetPerson(t.Context(), "U1", store.Person{Kind: access.PersonOurs, At: at}))
			room := value[store.Roster](t)(e.Directory.Roster(t.Context(), "C1", "U1"))
			said := value[store.Person](t)(e.Directory.Person(t.Context(), "U1")).At
			if room.PrivateAt.IsZero() == known || room.MembersAt.IsZero() == known || said.IsZero() == known {
				t.Errorf("noted at %v, now it is %v: got %+v, and a person of %v; known: %v", at, e.Now(), room, said, known)
			}
		}
	})
}

// TestTimerIsOfTheTimeItWasDue: a coordinator that measured Redis' clock a little ahead
// finds a timer due just before Redis would; the event is not of a time before that,
// at which there would be nothing to do. One that is far ahead was found by a wrong
// clock.
func TestTimerIsOfTheTimeItWasDue(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		taken := time.UnixMilli(1_700_000_000_000).UTC()
		for k, test := range []struct{ found, want time.Duration }{{3 * time.Millisecond, 3 * time.Millisecond}, {-time.Second, 0}, {time.Hour, 0}} {
			timer := string(value[[]byte](t)(event.Event{At: taken.Add(test.found), Timer: &incident.Timer{Incident: 7}}.Encode()))
			must(t, e.raw.Do(t.Context(), "XADD", base+"inbox", fmt.Sprint("1700000000000-", k), "e", timer).Err())
			if got := e.read(t)[k].Event.At; !got.Equal(taken.Add(test.want)) {
				t.Errorf("found due %s after it was taken: it is of %s, want %s after", test.found, got, test.want)
			}
		}
	})
}
