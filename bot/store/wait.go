package store

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// wait puts a WAIT behind the writes of a pipeline when replicas are asked for;
// confirm says afterwards whether enough of them have the writes.
func (r *Redis) wait(ctx context.Context, pipe redis.Pipeliner) (confirm func() error) {
	n := r.opts.WaitReplicas
	if n == 0 {
		return func() error { return nil }
	}
	if r.waitAOF.Load() {
		reply := pipe.Do(ctx, "WAITAOF", 1, n, waitTimeout.Milliseconds())
		return func() error { return r.confirmedAOF(reply) }
	}
	reply := pipe.Do(ctx, "WAIT", n, waitTimeout.Milliseconds())
	return func() error {
		got, err := reply.Int()
		if err != nil {
			return fmt.Errorf("wait for replicas: %w", err)
		}
		if got < n {
			return fmt.Errorf("%w: %d of %d", ErrReplicas, got, n)
		}
		return nil
	}
}

// Confirm writes something of no meaning as durably as a notification. Without
// an error, a notification could have been stored now, and enough replicas have
// everything that was written before.
func (s *Store) Confirm(ctx context.Context) error {
	if _, err := s.run(ctx, nil, []call{{args: []any{"SET", s.keys.probe(), 1, "EX", 60}}}); err != nil {
		return fmt.Errorf("store something: %w", err)
	}
	return nil
}

// Replicated is Confirm when replicas have to confirm, and nothing otherwise. The
// coordinator asks before it tells Slack of what it read: it may have read what no
// replica has.
func (s *Store) Replicated(ctx context.Context) error {
	if s.redis.opts.WaitReplicas == 0 {
		return nil
	}
	return s.Confirm(ctx)
}

// confirmedAOF reads what WAITAOF said. A node that refuses it (an older one took
// over, or the user may not) gets WAIT from the next write on; this one counts as
// not confirmed.
func (r *Redis) confirmedAOF(reply *redis.Cmd) error {
	got, err := reply.Int64Slice()
	if err != nil {
		if _, answered := err.(redis.Error); answered {
			r.deniedAOF.Store(true)
			r.waitAOF.Store(false)
		}
		return fmt.Errorf("wait for replicas: %w", err)
	}
	if len(got) != 2 || got[0] < 1 || got[1] < int64(r.opts.WaitReplicas) {
		return fmt.Errorf("%w: on disk here and at so many replicas: %v, want 1 and %d", ErrReplicas, got, r.opts.WaitReplicas)
	}
	return nil
}
