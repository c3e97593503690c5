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
	ID      string `json:"-"` // random, new at each start
	Version string `json:"version"`
	Keeper  bool   `json:"keeper,omitempty"`
	Reads   int    `json:"reads,omitempty"` // compat.Reads of its binary
	// Sections are hashes of the parts of the configuration that decide, by their name.
	Sections map[string]string `json:"sections"`
	// Playbooks are name:hash, in the order in which they are tried.
	Playbooks []string `json:"playbooks"`
	// Age is how long ago it said so, on Redis' clock.
	Age time.Duration `json:"-"`
}

// announceScript notes what one replica says, forgets those that went without a
// word, and returns all. The clock is Redis'. PERSIST as in commitScript: what a newer
// replica could handle would never leave a full Redis otherwise.
//
// KEYS[1] replicas
// ARGV[1] replica; ARGV[2] what it says; ARGV[3] milliseconds after which one is forgotten
// Output: {id, milliseconds ago, what it said, ...}
var announceScript = redis.NewScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('PERSIST', KEYS[1])
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f %s', now, ARGV[2]))
local all, found = redis.call('HGETALL', KEYS[1]), {}
for k = 1, #all, 2 do
  local at, said = string.match(all[k + 1], '^(%d+) (.*)$')
  if not at or now - at > tonumber(ARGV[3]) then
    redis.call('HDEL', KEYS[1], all[k])
  else
    found[#found + 1] = all[k]
    found[#found + 1] = string.format('%.0f', now - at)
    found[#found + 1] = said
  end
end
return found
`)

// Announce says that a replica is there, and returns all that said so lately, in
// no order, itself among them. What another version wrote and cannot be read is
// left out.
func (s *Store) Announce(ctx context.Context, r Replica) ([]Replica, error) {
	said, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("announce the replica: %w", err)
	}
	answer, err := announceScript.Run(ctx, s.redis.client, []string{s.keys.replicas()}, r.ID, said, replicasFor.Milliseconds()).StringSlice()
	if err != nil {
		return nil, fmt.Errorf("announce the replica: %w", err)
	}
	return readReplicas(answer), nil
}

func readReplicas(answer []string) (all []Replica) {
	for ; len(answer) >= 3; answer = answer[3:] {
		ago, err := strconv.ParseInt(answer[1], 10, 64)
		other := Replica{ID: answer[0], Age: time.Duration(ago) * time.Millisecond}
		if err == nil && json.NewDecoder(strings.NewReader(answer[2])).Decode(&other) == nil {
			all = append(all, other)
		}
	}
	return all
}

// Replicas returns all replicas that announced themselves lately, in no order.
func (s *Store) Replicas(ctx context.Context) ([]Replica, error) {
	answer, err := announcedScript.Run(ctx, s.redis.client, []string{s.keys.replicas()}).StringSlice()
	if err != nil {
		return nil, fmt.Errorf("read the replicas: %w", err)
	}
	return readReplicas(answer), nil
}

// announcedScript returns what announceScript does, and changes nothing.
//
// KEYS[1] replicas
// Output: {id, milliseconds ago, what it said, ...}
var announcedScript = redis.NewScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local all, found = redis.call('HGETALL', KEYS[1]), {}
for k = 1, #all, 2 do
  local at, said = string.match(all[k + 1], '^(%d+) (.*)$')
  if at then
    found[#found + 1] = all[k]
    found[#found + 1] = string.format('%.0f', now - at)
    found[#found + 1] = said
  end
end
return found
`)

// Retire says that a replica has ended.
func (s *Store) Retire(ctx context.Context, id string) error {
	if err := s.redis.client.HDel(ctx, s.keys.replicas(), id).Err(); err != nil {
		return fmt.Errorf("retire the replica: %w", err)
	}
	return nil
}
