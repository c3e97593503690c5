package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// replicasFor is how long a replica that says nothing any more is remembered.
const replicasFor = 30 * time.Second

// Replica is what a running bot says of itself.
type Replica struct {
	ID          string `json:"-"` // random, new at each start
	Version     string `json:"version"`
	Coordinator bool   `json:"coordinator,omitempty"`
	Reads       int    `json:"reads,omitempty"` // compat.Reads of its binary
	// Sections are hashes of the parts of the configuration that decide, by their name.
	Sections map[string]string `json:"sections"`
	// Playbooks are name:hash, in the order in which they are tried.
	Playbooks []string `json:"playbooks"`
	// Age is how long ago it said so, on Redis' clock.
	Age time.Duration `json:"-"`
}

// announceScript notes what one replica says, if any, forgets those that went without a
// word, and returns all. The clock is Redis'. PERSIST as in commitScript: what a newer
// replica could handle would never leave a full Redis otherwise.
//
// KEYS[1] replicas
// ARGV[1] milliseconds after which one is forgotten; then, if one says something: ARGV[2] replica; ARGV[3] what it says
// Output: {id, milliseconds ago, what it said, ...}
var announceScript = redis.NewScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[2] then
  redis.call('PERSIST', KEYS[1])
  redis.call('HSET', KEYS[1], ARGV[2], string.format('%.0f %s', now, ARGV[3]))
end
local all, found = redis.call('HGETALL', KEYS[1]), {}
for k = 1, #all, 2 do
  local at, said = string.match(all[k + 1], '^(%d+) (.*)$')
  if not at or now - at > tonumber(ARGV[1]) then
    redis.call('HDEL', KEYS[1], all[k])
  else
    found[#found + 1] = all[k]
    found[#found + 1] = string.format('%.0f', now - at)
    found[#found + 1] = said
  end
end
return found
`)

// Replicas are the replicas of the bot: who is there, and who holds a socket of Slack's.
type Replicas struct{ workspace }

// Announce says that a replica is there, and returns what All does, itself among
// them.
func (s *Replicas) Announce(ctx context.Context, r Replica) ([]Replica, error) {
	said, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("announce the replica: %w", err)
	}
	return s.announce(ctx, "announce the replica", r.ID, said)
}

// All returns all replicas that announced themselves lately, in no order. What
// another version wrote and cannot be read is left out.
func (s *Replicas) All(ctx context.Context) ([]Replica, error) {
	return s.announce(ctx, "read the replicas")
}

func (s *Replicas) announce(ctx context.Context, what string, said ...any) (all []Replica, err error) {
	args := append([]any{replicasFor.Milliseconds()}, said...)
	answer, err := announceScript.Run(ctx, s.redis.client, []string{s.keys.replicas()}, args...).StringSlice()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	for ; len(answer) >= 3; answer = answer[3:] {
		ago, err := strconv.ParseInt(answer[1], 10, 64)
		other := Replica{ID: answer[0], Age: time.Duration(ago) * time.Millisecond}
		if err == nil && json.NewDecoder(strings.NewReader(answer[2])).Decode(&other) == nil {
			all = append(all, other)
		}
	}
	return all, nil
}

// Retire says that a replica has ended.
func (s *Replicas) Retire(ctx context.Context, id string) error {
	if err := s.redis.client.HDel(ctx, s.keys.replicas(), id).Err(); err != nil {
		return fmt.Errorf("retire the replica: %w", err)
	}
	return nil
}
