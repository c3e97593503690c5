// Package store is what Signalbook remembers: inbox, incidents, timeline,
// timers, ledger and lease, in Redis. It is the only room that speaks to Redis;
// it decides nothing: Lua checks and writes what Go decided.
package store

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// silent drops go-redis' own log lines: every error reaches us as a value.
type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

func init() { redis.SetLogger(silent{}) }

// Options say which Redis, and how durable a write has to be.
type Options struct {
	Addresses        []string // host:port; several with Sentinel or Cluster; a path is a unix socket
	Prefix           string   // first word of every key
	Username         string
	Password         string
	MasterName       string // Sentinel's name of the primary; empty: no Sentinel
	SentinelUsername string
	SentinelPassword string
	Cluster          bool
	TLS              *tls.Config
	WaitReplicas     int                                                               // replicas that must have a write before it counts
	InboxBound       int64                                                             // events that may wait; doors are refused past it
	Dialer           func(ctx context.Context, network, addr string) (net.Conn, error) // nil: go-redis' own
}

// waitTimeout is how long WAIT gives the replicas. A write that timed out here
// is applied all the same: whoever asked is told it failed and asks again.
const waitTimeout = time.Second

// Redis is a connection to one Redis, Sentinel or Cluster.
type Redis struct {
	client redis.UniversalClient
	opts   Options
}

// Open makes the client; it does not connect yet.
//
// go-redis repeats commands on its own unless told not to, and an XADD that is
// repeated stands twice: MaxRetries is -1 everywhere.
func Open(o Options) (*Redis, error) {
	if len(o.Addresses) == 0 {
		return nil, errors.New("open redis: no address given")
	}
	quiet := &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	var client redis.UniversalClient
	switch {
	case o.Cluster:
		client = redis.NewClusterClient(&redis.ClusterOptions{
			Addrs: o.Addresses, Username: o.Username, Password: o.Password, TLSConfig: o.TLS, Dialer: o.Dialer,
			MaxRetries: -1, DialerRetries: 1, ContextTimeoutEnabled: true, PoolSize: 64, Protocol: 2,
			ClusterStateReloadInterval: time.Second, DisableIdentity: true, MaintNotificationsConfig: quiet,
		})
	case o.MasterName != "":
		client = redis.NewFailoverClient(&redis.FailoverOptions{
			MasterName: o.MasterName, SentinelAddrs: o.Addresses,
			SentinelUsername: o.SentinelUsername, SentinelPassword: o.SentinelPassword,
			Username: o.Username, Password: o.Password, TLSConfig: o.TLS, Dialer: o.Dialer,
			MaxRetries: -1, DialerRetries: 1, ContextTimeoutEnabled: true, PoolSize: 64, Protocol: 2, DisableIdentity: true,
		})
	default:
		if len(o.Addresses) > 1 {
			return nil, errors.New("open redis: several addresses need sentinel or cluster")
		}
		network := "tcp"
		if o.Addresses[0][0] == '/' {
			network = "unix"
		}
		client = redis.NewClient(&redis.Options{
			Network: network, Addr: o.Addresses[0], Username: o.Username, Password: o.Password, TLSConfig: o.TLS, Dialer: o.Dialer,
			MaxRetries: -1, DialerRetries: 1, ContextTimeoutEnabled: true, PoolSize: 64, Protocol: 2,
			DisableIdentity: true, MaintNotificationsConfig: quiet,
		})
	}
	return &Redis{client: client, opts: o}, nil
}

// Close ends all connections.
func (r *Redis) Close() error { return r.client.Close() }

// Ping reports whether Redis answers.
func (r *Redis) Ping(ctx context.Context) error {
	if err := r.client.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("ask redis: %w", err)
	}
	return nil
}

// Identity is who the bot is in its workspace, as Slack's auth.test said.
type Identity struct {
	TeamID string `json:"team_id"`
	Team   string `json:"team,omitempty"`
	UserID string `json:"user_id"`
	BotID  string `json:"bot_id,omitempty"`
}

// RememberIdentity keeps what Slack said of a bot token; the token itself is
// kept as a hash only.
func (r *Redis) RememberIdentity(ctx context.Context, token string, id Identity) error {
	data, err := json.Marshal(id)
	if err != nil {
		return err
	}
	if err := r.client.Set(ctx, r.identityKey(token), data, 0).Err(); err != nil {
		return fmt.Errorf("remember the workspace: %w", err)
	}
	return nil
}

// Identity returns what was remembered of a bot token; ok is false when nothing
// was.
func (r *Redis) Identity(ctx context.Context, token string) (id Identity, ok bool, err error) {
	data, err := r.client.Get(ctx, r.identityKey(token)).Bytes()
	if errors.Is(err, redis.Nil) {
		return id, false, nil
	}
	if err != nil {
		return id, false, fmt.Errorf("read the remembered workspace: %w", err)
	}
	if err := json.Unmarshal(data, &id); err != nil {
		return id, false, fmt.Errorf("read the remembered workspace: %w", err)
	}
	return id, true, nil
}

func (r *Redis) identityKey(token string) string {
	sum := sha256.Sum256([]byte(token))
	return workspaceKey(r.opts.Prefix, hex.EncodeToString(sum[:16]))
}

// Workspace returns the store of one Slack workspace.
func (r *Redis) Workspace(team string) *Store {
	return &Store{redis: r, keys: newKeys(r.opts.Prefix, team)}
}

// Store is everything that is remembered of one workspace.
type Store struct {
	redis *Redis
	keys  keys
	gauge gauge
}

// node is the client that holds the workspace's slot: WAIT has to follow its
// write on the same connection, and go-redis routes a keyless WAIT anywhere.
func (s *Store) node(ctx context.Context) (redis.Cmdable, error) {
	cluster, ok := s.redis.client.(*redis.ClusterClient)
	if !ok {
		return s.redis.client, nil
	}
	node, err := cluster.MasterForKey(ctx, s.keys.keeper())
	if err != nil {
		cluster.ReloadState(ctx)
		return nil, fmt.Errorf("find the cluster node of the workspace: %w", err)
	}
	return node, nil
}

// Refused reports whether a write failed for a reason of its own: asking again
// with the same gives the same. A Redis in trouble (out of memory, read-only,
// loading, not enough replicas) is none.
func Refused(err error) bool {
	_, unwritable := errors.AsType[*json.MarshalerError](err)
	_, unsupported := errors.AsType[*json.UnsupportedValueError](err)
	reply, answered := errors.AsType[redis.Error](err)
	return unwritable || unsupported || (answered && (strings.Contains(reply.Error(), "WRONGTYPE") ||
		strings.Contains(reply.Error(), "XADD is equal or smaller")))
}

// ErrReplicas says that too few replicas confirmed a write in time.
var ErrReplicas = errors.New("too few replicas confirmed the write in time")

// run executes a script for each call, in their order and in one pipeline, with
// WAIT behind them when replicas are asked for. Redis forgets scripts when it
// restarts: on NOSCRIPT, when nothing has run, the script is loaded and the call
// is sent once more.
func (s *Store) run(ctx context.Context, script *redis.Script, calls []call) ([]any, error) {
	results, err := s.runOnce(ctx, script, calls)
	if redis.HasErrorPrefix(err, "NOSCRIPT") {
		node, nodeErr := s.node(ctx)
		if nodeErr != nil {
			return nil, nodeErr
		}
		if err := script.Load(ctx, node.(redis.Scripter)).Err(); err != nil {
			return nil, fmt.Errorf("load script: %w", err)
		}
		results, err = s.runOnce(ctx, script, calls)
	}
	if err != nil {
		if cluster, ok := s.redis.client.(*redis.ClusterClient); ok {
			cluster.ReloadState(ctx)
		}
	}
	return results, err
}

// call is one execution of a script; without a script, args are a whole command.
type call struct {
	keys []string
	args []any
}

func (s *Store) runOnce(ctx context.Context, script *redis.Script, calls []call) ([]any, error) {
	node, err := s.node(ctx)
	if err != nil {
		return nil, err
	}
	pipe := node.Pipeline()
	commands := make([]*redis.Cmd, len(calls))
	for k, c := range calls {
		if script == nil {
			commands[k] = pipe.Do(ctx, c.args...)
			continue
		}
		if k == 0 && len(calls) > 1 {
			// The first of several brings the script along. Were all of them sent by name, another connection could load
			// the script in the middle, and the later ones would run before the first.
			commands[k] = script.Eval(ctx, pipe, c.keys, c.args...)
			continue
		}
		commands[k] = script.EvalSha(ctx, pipe, c.keys, c.args...)
	}
	var wait *redis.Cmd
	if n := s.redis.opts.WaitReplicas; n > 0 {
		wait = pipe.Do(ctx, "WAIT", n, waitTimeout.Milliseconds())
	}
	// Exec returns the first error of any command; each is looked at below.
	_, execErr := pipe.Exec(ctx)
	results := make([]any, len(commands))
	for k, c := range commands {
		if results[k], err = c.Result(); err != nil {
			return nil, err
		}
	}
	if wait != nil {
		got, err := wait.Int()
		if err != nil {
			return nil, fmt.Errorf("wait for replicas: %w", err)
		}
		if got < s.redis.opts.WaitReplicas {
			return nil, fmt.Errorf("%w: %d of %d", ErrReplicas, got, s.redis.opts.WaitReplicas)
		}
	}
	if execErr != nil {
		return nil, execErr
	}
	return results, nil
}
