package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// waitTimeout is how long WAIT gives the replicas. A write that timed out here is applied all the same: whoever asked is
	// told it failed and asks again.
	waitTimeout = time.Second
	// movedWithin is how long a write waits for the nodes to agree on the slot's new primary.
	movedWithin = time.Second
	movedEvery  = 20 * time.Millisecond
	// sendAgain is how often calls that were turned away are sent once more: moved, then without their script.
	sendAgain = 2
)

// ErrReplicas says that too few replicas confirmed a write in time.
var ErrReplicas = errors.New("too few replicas confirmed the write in time")

// call is one execution of a script; without a script, args are a whole command.
type call struct {
	keys []string
	args []any
}

// run executes a script for each call on the workspace's keys; see Redis.run.
func (s *workspace) run(ctx context.Context, script *redis.Script, calls []call) ([]any, error) {
	return s.redis.run(ctx, s.keys.fence(), script, calls)
}

// writeScript executes one command; PERSIST as in commitScript: what few bytes the
// coordinator has to remember it may, also in a full Redis.
//
// KEYS[1] coordinator; KEYS[2] the key
// ARGV[1] command; ARGV[2…] its arguments behind the key
// Output: the command's
var writeScript = redis.NewScript(`
redis.call('PERSIST', KEYS[1])
return redis.call(ARGV[1], KEYS[2], unpack(ARGV, 2))
`)

// write executes one command on one of the workspace's keys as run does.
func (s *workspace) write(ctx context.Context, command, key string, args ...any) error {
	_, err := s.run(ctx, writeScript, []call{{[]string{s.keys.fence(), key}, append([]any{command}, args...)}})
	return err
}

// node is the client that holds the workspace's slot.
func (s *workspace) node(ctx context.Context) (*redis.Client, error) {
	return s.redis.node(ctx, s.keys.fence())
}

// node is the client that takes writes of key: WAIT has to follow its write on
// the same connection, and go-redis routes a keyless WAIT anywhere.
func (r *Redis) node(ctx context.Context, key string) (*redis.Client, error) {
	switch client := r.client.(type) {
	case *redis.Client:
		return client, nil
	case *redis.ClusterClient:
		node, err := client.MasterForKey(ctx, key)
		if err != nil {
			client.ReloadState(ctx)
			return nil, fmt.Errorf("find the cluster node of the workspace: %w", err)
		}
		return node, nil
	default:
		return nil, fmt.Errorf("find the node of %s: the client is a %T", key, client)
	}
}

// run executes a script for each call, in their order and in one pipeline on
// the node that holds key, with WAIT behind them when replicas are asked for. It
// returns without an error only when all that came before has been confirmed.
//
// When the first call was turned away, nothing has run, and all are sent again: Redis forgets scripts when it restarts (NOSCRIPT), and a planned
// failover moves the workspace to another node (MOVED, READONLY).
func (r *Redis) run(ctx context.Context, key string, script *redis.Script, calls []call) ([]any, error) {
	node, err := r.node(ctx, key)
	if err != nil {
		return nil, err
	}
	whole := len(calls) > 1
	for again := 0; ; again++ {
		results, failed, err := r.runOnce(ctx, node, script, whole, calls)
		if failed > 0 || again == sendAgain {
			return results, err
		}
		switch {
		case redis.HasErrorPrefix(err, "NOSCRIPT"):
			whole = true
		case redis.HasErrorPrefix(err, "MOVED"):
			if node, err = r.moved(ctx, key, node); err != nil {
				return nil, err
			}
		case redis.HasErrorPrefix(err, "READONLY"): // that connection is closed by now; another one finds the primary
		default:
			return results, err
		}
	}
}

// moved waits until another node than was is known to hold key.
func (r *Redis) moved(ctx context.Context, key string, was *redis.Client) (*redis.Client, error) {
	ctx, cancel := context.WithTimeout(ctx, movedWithin)
	defer cancel()
	ticker := time.NewTicker(movedEvery)
	defer ticker.Stop()
	for {
		node, err := r.node(ctx, key)
		if err == nil && node != was {
			return node, nil
		}
		select {
		case <-ctx.Done():
			return nil, errors.New("the workspace has moved to another cluster node, and the nodes do not say yet to which")
		case <-ticker.C:
			if cluster, ok := r.client.(*redis.ClusterClient); ok {
				cluster.ReloadState(ctx)
			}
		}
	}
}

// runOnce sends the calls once, the first with the whole script or its name alone;
// failed is the index of the first that was answered with an error.
func (r *Redis) runOnce(ctx context.Context, node *redis.Client, script *redis.Script, whole bool, calls []call) (results []any, failed int, err error) {
	if script == nil && len(calls) == 1 && r.opts.WaitReplicas == 0 {
		// What an endpoint does most: no pipeline for one command.
		result, err := node.Do(ctx, calls[0].args...).Result()
		if err != nil {
			return nil, 0, err
		}
		return []any{result}, 1, nil
	}
	pipe := node.Pipeline()
	commands := make([]*redis.Cmd, len(calls))
	for k, c := range calls {
		if script == nil {
			commands[k] = pipe.Do(ctx, c.args...)
			continue
		}
		if k == 0 && whole {
			// The first of several brings the script along. Were all of them sent by name, another connection could load
			// the script in the middle, and the later ones would run before the first.
			commands[k] = script.Eval(ctx, pipe, c.keys, c.args...)
			continue
		}
		commands[k] = script.EvalSha(ctx, pipe, c.keys, c.args...)
	}
	confirm := r.wait(ctx, pipe)
	// Exec returns the first error of any command; each is looked at below.
	_, execErr := pipe.Exec(ctx)
	results = make([]any, len(commands))
	for k, c := range commands {
		if results[k], err = c.Result(); err != nil {
			return nil, k, err
		}
	}
	if err := confirm(); err != nil {
		return nil, len(commands), err
	}
	return results, len(commands), execErr
}
