package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// homeFor is how long what is known of somebody's Home is kept.
const homeFor = 30 * 24 * time.Hour

// Home is what is known of the app's Home of somebody.
type Home struct {
	User string
	Team string // the person's workspace, as Slack gave it
	Hash string // of what it shows; empty: nothing that is known
}

// OpenedHome notes that somebody has the Home open. What it shows is no longer known then:
// whoever opens it is shown it anew.
func (s *Store) OpenedHome(ctx context.Context, user, team string, at time.Time) error {
	pipe := s.redis.client.Pipeline()
	pipe.ZAdd(ctx, s.keys.homes(), redis.Z{Score: float64(at.UnixMilli()), Member: user})
	pipe.ZRemRangeByScore(ctx, s.keys.homes(), "-inf", strconv.FormatInt(at.Add(-homeFor).UnixMilli(), 10))
	pipe.Set(ctx, s.keys.home(user), team+" ", homeFor)
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("note that a Home is open: %w", err)
	}
	return nil
}

// ShownHome notes what somebody's Home shows.
func (s *Store) ShownHome(ctx context.Context, h Home) error {
	if err := s.redis.client.Set(ctx, s.keys.home(h.User), h.Team+" "+h.Hash, homeFor).Err(); err != nil {
		return fmt.Errorf("note what a Home shows: %w", err)
	}
	return nil
}

// Home is what is known of somebody's Home; ok is false when nothing is.
func (s *Store) Home(ctx context.Context, user string) (h Home, ok bool, err error) {
	text, err := s.redis.client.Get(ctx, s.keys.home(user)).Result()
	if errors.Is(err, redis.Nil) {
		return h, false, nil
	}
	if err != nil {
		return h, false, fmt.Errorf("read what a Home shows: %w", err)
	}
	h.User = user
	h.Team, h.Hash, _ = strings.Cut(text, " ")
	return h, true, nil
}

// OpenHomes are the people who had the Home open since a moment, the last first.
func (s *Store) OpenHomes(ctx context.Context, since time.Time, most int) ([]string, error) {
	users, err := s.redis.client.ZRevRangeByScore(ctx, s.keys.homes(), &redis.ZRangeBy{Min: strconv.FormatInt(since.UnixMilli(), 10), Max: "+inf", Count: int64(most)}).Result()
	if err != nil {
		return nil, fmt.Errorf("read who has the Home open: %w", err)
	}
	return users, nil
}
