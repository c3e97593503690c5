package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/event"
)

// SeenFor is how long an act's id is remembered: Slack may deliver an event
// again for a day when "delayed events" is on.
const SeenFor = 26 * time.Hour

// ErrFull says that an event was not stored because there is no room for it: see
// Room.Full, which is in the text.
var ErrFull = errors.New("nothing more is taken")

// putScript takes an event into the inbox.
//
// KEYS[1] inbox; KEYS[2] seen:<op>, when the event has an op
// ARGV[1] event; ARGV[2] bound of the inbox; ARGV[3] seconds that the op is remembered
// Output: {0} full · {1} stored · {2, answer} the op was here before; the answer is empty while it waits.
// The op's time to live is set again so that WAIT has a write to wait for.
var putScript = redis.NewScript(`
if KEYS[2] then
  local seen = redis.call('GET', KEYS[2])
  if seen then
    redis.call('EXPIRE', KEYS[2], ARGV[3])
    return {2, seen}
  end
end
if redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[2]) then
  return {0}
end
redis.call('XADD', KEYS[1], '*', 'e', ARGV[1])
if KEYS[2] then
  redis.call('SET', KEYS[2], '', 'EX', ARGV[3])
end
return {1}
`)

// Seen reports whether an event with this op was stored before.
func (s *Store) Seen(ctx context.Context, op string) (bool, error) {
	n, err := s.redis.client.Exists(ctx, s.keys.seen(op)).Result()
	if err != nil {
		return false, fmt.Errorf("look for what was stored before: %w", err)
	}
	return n > 0, nil
}

// Put stores an event for the coordinator. When the same op was committed before, its
// answer comes back at once with done true. Any error means: not known to be
// stored; asking again is safe.
func (s *Store) Put(ctx context.Context, ev event.Event) (answer event.Answer, done bool, err error) {
	data, err := ev.Encode()
	if err != nil {
		return answer, false, fmt.Errorf("write event: %w", err)
	}
	bound := s.redis.opts.InboxBound
	room, known := s.room(ctx)
	full := room.Full(math.MaxInt64) // the script counts more exactly
	if full != "" && ev.Op == "" {
		return answer, false, fmt.Errorf("%w: %s", ErrFull, full)
	}
	if full == "" {
		s.gauge.added(len(data))
	} else {
		bound = 0 // what was taken before is known all the same
	}
	if known && ev.Op == "" && room.Events < bound/2 {
		// The other half is more than all other endpoints can have stored since the last look.
		return answer, false, s.add(ctx, data)
	}
	c := call{keys: []string{s.keys.inbox()}, args: []any{data, bound, int(SeenFor.Seconds())}}
	if ev.Op != "" {
		c.keys = append(c.keys, s.keys.seen(ev.Op))
	}
	results, err := s.run(ctx, putScript, []call{c})
	if err != nil {
		return answer, false, notPut(err)
	}
	reply, ok := results[0].([]any)
	if !ok || len(reply) == 0 {
		return answer, false, fmt.Errorf("put event into the inbox: redis answered %v", results[0])
	}
	switch code, _ := reply[0].(int64); code {
	case 0:
		return answer, false, fmt.Errorf("%w: %s", ErrFull, cmp.Or(full, Room{Events: bound}.Full(bound)))
	case 2:
		text, _ := reply[1].(string)
		if text == "" {
			return answer, false, nil
		}
		return readAnswer([]byte(text))
	}
	return answer, false, nil
}

// notPut is the error of an event that Redis did not take.
func notPut(err error) error {
	if outOfMemory(err) {
		return fmt.Errorf("%w: Redis is at its maxmemory: %w", ErrFull, err)
	}
	return fmt.Errorf("put event into the inbox: %w", err)
}

// add stores an event without an op in an inbox that has plenty of room: a plain
// XADD, which costs Redis half of what the script does. It ends by itself, as every call
// does: a sender that hangs up meanwhile ends nothing.
func (s *Store) add(ctx context.Context, data []byte) error {
	// A context that cannot be cancelled is cheaper to set a time limit for.
	_, err := s.run(context.WithoutCancel(ctx), nil, []call{{args: []any{"XADD", s.keys.inbox(), "*", "e", data}}})
	if err != nil {
		return notPut(err)
	}
	return nil
}

// Entry is one event of the inbox. Err is set when it cannot be read.
type Entry struct {
	ID string
	// At is when Redis took it, for the first time when it was replayed; Event.At is the same: what an endpoint wrote there, by its
	// own clock, is for binaries that still go by it.
	At    time.Time
	Event event.Event
	Raw   string
	Err   error
}

// NoWait makes Read return at once.
const NoWait time.Duration = -1

// Read returns up to count events of the inbox behind the one with the id after
// (empty: from its head), waiting up to block for the first. They stay there until
// they are committed.
func (s *Store) Read(ctx context.Context, after string, count int64, block time.Duration) ([]Entry, error) {
	args := redis.XReadArgs{Streams: []string{s.keys.inbox(), cmp.Or(after, "0")}, Count: count, Block: block}
	streams, err := s.redis.client.XRead(ctx, &args).Result()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the inbox: %w", err)
	}
	var entries []Entry
	for _, stream := range streams {
		for _, message := range stream.Messages {
			entry := Entry{ID: message.ID, At: s.received(message.ID)}
			if at, ok := message.Values["at"].(string); ok {
				entry.At = idTime(at)
			}
			entry.Raw, _ = message.Values["e"].(string)
			var err error
			if entry.Event, err = event.Decode([]byte(entry.Raw)); err != nil {
				entry.Err = fmt.Errorf("decode event %s: %w", message.ID, err)
			}
			found := entry.Event.At // when the coordinator found a timer due: its measure of Redis' clock may be a little ahead
			entry.Event.At = entry.At
			if ahead := found.Sub(entry.At); !entry.Event.Due().IsZero() && ahead > 0 && ahead <= skewMost {
				entry.Event.At = found
			}
			entries = append(entries, entry)
		}
	}
	return entries, nil
}
