package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// LeaseFor is how long a lease lasts without renewal, on Redis' clock.
const LeaseFor = 5 * time.Second

// Fence proves to every script which change of hands a coordinator belongs to:
// epoch:nonce, compared whole.
type Fence string

// First reports whether nobody kept the workspace before.
func (f Fence) First() bool { return strings.HasPrefix(string(f), "1:") }

// acquireScript takes the lease when nobody has it, and raises the epoch.
//
// KEYS[1] lease; KEYS[2] coordinator
// ARGV[1] nonce; ARGV[2] milliseconds
// Output: the new fence, or false when somebody else holds the lease.
// PERSIST as in commitScript: without a coordinator a full Redis would stay full.
var acquireScript = redis.NewScript(`
redis.call('PERSIST', KEYS[2])
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return false
end
local epoch = string.match(redis.call('GET', KEYS[2]) or '0:', '^(%d+):')
local fence = string.format('%d:%s', tonumber(epoch) + 1, ARGV[1])
redis.call('SET', KEYS[2], fence)
return fence
`)

// renewScript prolongs the lease of its holder.
//
// KEYS[1] lease; KEYS[2] coordinator
// ARGV[1] nonce; ARGV[2] milliseconds; ARGV[3] fence
// Output: 1 renewed · 0 lost
var renewScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] or redis.call('GET', KEYS[2]) ~= ARGV[3] then
  return 0
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`)

// releaseScript hands the lease back.
//
// KEYS[1] lease
// ARGV[1] nonce
// Output: 1 handed back · 0 it was somebody else's
var releaseScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
return redis.call('DEL', KEYS[1])
`)

// Lease is the coordinator's hold on a workspace.
type Lease struct {
	Fence Fence
	nonce string
}

// Acquire tries to become the coordinator; ok is false when another replica is.
func (s *Store) Acquire(ctx context.Context) (lease Lease, ok bool, err error) {
	lease.nonce = rand.Text()
	results, err := s.run(ctx, acquireScript, []call{{[]string{s.keys.lease(), s.keys.fence()}, []any{lease.nonce, LeaseFor.Milliseconds()}}})
	if err == redis.Nil {
		return lease, false, nil
	}
	if err != nil {
		return lease, false, fmt.Errorf("acquire the lease: %w", err)
	}
	fence, ok := results[0].(string)
	lease.Fence = Fence(fence)
	return lease, ok, nil
}

// Renew prolongs the lease; ok is false when it was lost.
func (s *Store) Renew(ctx context.Context, lease Lease) (ok bool, err error) {
	results, err := s.run(ctx, renewScript, []call{{[]string{s.keys.lease(), s.keys.fence()}, []any{lease.nonce, LeaseFor.Milliseconds(), string(lease.Fence)}}})
	if err != nil {
		return false, fmt.Errorf("renew the lease: %w", err)
	}
	return results[0] == int64(1), nil
}

// Release hands the lease back, so that another replica need not wait for it to
// expire.
func (s *Store) Release(ctx context.Context, lease Lease) error {
	_, err := s.run(ctx, releaseScript, []call{{[]string{s.keys.lease()}, []any{lease.nonce}}})
	if err != nil {
		return fmt.Errorf("hand back the lease: %w", err)
	}
	return nil
}

// Kept reports whether any replica holds the lease.
func (s *Store) Kept(ctx context.Context) (bool, error) {
	n, err := s.redis.client.Exists(ctx, s.keys.lease()).Result()
	return n == 1, err
}
