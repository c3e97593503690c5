package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/incident"
)

// saveStorm writes a storm, its timer, and the entries of its incidents that
// changed. Its subject stands in the same indexes as incidents do.
func (s *Store) saveStorm(w *writes, storm incident.Storm, changed []Saved) error {
	document, err := storm.Encode()
	if err != nil {
		return fmt.Errorf("write %s: %w", storm.ID(), err)
	}
	w.add("SET", s.keys.storm(storm.Number), document)
	for _, saved := range changed {
		if saved.Incident.Storm != storm.Number {
			continue
		}
		entry, err := json.Marshal(saved.Incident.Entry())
		if err != nil {
			return fmt.Errorf("write entry of %s: %w", saved.Incident.ID(), err)
		}
		w.add("HSET", s.keys.crowd(storm.Number), saved.Incident.Number, entry)
	}
	w.add("ZADD", s.keys.dirty(), storm.Version, storm.Subject())
	if due := storm.NextDue(); due.IsZero() {
		w.add("ZREM", s.keys.due(), storm.Subject())
		w.add("ZADD", s.keys.storms(), storm.EndedAt.UnixMilli(), storm.Number)
	} else {
		w.add("ZADD", s.keys.due(), due.UnixMilli(), storm.Subject())
		w.add("ZADD", s.keys.storms(), "+inf", storm.Number)
	}
	return nil
}

// Storm returns one storm; ok is false when there is none of that number.
func (s *Store) Storm(ctx context.Context, n int) (storm incident.Storm, ok bool, err error) {
	data, err := s.redis.client.Get(ctx, s.keys.storm(n)).Bytes()
	if errors.Is(err, redis.Nil) {
		return storm, false, nil
	}
	if err != nil {
		return storm, false, fmt.Errorf("read storm %d: %w", n, err)
	}
	if storm, err = incident.DecodeStorm(data); err != nil {
		return storm, false, fmt.Errorf("read storm %d: %w: %w", n, ErrUnreadable, err)
	}
	return storm, true, nil
}

// Crowd returns what the list of storm n tells, in no order.
func (s *Store) Crowd(ctx context.Context, n int) ([]incident.Entry, error) {
	texts, err := s.redis.client.HVals(ctx, s.keys.crowd(n)).Result()
	if err != nil {
		return nil, fmt.Errorf("read the list of storm %d: %w", n, err)
	}
	entries := make([]incident.Entry, len(texts))
	for k, text := range texts {
		if err := json.Unmarshal([]byte(text), &entries[k]); err != nil {
			return nil, fmt.Errorf("read the list of storm %d: %w: %w", n, ErrUnreadable, err)
		}
	}
	return entries, nil
}

// Channel returns what is remembered of a channel; a value with its name alone
// when nothing is.
func (s *Store) Channel(ctx context.Context, name string) (incident.Channel, error) {
	c := incident.Channel{Schema: incident.Schema, Name: name}
	data, err := s.redis.client.Get(ctx, s.keys.channel(name)).Bytes()
	if errors.Is(err, redis.Nil) {
		return c, nil
	}
	if err != nil {
		return c, fmt.Errorf("read channel %s: %w", name, err)
	}
	if c, err = incident.DecodeChannel(data); err != nil {
		return c, fmt.Errorf("read channel %s: %w: %w", name, ErrUnreadable, err)
	}
	return c, nil
}

// Storms returns how many storms are on.
func (s *Store) Storms(ctx context.Context) (int64, error) {
	return s.redis.client.ZCount(ctx, s.keys.storms(), "+inf", "+inf").Result()
}
