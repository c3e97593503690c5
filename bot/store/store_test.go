package store_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/testkit/redistest"
	"github.com/signalbook/signalbook/bot/testkit/storetest"
	"github.com/signalbook/signalbook/bot/testkit/wait"
	"github.com/signalbook/signalbook/playbooks"
)

const (
	prefix = "test"
	team   = "T1"
	base   = prefix + ":{" + team + "}:"
	// patience is how long a condition may take on a slow machine.
	patience = 10 * time.Minute
)

// start is when the tests' incidents happen: whole milliseconds, as the endpoints write them.
var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// env is a store on a Redis of the test's own.
type env struct {
	*store.Store
	redis *store.Redis
	raw   *redis.Client // looks past the store
}

// onBoth runs a test against a real redis-server and against the one in memory
// that the demo falls back to.
func onBoth(t *testing.T, test func(t *testing.T, e env)) {
	for name, start := range map[string]func(testing.TB) string{"redis-server": storetest.Server, "memory": storetest.Memory} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t, start(t), store.Options{}))
		})
	}
}

// open opens a store; o says what is different from usual.
func open(t *testing.T, address string, o store.Options) env {
	t.Helper()
	o.Addresses, o.Prefix = []string{address}, prefix
	o.AnswerWithin = patience
	if o.InboxBound == 0 {
		o.InboxBound = 1000
	}
	r, err := store.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	network := "tcp"
	if strings.HasPrefix(address, "/") {
		network = "unix"
	}
	raw := redis.NewClient(&redis.Options{Network: network, Addr: address, MaxRetries: -1, Protocol: 2})
	t.Cleanup(func() {
		r.Close()
		raw.Close()
	})
	return env{r.Workspace(team), r, raw}
}

// startServer starts a redis-server with settings of the test's own.
func startServer(t *testing.T, args ...string) *redistest.Node {
	t.Helper()
	return redistest.Single(t, redistest.Options{Args: args}).Nodes[0]
}

// eventually waits for a condition, and fails when it does not come.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	wait.Until(t, what, holds)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func value[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		must(t, err)
		return v
	}
}

// keep takes the lease.
func (e env) keep(t *testing.T) store.Lease {
	t.Helper()
	lease, ok, err := e.Acquire(t.Context())
	must(t, err)
	if !ok {
		t.Fatal("got no lease, want one")
	}
	return lease
}

func note(op string) event.Event {
	return event.Event{Op: op, At: start, Act: &incident.Act{Verb: incident.VerbNote, Incident: 1, User: incident.User{ID: "U1", Name: "anna"}, Text: "note of " + op}}
}

func notification(group string) event.Event {
	return event.Event{At: start, Notification: &alerts.Notification{
		Source: "default", Receiver: "bot", GroupKey: group, Status: alerts.Firing, Firing: 1,
		Alerts: []alerts.Alert{{Status: alerts.Firing, Fingerprint: "f1", StartsAt: start}},
	}}
}

// put stores an event that nobody has stored before.
func (e env) put(t *testing.T, ev event.Event) {
	t.Helper()
	answer, done, err := e.Put(t.Context(), ev)
	must(t, err)
	if done || !reflect.DeepEqual(answer, event.Answer{}) {
		t.Fatalf("got answer %+v, done %v, want none", answer, done)
	}
}

// read returns what is in the inbox.
func (e env) read(t *testing.T) []store.Entry {
	t.Helper()
	entries, err := e.Read(t.Context(), "", 100, store.NoWait)
	must(t, err)
	return entries
}

// opened is a new incident as the coordinator would save it.
func opened(n int, change func(*incident.Incident)) store.Saved {
	i := incident.Incident{
		Schema: incident.Schema, Number: n, Version: 1, State: incident.Open, Title: fmt.Sprintf("incident %d", n),
		Group: fmt.Sprintf("group%d", n), Channel: "C1", OpenedAt: start.Add(time.Duration(n) * time.Second),
		Tiers: []incident.Tier{{Name: playbooks.Immediate, Due: start.Add(time.Hour), Owners: []string{"@db"}}},
		Steps: []incident.Step{{ID: "one", Number: 1, Tier: playbooks.Immediate, Standing: incident.Standing{State: incident.StepOpen}}},
	}
	if change != nil {
		change(&i)
	}
	return store.Saved{Result: incident.Result{Incident: i, Changes: []incident.Change{{Kind: incident.KindOpened, At: start}}}, Due: start.Add(time.Hour), Dirty: true}
}

// moved is the next version of an incident.
func moved(was store.Saved, kind incident.Kind, change func(*incident.Incident)) store.Saved {
	next := was
	next.Was = was.Incident.Version
	next.Incident.Version++
	next.Changes = []incident.Change{{Kind: kind, At: start}}
	if change != nil {
		change(&next.Incident)
	}
	return next
}

// commit commits and wants each to go as said.
func (e env) commit(t *testing.T, fence store.Fence, want []error, commits ...store.Commit) {
	t.Helper()
	each, err := e.Commit(t.Context(), fence, commits...)
	must(t, err)
	if len(each) != len(want) {
		t.Fatalf("got %d answers, want %d", len(each), len(want))
	}
	for k := range each {
		if each[k] != want[k] {
			t.Errorf("commit %d: got %v, want %v", k, each[k], want[k])
		}
	}
}
