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

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// ErrUnreadable says that a stored document is not what this binary can decode:
// asking again gives the same.
var ErrUnreadable = errors.New("the stored document cannot be decoded")

// Incidents returns the incidents of those numbers; numbers that do not exist
// are left out.
func (s *Store) Incidents(ctx context.Context, numbers ...int) ([]incident.Incident, error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	names := make([]string, len(numbers))
	for k, n := range numbers {
		names[k] = s.keys.incident(n)
	}
	values, err := s.redis.client.MGet(ctx, names...).Result()
	if err != nil {
		return nil, fmt.Errorf("read incidents: %w", err)
	}
	var found []incident.Incident
	for k, value := range values {
		text, ok := value.(string)
		if !ok {
			continue
		}
		i, err := incident.Decode([]byte(text))
		if err != nil {
			return nil, fmt.Errorf("read incident %d: %w: %w", numbers[k], ErrUnreadable, err)
		}
		found = append(found, i)
	}
	return found, nil
}

// Incident returns one incident; ok is false when there is none of that number.
func (s *Store) Incident(ctx context.Context, n int) (i incident.Incident, ok bool, err error) {
	found, err := s.Incidents(ctx, n)
	if err != nil || len(found) == 0 {
		return i, false, err
	}
	return found[0], true, nil
}

// GroupNumber returns the newest incident of an alert group; 0 when there is none.
func (s *Store) GroupNumber(ctx context.Context, group string) (int, error) {
	return s.number(s.redis.client.Get(ctx, s.keys.group(group)).Result())
}

// Newest returns the newest incident number; 0 when there is none.
func (s *Store) Newest(ctx context.Context) (int, error) {
	return s.number(s.redis.client.Get(ctx, s.keys.next()).Result())
}

// ThreadNumber returns the incident whose thread that is; 0 when it is none.
func (s *Store) ThreadNumber(ctx context.Context, channel, thread string) (int, error) {
	return s.number(s.redis.client.HGet(ctx, s.keys.threads(), channel+":"+thread).Result())
}

func (s *Store) number(text string, err error) (int, error) {
	if errors.Is(err, redis.Nil) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read number: %w", err)
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("read number: %w", err)
	}
	return n, nil
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
// at most count.
func (s *Store) Timeline(ctx context.Context, n int, count int64) ([]incident.Change, error) {
	entries, err := s.redis.client.LRange(ctx, s.keys.log(n), -count, -1).Result()
	if err != nil {
		return nil, fmt.Errorf("read timeline of incident %d: %w", n, err)
	}
	changes := make([]incident.Change, len(entries))
	for k, entry := range entries {
		_, text, _ := strings.Cut(entry, " ")
		if changes[k], err = incident.DecodeChange([]byte(text)); err != nil {
			return nil, fmt.Errorf("read timeline of incident %d: %w", n, err)
		}
	}
	return changes, nil
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
	data, err := s.redis.client.Get(ctx, s.keys.playbook(hash)).Bytes()
	if err != nil {
		return nil, fmt.Errorf("read playbook %s: %w", hash, err)
	}
	var p playbooks.Playbook
	if err := json.Unmarshal(data, &p); err != nil {
		return nil, fmt.Errorf("read playbook %s: %w: %w", hash, ErrUnreadable, err)
	}
	return &p, nil
}

// Answered returns the answer of an act that was committed; ok is false while it
// waits or when it is not known.
func (s *Store) Answered(ctx context.Context, op string) (answer incident.Answer, ok bool, err error) {
	data, err := s.redis.client.Get(ctx, s.keys.seen(op)).Bytes()
	if errors.Is(err, redis.Nil) || (err == nil && len(data) == 0) {
		return answer, false, nil
	}
	if err != nil {
		return answer, false, fmt.Errorf("read answer: %w", err)
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return answer, false, fmt.Errorf("read answer: %w", err)
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
