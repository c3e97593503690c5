package store

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/incident"
)

// foldScript puts a shorter timeline in place of the entries that it was made of;
// those that came since stay behind it.
//
// KEYS[1] coordinator; KEYS[2] timeline
// ARGV[1] fence; ARGV[2] how many entries it had; ARGV[3…] the entries that it gets
// Output: 0 folded · 1 another coordinator took over · 2 it has fewer entries by now
// PERSIST as in commitScript: a full Redis must not end it half way.
var foldScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 1
end
if redis.call('LLEN', KEYS[2]) < tonumber(ARGV[2]) then
  return 2
end
local since = redis.call('LRANGE', KEYS[2], ARGV[2], -1)
redis.call('PERSIST', KEYS[1])
redis.call('DEL', KEYS[2])
for k = 3, #ARGV do
  redis.call('RPUSH', KEYS[2], ARGV[k])
end
for _, entry in ipairs(since) do
  redis.call('RPUSH', KEYS[2], entry)
end
return 0
`)

// FoldTimeline shortens the timeline of incident n when it is too long, see
// incident.Fold.
func (s *Store) FoldTimeline(ctx context.Context, fence Fence, n int) error {
	entries, changes, err := s.timeline(ctx, n, wholeTimeline)
	if err != nil {
		return err
	}
	lines := incident.Fold(changes)
	if lines == nil {
		return nil
	}
	args := []any{string(fence), len(entries)}
	for _, line := range lines {
		entry := entries[line.Place]
		if line.Fold != nil {
			data, err := line.Fold.Encode()
			if err != nil {
				return fmt.Errorf("fold the timeline of %s: %w", incident.ID(n), err)
			}
			entry = entryID(entry) + " " + string(data)
		}
		args = append(args, entry)
	}
	results, err := s.run(ctx, foldScript, []call{{[]string{s.keys.fence(), s.keys.log(n)}, args}})
	switch {
	case err != nil:
		return fmt.Errorf("fold the timeline of %s: %w", incident.ID(n), err)
	case results[0] == int64(1):
		return fmt.Errorf("fold the timeline of %s: %w", incident.ID(n), ErrFenced)
	}
	return nil // one that has fewer entries was folded or forgotten meanwhile
}
