package coordinator_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/archive"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
)

// past makes a number of incidents, resolves and closes them, lets others be known
// by their resolve alone, and ends the coordinator.
func (r *deadRig) past(groups, quiet int) {
	r.t.Helper()
	_, end := r.keep()
	for n := range groups {
		r.fires(fmt.Sprint("g", n), alerts.Firing)
	}
	r.handled()
	for n := range groups {
		r.fires(fmt.Sprint("g", n), alerts.Resolved)
	}
	for n := range quiet {
		r.fires(fmt.Sprint("quiet", n), alerts.Resolved)
	}
	r.eventually("every incident is closed and shown", func() bool {
		dirty, err := r.store.Dirty(r.t.Context())
		return err == nil && len(dirty) == 0 && len(r.closed()) == groups+quiet
	})
	end()
}

func (r *deadRig) closed() []int {
	r.t.Helper()
	numbers, err := r.store.ClosedNumbers(r.t.Context(), 1000)
	if err != nil {
		r.t.Fatal(err)
	}
	return numbers
}

// incidentKeys are the keys that belong to single incidents or groups.
func (r *deadRig) incidentKeys() []string {
	r.t.Helper()
	names, err := r.raw.Keys(r.t.Context(), deadBase+"*").Result()
	if err != nil {
		r.t.Fatal(err)
	}
	names = slices.DeleteFunc(names, func(name string) bool {
		name = strings.TrimPrefix(name, deadBase)
		kept := []string{"compared", "keeper", "lease", "next", "indexed", "group-members", "names", "inbox"} // an empty stream stays
		// A playbook's content is kept once for all incidents, a channel's openings for the next storm, who is in it, and a few lengths of
		// time for the next drill.
		return slices.Contains(kept, name) || strings.HasPrefix(name, "playbook:") || strings.HasPrefix(name, "stats:") || strings.HasPrefix(name, "channel:") || strings.HasPrefix(name, "roster:")
	})
	slices.Sort(names)
	return names
}

func (r *deadRig) allGone() {
	r.t.Helper()
	defer func() {
		if r.t.Failed() {
			r.t.Logf("left are %v", r.incidentKeys())
		}
	}()
	r.eventually("nothing of an incident is left", func() bool { return len(r.incidentKeys()) == 0 })
}

// TestRetention: what closed long enough ago is written down whole, and leaves
// nothing in Redis; what is open, or closed later, stays.
func TestRetention(t *testing.T) {
	t.Parallel()
	r := startDeadRig(t)
	const groups, quiet = 2, 43 // more than two batches
	r.past(groups, quiet)
	want := map[string]incident.Incident{}
	timelines := map[string]int{}
	for _, n := range r.closed() {
		i, ok, err := r.store.Incident(t.Context(), n)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		changes, err := r.store.WholeTimeline(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		if !i.Quiet {
			want[i.ID()], timelines[i.ID()] = i, len(changes)
		}
	}
	folder := archive.Folder(t.TempDir())
	r.retention.For, r.retention.Archive = time.Millisecond, folder.Append
	_, end := r.keep()
	r.allGone()
	end()
	data, err := os.ReadFile(folder.File(time.Now()))
	if err != nil {
		t.Fatal(err) // in the minutes around the end of a month it may be the file before
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	if len(lines) != groups {
		t.Errorf("got %d lines, want %d: one an incident that was shown", len(lines), groups)
	}
	for _, line := range lines {
		var got archive.Record
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Fatal(err)
		}
		i, err := incident.Decode(got.Incident)
		if err != nil {
			t.Fatal(err)
		}
		was := want[got.ID]
		if i.Title != was.Title || i.Version != was.Version || got.Version != was.Version || !i.ClosedAt.Equal(was.ClosedAt) || len(i.Steps) != len(was.Steps) {
			t.Errorf("%s: got %+v, want %+v", got.ID, i, was)
		}
		if len(got.Timeline) != timelines[got.ID] || got.Timeline[0].Kind != incident.KindOpened || got.Timeline[len(got.Timeline)-1].Kind != incident.KindClosed {
			t.Errorf("%s: got timeline %+v, want %d entries from opened to closed", got.ID, got.Timeline, timelines[got.ID])
		}
	}

	// The number is not given again, and the group begins anew.
	r.retention.For = time.Hour
	r.keep()
	r.fires("g0", alerts.Firing)
	r.eventually("a new incident", func() bool { return r.handled() == "Broken: g0" })
	if i, ok, err := r.store.Incident(t.Context(), groups+quiet+1); err != nil || !ok || i.Follows != 0 {
		t.Errorf("got %+v, %v, %v, want the next number, following none", i, ok, err)
	}
}

// TestArchiveThatFails: nothing leaves before it is written, it is said, and it
// goes on by itself.
func TestArchiveThatFails(t *testing.T) {
	t.Parallel()
	r := startDeadRig(t)
	r.past(1, 1)
	before := r.incidentKeys()
	var tries atomic.Int64
	var mended atomic.Bool
	folder := archive.Folder(t.TempDir())
	r.retention.For, r.retention.Archive = time.Millisecond, func(records ...archive.Record) error {
		if !mended.Load() {
			tries.Add(1)
			return errors.New("no space left on device")
		}
		return folder.Append(records...)
	}
	k, _ := r.keep()
	r.eventually("a second try", func() bool { return tries.Load() > 1 })
	if after := r.incidentKeys(); !slices.Equal(before, after) {
		t.Errorf("got keys %v, want all of %v", after, before)
	}
	if said := strings.Join(k.Degraded(), "\n"); !strings.Contains(said, "incidents.archive cannot be written, so closed incidents stay in Redis: no space left on device") {
		t.Errorf("degraded says %q", said)
	}
	mended.Store(true)
	r.allGone()
	r.eventually("it is well again", func() bool { return !strings.Contains(strings.Join(k.Degraded(), "\n"), "archive") })
}

// TestRetentionKeepsWhatIsHeard: one that was resolved by hand and goes on firing
// stays as long as it is heard of; without it the next repeat would open it anew.
func TestRetentionKeepsWhatIsHeard(t *testing.T) {
	t.Parallel()
	r := startDeadRig(t)
	_, end := r.keep()
	r.fires("noisy", alerts.Firing)
	r.fires("calm", alerts.Firing)
	r.handled()
	for n := range 2 {
		r.put(event.Event{Op: fmt.Sprint("op", n), At: time.Now().UTC(), Act: &incident.Act{Verb: incident.VerbResolve, Incident: n + 1, User: incident.User{ID: "U1"}}})
	}
	r.fires("calm", alerts.Resolved)
	r.eventually("both are closed and shown", func() bool {
		dirty, err := r.store.Dirty(t.Context())
		return err == nil && len(dirty) == 0 && len(r.closed()) == 2
	})
	end()
	// Both closed long ago; the one was heard of just now.
	for _, n := range []string{"1", "2"} {
		if err := r.raw.ZIncrBy(t.Context(), deadBase+"closed", -float64(2*time.Hour.Milliseconds()), n).Err(); err != nil {
			t.Fatal(err)
		}
	}
	r.retention.For = time.Hour
	r.keep()
	r.eventually("the calm one leaves", func() bool { return slices.Equal(r.closed(), []int{1}) })
	r.fires("noisy", alerts.Firing)
	if open := r.handled(); open != "" {
		t.Errorf("the repeat opened %q, want nothing", open)
	}
}
