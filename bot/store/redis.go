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
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
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
	InboxBound       int64                                                             // events that may wait; endpoints are refused past it
	Dialer           func(ctx context.Context, network, addr string) (net.Conn, error) // nil: go-redis' own
	Now              func() time.Time                                                  // this replica's clock; nil: time.Now
	AnswerWithin     time.Duration                                                     // how long Redis may take to answer; 0: 3 s
	ReplicaWithin    time.Duration                                                     // how long replicas may take to tell their settings; 0: half a second
}

// Redis is a connection to one Redis, Sentinel or Cluster.
type Redis struct {
	client   redis.UniversalClient
	opts     Options
	topology *topology // of a Cluster; else nil
	// waitAOF says that all nodes can confirm that a write is on their disks; deniedAOF that one refused to.
	waitAOF, deniedAOF atomic.Bool
	anchor             atomic.Pointer[anchor]
	lateFsyncs         sync.Map // run id of a node -> its aof_delayed_fsync at the last look
}

// Close ends all connections.
func (r *Redis) Close() error {
	err := r.client.Close()
	if r.topology != nil {
		r.topology.close()
	}
	return err
}

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
	// Empty: Slack did not tell, or a binary asked that did not ask for it.
	AppID        string `json:"app_id,omitempty"`
	EnterpriseID string `json:"enterprise_id,omitempty"`
	URL          string `json:"url,omitempty"`
}

// RememberIdentity keeps what Slack said of a bot token; the token itself is
// kept as a hash only.
func (r *Redis) RememberIdentity(ctx context.Context, token string, id Identity) error {
	data, err := json.Marshal(id)
	if err != nil {
		return err
	}
	key := r.identityKey(token)
	if _, err := r.run(ctx, key, nil, []call{{args: []any{"SET", key, data}}}); err != nil {
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
	w := workspace{redis: r, keys: newKeys(r.opts.Prefix, team), team: team}
	return &Store{workspace: w, Costs: &Costs{w}, Digests: &Digests{w}, Dead: &DeadLetters{w}, Directory: &Directory{w}, Replicas: &Replicas{w}}
}

// workspace is where one Slack workspace's keys are, and how they are written. It is what
// the aspects of a Store share, and all that they share.
type workspace struct {
	redis *Redis
	keys  keys
	team  string
}

// Team is the id of the workspace, as Slack has it.
func (w workspace) Team() string { return w.team }

// Store is everything that is remembered of one workspace: events, incidents, ledgers and
// the lease itself, because one script writes them together, and the rest by aspect. Who
// is handed an aspect can reach no other.
type Store struct {
	workspace
	gauge     roomCache
	Costs     *Costs
	Digests   *Digests
	Dead      *DeadLetters
	Directory *Directory
	Replicas  *Replicas
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
