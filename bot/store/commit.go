package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/topic"
	"github.com/signalbook/signalbook/playbooks"
)

// The refusals of a commit. After any of them the coordinator drops what it cached
// and reads again.
var (
	ErrFenced  = errors.New("another coordinator has taken over")
	ErrAbsent  = errors.New("the event was committed before")
	ErrVersion = errors.New("the stored incident has another version")
)

// commitScript writes what the coordinator decided. All checks come before the first
// write: a script that fails half way keeps what it wrote.
//
// KEYS[1] coordinator; KEYS[2] inbox; KEYS[3…] the keys that are checked and written
// ARGV[1] fence; ARGV[2] inbox id of the event, or empty
// ARGV[3] number of documents checked, then pairs of key index, version (0: absent)
// ARGV then: writes, each: command, key index, number of arguments, arguments
// Output: 0 committed · 1 fenced · 2 the event is gone · 3 a version differs
// PERSIST changes nothing, and makes sure that the rest is done when Redis is at its maxmemory: it refuses the first write
// of a script that could take memory, but ends no script half way. What waits has to be handled then, to free its room.
// When the event is gone the fence is written as it is, so that WAIT has a write to wait for: the earlier try that
// took the event may not be with the replicas yet.
var commitScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 1
end
redis.call('PERSIST', KEYS[1])
if ARGV[2] ~= '' and #redis.call('XRANGE', KEYS[2], ARGV[2], ARGV[2]) == 0 then
  redis.call('SET', KEYS[1], ARGV[1])
  return 2
end
local at = 4
for _ = 1, tonumber(ARGV[3]) do
  local document = redis.call('GET', KEYS[tonumber(ARGV[at])]) or ''
  if (string.match(document, '"version":(%d+)') or '0') ~= ARGV[at + 1] then
    return 3
  end
  at = at + 2
end
while at <= #ARGV do
  local n = tonumber(ARGV[at + 2])
  redis.call(ARGV[at], KEYS[tonumber(ARGV[at + 1])], unpack(ARGV, at + 3, at + 2 + n))
  at = at + 3 + n
end
if ARGV[2] ~= '' then
  redis.call('XDEL', KEYS[2], ARGV[2])
end
return 0
`)

// Saved is one incident of a commit.
type Saved struct {
	incident.Result
	Was   int64     // the version it had; 0: new
	Due   time.Time // when time alone changes it; zero: never
	Feeds []string  // those that get what was added to its timeline
	Dirty bool      // Slack has to be brought in line
	// Before is the version Was as it was read or stored; nil: of a new one. Whole says that it is certain that this fence
	// has stored it with all its indexes: then only those are written that differ.
	Before *incident.Incident
	Whole  bool
}

// SavedStorm is one storm of a commit, and the version it had (0: new).
type SavedStorm struct {
	incident.Storm
	Was int64
}

// SavedChannel is the channel of a commit, and the version it had (0: new).
type SavedChannel struct {
	incident.Channel
	Was int64
}

// Commit is all that one event led to; it is stored whole or not at all.
type Commit struct {
	EventID  string
	Saved    []Saved
	Storms   []SavedStorm
	Channel  *SavedChannel
	Next     int                 // the newest incident number, when one was taken
	Playbook *playbooks.Playbook // of a new incident
	Op       string              // of the act, with the answer that copies of it get
	Answer   event.Answer
	Ripe     []topic.ID // threads whose timer goes into the inbox
	Now      time.Time
	Again    *Again // a timer that came early
	Bury     *Entry // an event that cannot be stepped goes to the dead letters
	Review   DigestWrites
	Why      string
}

// Again sets the timer of an incident that was not saved.
type Again struct {
	Topic topic.ID
	Due   time.Time
}

// writes collects the writes of one script call.
type writes struct {
	keys  []string
	index map[string]int
	args  []any
}

func (w *writes) key(name string) int {
	if at, ok := w.index[name]; ok {
		return at
	}
	w.keys = append(w.keys, name)
	w.index[name] = len(w.keys)
	return len(w.keys)
}

func (w *writes) add(command, key string, args ...any) {
	w.args = append(w.args, command, w.key(key), len(args))
	w.args = append(w.args, args...)
}

// call makes them a call of commitScript: for the event with that inbox id (empty:
// for none), and only when documents are as they were read. Checks are pairs of a
// document's key index and its version.
func (w *writes) call(fence Fence, event string, checks ...any) call {
	args := append([]any{string(fence), event, len(checks) / 2}, checks...)
	return call{w.keys, append(args, w.args...)}
}

// Batch is commits ready to be sent.
type Batch struct{ calls []call }

// Prepare encodes commits, so that nothing but Redis is waited for when they are
// sent.
func (s *Store) Prepare(fence Fence, commits ...Commit) (Batch, error) {
	calls := make([]call, len(commits))
	for k, c := range commits {
		var err error
		if calls[k], err = s.commitCall(fence, c); err != nil {
			return Batch{}, err
		}
	}
	return Batch{calls}, nil
}

// Commit prepares commits and sends them.
func (s *Store) Commit(ctx context.Context, fence Fence, commits ...Commit) (each []error, err error) {
	batch, err := s.Prepare(fence, commits...)
	if err != nil {
		return nil, err
	}
	return s.Send(ctx, batch)
}

// Send stores the commits of a batch in order, in one pipeline. It returns one
// error a commit (nil, ErrFenced, ErrAbsent, ErrVersion); err is set when it is not
// known what was stored.
func (s *Store) Send(ctx context.Context, batch Batch) (each []error, err error) {
	results, err := s.run(ctx, commitScript, batch.calls)
	if err != nil {
		return nil, fmt.Errorf("commit: %w", err)
	}
	each = make([]error, len(results))
	for k, result := range results {
		switch result {
		case int64(0):
		case int64(1):
			each[k] = ErrFenced
		case int64(2):
			each[k] = ErrAbsent
		case int64(3):
			each[k] = ErrVersion
		default:
			return nil, fmt.Errorf("commit: redis answered %v", result)
		}
	}
	return each, nil
}

func (s *workspace) newWrites() *writes {
	w := &writes{index: map[string]int{}}
	w.key(s.keys.fence())
	w.key(s.keys.inbox())
	return w
}

func (s *Store) commitCall(fence Fence, c Commit) (call, error) {
	w := s.newWrites()
	var checks []any
	for _, saved := range c.Saved {
		checks = append(checks, w.key(s.keys.incident(saved.Incident.Number)), saved.Was)
		if err := s.save(w, saved); err != nil {
			return call{}, err
		}
	}
	for _, saved := range c.Storms {
		checks = append(checks, w.key(s.keys.storm(saved.Number)), saved.Was)
		if err := s.saveStorm(w, saved.Storm, c.Saved); err != nil {
			return call{}, err
		}
	}
	if saved := c.Channel; saved != nil {
		checks = append(checks, w.key(s.keys.channel(saved.Name)), saved.Was)
		document, err := saved.Encode()
		if err != nil {
			return call{}, fmt.Errorf("write channel %s: %w", saved.Name, err)
		}
		w.add("SET", s.keys.channel(saved.Name), document)
	}
	more, err := s.saveReview(w, c.Review)
	if err != nil {
		return call{}, err
	}
	checks = append(checks, more...)
	if c.Next > 0 {
		w.add("SET", s.keys.next(), c.Next)
	}
	if c.Playbook != nil {
		data, err := json.Marshal(c.Playbook)
		if err != nil {
			return call{}, fmt.Errorf("write playbook %s: %w", c.Playbook.Name, err)
		}
		w.add("SET", s.keys.playbook(c.Playbook.Hash()), data)
	}
	if c.Op != "" {
		data, err := json.Marshal(c.Answer)
		if err != nil {
			return call{}, fmt.Errorf("write answer: %w", err)
		}
		w.add("SET", s.keys.seen(c.Op), data, "EX", int(SeenFor.Seconds()))
		reply, err := json.Marshal(reply{c.Op, c.Answer})
		if err != nil {
			return call{}, fmt.Errorf("write answer: %w", err)
		}
		w.add("PUBLISH", s.keys.replies(), reply)
	}
	for _, about := range c.Ripe {
		data, err := event.NewTimer(about, c.Now).Encode()
		if err != nil {
			return call{}, fmt.Errorf("write timer: %w", err)
		}
		w.add("ZREM", s.keys.due(), about.Key())
		w.add("XADD", s.keys.inbox(), "*", "e", data)
	}
	if c.Again != nil && !c.Again.Due.IsZero() {
		w.add("ZADD", s.keys.due(), c.Again.Due.UnixMilli(), c.Again.Topic.Key())
	}
	if c.Bury != nil {
		w.add("XADD", s.keys.dead(), "*", "e", c.Bury.Raw, "id", c.Bury.ID, "why", c.Why, "at", c.Bury.At.UnixMilli())
		w.add("HDEL", s.keys.tries(), c.Bury.ID)
	}
	return w.call(fence, c.EventID, checks...), nil
}

// save writes one incident: document, timeline, timers and indexes.
func (s *Store) save(w *writes, saved Saved) error {
	i := saved.Incident
	document, err := i.Encode()
	if err != nil {
		return fmt.Errorf("write incident %s: %w", i.ID(), err)
	}
	w.add("SET", s.keys.incident(i.Number), document)
	for k, change := range saved.Changes {
		data, err := change.Encode()
		if err != nil {
			return fmt.Errorf("write timeline of %s: %w", i.ID(), err)
		}
		w.add("RPUSH", s.keys.log(i.Number), fmt.Sprintf("%d-%d %s", i.Version, k+1, data))
	}
	if err := s.saveRun(w, saved); err != nil {
		return err
	}
	if saved.Due.IsZero() {
		w.add("ZREM", s.keys.due(), i.Number)
	} else {
		w.add("ZADD", s.keys.due(), saved.Due.UnixMilli(), i.Number)
	}
	if saved.Dirty {
		w.add("ZADD", s.keys.dirty(), i.Version, i.Number)
	}
	for _, feed := range saved.Feeds {
		w.add("ZADD", s.keys.feeding(feed), i.Version, i.Number)
	}
	s.saveIndexes(w, saved)
	return nil
}
