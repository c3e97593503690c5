package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	lookFor    = time.Second            // how long an endpoint believes what it saw of Redis, at least
	lookEvery  = 100 * time.Millisecond // how often it looks while events come
	lookWithin = time.Second            // how long a look may take: who waits for it has an event to store
	// lookShare is how many times longer than a look there is none: with very many large events in the inbox a look costs
	// Redis milliseconds.
	lookShare = 20
)

const (
	// inboxBytes is how much memory the inbox may take, beside Options.InboxBound for its length: a notification has
	// hundreds of bytes, at worst a megabyte.
	inboxBytes = 256 << 20
	// growth is what an event may come to when it is handled: document, timeline, ledger and indexes of a new incident
	// with nine steps take 9 kB, with five alerts 12.
	growth = 12 << 10
	// share is how much of maxmemory endpoints may fill, in hundredths, with what the waiting events will come to. The rest is for
	// what goes on without endpoints: timers, timelines, ledgers.
	share = 90
)

// Room is how much the inbox holds, and how much memory is left in the Redis that
// holds it: in a Cluster, of the primary of the workspace's slot.
type Room struct {
	Events int64 // in the inbox
	Bytes  int64 // of memory that they take; 0 when Redis does not tell
	Used   int64 // bytes of memory, as far as Redis compares it with Max; 0 when Redis does not tell
	Max    int64 // maxmemory; 0: no limit, or Redis does not tell, or it evicts keys at its limit instead of refusing
}

// Full says why endpoints take nothing more, and what to do; empty while they do.
// bound is how many events may wait.
func (r Room) Full(bound int64) string {
	switch {
	case r.Max > 0 && r.Used+r.Events*growth >= r.Max/100*share:
		waiting := ""
		if r.Events > 0 {
			waiting = fmt.Sprintf(", and %d events wait that need room too", r.Events)
		}
		return fmt.Sprintf("Redis has used %s of its maxmemory of %s%s: raise maxmemory (`redis-cli config set maxmemory ...`, and in redis.conf), or shorten incidents.retention",
			megabytes(r.Used), megabytes(r.Max), waiting)
	case r.Events >= bound:
		return fmt.Sprintf("the inbox is full: %d events wait for the coordinator", r.Events)
	case r.Bytes >= inboxBytes:
		return fmt.Sprintf("the inbox is full: %d events that take %s wait for the coordinator", r.Events, megabytes(r.Bytes))
	}
	return ""
}

func megabytes(n int64) string { return strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64) + " MB" }

// Full is Room.Full with the bound that this store keeps.
func (s *Store) Full(r Room) string { return r.Full(s.redis.opts.InboxBound) }

// Room asks Redis. What the user may not ask (INFO, MEMORY USAGE) is 0; an error
// means that Redis does not answer.
func (s *Store) Room(ctx context.Context) (r Room, err error) {
	node, err := s.node(ctx)
	if err != nil {
		return r, err
	}
	pipe := node.Pipeline()
	length := pipe.XLen(ctx, s.keys.inbox())
	bytes := pipe.MemoryUsage(ctx, s.keys.inbox(), 0) // 0: all of it; a sample of unequal events may be far off
	info := pipe.Info(ctx, "memory")
	_, _ = pipe.Exec(ctx) // each is looked at by itself
	if r.Events, err = length.Result(); err != nil {
		return r, fmt.Errorf("ask redis for the inbox's length: %w", err)
	}
	r.Bytes = bytes.Val()
	r.Used, r.Max = memory(infoOf(info.Val()))
	return r, nil
}

// infoOf is what INFO says, by name.
func infoOf(text string) map[string]string {
	info := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			info[name] = value
		}
	}
	return info
}

// memory is how much is used, without the buffers that Redis does not count, and
// how much may be. A Redis that evicts keys stands at its limit for ever. What INFO
// does not tell is 0.
func memory(info map[string]string) (used, most int64) {
	bytes := func(name string) int64 {
		n, _ := strconv.ParseInt(info[name], 10, 64)
		return n
	}
	used = bytes("used_memory") - bytes("mem_not_counted_for_evict")
	if policy := info["maxmemory_policy"]; policy != "" && policy != noEviction {
		return used, 0
	}
	return used, bytes("maxmemory")
}

// roomCache is what this process last saw of the room: endpoints that ask at every event
// answer 503 under load, because looking costs Redis more the more waits.
type roomCache struct {
	looking       sync.Mutex // held by the one who looks
	seen          atomic.Pointer[glance]
	events, bytes atomic.Int64 // what this process has added since
}

// glance is one look.
type glance struct {
	Room
	at   time.Time     // when it was, also when it was in vain
	seen time.Time     // when Redis last told what is in Room: at, when the look was not in vain
	took time.Duration // how long it took
}

// rests is how long after a look there is none.
func (g *glance) rests() time.Duration { return max(lookEvery, lookShare*g.took) }

// due says that it is time to look again.
func (g *glance) due(now time.Time) bool { return g == nil || now.Sub(g.at) > g.rests() }

// believed says that what was seen counts still: until well after the next look is due,
// or a Redis whose looks take long would be filled by endpoints that know nothing.
func (g *glance) believed(now time.Time) bool {
	return g != nil && now.Sub(g.seen) <= max(lookFor, 2*g.rests())
}

// room returns what is known of the room, with what this process has added since
// the last look. known is false when nobody has looked for a while, because another
// event's endpoint does so at the moment, or when the last look was in vain: then what was
// seen before it counts for a while, as far as endpoints may be full.
func (s *Store) room(ctx context.Context) (r Room, known bool) {
	g := &s.gauge
	seen := g.seen.Load()
	if seen.due(time.Now()) && g.looking.TryLock() {
		g.look(ctx, s)
		g.looking.Unlock()
		seen = g.seen.Load()
	}
	if !seen.believed(time.Now()) {
		return r, false
	}
	r = seen.Room
	bytes := g.bytes.Load()
	r.Events, r.Bytes, r.Used = r.Events+g.events.Load(), r.Bytes+bytes, r.Used+bytes
	return r, seen.at.Equal(seen.seen)
}

// added counts an event that is about to be stored.
func (g *roomCache) added(size int) {
	g.events.Add(1)
	g.bytes.Add(int64(size))
}

func (g *roomCache) look(ctx context.Context, s *Store) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookWithin)
	defer cancel()
	began := time.Now()
	events, bytes := g.events.Load(), g.bytes.Load()
	r, err := s.Room(ctx)
	if err != nil { // who stores something finds out for himself
		if seen := g.seen.Load(); seen != nil { // a Redis too busy to tell goes on from what it told
			g.seen.Store(&glance{Room: seen.Room, at: time.Now(), seen: seen.seen, took: time.Since(began)})
		}
		return
	}
	now := time.Now()
	g.seen.Store(&glance{r, now, now, now.Sub(began)})
	// What was added before the look is seen by now; what is added meanwhile may count twice, until the next look.
	g.events.Add(-events)
	g.bytes.Add(-bytes)
}

// outOfMemory reports whether Redis refused a write because it is at its
// maxmemory: then nothing of it was done.
func outOfMemory(err error) bool { return redis.HasErrorPrefix(err, "OOM") }
