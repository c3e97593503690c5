package coordinator_test

import (
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/topic"
)

// TestLateRootLeavesTheThread: a root that was given up lands just before it is
// sent again, so it is the older of two. The thread hangs on the younger, which
// therefore stays.
func TestLateRootLeavesTheThread(t *testing.T) {
	t.Parallel()
	r := startStrayRig(t)
	r.timing.Sweeps = [2]time.Duration{2 * time.Second, 2500 * time.Millisecond} // once a reply hangs on it
	// It is looked for after two seconds; what is sent then takes a while.
	r.sim.Faults.Fail(fault.Fault{Method: "chat.postMessage", Kind: fault.Late, Delay: 2300 * time.Millisecond, Times: 1})
	r.sim.Faults.Fail(fault.Fault{Method: "chat.postMessage", Kind: fault.Delay, Delay: 700 * time.Millisecond, Times: 1})
	r.keep(r.openStore(r.address), r.direct)
	r.fire("a")
	r.swept()
	root := r.roots()
	if len(root) != 1 {
		t.Fatalf("got %d roots, want 1", len(root))
	}
	has := r.ledger()
	if got := has[ledger.Root].TS; got != root[0].TS {
		t.Errorf("the root is %s and the ledger knows %s", root[0].TS, got)
	}
	if got := len(r.sim.Messages("incidents")); got != 1 {
		t.Errorf("the channel shows %d messages, want the root and nothing of a deleted thread", got)
	}
	if got := len(r.sim.Thread("incidents", root[0].TS)); got != 4 {
		t.Errorf("the thread has %d messages, want the root and its three tiers", got)
	}
}

// TestFoundAfterSeveralTries: of two tries the second is found and taken; the
// first comes later still, and is removed.
func TestFoundAfterSeveralTries(t *testing.T) {
	t.Parallel()
	r := startStrayRig(t)
	// It is looked for after two seconds, sent again, and looked for after two more.
	r.sim.Faults.Fail(fault.Fault{Method: "chat.postMessage", Kind: fault.Late, Delay: 4150 * time.Millisecond, Times: 1})
	r.sim.Faults.Fail(fault.Fault{Method: "chat.postMessage", Kind: fault.LostAnswer, Times: 1})
	r.keep(r.openStore(r.address), r.direct)
	r.fire("a")
	r.swept()
	if got := len(r.roots()); got != 1 {
		t.Errorf("got %d roots, want 1", got)
	}
}

// swept waits until nothing is looked for any more and Slack shows everything.
func (r *strayRig) swept() {
	r.t.Helper()
	r.eventually("copies were looked for", func() bool {
		dirty, err := r.store.Dirty(r.t.Context())
		root := r.ledger()[ledger.Root]
		return err == nil && len(dirty) == 0 && root.TS != "" && root.Sweeps == 0
	})
}

func (r *strayRig) ledger() ledger.Ledger {
	r.t.Helper()
	has, err := r.store.Ledger(r.t.Context(), topic.Incident(1))
	if err != nil {
		r.t.Fatal(err)
	}
	return has
}
