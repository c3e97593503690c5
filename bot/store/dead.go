package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/event"
)

// DeadLetter is an event that could not be handled.
type DeadLetter struct {
	ID    string      // in the stream of dead letters: milliseconds-number
	At    time.Time   // when it was given up
	Inbox string      // the id that it had in the inbox
	Why   string      // what went wrong the last time
	Raw   string      // the event as it came
	Event event.Event // what of Raw could be read
	Err   error       // set when Raw cannot be read
}

// deadPage is how many dead letters are read at once.
const deadPage = 200

// DeadLetters are the events that could not be handled.
type DeadLetters struct{ workspace }

// Count returns how many events could not be handled.
func (s *DeadLetters) Count(ctx context.Context) (int64, error) {
	return s.redis.client.XLen(ctx, s.keys.dead()).Result()
}

// IDs returns the ids of all dead letters, oldest first: those that are
// there at the moment.
func (s *DeadLetters) IDs(ctx context.Context) ([]string, error) {
	var ids []string
	for letter, err := range s.Each(ctx) {
		if err != nil {
			return nil, err
		}
		ids = append(ids, letter.ID)
	}
	return ids, nil
}

// Each yields the dead letters, oldest first; those that are there when it
// begins. An error is the last that it yields.
func (s *DeadLetters) Each(ctx context.Context) iter.Seq2[DeadLetter, error] {
	return func(yield func(DeadLetter, error) bool) {
		newest, err := s.redis.client.XRevRangeN(ctx, s.keys.dead(), "+", "-", 1).Result()
		if err != nil {
			yield(DeadLetter{}, fmt.Errorf("read the dead letters: %w", err))
			return
		}
		if len(newest) == 0 {
			return
		}
		last, from := newest[0].ID, "-"
		for {
			page, err := s.redis.client.XRangeN(ctx, s.keys.dead(), from, last, deadPage).Result()
			if err != nil {
				yield(DeadLetter{}, fmt.Errorf("read the dead letters: %w", err))
				return
			}
			for _, message := range page {
				if !yield(deadLetter(message), nil) {
					return
				}
			}
			if len(page) < deadPage {
				return
			}
			from = "(" + page[len(page)-1].ID
		}
	}
}

func deadLetter(message redis.XMessage) DeadLetter {
	field := func(name string) string {
		text, _ := message.Values[name].(string)
		return text
	}
	d := DeadLetter{ID: message.ID, At: idTime(message.ID), Inbox: field("id"), Why: field("why"), Raw: field("e")}
	var err error
	if d.Event, err = event.Decode([]byte(d.Raw)); err != nil {
		d.Err = fmt.Errorf("decode event %s: %w", d.Inbox, err)
	}
	d.Event.At = idTime(cmp.Or(field("at"), d.Inbox))
	return d
}

// ErrNoLetter says that there is no dead letter of that id any more.
var ErrNoLetter = errors.New("there is no such dead letter: it was replayed or dropped before")

// replayScript moves a dead letter back to the inbox, past the bound that holds
// for endpoints: it was taken once. PERSIST as in commitScript: the room of the one is that
// of the other.
//
// KEYS[1] dead; KEYS[2] inbox
// ARGV[1] id
// Output: 1 moved · 0 there is none
// The event keeps the time at which it was first taken; letters of earlier binaries have it in their inbox id alone.
var replayScript = redis.NewScript(`
local letter = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])
if #letter == 0 then
  return 0
end
local fields = {}
for k = 1, #letter[1][2], 2 do
  fields[letter[1][2][k]] = letter[1][2][k + 1]
end
redis.call('PERSIST', KEYS[1])
if fields.e then
  redis.call('XADD', KEYS[2], '*', 'e', fields.e, 'at', fields.at or string.match(fields.id or ARGV[1], '^%d+'))
end
redis.call('XDEL', KEYS[1], ARGV[1])
return 1
`)

// Replay puts a dead letter back into the inbox as it came, at its end: the
// coordinator handles it again, with the time at which it was taken. An error
// other than ErrNoLetter means that it is not known whether it was moved; asking
// again is safe.
func (s *DeadLetters) Replay(ctx context.Context, id string) error {
	return s.letter(ctx, replayScript, call{[]string{s.keys.dead(), s.keys.inbox()}, []any{id}}, "replay dead letter "+id)
}

// dropScript deletes a dead letter.
//
// KEYS[1] dead; KEYS[2] due
// ARGV[1] id; ARGV[2] subject whose timer the letter is, or empty
// Output: 1 deleted · 0 there is none
var dropScript = redis.NewScript(`
if redis.call('XDEL', KEYS[1], ARGV[1]) == 0 then
  return 0
end
if ARGV[2] ~= '' then
  local time = redis.call('TIME')
  redis.call('ZADD', KEYS[2], 'NX', string.format('%.0f', time[1] * 1000), ARGV[2])
end
return 1
`)

// Drop deletes a dead letter for good; its errors are Replay's. A timer among the dead
// letters left the index of what is due: it is due again, so that its incident gets
// its deadline.
func (s *DeadLetters) Drop(ctx context.Context, id string) error {
	letters, err := s.redis.client.XRange(ctx, s.keys.dead(), id, id).Result()
	if err != nil {
		return fmt.Errorf("drop dead letter %s: %w", id, err)
	}
	subject := ""
	if len(letters) == 1 {
		if d := deadLetter(letters[0]); d.Err == nil && !d.Event.Due().IsZero() {
			subject = d.Event.Due().Key()
		}
	}
	return s.letter(ctx, dropScript, call{[]string{s.keys.dead(), s.keys.due()}, []any{id, subject}}, "drop dead letter "+id)
}

func (s *DeadLetters) letter(ctx context.Context, script *redis.Script, c call, what string) error {
	results, err := s.run(ctx, script, []call{c})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if results[0] != int64(1) {
		return fmt.Errorf("%s: %w", what, ErrNoLetter)
	}
	return nil
}

// suspectScript counts one try; PERSIST as in commitScript.
//
// KEYS[1] tries; KEYS[2] coordinator
// ARGV[1] id
// Output: how many there were
var suspectScript = redis.NewScript(`
redis.call('PERSIST', KEYS[2])
return redis.call('HINCRBY', KEYS[1], ARGV[1], 1)
`)

// Suspect counts that the event at the head of the inbox is about to be handled,
// and returns how often: one that ends its coordinators, or that can never be
// committed, gets a high count.
func (s *Store) Suspect(ctx context.Context, id string) (int64, error) {
	// Not by run: a count that no replica confirmed stands all the same, and would bury the event when they are back.
	node, err := s.node(ctx)
	if err != nil {
		return 0, fmt.Errorf("count tries: %w", err)
	}
	n, err := suspectScript.Run(ctx, node, []string{s.keys.tries(), s.keys.fence()}, id).Int64()
	if err != nil {
		return 0, fmt.Errorf("count tries: %w", err)
	}
	return n, nil
}

// Cleared forgets the tries of an event that was handled.
func (s *Store) Cleared(ctx context.Context, id string) error {
	return s.redis.client.HDel(ctx, s.keys.tries(), id).Err()
}

// ClearTries forgets the tries of events that are not in the inbox any more: a
// coordinator may have ended between handling one and saying so.
func (s *Store) ClearTries(ctx context.Context) error {
	ids, err := s.redis.client.HKeys(ctx, s.keys.tries()).Result()
	if err != nil {
		return fmt.Errorf("read tries: %w", err)
	}
	for _, id := range ids {
		waiting, err := s.redis.client.XRange(ctx, s.keys.inbox(), id, id).Result()
		if err != nil {
			return fmt.Errorf("read tries: %w", err)
		}
		if len(waiting) > 0 {
			continue
		}
		if err := s.Cleared(ctx, id); err != nil {
			return fmt.Errorf("forget tries: %w", err)
		}
	}
	return nil
}
