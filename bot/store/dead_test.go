package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/topic"
)

// buried puts an event into the inbox and moves it to the dead letters.
func (e env) buried(t *testing.T, fence store.Fence, ev event.Event) store.DeadLetter {
	t.Helper()
	e.put(t, ev)
	entry := e.read(t)[0]
	e.commit(t, fence, []error{nil}, store.Commit{EventID: entry.ID, Bury: &entry, Why: "panic: of the test"})
	letters := e.letters(t)
	return letters[len(letters)-1]
}

func (e env) letters(t *testing.T) []store.DeadLetter {
	t.Helper()
	var all []store.DeadLetter
	for letter, err := range e.Dead.Each(t.Context()) {
		must(t, err)
		all = append(all, letter)
	}
	return all
}

func TestReplayIsHandledAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		letter := e.buried(t, lease.Fence, note("op1"))
		if letter.Why != "panic: of the test" || letter.Err != nil || letter.Event.Op != "op1" || letter.At.IsZero() {
			t.Errorf("got letter %+v", letter)
		}
		must(t, e.Dead.Replay(t.Context(), letter.ID))
		if n := value[int64](t)(e.Dead.Count(t.Context())); n != 0 {
			t.Errorf("got %d dead letters after the replay, want none", n)
		}
		entries := e.read(t)
		if len(entries) != 1 || entries[0].Raw != letter.Raw || !entries[0].Event.At.Equal(letter.Event.At) {
			t.Fatalf("got inbox %+v, want the event as it came", entries)
		}
		// It is a new entry, and its op does not stand in its way.
		e.commit(t, lease.Fence, []error{nil}, store.Commit{EventID: entries[0].ID, Op: "op1", Answer: event.Answer{Incident: incident.Answer{Kind: incident.AnswerApplied}}})
		answer, done, err := e.Put(t.Context(), note("op1"))
		must(t, err)
		if !done || answer.Incident.Kind != incident.AnswerApplied {
			t.Errorf("a copy of the act got %+v, %v, want the answer of the replay", answer, done)
		}
		if err := e.Dead.Replay(t.Context(), letter.ID); !errors.Is(err, store.ErrNoLetter) {
			t.Errorf("a second replay got %v, want %v", err, store.ErrNoLetter)
		}
	})
}

func TestReplayPassesAFullInbox(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		letter := e.buried(t, lease.Fence, note("op1"))
		for n := range 1000 {
			e.put(t, notification(fmt.Sprint("g", n)))
		}
		if _, _, err := e.Put(t.Context(), notification("more")); !errors.Is(err, store.ErrFull) {
			t.Fatalf("got %v, want a full inbox", err)
		}
		must(t, e.Dead.Replay(t.Context(), letter.ID))
		if n := value[store.Room](t)(e.Room(t.Context())).Events; n != 1001 {
			t.Errorf("got %d events in the inbox, want 1001", n)
		}
	})
}

func TestDrop(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		first, second := e.buried(t, lease.Fence, note("op1")), e.buried(t, lease.Fence, note("op2"))
		must(t, e.Dead.Drop(t.Context(), first.ID))
		if left := e.letters(t); len(left) != 1 || left[0].ID != second.ID {
			t.Errorf("got %+v left, want the second alone", left)
		}
		if err := e.Dead.Drop(t.Context(), first.ID); !errors.Is(err, store.ErrNoLetter) {
			t.Errorf("a second drop got %v, want %v", err, store.ErrNoLetter)
		}
		if left := e.read(t); len(left) != 0 {
			t.Errorf("got inbox %+v, want nothing", left)
		}
	})
}

// TestEachDeadReadsOn: many are read page by page, and what is buried meanwhile
// is not waited for.
func TestEachDeadReadsOn(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		var want []string
		for n := range 450 {
			want = append(want, fmt.Sprintf("%d-0", n+1))
			must(t, e.raw.Do(t.Context(), "XADD", base+"dead", want[n], "e", "no JSON", "id", "7-0", "why", "broken").Err())
		}
		var got []string
		for letter, err := range e.Dead.Each(t.Context()) {
			must(t, err)
			if letter.Err == nil || letter.Raw != "no JSON" || letter.Inbox != "7-0" {
				t.Fatalf("got %+v, want one that cannot be read", letter)
			}
			got = append(got, letter.ID)
			must(t, e.raw.Do(t.Context(), "XADD", base+"dead", fmt.Sprintf("%d-0", 1000+len(got)), "e", "later").Err())
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %d letters, want the first %d in order", len(got), len(want))
		}
		ids := value[[]string](t)(e.Dead.IDs(t.Context()))
		if len(ids) != 900 || !slices.Equal(ids[:450], want) {
			t.Errorf("got %d ids, want all 900", len(ids))
		}
	})
}

func TestTriesOfGoneEventsAreForgotten(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		e.put(t, note("op1"))
		waiting := e.read(t)[0].ID
		for _, id := range []string{waiting, "5-5"} {
			if n := value[int64](t)(e.Suspect(t.Context(), id)); n != 1 {
				t.Errorf("got %d tries, want 1", n)
			}
		}
		must(t, e.ClearTries(t.Context()))
		if got := e.raw.HKeys(t.Context(), base+"tries").Val(); !slices.Equal(got, []string{waiting}) {
			t.Errorf("got tries of %v, want those of the event that waits", got)
		}
	})
}

// TestRefusedIsTheEventsOwn: a document of the wrong type is refused again and
// again; a Redis in trouble is not the event's fault.
func TestRefusedIsTheEventsOwn(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		must(t, e.raw.Set(t.Context(), base+"log:1", "no stream", 0).Err())
		_, err := e.Commit(t.Context(), lease.Fence, store.Commit{Saved: []store.Saved{opened(1, nil)}, Next: 1})
		if err == nil || !store.Refused(err) {
			t.Errorf("got %v, want it refused", err)
		}
	})
	full := startServer(t, "--maxmemory-policy", "noeviction")
	e := open(t, full.Addr, store.Options{})
	lease := e.keep(t)
	must(t, e.raw.ConfigSet(t.Context(), "maxmemory", "1").Err())
	err := e.raw.Set(t.Context(), "more", 1, 0).Err() // a commit is written all the same
	if err == nil || !strings.Contains(err.Error(), "OOM") || store.Refused(err) {
		t.Errorf("got %v of a full Redis, want it told apart", err)
	}
	full.Kill()
	if _, err = e.Commit(t.Context(), lease.Fence, store.Commit{}); err == nil || store.Refused(err) {
		t.Errorf("got %v of a dead Redis, want it told apart", err)
	}
	_, err = e.Commit(t.Context(), lease.Fence, store.Commit{Saved: []store.Saved{opened(1, func(i *incident.Incident) {
		i.OpenedAt = time.Date(10001, 1, 1, 0, 0, 0, 0, time.UTC)
	})}})
	if err == nil || !store.Refused(err) {
		t.Errorf("got %v of a document that cannot be written, want it refused", err)
	}
}

// TestDroppedTimerIsDueAgain: a timer among the dead letters, where an earlier binary
// put it, has left the index of what is due; dropped, it is there again.
func TestDroppedTimerIsDueAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		letter := e.buried(t, lease.Fence, event.Event{At: start, Timer: &incident.Timer{Incident: 7}})
		must(t, e.Dead.Drop(t.Context(), letter.ID))
		if due := value[[]topic.ID](t)(e.Due(t.Context(), time.Now(), 10)); !slices.Equal(due, []topic.ID{topic.Incident(7)}) {
			t.Errorf("got due %v, want 7", due)
		}
		if err := e.Dead.Drop(t.Context(), letter.ID); !errors.Is(err, store.ErrNoLetter) {
			t.Errorf("a second drop got %v, want %v", err, store.ErrNoLetter)
		}
		other := e.buried(t, lease.Fence, note("op1"))
		must(t, e.Dead.Drop(t.Context(), other.ID))
		if due := value[[]topic.ID](t)(e.Due(t.Context(), time.Now(), 10)); !slices.Equal(due, []topic.ID{topic.Incident(7)}) {
			t.Errorf("got due %v after an act was dropped, want 7 alone", due)
		}
	})
}
