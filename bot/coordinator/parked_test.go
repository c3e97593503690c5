package coordinator_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/coordinator"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
)

// impatient starts a coordinator that asks soon again about what Slack refused.
func (r *strayRig) impatient() *coordinator.Coordinator {
	r.t.Helper()
	k := r.coordinatorOf(r.store, r.direct, coordinator.Timing{Unknown: 200 * time.Millisecond, Sweeps: [2]time.Duration{200 * time.Millisecond, 400 * time.Millisecond}, Root: 100 * time.Millisecond, Parked: 300 * time.Millisecond})
	keepOn(r.t, k)
	return k
}

// thread waits for the one root with its tiers.
func (r *strayRig) thread() (root snapshot.Message, replies []snapshot.Message) {
	r.t.Helper()
	r.eventually("the thread is there", func() bool {
		replies = nil
		roots := r.roots()
		if len(roots) != 1 {
			return false
		}
		root = roots[0]
		for _, m := range r.sim.Thread("incidents", root.TS) {
			if m.Bot && m.TS != root.TS && !m.Tombstone {
				replies = append(replies, m)
			}
		}
		return len(replies) == 3
	})
	return root, replies
}

// TestParkedVisiblyAndResuming: whatever makes Slack refuse is said with what to
// do, and once it is mended everything is there once, by itself.
func TestParkedVisiblyAndResuming(t *testing.T) {
	t.Parallel()
	fault := func(method, code string) func(r *strayRig) error {
		return func(r *strayRig) error {
			r.sim.Faults.Fail(fault.Fault{Method: method, Kind: "error:" + code})
			return nil
		}
	}
	clear := func(r *strayRig) error {
		r.sim.Faults.Clear()
		return nil
	}
	for name, test := range map[string]struct {
		spoil, mend func(r *strayRig) error
		says        string
	}{
		"archived": {func(r *strayRig) error { return r.sim.Admin.Archive("incidents") }, func(r *strayRig) error {
			return errors.Join(r.sim.Admin.Unarchive("incidents"), r.sim.Admin.InviteBot("incidents"))
		}, "unarchive"},
		"bot removed":   {func(r *strayRig) error { return r.sim.Admin.RemoveBot("incidents") }, func(r *strayRig) error { return r.sim.Admin.InviteBot("incidents") }, "/invite"},
		"token revoked": {func(r *strayRig) error { r.sim.Admin.RevokeToken(); return nil }, func(r *strayRig) error { r.sim.Admin.RestoreToken(); return nil }, "reinstall"},
		"missing scope": {fault("chat.postMessage", "missing_scope"), clear, "scopes"},
		"blocks":        {fault("chat.postMessage", "invalid_blocks"), clear, "invalid_blocks"},
		"restricted":    {fault("chat.postMessage", "restricted_action"), clear, "posting permissions"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startStrayRig(t)
			k := r.impatient()
			r.eventually("the coordinator keeps", k.Keeping)
			if err := test.spoil(r); err != nil {
				t.Fatal(err)
			}
			r.fire("a")
			r.eventually("it is said what to do: "+test.says, func() bool { return strings.Contains(strings.Join(k.Degraded(), "\n"), test.says) })
			if roots := r.roots(); len(roots) > 0 {
				t.Fatalf("%d roots are there already", len(roots))
			}
			if err := test.mend(r); err != nil {
				t.Fatal(err)
			}
			r.thread()
			r.settled()
			r.thread()
			r.eventually("nothing is wrong any more", func() bool { return len(k.Degraded()) == 0 })
		})
	}
}

// TestDeletedTierMessage: a tier message that somebody deleted is back at the next
// change, and the other messages stay.
func TestDeletedTierMessage(t *testing.T) {
	t.Parallel()
	r := startStrayRig(t)
	r.impatient()
	r.fire("a")
	root, before := r.thread()
	r.settled()
	if err := r.sim.Admin.DeleteMessage("incidents", before[0].TS); err != nil {
		t.Fatal(err)
	}
	user, _ := r.sim.User("anna")
	act := &incident.Act{Verb: incident.VerbAcknowledge, Incident: 1, Step: "add-read-replicas", User: incident.User{ID: user.ID, Name: "anna"}, Via: "button"}
	if _, _, err := r.store.Put(t.Context(), event.Event{Op: "op-1", At: time.Now().UTC().Truncate(time.Millisecond), Act: act}); err != nil {
		t.Fatal(err)
	}
	again, after := r.thread()
	if again.TS != root.TS {
		t.Errorf("the root was posted again")
	}
	kept := 0
	for _, m := range after {
		for _, old := range before[1:] {
			if m.TS == old.TS {
				kept++
			}
		}
	}
	if kept != 2 || after[2].TS == before[0].TS {
		t.Errorf("%d of the two other tiers stayed, want both, and a new message", kept)
	}
}

// TestEditWindowClosed: a message that may not be edited any more is posted once
// anew, and then left alone.
func TestEditWindowClosed(t *testing.T) {
	t.Parallel()
	r := startStrayRig(t)
	k := r.impatient()
	r.fire("a")
	r.thread()
	r.settled()
	r.sim.Faults.Fail(fault.Fault{Method: "chat.update", Kind: "error:edit_window_closed"})
	for n, fingerprints := range [][]string{{"a", "b"}, {"a", "b", "c"}, {"a", "b", "c", "d"}} {
		r.fire(fingerprints...)
		want := 2
		r.eventually("the change is handled", func() bool {
			roots := r.roots()
			return len(roots) == want && (n == 0 || strings.Contains(strings.Join(k.Degraded(), "\n"), "edit_window_closed"))
		})
	}
	if got := len(r.roots()); got != 2 {
		t.Errorf("got %d roots, want the old and one new", got)
	}
}

// TestRenamedChannelGoesOn: posts go to the id that was once known for a name,
// also while Slack does not say what the name stands for.
func TestRenamedChannelGoesOn(t *testing.T) {
	t.Parallel()
	r := startStrayRig(t)
	channel, _ := r.sim.Channel("incidents")
	if err := r.store.Directory.SetNames(t.Context(), map[string]string{"#incidents": channel.ID, "@sre-oncall": ""}); err != nil {
		t.Fatal(err)
	}
	r.sim.Faults.Fail(fault.Fault{Method: "conversations.list", Kind: fault.HTTP503}) // nobody can tell its new name
	r.impatient()
	r.fire("a")
	r.thread()
	r.settled()
	for _, call := range r.sim.Calls() {
		if call.Method == "chat.postMessage" && call.Channel != channel.ID {
			t.Errorf("posted to %q, want the id %s that was known", call.Channel, channel.ID)
		}
	}
}
