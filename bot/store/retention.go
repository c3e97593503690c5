package store

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/topic"
	"github.com/signalbook/signalbook/playbooks"
)

// Past is something that ended long ago.
type Past struct {
	Number int       // of the incident or the storm
	At     time.Time // when it closed, or was over
	Dirty  bool      // Slack does not show it as it is
}

// PastIncidents returns closed incidents, the oldest closing first: those that
// closed before a time, without the first skip, at most count.
func (s *Store) PastIncidents(ctx context.Context, before time.Time, skip, count int64) ([]Past, error) {
	return s.past(ctx, s.keys.closed(), before, skip, count, topic.Incident)
}

// PastStorms returns the same of storms.
func (s *Store) PastStorms(ctx context.Context, before time.Time, skip, count int64) ([]Past, error) {
	return s.past(ctx, s.keys.storms(), before, skip, count, topic.Storm)
}

// past reads an index by time; about is what its numbers are of.
func (s *Store) past(ctx context.Context, index string, before time.Time, skip, count int64, about func(int) topic.ID) ([]Past, error) {
	var all []Past
	var subjects []string
	for offset := skip; len(all) == 0; offset += count {
		members, err := s.redis.client.ZRangeByScoreWithScores(ctx, index, &redis.ZRangeBy{
			Min: "-inf", Max: "(" + strconv.FormatInt(before.UnixMilli(), 10), Offset: offset, Count: count,
		}).Result()
		if err != nil {
			return nil, fmt.Errorf("read what is past: %w", err)
		}
		for _, member := range members {
			n, ok := memberNumber(member)
			if !ok {
				continue
			}
			all = append(all, Past{Number: n, At: time.UnixMilli(int64(member.Score)).UTC()})
			subjects = append(subjects, about(n).Key())
		}
		if len(all) == 0 && int64(len(members)) < count {
			return nil, nil
		}
	}
	versions, err := s.redis.client.ZMScore(ctx, s.keys.dirty(), subjects...).Result()
	if err != nil {
		return nil, fmt.Errorf("read what is past: %w", err)
	}
	for k, version := range versions {
		all[k].Dirty = version != 0 // versions begin at 1
	}
	return all, nil
}

// WholeTimeline returns every entry of an incident's timeline, oldest first.
func (s *Store) WholeTimeline(ctx context.Context, n int) ([]incident.Change, error) {
	return s.Timeline(ctx, n, wholeTimeline)
}

const wholeTimeline = math.MaxInt32

// forgetScript deletes all that belongs to one incident or storm. All checks come
// before the first write.
//
// KEYS[1] coordinator; KEYS[2] the document; KEYS[3] the ledger; KEYS[4] the index by time; KEYS[5] threads;
// KEYS[6] open; KEYS[7] due; KEYS[8] dirty; KEYS[9] timeline, or a storm's list; KEYS[10] the group's newest incident,
// or the document again; KEYS[11…] deadline buckets
// ARGV[1] fence; ARGV[2] the document's version (0: absent); ARGV[3] the ledger's root as read, or empty; ARGV[4] number in
// the index by time; ARGV[5] number in the shared indexes; ARGV[6…] fields of threads
// Output: 0 forgotten · 1 fenced · 3 it has changed
var forgetScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 1
end
local document = redis.call('GET', KEYS[2]) or ''
if (string.match(document, '"version":(%d+)') or '0') ~= ARGV[2] then
  return 3
end
if (redis.call('HGET', KEYS[3], 'root') or '') ~= ARGV[3] or not redis.call('ZSCORE', KEYS[4], ARGV[4]) then
  return 3
end
if KEYS[10] ~= KEYS[2] and redis.call('GET', KEYS[10]) == ARGV[4] then
  redis.call('DEL', KEYS[10])
end
for k = 6, #ARGV do
  if redis.call('HGET', KEYS[5], ARGV[k]) == ARGV[5] then
    redis.call('HDEL', KEYS[5], ARGV[k])
  end
end
for k = 6, 8 do
  redis.call('ZREM', KEYS[k], ARGV[5])
end
for k = 11, #KEYS do
  redis.call('ZREM', KEYS[k], ARGV[5])
end
redis.call('DEL', KEYS[2], KEYS[3], KEYS[9])
redis.call('ZREM', KEYS[4], ARGV[4])
return 0
`)

// ErrChanged says that something is not as it was read any more.
var ErrChanged = errors.New("not forgotten: it has changed meanwhile")

// Forget deletes a closed incident whole: document, timeline, ledger, and its
// place in every index. Only its number needs to be set when its document is gone
// already. It refuses with ErrFenced, and with ErrChanged when the incident is not
// as it was read.
func (s *Store) Forget(ctx context.Context, fence Fence, i incident.Incident) error {
	document := s.keys.incident(i.Number)
	group := document
	if i.Group != "" {
		group = s.keys.group(i.Group)
	}
	keys := s.forgetKeys(document, topic.Incident(i.Number), s.keys.closed(), s.keys.log(i.Number), group)
	for _, t := range i.Tiers {
		if t.Name == playbooks.Immediate {
			keys = append(keys, s.keys.deadline(deadlineBucket(i.Channel, t.Owners)))
		}
	}
	if err := s.forget(ctx, keys, fence, i.Version, topic.Incident(i.Number)); err != nil {
		return err
	}
	return s.redis.client.Del(ctx, s.keys.fed(i.Number)).Err()
}

// ForgetStorm deletes a storm that is over: its document, list and ledger. Its
// incidents stay. It refuses as Forget does.
func (s *Store) ForgetStorm(ctx context.Context, fence Fence, storm incident.Storm) error {
	document := s.keys.storm(storm.Number)
	keys := s.forgetKeys(document, storm.Topic(), s.keys.storms(), s.keys.crowd(storm.Number), document)
	return s.forget(ctx, keys, fence, storm.Version, storm.Topic())
}

func (s *Store) forgetKeys(document string, about topic.ID, index, list, group string) []string {
	return []string{
		s.keys.fence(), document, s.keys.ledger(about), index, s.keys.threads(),
		s.keys.open(), s.keys.due(), s.keys.dirty(), list, group,
	}
}

func (s *Store) forget(ctx context.Context, keys []string, fence Fence, version int64, about topic.ID) error {
	// The places of its roots: the one that is there, and those that people deleted.
	text, err := s.redis.client.HGet(ctx, keys[2], ledger.Root).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return fmt.Errorf("forget %s: %w", about, err)
	}
	args := []any{string(fence), version, text, about.Number, about.Key()}
	if root, err := ledger.Decode(text); err == nil { // one that cannot be read tells no place
		for _, ts := range append(root.Old, root.TS) {
			args = append(args, root.Channel+":"+ts)
		}
	}
	results, err := s.run(ctx, forgetScript, []call{{keys, args}})
	switch {
	case err != nil:
		return fmt.Errorf("forget %s: %w", about, err)
	case results[0] == int64(1):
		return ErrFenced
	case results[0] != int64(0):
		return ErrChanged
	}
	return nil
}
