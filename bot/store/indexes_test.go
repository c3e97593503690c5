package store_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/topic"
)

// placed is what the indexes say of where incidents stand.
func (e env) placed(t *testing.T) map[string]string {
	t.Helper()
	all := e.everything(t)
	maps.DeleteFunc(all, func(key, _ string) bool {
		name := strings.TrimPrefix(key, base)
		return !slices.Contains([]string{"open", "closed", "active", "due", "listed", "unfinished", "people"}, name) && !strings.HasPrefix(name, "group:") && !strings.HasPrefix(name, "deadline:")
	})
	return all
}

// anyMove changes an incident as any event may, or as none does.
func anyMove(random *rand.Rand, i *incident.Incident) {
	i.Tiers = slices.Clone(i.Tiers)
	tier := &i.Tiers[0]
	i.Steps = slices.Clone(i.Steps)
	step := &i.Steps[random.IntN(len(i.Steps))]
	someone := incident.User{ID: fmt.Sprint("U", random.IntN(3))}
	switch random.IntN(14) {
	case 0:
		i.State = incident.Acknowledged
	case 1:
		i.State = incident.Resolved
	case 2:
		i.State, i.ClosedAt = incident.Closed, start.Add(time.Duration(random.IntN(1<<20))*time.Second)
	case 3:
		i.State, i.ClosedAt, tier.ToldIn, tier.Overdue = incident.Open, time.Time{}, 0, false
	case 4:
		i.Severity = []string{"critical", "warning", ""}[random.IntN(3)]
	case 5:
		tier.ToldIn = random.IntN(2)
	case 6:
		tier.Overdue = random.IntN(2) == 0
	case 7:
		tier.Due = start.Add(time.Duration(random.IntN(3)) * time.Hour)
	case 8:
		i.Quiet = false // it fires; none becomes quiet again
	case 9:
		i.Lead = someone
	case 10:
		step.State, step.Holder = incident.StepAcknowledged, someone
	case 11:
		step.State, step.Due = incident.StepDone, start.Add(time.Duration(random.IntN(3))*time.Hour)
	case 12:
		*step = incident.Step{ID: step.ID, Number: step.Number, Tier: step.Tier, Standing: incident.Standing{State: incident.StepOpen}}
	case 13:
		i.Channel = fmt.Sprint("C", 1+random.IntN(2)) // what its own channel refuses begins elsewhere
	}
}

// TestIndexesAfterAnyHistory: with the writes left out that the version before has
// made, the indexes are the same as those made anew from all documents.
func TestIndexesAfterAnyHistory(t *testing.T) {
	const histories, incidents, moves = 5, 8, 120
	onBoth(t, func(t *testing.T, e env) {
		for seed := range uint64(histories) {
			must(t, e.raw.FlushAll(t.Context()).Err())
			lease := e.keep(t)
			random := rand.New(rand.NewPCG(seed, 0))
			now := map[int]store.Saved{}
			save := func(commits ...store.Commit) {
				t.Helper()
				e.commit(t, lease.Fence, make([]error, len(commits)), commits...)
			}
			for n := 1; n <= incidents; n++ {
				now[n] = opened(n, func(i *incident.Incident) {
					i.Quiet, i.Drill = random.IntN(4) == 0, random.IntN(4) == 0
					i.Group = fmt.Sprint("group", n%(incidents-2)) // the last ones follow the first
				})
				saved := []store.Saved{now[n]}
				if past := n - (incidents - 2); past > 0 {
					now[past] = moved(now[past], incident.KindContinued, func(i *incident.Incident) { i.FollowedBy = n })
					saved = append(saved, now[past])
				}
				save(store.Commit{Saved: saved})
			}
			left := map[int]bool{} // by a ripe timer
			for range moves {
				n := 1 + random.IntN(incidents)
				was := now[n].Incident
				next := moved(now[n], incident.KindNoted, func(i *incident.Incident) { anyMove(random, i) })
				next.Before, next.Whole = &was, random.IntN(5) > 0
				now[n] = next
				save(store.Commit{Saved: []store.Saved{next}})
				delete(left, n)
				if random.IntN(10) == 0 {
					save(store.Commit{Ripe: []topic.ID{topic.Incident(n)}, Now: start})
					left[n] = true
				}
			}
			got := e.placed(t)
			must(t, e.raw.FlushAll(t.Context()).Err())
			lease = e.keep(t)
			for n := 1; n <= incidents; n++ {
				anew := now[n]
				anew.Was, anew.Before, anew.Whole = 0, nil, false
				if left[n] {
					anew.Due = time.Time{}
				}
				save(store.Commit{Saved: []store.Saved{anew}})
			}
			if diff := cmp.Diff(e.placed(t), got); diff != "" {
				t.Errorf("seed %d: indexes (-made anew +after the history):\n%s", seed, diff)
			}
		}
	})
}

// TestIndexesAreMended: a version that may have been stored half is followed by
// all writes, one that is known to be whole by those alone that differ.
func TestIndexesAreMended(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		first := opened(1, nil)
		e.commit(t, lease.Fence, []error{nil}, store.Commit{Saved: []store.Saved{first}})
		whole := e.placed(t)
		must(t, e.raw.Del(t.Context(), base+"open", base+"active", base+"group:group1").Err())
		must(t, e.raw.ZAdd(t.Context(), base+"closed", redis.Z{Score: 1, Member: 1}).Err())
		broken := e.placed(t)
		second := moved(first, incident.KindNoted, nil)
		second.Before, second.Whole = &first.Incident, true
		e.commit(t, lease.Fence, []error{nil}, store.Commit{Saved: []store.Saved{second}})
		if diff := cmp.Diff(broken, e.placed(t)); diff != "" {
			t.Errorf("indexes were written that did not change (-before +after):\n%s", diff)
		}
		third := moved(second, incident.KindNoted, nil)
		third.Before, third.Whole = &second.Incident, false
		e.commit(t, lease.Fence, []error{nil}, store.Commit{Saved: []store.Saved{third}})
		if diff := cmp.Diff(whole, e.placed(t)); diff != "" {
			t.Errorf("indexes were not mended (-want +got):\n%s", diff)
		}
	})
}
