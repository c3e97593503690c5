package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/topic"
)

// Ledger returns the ledger of a thread. A slot that
// cannot be read is there as ledger.Unreadable.
func (s *Store) Ledger(ctx context.Context, about topic.ID) (ledger.Ledger, error) {
	what, key := fmt.Sprintf("the ledger of %s", about), s.keys.ledger(about)
	fields, err := s.redis.client.HGetAll(ctx, key).Result()
	if _, _, err := stored(what, key, nil, err); err != nil {
		return nil, err
	}
	slots := ledger.Ledger{}
	for name, data := range fields {
		slot, err := ledger.Decode(data)
		if err != nil {
			slot = ledger.Record{State: ledger.Unreadable, Why: unreadable(what+", message "+name+",", key, err).Error()}
		}
		slots[name] = slot
	}
	return slots, nil
}

// SetSlot writes one slot under the fence. A settled one loses its op. The root's place is indexed too, so
// that words typed in its thread find the incident.
func (s *Store) SetSlot(ctx context.Context, fence Fence, about topic.ID, name string, slot ledger.Record) error {
	data, err := slot.Encode()
	if err != nil {
		return fmt.Errorf("write ledger of %s, slot %s: %w", about, name, err)
	}
	w := s.newWrites()
	w.add("HSET", s.keys.ledger(about), name, data)
	if name == ledger.Root && slot.TS != "" && about.Kind == topic.OfIncident {
		w.add("HSET", s.keys.threads(), slot.Channel+":"+slot.TS, about.Number)
	}
	return s.fenced(ctx, w.call(fence, ""), "write ledger")
}

// ForgetSlots takes slots out of a ledger under the fence: what nobody asks about any
// more.
func (s *Store) ForgetSlots(ctx context.Context, fence Fence, about topic.ID, names ...string) error {
	w := s.newWrites()
	fields := make([]any, len(names))
	for k, name := range names {
		fields[k] = name
	}
	w.add("HDEL", s.keys.ledger(about), fields...)
	return s.fenced(ctx, w.call(fence, ""), "shorten ledger")
}

// fenced runs one commit script call that has no event.
func (s *workspace) fenced(ctx context.Context, c call, what string) error {
	results, err := s.run(ctx, commitScript, []call{c})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if results[0] != int64(0) {
		return fmt.Errorf("%s: %w", what, ErrFenced)
	}
	return nil
}

// settleScript forgets that an incident is dirty, unless it has moved on.
//
// KEYS[1] coordinator; KEYS[2] dirty
// ARGV[1] fence; ARGV[2] number; ARGV[3] version that Slack shows
// Output: 1 settled · 0 it has moved on, or another coordinator took over
var settleScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
local version = redis.call('ZSCORE', KEYS[2], ARGV[2])
if not version or tonumber(version) > tonumber(ARGV[3]) then
  return 0
end
return redis.call('ZREM', KEYS[2], ARGV[2])
`)

// Settle forgets that a thread is dirty when version is still its newest.
func (s *Store) Settle(ctx context.Context, fence Fence, about topic.ID, version int64) error {
	_, err := s.run(ctx, settleScript, []call{{[]string{s.keys.fence(), s.keys.dirty()}, []any{string(fence), about.Key(), version}}})
	if err != nil {
		return fmt.Errorf("settle %s: %w", about, err)
	}
	return nil
}

// MarkDirty asks for a thread to be compared with Slack again.
func (s *Store) MarkDirty(ctx context.Context, fence Fence, about topic.ID, version int64) error {
	w := s.newWrites()
	w.add("ZADD", s.keys.dirty(), version, about.Key())
	return s.fenced(ctx, w.call(fence, ""), "mark a thread dirty")
}

// Dirty returns the threads that Slack may not show as they are.
func (s *Store) Dirty(ctx context.Context) ([]topic.ID, error) {
	return topics(s.redis.client.ZRange(ctx, s.keys.dirty(), 0, -1).Result())
}

// Paging returns the incidents of which services outside Slack are to be told something.
func (s *Store) Paging(ctx context.Context) ([]int, error) {
	return s.numbers(s.redis.client.ZRange(ctx, s.keys.paging(), 0, -1).Result())
}

// Due returns up to count threads whose timer is due at now, oldest first.
func (s *Store) Due(ctx context.Context, now time.Time, count int64) ([]topic.ID, error) {
	for offset := int64(0); ; offset += count {
		members, err := s.redis.client.ZRangeByScore(ctx, s.keys.due(), &redis.ZRangeBy{
			Min: "-inf", Max: strconv.FormatInt(now.UnixMilli(), 10), Offset: offset, Count: count,
		}).Result()
		due, err := topics(members, err)
		if err != nil || len(due) > 0 || int64(len(members)) < count {
			return due, err
		}
	}
}

// Neighbours returns the incidents in a channel, with the same owners of the
// immediate tier, whose deadline has not been told and falls due until then.
func (s *Store) Neighbours(ctx context.Context, channel string, owners []string, until time.Time) ([]int, error) {
	return s.numbers(s.redis.client.ZRangeByScore(ctx, s.keys.deadline(deadlineBucket(channel, owners)), &redis.ZRangeBy{
		Min: "-inf", Max: strconv.FormatInt(until.UnixMilli(), 10), Count: 100,
	}).Result())
}

// topics reads the members of an index of threads. One that cannot be read is another
// binary's, and left to it.
func topics(members []string, err error) ([]topic.ID, error) {
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	all := make([]topic.ID, 0, len(members))
	for _, member := range members {
		if about, ok := topic.ParseKey(member); ok {
			all = append(all, about)
		}
	}
	return all, nil
}

// numbers reads the members of an index. One that is no number is another binary's,
// and left to it.
func (s *workspace) numbers(members []string, err error) ([]int, error) {
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	numbers := make([]int, 0, len(members))
	for _, member := range members {
		if n, err := strconv.Atoi(member); err == nil {
			numbers = append(numbers, n)
		}
	}
	return numbers, nil
}
