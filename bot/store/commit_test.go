package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/topic"
	"github.com/signalbook/signalbook/playbooks"
)

func TestCommitStoresEverything(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		e.put(t, notification("g"))
		e.put(t, note("op1"))
		entries := e.read(t)
		book := &playbooks.Playbook{Name: "triage", Title: "Something is wrong", Tiers: []playbooks.Tier{{Name: playbooks.Immediate, Steps: []playbooks.Step{{ID: "one", Title: "Look"}}}}}
		first := opened(1, nil)
		second := moved(first, incident.KindNoted, func(i *incident.Incident) { i.Note.Text = "ok" })
		second.Changes = append(second.Changes, incident.Change{Kind: incident.KindAcknowledged, At: start, By: incident.User{ID: "U1"}})
		// The second builds on the first, in one pipeline.
		e.commit(t, lease.Fence, []error{nil, nil},
			store.Commit{EventID: entries[0].ID, Saved: []store.Saved{first}, Next: 1, Playbook: book},
			store.Commit{EventID: entries[1].ID, Saved: []store.Saved{second}, Op: "op1", Answer: event.Answer{Incident: incident.Answer{Kind: incident.AnswerApplied}}})

		if left := e.read(t); len(left) != 0 {
			t.Errorf("got %v left in the inbox, want nothing", left)
		}
		got, ok, err := e.Incident(t.Context(), 1)
		if err != nil || !ok {
			t.Fatalf("got %v, %v, want the incident", ok, err)
		}
		if diff := cmp.Diff(second.Incident, got, cmpopts.IgnoreUnexported(incident.Incident{})); diff != "" {
			t.Errorf("incident (-want +got):\n%s", diff)
		}
		ids := []string{}
		for _, entry := range e.raw.LRange(t.Context(), base+"log:1", 0, -1).Val() {
			id, _, _ := strings.Cut(entry, " ")
			ids = append(ids, id)
		}
		if want := []string{"1-1", "2-1", "2-2"}; !slices.Equal(ids, want) {
			t.Errorf("got timeline ids %v, want version-change %v", ids, want)
		}
		timeline := value[[]incident.Change](t)(e.Timeline(t.Context(), 1, 2))
		if len(timeline) != 2 || timeline[0].Kind != incident.KindNoted || timeline[1].Kind != incident.KindAcknowledged {
			t.Errorf("got timeline %+v, want the newest two, oldest first", timeline)
		}
		if n := value[int](t)(e.Newest(t.Context())); n != 1 {
			t.Errorf("got newest %d, want 1", n)
		}
		if n := value[int](t)(e.GroupNumber(t.Context(), "group1")); n != 1 {
			t.Errorf("got incident %d of the group, want 1", n)
		}
		if n := value[int](t)(e.GroupNumber(t.Context(), "unheard")); n != 0 {
			t.Errorf("got incident %d of a group that nobody knows", n)
		}
		kept := value[*playbooks.Playbook](t)(e.Playbook(t.Context(), book.Hash()))
		if kept.Hash() != book.Hash() || kept.Title != book.Title {
			t.Errorf("got playbook %+v, want %+v", kept, book)
		}
		if dirty := value[[]topic.ID](t)(e.Dirty(t.Context())); !slices.Equal(dirty, []topic.ID{topic.Incident(1)}) {
			t.Errorf("got dirty %v, want 1", dirty)
		}
		if n := value[int64](t)(e.DirtyLength(t.Context())); n != 1 {
			t.Errorf("got %d dirty, want 1", n)
		}
		many, _, err := e.Incidents(t.Context(), 5, 1, 9)
		must(t, err)
		if len(many) != 1 || many[0].Number != 1 {
			t.Errorf("got %v, want incident 1 alone", many)
		}
	})
}

// everything is a workspace as Redis has it.
func (e env) everything(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, key := range e.raw.Keys(t.Context(), base+"*").Val() {
		switch kind := e.raw.Type(t.Context(), key).Val(); kind {
		case "string":
			all[key] = e.raw.Get(t.Context(), key).Val()
		case "hash":
			data, err := json.Marshal(e.raw.HGetAll(t.Context(), key).Val())
			must(t, err)
			all[key] = string(data)
		case "zset":
			all[key] = fmt.Sprint(e.raw.ZRangeWithScores(t.Context(), key, 0, -1).Val())
		case "list":
			all[key] = fmt.Sprint(e.raw.LRange(t.Context(), key, 0, -1).Val())
		case "stream":
			all[key] = fmt.Sprint(e.raw.XRange(t.Context(), key, "-", "+").Val())
		default:
			t.Fatalf("key %s of type %s", key, kind)
		}
	}
	return all
}

func TestCommitRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		e.put(t, notification("g"))
		e.put(t, note("op1"))
		entries := e.read(t)
		first := opened(1, nil)
		e.commit(t, lease.Fence, []error{nil}, store.Commit{EventID: entries[0].ID, Saved: []store.Saved{first}, Next: 1})
		// all is a commit that would write to every key there is.
		all := func(eventID string, saved ...store.Saved) store.Commit {
			return store.Commit{
				EventID: eventID, Saved: saved, Next: 99, Playbook: &playbooks.Playbook{Name: "x"}, Op: "op1", Ripe: []topic.ID{topic.Incident(1)}, Now: start,
				Again: &store.Again{Topic: topic.Incident(5), Due: start}, Bury: &store.Entry{ID: eventID, Raw: "{}"}, Why: "test",
			}
		}
		next := moved(first, incident.KindNoted, nil)
		stale := next
		stale.Was = 7
		before := e.everything(t)
		for _, test := range []struct {
			name   string
			fence  store.Fence
			commit store.Commit
			want   error
		}{
			{"by another fence", "9:somebody", all(entries[1].ID, next), store.ErrFenced},
			{"by no fence", "", all(entries[1].ID, next), store.ErrFenced},
			{"of an event that is gone", lease.Fence, all(entries[0].ID, next), store.ErrAbsent},
			{"of another version", lease.Fence, all(entries[1].ID, stale), store.ErrVersion},
			{"of an incident that is there already", lease.Fence, all(entries[1].ID, opened(1, nil)), store.ErrVersion},
			{"of one that is not there", lease.Fence, all(entries[1].ID, moved(opened(2, nil), incident.KindNoted, nil)), store.ErrVersion},
			{"of two, the second of another version", lease.Fence, all(entries[1].ID, opened(2, nil), stale), store.ErrVersion},
		} {
			e.commit(t, test.fence, []error{test.want}, test.commit)
			if diff := cmp.Diff(before, e.everything(t)); diff != "" {
				t.Errorf("a commit %s wrote (-before +after):\n%s", test.name, diff)
			}
		}
		// In a pipeline each stands for itself.
		e.commit(t, lease.Fence, []error{store.ErrAbsent, nil, store.ErrAbsent},
			store.Commit{EventID: entries[0].ID, Saved: []store.Saved{next}},
			store.Commit{EventID: entries[1].ID, Saved: []store.Saved{next}},
			store.Commit{EventID: entries[1].ID, Saved: []store.Saved{next}})
		if err := e.SetSlot(t.Context(), "9:somebody", topic.Incident(1), "root", ledger.Record{TS: "1.1"}); !errors.Is(err, store.ErrFenced) {
			t.Errorf("a slot by another fence: got %v, want ErrFenced", err)
		}
		if has, err := e.Ledger(t.Context(), topic.Incident(1)); err != nil || len(has) != 0 {
			t.Errorf("got ledger %v, %v, want none", has, err)
		}
	})
}

func TestIndexesFollowTheIncident(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		indexes := func() string {
			open := value[[]int](t)(e.OpenNumbers(t.Context(), 10))
			closed := value[[]int](t)(e.ClosedNumbers(t.Context(), 10))
			due := value[[]topic.ID](t)(e.Due(t.Context(), start.Add(24*time.Hour), 10))
			near := value[[]int](t)(e.Neighbours(t.Context(), "C1", []string{"@db"}, start.Add(2*time.Hour)))
			return fmt.Sprintf("open %v closed %v due %v near %v", open, closed, due, near)
		}
		save := func(saved ...store.Saved) {
			t.Helper()
			e.commit(t, lease.Fence, []error{nil}, store.Commit{Saved: saved})
		}
		one, two := opened(1, nil), opened(2, func(i *incident.Incident) { i.Tiers[0].Due = start.Add(3 * time.Hour) })
		other := opened(3, func(i *incident.Incident) { i.Channel = "C2" })
		save(one, two, other)
		if got, want := indexes(), "open [3 2 1] closed [] due [INC-1 INC-2 INC-3] near [1]"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if near := value[[]int](t)(e.Neighbours(t.Context(), "C1", []string{"@db"}, start.Add(3*time.Hour))); !slices.Equal(near, []int{1, 2}) {
			t.Errorf("got neighbours %v, want 1 and 2", near)
		}
		if near := value[[]int](t)(e.Neighbours(t.Context(), "C1", []string{"@web"}, start.Add(3*time.Hour))); len(near) != 0 {
			t.Errorf("got neighbours %v of other owners, want none", near)
		}
		told := moved(one, incident.KindDeadline, func(i *incident.Incident) {
			i.Tiers = slices.Clone(i.Tiers)
			i.Tiers[0].ToldIn = 3
		})
		told.Due = time.Time{}
		save(told)
		if got, want := indexes(), "open [3 2 1] closed [] due [INC-2 INC-3] near []"; got != want {
			t.Errorf("told: got %s, want %s", got, want)
		}
		closed := moved(told, incident.KindClosed, func(i *incident.Incident) { i.State, i.ClosedAt = incident.Closed, start.Add(time.Minute) })
		save(closed)
		if got, want := indexes(), "open [3 2] closed [1] due [INC-2 INC-3] near []"; got != want {
			t.Errorf("closed: got %s, want %s", got, want)
		}
		reopened := moved(closed, incident.KindReopened, func(i *incident.Incident) {
			i.State, i.ClosedAt, i.Tiers = incident.Open, time.Time{}, slices.Clone(i.Tiers)
			i.Tiers[0].ToldIn = 0
		})
		reopened.Due = start.Add(2 * time.Hour)
		save(reopened)
		if got, want := indexes(), "open [3 2 1] closed [] due [INC-2 INC-3 INC-1] near [1]"; got != want {
			t.Errorf("reopened: got %s, want %s", got, want)
		}
		// A follower takes the group's name; the one it follows does not take it back.
		past := moved(reopened, incident.KindContinued, func(i *incident.Incident) { i.FollowedBy = 4 })
		follower := opened(4, func(i *incident.Incident) { i.Group = past.Incident.Group })
		save(past, follower)
		save(moved(past, incident.KindNoted, nil))
		if n := value[int](t)(e.GroupNumber(t.Context(), past.Incident.Group)); n != 4 {
			t.Errorf("got incident %d of the group, want 4", n)
		}
		if few := value[[]int](t)(e.OpenNumbers(t.Context(), 2)); !slices.Equal(few, []int{4, 3}) {
			t.Errorf("got %v, want the newest two", few)
		}
		quiet := opened(5, func(i *incident.Incident) { i.State, i.Quiet = incident.Closed, true })
		quiet.Dirty = false
		save(quiet)
		if dirty := value[[]topic.ID](t)(e.Dirty(t.Context())); slices.Contains(dirty, topic.Incident(5)) {
			t.Errorf("got dirty %v, want no 5", dirty)
		}
	})
}

func TestActiveCounts(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		counts := func() string {
			each, all, err := e.ActiveCounts(t.Context(), []string{"critical", "warning", "never"})
			must(t, err)
			return fmt.Sprintf("%v of %d", each, all)
		}
		severe := func(n int, severity string) store.Saved {
			return opened(n, func(i *incident.Incident) { i.Severity = severity })
		}
		quiet := severe(5, "critical")
		quiet.Incident.Quiet = true
		one, two := severe(1, "critical"), severe(2, "critical")
		e.commit(t, lease.Fence, []error{nil}, store.Commit{Saved: []store.Saved{one, two, severe(3, "warning"), severe(4, ""), quiet}})
		if got, want := counts(), "map[critical:2 never:0 warning:1] of 4"; got != want {
			t.Errorf("opened: got %s, want %s", got, want)
		}
		acked := moved(one, incident.KindAcknowledged, func(i *incident.Incident) { i.State = incident.Acknowledged })
		milder := moved(two, incident.KindNoted, func(i *incident.Incident) { i.Severity = "warning" })
		e.commit(t, lease.Fence, []error{nil}, store.Commit{Saved: []store.Saved{acked, milder}})
		if got, want := counts(), "map[critical:1 never:0 warning:2] of 4"; got != want {
			t.Errorf("acknowledged, and another milder: got %s, want %s", got, want)
		}
		resolved := moved(acked, incident.KindResolved, func(i *incident.Incident) { i.State = incident.Resolved })
		e.commit(t, lease.Fence, []error{nil}, store.Commit{Saved: []store.Saved{resolved}})
		if got, want := counts(), "map[critical:0 never:0 warning:2] of 3"; got != want {
			t.Errorf("resolved: got %s, want %s", got, want)
		}
		e.commit(t, lease.Fence, []error{nil}, store.Commit{Saved: []store.Saved{moved(resolved, incident.KindReopened, func(i *incident.Incident) { i.State = incident.Open })}})
		if got, want := counts(), "map[critical:1 never:0 warning:2] of 4"; got != want {
			t.Errorf("reopened: got %s, want %s", got, want)
		}
	})
}

func TestTimersRipen(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		late := opened(2, nil)
		late.Due = start.Add(2 * time.Hour)
		e.commit(t, lease.Fence, []error{nil}, store.Commit{Saved: []store.Saved{opened(1, nil), late, opened(3, nil)}})
		due := func(at time.Duration) []topic.ID { return value[[]topic.ID](t)(e.Due(t.Context(), start.Add(at), 10)) }
		if got := due(time.Hour - time.Millisecond); len(got) != 0 {
			t.Errorf("a millisecond early: got %v due, want none", got)
		}
		if got := due(time.Hour); !slices.Equal(got, []topic.ID{topic.Incident(1), topic.Incident(3)}) {
			t.Errorf("got %v due, want 1 and 3", got)
		}
		if got := value[[]topic.ID](t)(e.Due(t.Context(), start.Add(9*time.Hour), 1)); !slices.Equal(got, []topic.ID{topic.Incident(1)}) {
			t.Errorf("got %v due, want one", got)
		}
		e.commit(t, lease.Fence, []error{nil}, store.Commit{Ripe: []topic.ID{topic.Incident(1), topic.Incident(3)}, Now: start.Add(time.Hour)})
		entries := e.read(t)
		if len(entries) != 2 || entries[0].Event.Due() != topic.Incident(1) || !entries[1].Event.At.Equal(entries[1].At) || entries[1].Event.Due() != topic.Incident(3) {
			t.Fatalf("got %+v, want two timers", entries)
		}
		if got := due(2 * time.Hour); !slices.Equal(got, []topic.ID{topic.Incident(2)}) {
			t.Errorf("got %v due, want 2 alone: the others are in the inbox", got)
		}
		// One came early and is set again; one has nothing to wait for.
		e.commit(t, lease.Fence, []error{nil, nil},
			store.Commit{EventID: entries[0].ID, Again: &store.Again{Topic: topic.Incident(1), Due: start.Add(90 * time.Minute)}},
			store.Commit{EventID: entries[1].ID, Again: &store.Again{Topic: topic.Incident(3)}})
		if got := due(3 * time.Hour); !slices.Equal(got, []topic.ID{topic.Incident(1), topic.Incident(2)}) {
			t.Errorf("got %v due, want 1 and 2", got)
		}
	})
}

func TestBury(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		lease := e.keep(t)
		e.put(t, note("op1"))
		entries := e.read(t)
		for want := int64(1); want <= 3; want++ {
			if got := value[int64](t)(e.Suspect(t.Context(), entries[0].ID)); got != want {
				t.Errorf("got %d tries, want %d", got, want)
			}
		}
		must(t, e.Cleared(t.Context(), entries[0].ID))
		if got := value[int64](t)(e.Suspect(t.Context(), entries[0].ID)); got != 1 {
			t.Errorf("got %d tries after it was cleared, want 1", got)
		}
		e.commit(t, lease.Fence, []error{nil}, store.Commit{EventID: entries[0].ID, Bury: &entries[0], Why: "it is poison"})
		if n := value[int64](t)(e.Dead.Count(t.Context())); n != 1 {
			t.Errorf("got %d dead letters, want 1", n)
		}
		dead := e.raw.XRange(t.Context(), base+"dead", "-", "+").Val()
		want := map[string]any{"e": entries[0].Raw, "id": entries[0].ID, "why": "it is poison", "at": fmt.Sprint(entries[0].At.UnixMilli())}
		if diff := cmp.Diff(want, dead[0].Values); diff != "" {
			t.Errorf("dead letter (-want +got):\n%s", diff)
		}
		if left := e.read(t); len(left) != 0 {
			t.Errorf("got %v left in the inbox", left)
		}
		if tries := e.raw.HLen(t.Context(), base+"tries").Val(); tries != 0 {
			t.Errorf("got %d counters left, want none", tries)
		}
	})
}
