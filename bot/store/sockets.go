package store

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// SocketFor is how long the lease of a socket lasts without renewal, on Redis'
	// clock.
	SocketFor = 5 * time.Second
	// socketTurn is how long nobody else opens a socket after one was opened:
	// apps.connections.open may be called once a minute a workspace.
	socketTurn = 61 * time.Second
)

// takeSocketScript takes or prolongs the lease of one of two sockets (one works while
// Slack renews the other), and asks for a turn
// to open it. A turn is given when nobody opened one for a while; and at once
// when none is connected and whoever opened last has gone, because then a refusal
// by Slack costs nothing. A holder that has not renewed for half its lease counts
// as gone here: after a kill, a new start need not wait for the rest.
//
// PERSIST as in commitScript: a full Redis closes no socket.
//
// KEYS[1..2] the leases; KEYS[3] who opened last; KEYS[4] coordinator
// ARGV[1] replica; ARGV[2] milliseconds; ARGV[3] 1 when its socket is connected; ARGV[4] milliseconds of a turn, 0 when none is asked for
// Output: {1 when it has a lease, connected sockets of others, 1 when it is its turn}
var takeSocketScript = redis.NewScript(`
redis.call('PERSIST', KEYS[4])
local mine, free
local holds, connected = {}, 0
for k = 1, 2 do
  local id, up = string.match(redis.call('GET', KEYS[k]) or '', '^(%w+):(%d)$')
  if id == ARGV[1] then
    mine = k
  elseif id then
    if redis.call('PTTL', KEYS[k]) > ARGV[2] / 2 then
      holds[id] = true
      connected = connected + tonumber(up)
    end
  else
    free = free or k
  end
end
mine = mine or free
if not mine then
  return {0, connected, 0}
end
redis.call('SET', KEYS[mine], ARGV[1] .. ':' .. ARGV[3], 'PX', ARGV[2])
local last = redis.call('GET', KEYS[3])
if ARGV[4] == '0' or (last and (connected > 0 or holds[last])) then
  return {1, connected, 0}
end
redis.call('SET', KEYS[3], ARGV[1], 'PX', ARGV[4])
return {1, connected, 1}
`)

// leaveSocketScript hands back the lease of a socket.
//
// KEYS[1..2] the leases
// ARGV[1] replica
// Output: how many it had
var leaveSocketScript = redis.NewScript(`
local had = 0
for k = 1, 2 do
  if string.match(redis.call('GET', KEYS[k]) or '', '^(%w+):') == ARGV[1] then
    had = had + redis.call('DEL', KEYS[k])
  end
end
return had
`)

// Socket is what Redis says of the workspace's sockets to one replica.
type Socket struct {
	Held   bool // it has the lease of one
	Others int  // sockets of other replicas that are connected
	Turn   bool // it may open its own now; said once for each asking
}

// TakeSocket takes the lease of one of the workspace's sockets for a replica
// (letters and digits), or prolongs what it has. It says whether the replica's own
// is connected, and may ask for a turn to open it. Repeating it is safe.
//
// The replicas of Redis are not waited for: nothing is lost with a lease.
func (s *Replicas) TakeSocket(ctx context.Context, replica string, connected, ask bool) (Socket, error) {
	up, turn := 0, int64(0)
	if connected {
		up = 1
	}
	if ask {
		turn = socketTurn.Milliseconds()
	}
	keys := []string{s.keys.socket(0), s.keys.socket(1), s.keys.socketTurn(), s.keys.fence()}
	got, err := takeSocketScript.Run(ctx, s.redis.client, keys, replica, SocketFor.Milliseconds(), up, turn).Int64Slice()
	if err != nil {
		return Socket{}, fmt.Errorf("take the lease of a socket: %w", err)
	}
	if len(got) != 3 {
		return Socket{}, fmt.Errorf("take the lease of a socket: redis answered %v", got)
	}
	return Socket{Held: got[0] == 1, Others: int(got[1]), Turn: got[2] == 1}, nil
}

// LeaveSocket hands back the lease of a replica's socket, so that another need
// not wait for it to expire.
func (s *Replicas) LeaveSocket(ctx context.Context, replica string) error {
	keys := []string{s.keys.socket(0), s.keys.socket(1)}
	if err := leaveSocketScript.Run(ctx, s.redis.client, keys, replica).Err(); err != nil {
		return fmt.Errorf("hand back the lease of a socket: %w", err)
	}
	return nil
}
