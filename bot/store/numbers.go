package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// Known is what Redis knows of its own past.
type Known struct {
	// Fresh says that it knows of no incident and of no comparison: nothing was ever stored, or all of it was lost.
	Fresh bool
	// Compared says that the incident numbers were compared with Slack's since this server started: nothing was lost since.
	Compared bool
	// Server is the server's own name for this start of it (run_id); empty where there is none.
	Server string
}

// Known reads whether Redis may have lost data since the incident numbers were
// last compared with what Slack shows: a server that restarted, or another one
// that took over, may know less than the one before.
func (s *Store) Known(ctx context.Context) (Known, error) {
	node, err := s.node(ctx)
	if err != nil {
		return Known{}, err
	}
	var k Known
	info, err := node.Info(ctx, "server").Result()
	if _, answered := errors.AsType[redis.Error](err); err != nil && !answered {
		return k, fmt.Errorf("ask redis for its run_id: %w", err)
	}
	k.Server = infoOf(info)["run_id"]
	pipe := node.Pipeline()
	compared, next := pipe.Get(ctx, s.keys.compared()), pipe.Get(ctx, s.keys.next())
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return k, fmt.Errorf("read what is known of incident numbers: %w", err)
	}
	k.Fresh = compared.Val() == "" && next.Val() == ""
	k.Compared = compared.Val() == "server "+k.Server
	return k, nil
}

// raiseScript makes the newest incident number at least as high as asked, and notes that it was compared.
// PERSIST as in commitScript: a server that comes back full is waited for by the coordinator.
//
// KEYS[1] coordinator; KEYS[2] next; KEYS[3] compared
// ARGV[1] fence; ARGV[2] number; ARGV[3] what compared says
// Output: 0 done · 1 fenced
var raiseScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 1
end
redis.call('PERSIST', KEYS[1])
if tonumber(redis.call('GET', KEYS[2]) or '0') < tonumber(ARGV[2]) then
  redis.call('SET', KEYS[2], ARGV[2])
end
redis.call('SET', KEYS[3], ARGV[3])
return 0
`)

// RaiseNumber lets incident numbers go on above n, which Slack shows already, and
// remembers that they were compared on that server.
func (s *Store) RaiseNumber(ctx context.Context, fence Fence, n int, server string) error {
	results, err := s.run(ctx, raiseScript, []call{{
		[]string{s.keys.fence(), s.keys.next(), s.keys.compared()}, []any{string(fence), n, "server " + server},
	}})
	if err != nil {
		return fmt.Errorf("raise the incident number: %w", err)
	}
	if results[0] != int64(0) {
		return ErrFenced
	}
	return nil
}
