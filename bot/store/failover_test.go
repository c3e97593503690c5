package store_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/testkit/redistest"
)

const (
	writers = 16
	// bodySize makes replication lag behind: small writes reach the replicas in no time.
	bodySize = 4096
	// loadFor is how long there is load before and after a fault.
	loadFor = time.Second
	// retryAfter is the pause after something failed.
	retryAfter = 20 * time.Millisecond
)

// rounds is how often the faults are repeated: once, unless the environment asks
// for more.
func rounds(t *testing.T) int {
	text := os.Getenv("SIGNALBOOK_FAILOVER_ROUNDS")
	if text == "" {
		return 1
	}
	return value[int](t)(strconv.Atoi(text))
}

// openSet opens a store on a set of redis-servers.
func openSet(t *testing.T, set *redistest.Redis, wait int) env {
	t.Helper()
	r, err := store.Open(store.Options{
		Addresses: set.Addresses, Prefix: prefix, Username: set.Username, Password: set.Password, MasterName: set.MasterName,
		SentinelPassword: set.SentinelPassword, Cluster: set.Cluster, TLS: set.TLS, WaitReplicas: wait, InboxBound: 1 << 40,
	})
	must(t, err)
	t.Cleanup(func() { r.Close() })
	return env{Store: r.Workspace(team), redis: r}
}

// load is what writers, a coordinator and a reader do while Redis is hurt.
type load struct {
	env
	mu      sync.Mutex
	acked   map[string]bool // ops whose Put was confirmed
	decided map[string]bool // ops whose commit was confirmed
	failed  int
	puts    gap
	commits gap
	reads   gap
	hush    context.CancelFunc // ends the writers
	writing sync.WaitGroup
	stop    context.CancelFunc // ends all
	running sync.WaitGroup
}

// gap remembers the longest time without a success.
type gap struct {
	last, from, to time.Time
}

func (g *gap) succeeded(now time.Time) {
	if !g.last.IsZero() && now.Sub(g.last) > g.to.Sub(g.from) {
		g.from, g.to = g.last, now
	}
	g.last = now
}

func (g *gap) String() string { return g.to.Sub(g.from).Round(time.Millisecond).String() }

func startLoad(t *testing.T, e env) *load {
	l := &load{env: e, acked: map[string]bool{}, decided: map[string]bool{}}
	ctx, stop := context.WithCancel(t.Context())
	l.stop = stop
	writing, hush := context.WithCancel(ctx)
	l.hush = hush
	for w := range writers {
		l.writing.Go(func() { l.write(writing, w) })
	}
	l.running.Go(func() { l.keepOn(ctx) })
	l.running.Go(func() { l.watch(ctx) })
	t.Cleanup(l.end)
	return l
}

func (l *load) end() {
	l.stop()
	l.writing.Wait()
	l.running.Wait()
}

// drained ends the writers and waits until the coordinator has come to the end of what
// they left: thousands, on a busy machine.
func (l *load) drained(t *testing.T) {
	t.Helper()
	l.hush()
	l.writing.Wait()
	for least := int64(1 << 40); least > 0; {
		eventually(t, "fewer events wait", func() bool {
			room, err := l.Room(t.Context())
			if err != nil || room.Events >= least {
				return false
			}
			least = room.Events
			return true
		})
	}
}

// write puts event after event; one that fails is sent again with its op, as
// whoever gets a 503 does.
func (l *load) write(ctx context.Context, w int) {
	text := strings.Repeat("x", bodySize)
	for n := 0; ctx.Err() == nil; n++ {
		op := fmt.Sprintf("w%d-%d", w, n)
		ev := note(op)
		ev.Act.Text = text
		if n%2 == 1 {
			ev = notification(op) // a notification has no op: sent again it is stored again
			ev.Notification.Alerts[0].Annotations = map[string]string{"description": text}
		}
		for !l.put1(ctx, op, ev) && ctx.Err() == nil {
			pause(ctx, retryAfter)
		}
	}
}

func (l *load) put1(ctx context.Context, op string, ev event.Event) bool {
	put, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	_, _, err := l.Put(put, ev)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		if ctx.Err() == nil {
			l.failed++
		}
		return false
	}
	l.acked[op] = true
	l.puts.succeeded(time.Now())
	return true
}

// keepOn does what the coordinator does: lease, read, commit; a lease that may still
// be held is kept.
func (l *load) keepOn(ctx context.Context) {
	for ctx.Err() == nil {
		lease, ok, err := l.Acquire(ctx)
		if err != nil || !ok {
			pause(ctx, 100*time.Millisecond)
			continue
		}
		for renewed := time.Now(); ctx.Err() == nil; {
			if time.Since(renewed) > time.Second {
				ok, err := l.Renew(ctx, lease)
				if err == nil && !ok {
					break
				}
				if err == nil {
					renewed = time.Now()
				}
			}
			err := l.commitSome(ctx, lease.Fence)
			if err == store.ErrFenced {
				break
			}
			if err != nil {
				pause(ctx, retryAfter)
			}
		}
		_ = l.Release(ctx, lease) // the next one has to wait then
	}
}

func (l *load) commitSome(ctx context.Context, fence store.Fence) error {
	entries, err := l.Read(ctx, "", 64, 200*time.Millisecond)
	if err != nil || len(entries) == 0 {
		return err
	}
	commits := make([]store.Commit, len(entries))
	for k, entry := range entries {
		commits[k] = store.Commit{EventID: entry.ID, Op: opOf(entry.Event), Answer: event.Answer{Incident: incident.Answer{Kind: incident.AnswerApplied, Text: entry.ID}}}
	}
	each, err := l.Commit(ctx, fence, commits...)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for k := range each {
		if each[k] == store.ErrFenced {
			return each[k]
		}
		if each[k] == nil {
			l.decided[commits[k].Op] = true
		}
	}
	l.commits.succeeded(time.Now())
	return nil
}

func opOf(ev event.Event) string {
	if ev.Notification != nil {
		return ev.Notification.GroupKey
	}
	return ev.Op
}

// watch reads all the time, as pages and readiness do.
func (l *load) watch(ctx context.Context) {
	for ctx.Err() == nil {
		read, cancel := context.WithTimeout(ctx, time.Second)
		if _, err := l.Newest(read); err == nil {
			l.mu.Lock()
			l.reads.succeeded(time.Now())
			l.mu.Unlock()
		}
		cancel()
		pause(ctx, 5*time.Millisecond)
	}
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// goesOn waits until writers, coordinator and reader have all succeeded after that
// moment.
func (l *load) goesOn(t *testing.T, since time.Time) {
	t.Helper()
	eventually(t, "writers, coordinator and reader go on", func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.puts.last.After(since) && l.commits.last.After(since) && l.reads.last.After(since)
	})
}

// fault hurts the set under load and logs how long nothing could be done.
func (l *load) fault(t *testing.T, what string, hurt func()) {
	t.Helper()
	pause(t.Context(), loadFor)
	l.mu.Lock()
	l.puts, l.commits, l.reads = gap{last: l.puts.last}, gap{last: l.commits.last}, gap{last: l.reads.last}
	failed, acked := l.failed, len(l.acked)
	l.mu.Unlock()
	began := time.Now()
	hurt()
	replaced := time.Now()
	l.goesOn(t, replaced)
	again := time.Now()
	pause(t.Context(), loadFor)
	l.mu.Lock()
	defer l.mu.Unlock()
	t.Logf("%s: another primary after %v, all goes on %v later; longest gap of puts %v, commits %v, reads %v; %d puts failed, %d were confirmed before it and %d since",
		what, replaced.Sub(began).Round(time.Millisecond), again.Sub(replaced).Round(time.Millisecond), &l.puts, &l.commits, &l.reads, l.failed-failed, acked, len(l.acked)-acked)
}

// nothingLost ends the load and looks for everything that was confirmed.
func (l *load) nothingLost(t *testing.T) {
	t.Helper()
	l.end()
	waiting := map[string]bool{}
	for after := ""; ; {
		page := value[[]store.Entry](t)(l.Read(t.Context(), after, 500, store.NoWait))
		if len(page) == 0 {
			break
		}
		for _, entry := range page {
			waiting[opOf(entry.Event)] = true
		}
		after = page[len(page)-1].ID
	}
	lost, undone := 0, 0
	for op := range l.acked {
		if waiting[op] {
			continue
		}
		if _, ok, err := l.Answered(t.Context(), op); err != nil || !ok {
			lost++
		}
	}
	for op := range l.decided {
		if _, ok, err := l.Answered(t.Context(), op); err != nil || !ok {
			undone++
		}
	}
	t.Logf("%d notifications and clicks confirmed, %d lost; %d commits confirmed, %d lost; %d still wait", len(l.acked), lost, len(l.decided), undone, len(waiting))
	if lost > 0 || undone > 0 || len(l.acked) == 0 || len(l.decided) == 0 {
		t.Errorf("of %d confirmed events %d are lost, of %d commits %d: want none lost, and some of each", len(l.acked), lost, len(l.decided), undone)
	}
}

// judgeSet looks at the durability of a set with passwords, and at what one bad
// node makes of it.
func judgeSet(t *testing.T, set *redistest.Redis, e env) {
	t.Helper()
	whole := value[store.Durability](t)(e.redis.Durability(t.Context()))
	if whole.Level != "replicated(1)" || len(whole.Forgets)+len(whole.Warnings) > 0 {
		t.Errorf("got %+v, want replicated(1) and nothing to say", whole)
	}
	primary := set.AwaitPrimary(base + "inbox")
	spoil := func(node *redistest.Node, setting, bad, good string, want func(store.Durability) []string) {
		t.Helper()
		must(t, node.Client().ConfigSet(t.Context(), setting, bad).Err())
		var got []string
		eventually(t, "a look at "+setting, func() bool { // a busy node may not answer every look in time
			got = want(value[store.Durability](t)(e.redis.Durability(t.Context())))
			return len(got) > 0
		})
		if len(got) != 1 || !strings.Contains(got[0], setting) || set.Cluster != strings.HasPrefix(got[0], node.Addr) && node == primary {
			t.Errorf("got %q, want one sentence about %s", got, setting)
		}
		must(t, node.Client().ConfigSet(t.Context(), setting, good).Err())
	}
	spoil(primary, "maxmemory-policy", "allkeys-lru", "noeviction", func(d store.Durability) []string { return d.Forgets })
	replica := set.Nodes[len(set.Nodes)-1]
	spoil(replica, "appendonly", "no", "yes", func(d store.Durability) []string { return d.Warnings })
	if unwaited := value[store.Durability](t)(openSet(t, set, 0).redis.Durability(t.Context())); len(unwaited.Warnings) == 0 || !strings.Contains(strings.Join(unwaited.Warnings, " "), "redis.wait_replicas") {
		t.Errorf("got %+v, want to be told of wait_replicas", unwaited)
	}
	set.AwaitWhole()
}

// TestFailover: with wait_replicas, the loss of the primary under load loses
// nothing that was confirmed, also not what failed first and was sent again.
func TestFailover(t *testing.T) {
	t.Parallel()
	passwords := redistest.Options{Username: "bot", Password: "secret", SentinelPassword: "hidden"}
	for name, start := range map[string]func(testing.TB, redistest.Options) *redistest.Redis{
		"sentinel": redistest.Sentinel, "cluster": redistest.Cluster,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := start(t, passwords)
			e := openSet(t, set, 1)
			judgeSet(t, set, e)
			replies := e.NewReplies()
			ctx, stop := context.WithCancel(t.Context())
			var running sync.WaitGroup
			running.Go(func() { _ = replies.Run(ctx) })
			defer running.Wait()
			defer stop()
			l := startLoad(t, e)
			l.goesOn(t, time.Now())
			key := base + "inbox"
			for range rounds(t) {
				l.fault(t, "kill -9", func() {
					dead := set.KillPrimary(key)
					set.AwaitPrimary(key)
					if set.Cluster {
						dead.Start() // the new primary has no replica until then, and confirms nothing
					}
				})
				set.StartAll()
				set.AwaitWhole()
				if set.Cluster {
					l.fault(t, "planned failover", func() { set.Failover(key) })
					set.AwaitWhole()
				}
			}
			l.drained(t)
			// Answers reach those who wait for them, from whichever node it is now.
			answers, done := replies.Expect("last")
			defer done()
			eventually(t, "the last event is stored", func() bool { return l.put1(t.Context(), "last", note("last")) })
			if got := waiting(t, answers); got.Incident.Kind != incident.AnswerApplied {
				t.Errorf("got %+v, want the coordinator's answer", got)
			}
			l.nothingLost(t)
		})
	}
}
