package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/topic"
	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/library"
)

// benchTeam is the workspace of a slacksim that was not told another.
const benchTeam = "T0SIM00001"

// history is the life of one incident as the coordinator would save it: the captured
// database alert with the built-in playbook of 9 steps, acknowledged, then every
// step taken and done.
func history(b *testing.B) (saved []store.Saved, book *playbooks.Playbook) {
	b.Helper()
	n, err := alerts.Decode(bytes.NewReader(payload(b, "v0.34.0-e2e-1-database-high-cpu-firing")), "default")
	if err != nil {
		b.Fatal(err)
	}
	for _, candidate := range library.All() {
		if candidate.Name == "database-cpu" {
			book = candidate
		}
	}
	data := playbooks.DataFor(n)
	filled, _ := book.Fill(data)
	plan := incident.Plan{
		Channel: "#incidents", Owners: []string{"@sre-oncall"}, Playbook: book, Hash: book.Hash(), Filled: filled,
		Reason: `files before built-ins: alertname=~"DatabaseHighCPU"`,
	}
	rules := incident.Rules{ReopenWithin: time.Hour, StaleAfter: 24 * time.Hour, SeverityLabel: "severity", SeverityOrder: []string{"critical", "warning", "info"}}
	in := incident.StepInput{Next: 1, Loaded: incident.Loaded{Plan: &plan}}
	now := time.Now().UTC().Truncate(time.Millisecond)
	happens := func(ev event.Event) {
		b.Helper()
		was := int64(0)
		if in.Current != nil {
			was = in.Current.Version
		}
		results := rules.Handle(in, ev.Incident()).Results
		if len(results) != 1 {
			b.Fatalf("got %d results of %+v, want 1", len(results), ev)
		}
		i := results[0].Incident
		in.Current = &i
		saved = append(saved, store.Saved{Result: results[0], Was: was, Due: rules.NextDue(i)})
	}
	happens(event.Event{At: now, Notification: &n})
	anna, ben := incident.User{ID: "U0ANNA0001", Name: "anna"}, incident.User{ID: "U0BEN00001", Name: "ben"}
	happens(event.Event{At: now, Act: &incident.Act{Verb: incident.VerbAcknowledge, Incident: 1, User: anna, Via: "button"}})
	for _, step := range saved[0].Incident.Steps {
		for k, verb := range []incident.Verb{incident.VerbAcknowledge, incident.VerbDone} {
			happens(event.Event{At: now.Add(time.Duration(k) * time.Minute), Act: &incident.Act{Verb: verb, Incident: 1, Step: step.ID, User: ben, Via: "button"}})
		}
	}
	return saved, book
}

// momentOf is the same moment of another incident.
func momentOf(s store.Saved, n int) store.Saved {
	s.Incident.Number = n
	s.Incident.Group = fmt.Sprintf("%024x", n)
	return s
}

// workspace is the rig's store, as the bot will open it.
func (r *rig) workspace() *store.Store {
	r.t.Helper()
	opened, err := store.Open(store.Options{Addresses: []string{r.redisAddr}, Prefix: "signalbook", InboxBound: 1 << 30})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { opened.Close() })
	return opened.Workspace(benchTeam)
}

// seed adds incidents to a workspace until there are count, each of them as the moments
// of its life left it, and Slack in line with all of them.
func (r *rig) seed(st *store.Store, count int, moments []store.Saved, book *playbooks.Playbook) {
	r.t.Helper()
	ctx := r.t.Context()
	if err := r.redis.ConfigSet(ctx, "auto-aof-rewrite-percentage", "0").Err(); err != nil {
		r.t.Fatal(err)
	}
	lease, ok, err := st.Acquire(ctx)
	if err != nil || !ok {
		r.t.Fatalf("no lease to seed with: %v", err)
	}
	first, err := st.Newest(ctx)
	if err != nil {
		r.t.Fatal(err)
	}
	commits := []store.Commit{{Playbook: book, Next: count}}
	flush := func() {
		each, err := st.Commit(ctx, lease.Fence, commits...)
		if err != nil {
			r.t.Fatal(err)
		}
		if k := slices.IndexFunc(each, func(err error) bool { return err != nil }); k >= 0 {
			r.t.Fatal(each[k])
		}
		commits = commits[:0]
	}
	for n := first + 1; n <= count; n++ {
		for _, moment := range moments {
			commits = append(commits, store.Commit{Saved: []store.Saved{momentOf(moment, n)}})
		}
		if len(commits) >= 500 {
			flush()
			if _, err := st.Renew(ctx, lease); err != nil {
				r.t.Fatal(err)
			}
		}
	}
	flush()
	if err := st.Release(ctx, lease); err != nil {
		r.t.Fatal(err)
	}
}

func noted(n, k int) event.Event {
	return event.Event{
		Op: fmt.Sprintf("bench-%d-%d", n, k), At: time.Now().UTC().Truncate(time.Millisecond),
		Act: &incident.Act{Verb: incident.VerbNote, Incident: n, User: incident.User{ID: "U0ANNA0001", Name: "anna"}, Text: "looking at the slow queries", Via: "command"},
	}
}

// BenchmarkStep is how many events a second the coordinator of a real serve takes from
// a full inbox, decides and commits, on a Redis with appendfsync always: notes on
// 1,000 open incidents, with Slack beside it taking what its budgets let through.
// Its ceiling is the writes of one such event as plain commands with bodies of the
// same size (SET, 6 × ZADD or ZREM, XADD, SET EX, PUBLISH, XDEL), 32 events a
// pipeline, by go-redis, with nothing read, decided or encoded.
func BenchmarkStep(b *testing.B) {
	const incidents, events = 1000, 20_000
	r := startRig(b, options{})
	st := r.workspace()
	moments, book := history(b)
	r.seed(st, incidents, moments[:1], book)
	document, err := moments[0].Incident.Encode()
	if err != nil {
		b.Fatal(err)
	}
	before := r.ceilingOfCommits(document, events/4)
	var endpoints errgroup.Group
	endpoints.SetLimit(64)
	for k := range events {
		endpoints.Go(func() error {
			_, _, err := st.Put(context.WithoutCancel(b.Context()), noted(k%incidents+1, k))
			return err
		})
	}
	if err := endpoints.Wait(); err != nil {
		b.Fatal(err)
	}
	bot := r.launchBot("--log.level=info")
	// The first batches are single events on purpose, and the caches are empty.
	first := r.drainTo(events * 9 / 10)
	cpu := bot.cpu() + redisCPU(b, r.redis)
	last := r.drainTo(0)
	cpu = bot.cpu() + redisCPU(b, r.redis) - cpu
	rate := float64(first.left-last.left) / last.at.Sub(first.at).Seconds()
	after := r.ceilingOfCommits(document, events/4)
	ceiling := (before + after) / 2
	b.ReportMetric(rate, "events/s")
	b.ReportMetric(ceiling, "ceiling/s")
	b.ReportMetric(rate/ceiling, "of-ceiling")
	b.ReportMetric(float64(cpu.Microseconds())/float64(first.left-last.left), "cpu-us/event")
	b.ReportMetric(0, "ns/op")
}

// drained is how much of the inbox was left at some time.
type drained struct {
	left int64
	at   time.Time
}

// drainTo waits until at most that many events are left.
func (r *rig) drainTo(left int64) (seen drained) {
	r.t.Helper()
	eventually(r.t, fmt.Sprintf("the inbox is down to %d", left), func() bool {
		n, err := r.redis.XLen(r.t.Context(), workspaceKeys+"inbox").Result()
		seen = drained{n, time.Now()}
		return err == nil && n <= left
	})
	return seen
}

// ceilingOfCommits writes what an event's commit writes, as plain commands.
func (r *rig) ceilingOfCommits(document []byte, events int) float64 {
	r.t.Helper()
	ctx := r.t.Context()
	change := bytes.Repeat([]byte("x"), 150)
	began := time.Now()
	for at := 0; at < events; at += 32 {
		pipe := r.redis.Pipeline()
		for k := at; k < at+32; k++ {
			n := strconv.Itoa(k % 1000)
			pipe.Set(ctx, "ceiling:inc:"+n, document, 0)
			pipe.XAdd(ctx, &redis.XAddArgs{Stream: "ceiling:log:" + n, Values: []any{"c", change}})
			pipe.Set(ctx, "ceiling:group:"+n, n, 0)
			for _, index := range []string{"due", "open", "active", "dirty", "deadline"} {
				pipe.ZAdd(ctx, "ceiling:"+index, redis.Z{Score: float64(k), Member: n})
			}
			pipe.ZRem(ctx, "ceiling:closed", n)
			pipe.Set(ctx, "ceiling:seen:"+strconv.Itoa(k), change, store.SeenFor)
			pipe.Publish(ctx, "ceiling:replies", change)
			pipe.XDel(ctx, "ceiling:inbox", fmt.Sprintf("1-%d", k+1))
		}
		if _, err := pipe.Exec(ctx); err != nil {
			r.t.Fatal(err)
		}
	}
	return float64(events) / time.Since(began).Seconds()
}

// crowd is a bot with many open incidents.
type crowd struct {
	*rig
	size    int
	store   *store.Store
	replies *store.Replies
	bot     *process
	late    []float64 // ms, median of each round
	cpus    []float64 // µs an event, of each round
	scrapes []float64 // ms
}

// BenchmarkOpenIncidents is what one event costs when 100, 10,000 and 100,000
// incidents are open: from the moment that it is put into the inbox until the
// coordinator's answer is there, with one event at a time, and in processor time (of
// the bot and its Redis). A bot for each number runs throughout, and they take
// turns. It also tells what a scrape of /metrics takes, and the resident memory
// of serve with 100,000 open incidents.
func BenchmarkOpenIncidents(b *testing.B) {
	const rounds, events = 15, 40
	var crowds []*crowd
	moments, book := history(b)
	for _, size := range []int{100, 10_000, 100_000} {
		c := &crowd{rig: startRig(b, options{}), size: size}
		c.store = c.workspace()
		c.seed(c.store, size, moments[:1], book)
		crowds = append(crowds, c)
	}
	for _, c := range crowds {
		c.begin(b)
	}
	for round := range rounds {
		for _, c := range crowds {
			c.round(b, round, events)
		}
	}
	for _, c := range crowds {
		name := strconv.Itoa(c.size)
		b.ReportMetric(median(c.late), "ms@"+name)
		b.ReportMetric(median(c.cpus), "cpu-us@"+name)
		b.ReportMetric(median(c.scrapes), "scrape-ms@"+name)
		b.ReportMetric(median(c.late)/median(crowds[0].late), "of-100@"+name)
		b.ReportMetric(median(c.cpus)/median(crowds[0].cpus), "cpu-of-100@"+name)
	}
	largest := crowds[len(crowds)-1]
	if got := largest.bot.counted("signalbook_incidents_open", `{severity="critical"}`); got != 100_000 {
		b.Fatalf("got %v open incidents counted, want 100,000", got)
	}
	b.ReportMetric(largest.bot.memory("VmRSS"), "RSS-MB@100000")
	b.ReportMetric(largest.bot.memory("VmHWM"), "peak-RSS-MB@100000")
	b.ReportMetric(0, "ns/op")
}

func (c *crowd) begin(b *testing.B) {
	b.Helper()
	c.bot = c.launchBot("--log.level=info")
	c.replies = c.store.NewReplies()
	ctx, stop := context.WithCancel(context.WithoutCancel(b.Context()))
	var listening errgroup.Group
	listening.Go(func() error { return c.replies.Run(ctx) })
	b.Cleanup(func() {
		stop()
		_ = listening.Wait() // it ends without an error
	})
	channel := "signalbook:{" + benchTeam + "}:replies"
	eventually(b, "the bot is ready and the answers are heard", func() bool {
		body, _ := c.bot.get("/-/ready")
		return strings.Contains(body, `"coordinator":true`) && c.redis.PubSubNumSub(b.Context(), channel).Val()[channel] == 2
	})
}

// round puts events one by one, on incidents spread over all of them.
func (c *crowd) round(b *testing.B, round, events int) {
	b.Helper()
	before := c.bot.cpu() + redisCPU(b, c.redis)
	var late []time.Duration
	for k := range events {
		ev := noted((round*events+k)%100*(c.size/100)+1, round*events+k)
		answers, done := c.replies.Expect(ev.Op)
		began := time.Now()
		if _, _, err := c.store.Put(b.Context(), ev); err != nil {
			b.Fatal(err)
		}
		select {
		case answer := <-answers:
			if answer.Incident.Kind != incident.AnswerApplied {
				b.Fatalf("got answer %+v", answer)
			}
		case <-time.After(patience):
			b.Fatal("no answer came")
		}
		late = append(late, time.Since(began))
		done()
	}
	spent := c.bot.cpu() + redisCPU(b, c.redis) - before
	c.late = append(c.late, milliseconds(percentile(late, .5)))
	c.cpus = append(c.cpus, float64(spent.Microseconds())/float64(events))
	began := time.Now()
	if _, code := c.bot.get("/metrics"); code != 200 {
		b.Fatalf("/metrics answered %d", code)
	}
	c.scrapes = append(c.scrapes, milliseconds(time.Since(began)))
}

// cpu is the processor time that a process has used.
func (p *process) cpu() time.Duration {
	p.t.Helper()
	const tick = 10 * time.Millisecond // USER_HZ of Linux
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		p.t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), ") ")
	fields := strings.Fields(rest)
	user, errUser := strconv.Atoi(fields[11])
	system, errSystem := strconv.Atoi(fields[12])
	if errUser != nil || errSystem != nil {
		p.t.Fatalf("cannot read %q", data)
	}
	return time.Duration(user+system) * tick
}

// memory is a line of /proc/pid/status, in MB.
func (p *process) memory(name string) float64 {
	p.t.Helper()
	megabytes, ok := p.seen(name)
	if !ok {
		p.t.Fatalf("%s has no %s any more", p.cmd.Path, name)
	}
	return megabytes
}

// seen is memory of a process that may end meanwhile.
func (p *process) seen(name string) (megabytes float64, ok bool) {
	p.t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(data)) {
		if rest, found := strings.CutPrefix(line, name+":"); found {
			kilobytes, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				p.t.Fatal(err)
			}
			return float64(kilobytes) / 1024, true
		}
	}
	return 0, false
}

// BenchmarkRedisBytes is what an incident takes in Redis: 9 steps, all done, 20
// timeline entries and the ledger of 6 messages. "bytes" is the difference that
// 1,000 incidents make to Redis' used memory, shares of indexes included; "own"
// is the sum of MEMORY USAGE of an incident's own keys.
func BenchmarkRedisBytes(b *testing.B) {
	const count = 1000
	r := startRig(b, options{})
	st := r.workspace()
	moments, book := history(b)
	entries := 0
	for _, moment := range moments {
		entries += len(moment.Changes)
	}
	if steps := len(moments[0].Incident.Steps); steps != 9 || entries < 20 {
		b.Fatalf("got %d steps and %d timeline entries, want 9 and 20", steps, entries)
	}
	r.seed(st, 1, moments, book) // what is there once: playbook, indexes, scripts
	before := r.usedMemory()
	r.seed(st, count+1, moments, book)
	lease, ok, err := st.Acquire(b.Context())
	if err != nil || !ok {
		b.Fatalf("no lease: %v", err)
	}
	for n := range count {
		for k, name := range []string{ledger.Root, "tier:immediate", "tier:short_term", "tier:long_term", "escalation:1:1", "resolved:1"} {
			slot := ledger.Record{
				Channel: "C0INCIDENT1", TS: fmt.Sprintf("1795425005.%06d", n+k), Hash: strings.Repeat("0f", 8), State: ledger.Sent,
				Op: strings.Repeat("ABCDEFGHIJ", 3)[:26], IntentAt: time.Now().UTC(),
			}
			if k > 0 {
				slot.Parent = fmt.Sprintf("1795425005.%06d", n)
			}
			if err := st.SetSlot(b.Context(), lease.Fence, topic.Incident(n+2), name, slot); err != nil {
				b.Fatal(err)
			}
		}
	}
	each := (r.usedMemory() - before) / count
	own := 0.0
	base := "signalbook:{" + benchTeam + "}:"
	for _, key := range []string{"inc:500", "log:500", "ledger:500", fmt.Sprintf("group:%024x", 500)} {
		n, err := r.redis.MemoryUsage(b.Context(), base+key, 0).Result()
		if err != nil {
			b.Fatalf("%s: %v", key, err)
		}
		own += float64(n)
		b.ReportMetric(float64(n), key[:3]+"-bytes")
	}
	if each > 8192 {
		b.Errorf("an incident takes %.0f bytes of Redis, at most 8,192 are promised", each)
	}
	b.ReportMetric(each, "bytes")
	b.ReportMetric(own, "own-bytes")
	b.ReportMetric(each/8192, "of-8kB")
	b.ReportMetric(0, "ns/op")
}

// usedMemory is what Redis holds, in bytes.
func (r *rig) usedMemory() float64 {
	r.t.Helper()
	text, err := r.redis.Info(r.t.Context(), "memory").Result()
	if err != nil {
		r.t.Fatal(err)
	}
	_, rest, _ := strings.Cut(text, "used_memory:")
	value, _, _ := strings.Cut(rest, "\r\n")
	used, err := strconv.ParseFloat(value, 64)
	if err != nil {
		r.t.Fatal(err)
	}
	return used
}
