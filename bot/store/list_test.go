package store_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
)

var severities = []string{"critical", "warning"}

// listing asks for a list at noon, long after the tests' first deadlines.
func listing(which store.Which) store.Listing {
	return store.Listing{Which: which, User: "U1", Severities: severities, Now: start.Add(90 * time.Minute), Most: 1000}
}

// modelled is the list as it follows from the documents, without any index.
func modelled(l store.Listing, all map[int]store.Saved) []int {
	var kept []incident.Incident
	for _, saved := range all {
		if l.Incident(saved.Incident) {
			kept = append(kept, saved.Incident)
		}
	}
	order := func(i incident.Incident) []int {
		severity := slices.Index(l.Severities, i.Severity)
		if severity < 0 {
			severity = len(l.Severities)
		}
		drill, over, closed := 0, 0, 0
		if i.Drill {
			drill = 1
		}
		if !i.Active() {
			over = 1
		}
		if i.State == incident.Closed {
			closed, drill, severity, over = 1, 0, 0, int(-i.ClosedAt.Unix())
		}
		return []int{closed, drill, severity, over, -i.Number}
	}
	slices.SortFunc(kept, func(a, b incident.Incident) int { return slices.Compare(order(a), order(b)) })
	var numbers []int
	for _, i := range kept {
		numbers = append(numbers, i.Number)
	}
	return numbers
}

// history makes a random past of incidents and returns them as they are stored.
func (e env) history(t *testing.T, lease store.Lease, seed uint64, incidents, moves int) map[int]store.Saved {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 1))
	now := map[int]store.Saved{}
	for n := 1; n <= incidents; n++ {
		now[n] = opened(n, func(i *incident.Incident) { i.Quiet, i.Drill = random.IntN(6) == 0, random.IntN(6) == 0 })
		if now[n].Incident.Quiet {
			now[n] = opened(n, func(i *incident.Incident) { i.Quiet, i.State = true, incident.Closed })
		}
		e.commit(t, lease.Fence, []error{nil}, store.Commit{Saved: []store.Saved{now[n]}})
	}
	for range moves {
		n := 1 + random.IntN(incidents)
		was := now[n].Incident
		next := moved(now[n], incident.KindNoted, func(i *incident.Incident) { anyMove(random, i) })
		next.Before, next.Whole = &was, random.IntN(5) > 0
		now[n] = next
		e.commit(t, lease.Fence, []error{nil}, store.Commit{Saved: []store.Saved{next}})
	}
	return now
}

func (e env) listsAre(t *testing.T, when string, all map[int]store.Saved) {
	t.Helper()
	for _, which := range []store.Which{store.ListOpen, store.ListMine, store.ListOverdue, store.ListAll} {
		l := listing(which)
		got := value[store.Listed](t)(e.List(t.Context(), l))
		want := modelled(l, all)
		if which == store.ListAll { // groups that never fired stand among the closed ones
			got.Numbers = slices.DeleteFunc(got.Numbers, func(n int) bool { return all[n].Incident.Quiet })
		} else if got.Total != len(want) {
			t.Errorf("%s, %s: got a total of %d, want %d", when, which, got.Total, len(want))
		}
		if diff := gocmp.Diff(want, got.Numbers); diff != "" || got.Partial {
			t.Errorf("%s, %s (partial %t) (-want +got):\n%s", when, which, got.Partial, diff)
		}
	}
}

// TestListsAreWhatTheDocumentsSay holds after any history; while the indexes are
// not filled; once they are, from nothing and from what an older binary left.
func TestListsAreWhatTheDocumentsSay(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		for seed := range uint64(4) {
			must(t, e.raw.FlushAll(t.Context()).Err())
			lease := e.keep(t)
			must(t, e.FillIndexes(t.Context(), lease.Fence))
			all := e.history(t, lease, seed, 30, 200)
			e.listsAre(t, "after a history", all)
			whole := e.placed(t)

			must(t, e.Release(t.Context(), lease))
			lease = e.keep(t)
			if value[bool](t)(e.Indexed(t.Context())) {
				t.Error("the indexes are whole under a coordinator that has not said so")
			}
			e.listsAre(t, "before the next coordinator has spoken", all)
			must(t, e.FillIndexes(t.Context(), lease.Fence))
			e.listsAre(t, "under the next coordinator", all)

			// An older binary kept the workspace and wrote none of them: some are missing, some tell of the past.
			must(t, e.Release(t.Context(), lease))
			must(t, e.Release(t.Context(), e.keep(t)))
			must(t, e.raw.Del(t.Context(), base+"unfinished").Err())
			must(t, e.raw.ZRem(t.Context(), base+"listed", "0000000003", "0000000007", "0000000011").Err())
			must(t, e.raw.ZAdd(t.Context(), base+"listed", redis.Z{Score: 5, Member: "0000000999"}, redis.Z{Score: -7, Member: "0000000001"}).Err())
			must(t, e.raw.ZAdd(t.Context(), base+"people", redis.Z{Member: "U1 2"}, redis.Z{Member: "U9 3"}, redis.Z{Member: "U1 998"}).Err())
			lease = e.keep(t)
			e.listsAre(t, "after an older coordinator", all)
			must(t, e.FillIndexes(t.Context(), lease.Fence))
			if diff := gocmp.Diff(whole, e.placed(t)); diff != "" {
				t.Errorf("seed %d: filled (-want +got):\n%s", seed, diff)
			}
			e.listsAre(t, "filled", all)
			must(t, e.Release(t.Context(), lease))
		}
	})
}

// TestFillIndexesYieldsToTheCoordinator: what is committed while the indexes are filled
// is not put back, and a coordinator that lost the workspace fills nothing.
func TestFillIndexesYieldsToTheCoordinator(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		all := e.history(t, lease, 1, 20, 100)
		if err := e.FillIndexes(t.Context(), "9:somebody"); err == nil {
			t.Error("another fence filled the indexes")
		}
		if value[bool](t)(e.Indexed(t.Context())) {
			t.Error("the indexes are said to be whole")
		}
		must(t, e.FillIndexes(t.Context(), lease.Fence))
		e.listsAre(t, "filled", all)
	})
}

// TestFillNamesWhatCannotBeRead: a document that cannot be read is among those that
// lists ask for, so that they can name it.
func TestFillNamesWhatCannotBeRead(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		e.commit(t, lease.Fence, []error{nil, nil}, store.Commit{Saved: []store.Saved{opened(1, nil)}}, store.Commit{Saved: []store.Saved{opened(2, nil)}})
		must(t, e.raw.Del(t.Context(), base+"listed").Err())
		must(t, e.raw.Set(t.Context(), base+"inc:1", "{broken", 0).Err())
		must(t, e.FillIndexes(t.Context(), lease.Fence))
		if got := value[store.Listed](t)(e.List(t.Context(), listing(store.ListOpen))); !slices.Equal(got.Numbers, []int{2, 1}) {
			t.Errorf("got %+v, want both", got)
		}
	})
}

// TestListOfManyIncidents: five hundred newer resolved incidents with follow-ups
// hide no open one, and of 3,000 the worst come first.
func TestListOfManyIncidents(t *testing.T) {
	e := open(t, startServer(t).Addr, store.Options{})
	lease := e.keep(t)
	must(t, e.FillIndexes(t.Context(), lease.Fence))
	all := map[int]store.Saved{}
	var commits []store.Commit
	add := func(n int, change func(*incident.Incident)) {
		all[n] = opened(n, change)
		commits = append(commits, store.Commit{Saved: []store.Saved{all[n]}})
	}
	add(1, func(i *incident.Incident) { i.Severity = "critical" })
	for n := 2; n <= 601; n++ {
		add(n, func(i *incident.Incident) { i.State, i.Severity = incident.Resolved, "critical" })
	}
	for n := 602; n <= 3000; n++ {
		add(n, func(i *incident.Incident) { i.Severity = []string{"warning", "info", "", "page"}[n%4] })
	}
	for part := range slices.Chunk(commits, 200) {
		e.commit(t, lease.Fence, make([]error, len(part)), part...)
	}
	l := listing(store.ListOpen)
	l.Most = 3
	got := value[store.Listed](t)(e.List(t.Context(), l))
	if want := (store.Listed{Numbers: []int{1, 3000, 2996}, Total: 2400}); gocmp.Diff(want, got) != "" {
		t.Errorf("got %+v, want %+v", got, want)
	}
	l = listing(store.ListOverdue)
	l.Most = 2
	got = value[store.Listed](t)(e.List(t.Context(), l))
	if want := (store.Listed{Numbers: []int{1, 601}, Total: 3000}); gocmp.Diff(want, got) != "" {
		t.Errorf("overdue: got %+v, want %+v", got, want)
	}
}

// TestStandingsAreExact: a score is a float; no severity moves by rounding.
func TestStandingsAreExact(t *testing.T) {
	e := open(t, startServer(t).Addr, store.Options{})
	lease := e.keep(t)
	must(t, e.FillIndexes(t.Context(), lease.Fence))
	var many []string
	for n := 1; n <= 300; n++ {
		many = append(many, strings.Repeat("s", n%7)+fmt.Sprint(n))
		e.commit(t, lease.Fence, []error{nil}, store.Commit{Saved: []store.Saved{opened(n, func(i *incident.Incident) { i.Severity, i.Drill = many[n-1], n%2 == 0 })}})
	}
	l := listing(store.ListOpen)
	l.Severities = many
	got := value[store.Listed](t)(e.List(t.Context(), l))
	want := slices.SortedFunc(slices.Values(got.Numbers), func(a, b int) int { return cmp.Or(cmp.Compare(1-a%2, 1-b%2), cmp.Compare(a, b)) })
	if !slices.Equal(got.Numbers, want) || len(want) != 300 {
		t.Errorf("got %v, want the severities in their order, real ones first", got.Numbers)
	}
}
