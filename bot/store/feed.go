package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/incident"
)

// TimelineEntry is an entry of a timeline and its id, <version>-<i>.
type TimelineEntry struct {
	ID     string
	Change incident.Change
}

// TimelineEntries returns all entries of an incident's timeline, oldest first.
func (s *Store) TimelineEntries(ctx context.Context, n int) ([]TimelineEntry, error) {
	entries, changes, err := s.timeline(ctx, n, wholeTimeline)
	if err != nil {
		return nil, err
	}
	all := make([]TimelineEntry, len(entries))
	for k := range entries {
		all[k] = TimelineEntry{entryID(entries[k]), changes[k]}
	}
	return all, nil
}

// Behind is an incident whose timeline has entries that a feed may not have yet, and the
// version that wrote the newest of them.
type Behind struct {
	Incident int
	Version  int64
}

// Feeding returns the incidents that a feed is behind with, at most count.
func (s *Store) Feeding(ctx context.Context, feed string, count int64) ([]Behind, error) {
	found, err := s.redis.client.ZRangeWithScores(ctx, s.keys.feeding(feed), 0, count-1).Result()
	if err != nil {
		return nil, fmt.Errorf("read which timelines a feed waits for: %w", err)
	}
	var all []Behind
	for _, z := range found {
		if n, err := strconv.Atoi(fmt.Sprint(z.Member)); err == nil {
			all = append(all, Behind{n, int64(z.Score)})
		}
	}
	return all, nil
}

// Fed forgets that a feed is behind with an incident, unless that has moved on since.
func (s *Store) Fed(ctx context.Context, fence Fence, feed string, b Behind) error {
	_, err := s.run(ctx, settleScript, []call{{[]string{s.keys.fence(), s.keys.feeding(feed)}, []any{string(fence), b.Incident, b.Version}}})
	if err != nil {
		return fmt.Errorf("settle a feed of %s: %w", incident.ID(b.Incident), err)
	}
	return nil
}

// FeedAt is the newest entry of an incident's timeline that a feed has; empty: none.
func (s *Store) FeedAt(ctx context.Context, feed string, n int) (string, error) {
	id, err := s.redis.client.HGet(ctx, s.keys.fed(n), feed).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return "", fmt.Errorf("read what a feed has of %s: %w", incident.ID(n), err)
	}
	return id, nil
}

// SetFeedAt remembers that a feed has the timeline of an incident up to an entry.
func (s *Store) SetFeedAt(ctx context.Context, fence Fence, feed string, n int, id string) error {
	w := s.newWrites()
	w.add("HSET", s.keys.fed(n), feed, id)
	return s.fenced(ctx, w.call(fence, ""), "remember what a feed has")
}
