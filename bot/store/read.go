package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// Incidents returns the incidents of those numbers, and apart from them those that
// cannot be read; numbers that do not exist are left out.
func (s *Store) Incidents(ctx context.Context, numbers ...int) (found []incident.Incident, unread []*Unreadable, err error) {
	if len(numbers) == 0 {
		return nil, nil, nil
	}
	pipe := s.redis.client.Pipeline()
	answers := make([]*redis.StringCmd, len(numbers))
	for k, n := range numbers {
		answers[k] = pipe.Get(ctx, s.keys.incident(n))
	}
	_, _ = pipe.Exec(ctx) // each answer has its own error
	for k, n := range numbers {
		data, err := answers[k].Bytes()
		i, ok, err := s.incident(n).in(&s.workspace, data, err)
		switch u := UnreadableOf(err); {
		case u != nil:
			u.Number = n
			unread = append(unread, u)
		case err != nil:
			return nil, nil, err
		case ok:
			found = append(found, i)
		}
	}
	return found, unread, nil
}

// Incident returns one incident; ok is false when there is none of that number.
func (s *Store) Incident(ctx context.Context, n int) (i incident.Incident, ok bool, err error) {
	return s.incident(n).read(ctx, &s.workspace)
}

func (s *Store) incident(n int) document[incident.Incident] {
	return document[incident.Incident]{incident.ID(n), s.keys.incident(n), func(data []byte) (incident.Incident, error) {
		i, err := incident.Decode(data)
		if err == nil && i.Number != n {
			err = fmt.Errorf("it says that it is %s", i.ID())
		}
		return i, err
	}}
}

// GroupNumber returns the newest incident of an alert group; 0 when there is none.
func (s *Store) GroupNumber(ctx context.Context, group string) (int, error) {
	return s.number(ctx, "the newest incident of a group", s.keys.group(group))
}

// Newest returns the newest incident number; 0 when there is none.
func (s *Store) Newest(ctx context.Context) (int, error) {
	return s.number(ctx, "the number of the newest incident", s.keys.next())
}

// number reads a number by itself; 0 when there is none.
func (s *workspace) number(ctx context.Context, what, key string) (int, error) {
	n, _, err := document[int]{what, key, parseNumber}.read(ctx, s)
	return n, err
}

func parseNumber(data []byte) (int, error) { return strconv.Atoi(string(data)) }

// ThreadNumber returns the incident whose thread that is; 0 when it is none.
func (s *Store) ThreadNumber(ctx context.Context, channel, thread string) (int, error) {
	what, key := "the incident of a thread", s.keys.threads()
	data, err := s.redis.client.HGet(ctx, key, channel+":"+thread).Bytes()
	data, ok, err := stored(what, key, data, err)
	if err != nil || !ok {
		return 0, err
	}
	n, err := parseNumber(data)
	return n, unreadable(what, key, err)
}

// OpenNumbers returns the incidents that are not closed, newest first, at most
// count.
func (s *Store) OpenNumbers(ctx context.Context, count int64) ([]int, error) {
	return s.numbers(s.redis.client.ZRevRange(ctx, s.keys.open(), 0, count-1).Result())
}

// ClosedNumbers returns the closed incidents, newest first, at most count.
func (s *Store) ClosedNumbers(ctx context.Context, count int64) ([]int, error) {
	return s.numbers(s.redis.client.ZRevRange(ctx, s.keys.closed(), 0, count-1).Result())
}

// Timeline returns the newest entries of an incident's timeline, oldest first,
// at most count. One that cannot be read stands there as incident.KindUnreadable,
// with the entry as it is for its text.
func (s *Store) Timeline(ctx context.Context, n int, count int64) ([]incident.Change, error) {
	_, changes, err := s.timeline(ctx, n, count)
	return changes, err
}

// timeline returns the newest entries, and what they say.
func (s *Store) timeline(ctx context.Context, n int, count int64) ([]string, []incident.Change, error) {
	what, key := "the timeline of "+incident.ID(n), s.keys.log(n)
	entries, err := s.redis.client.LRange(ctx, key, -count, -1).Result()
	if _, _, err := stored(what, key, nil, err); err != nil {
		return nil, nil, err
	}
	changes := make([]incident.Change, len(entries))
	for k, entry := range entries {
		_, text, _ := strings.Cut(entry, " ")
		if changes[k], err = incident.DecodeChange([]byte(text)); err != nil {
			changes[k] = incident.Change{Kind: incident.KindUnreadable, Text: entry}
			if k > 0 {
				changes[k].At = changes[k-1].At
			}
		}
	}
	return entries, changes, nil
}

// entryID is what stands before an entry's text: <version>-<i>.
func entryID(entry string) string {
	id, _, _ := strings.Cut(entry, " ")
	return id
}

// TimelineLength returns how many entries an incident's timeline has.
func (s *Store) TimelineLength(ctx context.Context, n int) (int, error) {
	length, err := s.redis.client.LLen(ctx, s.keys.log(n)).Result()
	if err != nil {
		return 0, fmt.Errorf("read timeline of incident %d: %w", n, err)
	}
	return int(length), nil
}

// Playbook returns the playbook that a running incident keeps.
func (s *Store) Playbook(ctx context.Context, hash string) (*playbooks.Playbook, error) {
	d := document[playbooks.Playbook]{"playbook " + hash, s.keys.playbook(hash), func(data []byte) (p playbooks.Playbook, err error) {
		err = json.Unmarshal(data, &p)
		return p, err
	}}
	p, ok, err := d.read(ctx, &s.workspace)
	if err == nil && !ok {
		err = unreadable(d.what, d.key, errors.New("it is not there"))
	}
	if err != nil {
		return nil, err
	}
	return &p, nil
}

// Answered returns the answer of an act that was committed; ok is false while it
// waits or when it is not known.
func (s *Store) Answered(ctx context.Context, op string) (answer event.Answer, ok bool, err error) {
	data, err := s.redis.client.Get(ctx, s.keys.seen(op)).Bytes()
	if errors.Is(err, redis.Nil) || (err == nil && len(data) == 0) {
		return answer, false, nil
	}
	if err != nil {
		return answer, false, fmt.Errorf("read answer: %w", err)
	}
	return readAnswer(data)
}

// readAnswer reads an answer as it is remembered. One that cannot be read counts as
// one that is not known: the act itself was recorded.
func readAnswer(data []byte) (answer event.Answer, ok bool, err error) {
	if json.Unmarshal(data, &answer) != nil {
		return event.Answer{}, false, nil
	}
	return answer, true, nil
}

// ClosedSince returns the incidents that closed at a time or later, newest first,
// at most count.
func (s *Store) ClosedSince(ctx context.Context, from time.Time, count int64) ([]int, error) {
	return s.numbers(s.redis.client.ZRevRangeByScore(ctx, s.keys.closed(), &redis.ZRangeBy{
		Min: strconv.FormatInt(from.UnixMilli(), 10), Max: "+inf", Count: count,
	}).Result())
}
