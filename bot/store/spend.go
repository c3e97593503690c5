package store

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// spendScript takes one call of a method from what all replicas share: at most
// so many in any minute, on Redis' clock.
//
// PERSIST as in commitScript: a full Redis refuses nobody a form.
//
// KEYS[1] times of the calls made, newest first; KEYS[2] there while Slack limits the method; KEYS[3] coordinator
// ARGV[1] calls a minute
// Output: 0 taken · else the milliseconds until the next call may be made
var spendScript = redis.NewScript(`
local limited = redis.call('PTTL', KEYS[2])
if limited > 0 then
  return limited
end
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local limit = tonumber(ARGV[1])
local oldest = redis.call('LINDEX', KEYS[1], limit - 1)
if oldest and tonumber(oldest) <= now and now - tonumber(oldest) < 60000 then
  return tonumber(oldest) + 60000 - now
end
redis.call('PERSIST', KEYS[3])
redis.call('LPUSH', KEYS[1], string.format('%.0f', now))
redis.call('LTRIM', KEYS[1], 0, limit - 1)
redis.call('PEXPIRE', KEYS[1], 60000)
return 0
`)

// Spend takes one call of a Slack method that every replica makes and that may
// be made so often in any minute: wait is 0 when it may be made now, else how
// long until the next may.
func (s *Directory) Spend(ctx context.Context, method string, aMinute int) (wait time.Duration, err error) {
	got, err := spendScript.Run(ctx, s.redis.client, []string{s.keys.spent(method), s.keys.limited(method), s.keys.fence()}, aMinute).Int64()
	if err != nil {
		return 0, fmt.Errorf("count a call of %s: %w", method, err)
	}
	return time.Duration(got) * time.Millisecond, nil
}

// Block notes that Slack limits the method for that long: nobody spends it
// meanwhile.
func (s *Directory) Block(ctx context.Context, method string, wait time.Duration) error {
	if err := s.write(ctx, "SET", s.keys.limited(method), "1", "PX", max(wait.Milliseconds(), 1)); err != nil {
		return fmt.Errorf("note the limit of %s: %w", method, err)
	}
	return nil
}

// SetNames remembers the ids that Slack gave for names of the configuration; an
// empty id says that Slack knows no such name.
func (s *Directory) SetNames(ctx context.Context, ids map[string]string) error {
	if len(ids) == 0 {
		return nil
	}
	var args []any
	for name, id := range ids {
		args = append(args, name, id)
	}
	if err := s.write(ctx, "HSET", s.keys.names(), args...); err != nil {
		return fmt.Errorf("remember what Slack said of names: %w", err)
	}
	return nil
}

// Names returns the ids that Slack last gave for those names. A name that it was
// never asked about is left out.
func (s *Directory) Names(ctx context.Context, names []string) (map[string]string, error) {
	ids := map[string]string{}
	if len(names) == 0 {
		return ids, nil
	}
	values, err := s.redis.client.HMGet(ctx, s.keys.names(), names...).Result()
	if err != nil {
		return nil, fmt.Errorf("read what Slack said of names: %w", err)
	}
	for k, value := range values {
		if id, ok := value.(string); ok {
			ids[names[k]] = id
		}
	}
	return ids, nil
}
