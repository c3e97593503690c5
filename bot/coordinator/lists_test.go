package coordinator_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
)

// anything puts into the inbox what alerts and people may do next.
func (r *deadRig) anything(random *rand.Rand, known int) {
	user := incident.User{ID: fmt.Sprint("U", 1+random.IntN(3))}
	switch random.IntN(6) {
	case 0, 1:
		r.fires(fmt.Sprint("g", random.IntN(6)), []alerts.Status{alerts.Firing, alerts.Resolved}[random.IntN(2)])
	case 2:
		r.put(event.Event{At: time.Now(), Start: &incident.Start{Playbook: "triage", Title: "by hand", User: user, Via: "command"}})
	default:
		verbs := []incident.Verb{incident.VerbAcknowledge, incident.VerbResolve, incident.VerbReopen, incident.VerbDone, incident.VerbSkip, incident.VerbRelease, incident.VerbUndo}
		act := incident.Act{Verb: verbs[random.IntN(len(verbs))], Incident: 1 + random.IntN(known), User: user, Via: "command", Text: "because"}
		if act.Verb != incident.VerbResolve && act.Verb != incident.VerbReopen && random.IntN(3) > 0 {
			act.Step = fmt.Sprint(1 + random.IntN(4))
		}
		r.put(event.Event{At: time.Now(), Act: &act})
	}
}

// lists compares what the lists say with what the documents say. Of one that cannot
// be read nobody knows whether it belongs there.
func (r *deadRig) lists(when string, unreadable int) {
	r.t.Helper()
	newest, err := r.store.Newest(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	for _, which := range []store.Which{store.ListOpen, store.ListMine, store.ListOverdue, store.ListAll} {
		l := store.Listing{Which: which, User: "U1", Severities: []string{"critical"}, Now: time.Now().Add(2 * time.Hour), Most: 10_000}
		var listed store.Listed
		before, after := r.documents(newest, unreadable), map[int]incident.Incident(nil)
		for { // what time brings must not come between documents and list
			if listed, err = r.store.List(r.t.Context(), l); err != nil {
				r.t.Fatal(err)
			}
			after = r.documents(newest, unreadable)
			if maps.EqualFunc(before, after, func(a, b incident.Incident) bool { return a.Version == b.Version }) {
				break
			}
			before = after
		}
		want := slices.Sorted(maps.Keys(after))
		want = slices.DeleteFunc(want, func(n int) bool { return !l.Incident(after[n]) })
		got := slices.DeleteFunc(slices.Sorted(slices.Values(listed.Numbers)), func(n int) bool { return after[n].Quiet || n == unreadable })
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			r.t.Errorf("%s, %s (-documents +list):\n%s", when, which, diff)
		}
		if unreadable > 0 && which == store.ListOpen && !slices.Contains(listed.Numbers, unreadable) {
			r.t.Errorf("%s: the list does not name INC-%d, which cannot be read", when, unreadable)
		}
	}
}

// documents are all incidents but one, by number.
func (r *deadRig) documents(newest, but int) map[int]incident.Incident {
	r.t.Helper()
	all := map[int]incident.Incident{}
	for n := 1; n <= newest; n++ {
		if n == but {
			continue
		}
		i, ok, err := r.store.Incident(r.t.Context(), n)
		if err != nil {
			r.t.Fatal(err)
		}
		if ok {
			all[n] = i
		}
	}
	return all
}

// TestListsFollowTheCoordinator: whatever happens, also when coordinators are thrown out in the
// middle of their work, when a document cannot be read for a while and what was put
// aside is replayed, and when retention takes what is closed, lists are what the
// documents say.
func TestListsFollowTheCoordinator(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			t.Parallel()
			r := startDeadRig(t)
			random := rand.New(rand.NewPCG(seed, 3))
			const rounds, events = 6, 40
			known := 6
			for n := range known {
				r.fires(fmt.Sprint("g", n), alerts.Firing)
			}
			_, end := r.keep()
			r.handled()
			for round := range rounds {
				for k := range events {
					r.anything(random, known)
					if k == events/2 && random.IntN(2) == 0 {
						// Another coordinator comes in between, and goes at once.
						if err := r.raw.Del(t.Context(), deadBase+"lease").Err(); err != nil {
							t.Fatal(err)
						}
						if lease, ok, err := r.store.Acquire(t.Context()); err != nil {
							t.Fatal(err)
						} else if ok {
							if err := r.store.Release(t.Context(), lease); err != nil {
								t.Fatal(err)
							}
						}
					}
				}
				if random.IntN(2) == 0 {
					end()
					_, end = r.keep()
				}
				r.handled()
				var err error
				if known, err = r.store.Newest(t.Context()); err != nil {
					t.Fatal(err)
				}
				r.lists(fmt.Sprint("round ", round), 0)
			}

			// One document cannot be read: what is told of it is put aside, and it is named.
			open, err := r.store.List(t.Context(), store.Listing{Which: store.ListOpen, Now: time.Now(), Most: 1})
			if err != nil || len(open.Numbers) == 0 {
				t.Fatalf("nothing is open: %v, %v", open, err)
			}
			broken := open.Numbers[0]
			end()
			mend := r.broken(fmt.Sprint("inc:", broken), "{broken")
			_, end = r.keep()
			r.put(event.Event{At: time.Now(), Act: &incident.Act{Verb: incident.VerbAcknowledge, Incident: broken, User: incident.User{ID: "U1"}, Via: "command"}})
			for range events {
				r.anything(random, known)
			}
			r.handled()
			r.lists("one cannot be read", broken)
			end()
			mend()
			_, end = r.keep()
			for _, letter := range r.letters() {
				if err := r.store.Dead.Replay(t.Context(), letter.ID); err != nil {
					t.Fatal(err)
				}
			}
			r.handled()
			r.lists("mended and replayed", 0)
			for n := range 3 {
				r.fires(fmt.Sprint("never fired ", n), alerts.Resolved) // needs no message
			}
			r.handled()
			end()

			closed := len(r.closed())
			r.retention.For = time.Millisecond
			_, end = r.keep()
			// What Slack does not show yet stays.
			r.eventually("some of what is closed is gone", func() bool { return len(r.closed()) < closed })
			end()
			r.lists("after retention", 0)
		})
	}
}
