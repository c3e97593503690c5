package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/incident"
)

// saveRun remembers how an incident went when it resolves: once an opening, because
// it resolves once in each.
func (s *Store) saveRun(w *writes, saved Saved) error {
	if !slices.ContainsFunc(saved.Changes, func(c incident.Change) bool { return c.Kind == incident.KindResolved }) {
		return nil
	}
	i := saved.Incident
	run, err := i.Run().Encode()
	if err != nil {
		return fmt.Errorf("write how %s went: %w", i.ID(), err)
	}
	key := s.keys.stats(i.Playbook.Name, i.Drill)
	w.add("RPUSH", key, run)
	w.add("LTRIM", key, -incident.KeptRuns, -1)
	return nil
}

// History returns how the newest incidents of a playbook went, drills apart. A run
// that cannot be read is left out: nothing but a comparison depends on it.
func (s *Store) History(ctx context.Context, playbook string) (incident.History, error) {
	pipe := s.redis.client.Pipeline()
	drills := pipe.LRange(ctx, s.keys.stats(playbook, true), 0, -1)
	real := pipe.LRange(ctx, s.keys.stats(playbook, false), 0, -1)
	if _, err := pipe.Exec(ctx); err != nil && !wrongKind(err) {
		return incident.History{}, fmt.Errorf("read how incidents of %s went: %w", playbook, err)
	}
	return incident.History{Drills: runs(drills), Real: runs(real)}, nil
}

func runs(stored *redis.StringSliceCmd) (all []incident.Run) {
	for _, text := range stored.Val() {
		if run, err := incident.DecodeRun([]byte(text)); err == nil {
			all = append(all, run)
		}
	}
	return all
}
