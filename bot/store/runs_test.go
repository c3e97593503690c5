package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
)

// TestHistory: how incidents went is remembered when they resolve, the newest ones
// of each playbook, drills and real ones apart.
func TestHistory(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		var want incident.History
		for n := 1; n <= incident.KeptRuns+3; n++ {
			for _, drill := range []bool{false, true} {
				number := 2 * n
				if drill {
					number++
				}
				saved := opened(number, func(i *incident.Incident) { i.Playbook.Name, i.Drill, i.OpeningAt = "database-cpu", drill, start })
				e.commit(t, lease.Fence, []error{nil}, store.Commit{Saved: []store.Saved{saved}})
				resolved := moved(saved, incident.KindResolved, func(i *incident.Incident) {
					i.State, i.AckedAt, i.ResolvedAt = incident.Resolved, start.Add(time.Duration(n)*time.Minute), start.Add(time.Duration(2*n)*time.Minute)
				})
				noted := moved(resolved, incident.KindNoted, func(i *incident.Incident) { i.Note.Text = "after it was over" })
				e.commit(t, lease.Fence, []error{nil, nil}, store.Commit{Saved: []store.Saved{resolved}}, store.Commit{Saved: []store.Saved{noted}})
				if n <= 3 {
					continue // too old to be kept
				}
				if run := resolved.Incident.Run(); drill {
					want.Drills = append(want.Drills, run)
				} else {
					want.Real = append(want.Real, run)
				}
			}
		}
		must(t, e.raw.LPush(t.Context(), base+"stats:database-cpu:real", "what nobody can read").Err())
		if diff := cmp.Diff(want, value[incident.History](t)(e.History(t.Context(), "database-cpu"))); diff != "" {
			t.Errorf("history (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(incident.History{}, value[incident.History](t)(e.History(t.Context(), "triage"))); diff != "" {
			t.Errorf("history of another playbook (-want +got):\n%s", diff)
		}
		if _, open, err := e.ActiveCounts(t.Context(), nil); err != nil || open != 0 {
			t.Errorf("got %d open incidents, %v, want 0", open, err)
		}
	})
}

// TestDrillIsNotCounted: a drill is open for its people, not for the gauges.
func TestDrillIsNotCounted(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		drill := opened(2, func(i *incident.Incident) { i.Drill = true })
		e.commit(t, lease.Fence, []error{nil}, store.Commit{Saved: []store.Saved{opened(1, nil), drill}})
		if _, open, err := e.ActiveCounts(t.Context(), nil); err != nil || open != 1 {
			t.Errorf("got %d open incidents, %v, want the real one", open, err)
		}
		if numbers := value[[]int](t)(e.OpenNumbers(t.Context(), 10)); len(numbers) != 2 {
			t.Errorf("got %v to list, want both", numbers)
		}
	})
}
