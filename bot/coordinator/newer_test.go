package coordinator_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/compat"
	"github.com/signalbook/signalbook/bot/coordinator"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
)

// newerIncident is what a binary of tomorrow may write in the place of INC-1.
const newerIncident = `{"schema":99,"number":1,"version":7,"state":{"is":"open"}}`

// said reports whether the health says that.
func said(k *coordinator.Coordinator, what string) bool {
	return strings.Contains(strings.Join(k.Degraded(), "\n"), what)
}

func (r *deadRig) inbox() int64 { return r.raw.XLen(r.t.Context(), deadBase+"inbox").Val() }

// TestNewerDocumentIsNoPoison: an event that needs what a newer binary wrote makes the
// coordinator give up the lease and say why. As no newer one takes it, it keeps the
// workspace again, for all the rest; the event stays in the inbox, and is handled
// when its document can be read.
func TestNewerDocumentIsNoPoison(t *testing.T) {
	t.Parallel()
	r := startDeadRig(t)
	_, end := r.keep()
	r.opensFirst()
	end()
	mend := r.broken("inc:1", newerIncident)
	r.fires("first", alerts.Resolved)
	r.raw.ZAdd(t.Context(), deadBase+"due", redis.Z{Score: 1, Member: "1"})
	r.put(event.Event{Op: "op1", At: time.Now().UTC(), Act: &incident.Act{Verb: incident.VerbNote, Incident: 1, Text: "look", User: incident.User{ID: "U1"}}})
	r.fires("second", alerts.Firing)

	k, _ := r.keep()
	r.eventually("it says that it gave up, and why", func() bool {
		return said(k, "this replica gave up keeping the workspace") && said(k, "INC-1 cannot be read") && !k.Keeping()
	})
	if kept, err := r.store.Kept(t.Context()); err != nil || kept {
		t.Errorf("the lease is held (%v), want it given back", err)
	}
	r.eventually("it goes on with the rest", func() bool {
		i, ok, err := r.store.Incident(t.Context(), 2)
		return err == nil && ok && i.Title == "Broken: second"
	})
	r.eventually("three events wait for a newer one", func() bool { return k.Keeping() && r.inbox() == 3 && said(k, "wait in the inbox, 3 of them") })
	if said(k, "gave up") {
		t.Errorf("it keeps the workspace and says %q", k.Degraded())
	}
	r.noLetters()
	if got := r.raw.Get(t.Context(), deadBase+"inc:1").Val(); got != newerIncident {
		t.Errorf("the newer document is now %s", got)
	}

	mend()
	r.eventually("what waited is handled", func() bool {
		i, ok, err := r.store.Incident(t.Context(), 1)
		return err == nil && ok && i.Over() && i.Note.Text == "look" && r.inbox() == 0
	})
	r.eventually("nothing is said any more", func() bool { return !said(k, "INC-1") && !said(k, "wait in the inbox") })
	r.noLetters()
}

// TestNewerReplicaTakesOver: once a replica shows itself that can read more, an older
// coordinator that met something newer gives the workspace to it, and takes it again when
// that one has gone.
func TestNewerReplicaTakesOver(t *testing.T) {
	t.Parallel()
	r := startDeadRig(t)
	r.raw.XAdd(t.Context(), &redis.XAddArgs{Stream: deadBase + "inbox", Values: []any{"e", `{"op":"op1","at":"2026-11-23T09:00:00Z","merge":{"incident":1}}`}})
	k, _ := r.keep()
	r.eventually("no newer one is there, so it keeps the workspace", func() bool { return k.Keeping() && said(k, "wait in the inbox, 1 of them") })
	if _, err := r.store.Replicas.Announce(t.Context(), store.Replica{ID: "old", Reads: compat.Reads}); err != nil {
		t.Fatal(err)
	}
	var lease store.Lease
	r.eventually("it gives the workspace to the newer one", func() bool {
		if _, err := r.store.Replicas.Announce(t.Context(), store.Replica{ID: "new", Reads: compat.Reads + 1}); err != nil {
			t.Fatal(err)
		}
		var ok bool
		var err error
		lease, ok, err = r.store.Acquire(t.Context())
		return err == nil && ok
	})
	entries, err := r.store.Read(t.Context(), "", 10, store.NoWait)
	if err != nil || len(entries) != 1 || !errors.Is(entries[0].Err, compat.ErrNewer) || !strings.Contains(entries[0].Raw, "merge") {
		t.Fatalf("the newer one finds %+v and %v in the inbox, want the event as it came", entries, err)
	}
	r.eventually("the older one says why it does not keep it", func() bool { return !k.Keeping() && said(k, "gave up") && said(k, `an event of kind "merge"`) })
	each, err := r.store.Commit(t.Context(), lease.Fence, store.Commit{EventID: entries[0].ID})
	if err != nil || each[0] != nil {
		t.Fatal(err, each)
	}
	if err := errors.Join(r.store.Replicas.Retire(t.Context(), "new"), r.store.Release(t.Context(), lease)); err != nil {
		t.Fatal(err)
	}
	r.fires("after", alerts.Firing)
	r.eventually("the older one goes on", func() bool { return r.handled() == "Broken: after" })
	r.eventually("nothing is said any more", func() bool { return k.Keeping() && !said(k, "newer") })
	r.noLetters()
}

// TestNewerEvents: an event of a kind, a verb or a schema that this binary does not
// know is left in the inbox as it came; who waits for it is told.
func TestNewerEvents(t *testing.T) {
	t.Parallel()
	r := startDeadRig(t)
	_, end := r.keep()
	r.opensFirst()
	end()
	anna := r.sim.Admin.AddUser("anna", "anna@example.com")
	incidents, _ := r.sim.Channel("incidents")
	raws := []string{
		`{"op":"a","at":"2026-11-23T09:00:00Z","of_tomorrow":{"x":1}}`,
		`{"op":"b","at":"2026-11-23T09:00:00Z","act":{"verb":"merge","incident":1,"user":"` + anna.ID + `","reply":{"channel":"` + incidents.ID + `"}}}`,
		`{"op":"c","at":"2026-11-23T09:00:00Z","schema":99,"act":["another","shape"]}`,
		`{"op":"d","at":"2026-11-23T09:00:00Z","schema":99,"timer":{"incident":1}}`,
		`{"at":"2026-11-23T09:00:00Z","schema":99,"source":"default","body":{"of":"tomorrow"}}`,
		`{"op":"e","at":"2026-11-23T09:00:00Z","review":{"verb":"of_tomorrow","digest":1,"user":"U1"}}`,
	}
	for _, raw := range raws {
		r.raw.XAdd(t.Context(), &redis.XAddArgs{Stream: deadBase + "inbox", Values: []any{"e", raw}})
	}
	k, _ := r.keep()
	r.fires("second", alerts.Firing)
	r.eventually("the second is open", func() bool {
		i, ok, err := r.store.Incident(t.Context(), 2)
		return err == nil && ok && i.Title == "Broken: second"
	})
	r.eventually("six events wait", func() bool { return said(k, "wait in the inbox, 6 of them") })
	entries, err := r.store.Read(t.Context(), "", 10, store.NoWait)
	if err != nil || len(entries) != len(raws) {
		t.Fatalf("got %d entries and %v, want %d", len(entries), err, len(raws))
	}
	for n, entry := range entries {
		if entry.Raw != raws[n] {
			t.Errorf("got %s in the inbox, want %s", entry.Raw, raws[n])
		}
	}
	r.noLetters()
	r.eventually("anna is told", func() bool {
		for _, m := range r.sim.Ephemerals(anna.ID) {
			if strings.Contains(m.Text, "needs a newer Signalbook") {
				return true
			}
		}
		return false
	})
}
