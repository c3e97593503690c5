package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/topic"
)

// closed is an incident's whole life: opened, shown in a thread, due, closed.
func (e env) closed(t *testing.T, fence store.Fence, n int, change func(*incident.Incident)) incident.Incident {
	t.Helper()
	first := opened(n, change)
	e.commit(t, fence, []error{nil}, store.Commit{Saved: []store.Saved{first}, Next: n})
	has := map[string]ledger.Record{
		"root":           {Channel: "C1", TS: "2.0", Old: []string{"1.0"}, State: ledger.Sent},
		"tier:immediate": {Channel: "C1", TS: "3.0", State: ledger.Sent},
	}
	for name, slot := range has {
		if name == "root" {
			deleted := slot
			deleted.TS, deleted.Old = "1.0", nil
			must(t, e.SetSlot(t.Context(), fence, topic.Incident(n), name, deleted))
		}
		must(t, e.SetSlot(t.Context(), fence, topic.Incident(n), name, slot))
	}
	last := moved(first, incident.KindClosed, func(i *incident.Incident) {
		i.State, i.ClosedAt = incident.Closed, start.Add(time.Duration(n)*time.Minute)
	})
	e.commit(t, fence, []error{nil}, store.Commit{Saved: []store.Saved{last}})
	return last.Incident
}

// TestForgetLeavesNothing: of an incident that left, Redis is as it was before it
// came, but for the number that is never given twice.
func TestForgetLeavesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		other := opened(1, nil)
		e.commit(t, lease.Fence, []error{nil}, store.Commit{Saved: []store.Saved{other}, Next: 1})
		must(t, e.SetSlot(t.Context(), lease.Fence, topic.Incident(1), "root", ledger.Record{Channel: "C1", TS: "9.0"}))
		before := e.everything(t)
		i := e.closed(t, lease.Fence, 2, nil)
		if after := e.everything(t); len(after) < len(before)+4 {
			t.Fatalf("got only %d keys with the incident, %d before", len(after), len(before))
		}
		must(t, e.Forget(t.Context(), lease.Fence, i))
		before[base+"next"] = "2"
		if diff := cmp.Diff(before, e.everything(t)); diff != "" {
			t.Errorf("what is left (-before +after):\n%s", diff)
		}
		if err := e.Forget(t.Context(), lease.Fence, i); !errors.Is(err, store.ErrChanged) {
			t.Errorf("forgetting again got %v, want %v", err, store.ErrChanged)
		}
	})
}

func TestForgetRefuses(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		i := e.closed(t, lease.Fence, 1, nil)
		before := e.everything(t)
		refused := func(what string, fence store.Fence, i incident.Incident, want error) {
			t.Helper()
			if err := e.Forget(t.Context(), fence, i); !errors.Is(err, want) {
				t.Errorf("%s: got %v, want %v", what, err, want)
			}
			if diff := cmp.Diff(before, e.everything(t)); diff != "" {
				t.Errorf("%s: changed (-before +after):\n%s", what, diff)
			}
		}
		refused("an old coordinator", "1:somebody", i, store.ErrFenced)
		older := i
		older.Version--
		refused("an older version", lease.Fence, older, store.ErrChanged)

		e.commit(t, lease.Fence, []error{nil}, store.Commit{Saved: []store.Saved{moved(store.Saved{Result: incident.Result{Incident: i}}, incident.KindReopened, func(i *incident.Incident) {
			i.State, i.ClosedAt = incident.Open, time.Time{}
		})}})
		before = e.everything(t)
		refused("one that reopened", lease.Fence, i, store.ErrChanged)
		i.Version++
		refused("one that is open", lease.Fence, i, store.ErrChanged)
	})
}

// TestForgetKeepsTheGroup: the group's newest incident stays known when an older
// one leaves.
func TestForgetKeepsTheGroup(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		same := func(i *incident.Incident) { i.Group = "same" }
		i := e.closed(t, lease.Fence, 1, same)
		e.commit(t, lease.Fence, []error{nil}, store.Commit{Saved: []store.Saved{opened(2, same)}, Next: 2})
		must(t, e.Forget(t.Context(), lease.Fence, i))
		if n := value[int](t)(e.GroupNumber(t.Context(), "same")); n != 2 {
			t.Errorf("got incident %d of the group, want 2", n)
		}
		// An index that points to an incident that is not there is tidied, too.
		must(t, e.raw.Del(t.Context(), base+"inc:2").Err())
		must(t, e.raw.ZAdd(t.Context(), base+"closed", redis.Z{Score: 1, Member: 2}).Err())
		must(t, e.Forget(t.Context(), lease.Fence, incident.Incident{Number: 2}))
		if left := value[[]int](t)(e.ClosedNumbers(t.Context(), 10)); len(left) != 0 {
			t.Errorf("got closed %v, want none", left)
		}
	})
}

func TestPastIncidents(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		for n := range 5 {
			i := e.closed(t, lease.Fence, n+1, nil)
			if n != 2 {
				must(t, e.Settle(t.Context(), lease.Fence, topic.Incident(i.Number), i.Version))
			}
		}
		before := start.Add(4 * time.Minute) // when the fourth closed
		got := value[[]store.Past](t)(e.PastIncidents(t.Context(), before, 0, 10))
		var numbers, dirty []int
		for _, p := range got {
			numbers = append(numbers, p.Number)
			if p.Dirty {
				dirty = append(dirty, p.Number)
			}
			if want := start.Add(time.Duration(p.Number) * time.Minute); !p.At.Equal(want) {
				t.Errorf("incident %d closed at %v, want %v", p.Number, p.At, want)
			}
		}
		if !slices.Equal(numbers, []int{1, 2, 3}) || !slices.Equal(dirty, []int{3}) {
			t.Errorf("got %v, of them unshown %v, want 1 to 3, of them 3", numbers, dirty)
		}
		if page := value[[]store.Past](t)(e.PastIncidents(t.Context(), before, 1, 1)); len(page) != 1 || page[0].Number != 2 {
			t.Errorf("got %+v, want the second alone", page)
		}
	})
}

// TestForgetStorm: a storm that is over leaves nothing, and its incidents stay.
func TestForgetStorm(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		listed := opened(1, func(i *incident.Incident) { i.Storm = 1 })
		e.commit(t, lease.Fence, []error{nil}, store.Commit{Saved: []store.Saved{listed}, Next: 1})
		before := e.everything(t)
		storm := incident.Storm{Schema: 1, Number: 1, Version: 1, Channel: "C1", StartedAt: start, EndedAt: start.Add(time.Minute)}
		next := moved(listed, incident.KindNoted, nil)
		e.commit(t, lease.Fence, []error{nil}, store.Commit{Saved: []store.Saved{next}, Storms: []store.SavedStorm{{Storm: storm}}})
		must(t, e.SetSlot(t.Context(), lease.Fence, storm.Topic(), "root", ledger.Record{Channel: "C1", TS: "5.0"}))
		past := value[[]store.Past](t)(e.PastStorms(t.Context(), start.Add(time.Hour), 0, 10))
		if len(past) != 1 || past[0].Number != 1 || !past[0].Dirty {
			t.Fatalf("got %+v, want the storm, not shown yet", past)
		}
		must(t, e.ForgetStorm(t.Context(), lease.Fence, storm))
		after := e.everything(t)
		for _, key := range []string{"inc:1", "log:1", "dirty"} { // the incident moved on
			delete(before, base+key)
			delete(after, base+key)
		}
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("what is left (-before +after):\n%s", diff)
		}
		if dirty := value[[]topic.ID](t)(e.Dirty(t.Context())); !slices.Equal(dirty, []topic.ID{topic.Incident(1)}) {
			t.Errorf("got dirty %v, want the incident alone", dirty)
		}
	})
}
