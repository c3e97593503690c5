package store

import (
	"cmp"
	"context"
	"errors"
	"net"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// No call hangs, whatever the network does: a connection is made, and an answer comes,
// within these; a whole call ends within both.
const (
	dialWithin   = 2 * time.Second
	answerWithin = 3 * time.Second // when Options do not say
	poolSize     = 64
)

// Open makes the client; it does not connect yet.
//
// go-redis repeats commands on its own unless told not to, and an XADD that is
// repeated stands twice: MaxRetries is -1 everywhere. In a Cluster a command
// given to the client itself is repeated when its connection breaks, so what may
// not be done twice goes through run.
func Open(o Options) (*Redis, error) {
	if len(o.Addresses) == 0 {
		return nil, errors.New("open redis: no address given")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.AnswerWithin = cmp.Or(o.AnswerWithin, answerWithin)
	r := &Redis{opts: o}
	switch {
	case o.Cluster:
		r.topology = newTopology(o.Addresses, func(address string) *redis.Client { return redis.NewClient(single(o, address)) })
		r.client = openCluster(o, r.topology)
	case o.MasterName != "":
		r.client = redis.NewFailoverClient(&redis.FailoverOptions{
			MasterName: o.MasterName, SentinelAddrs: o.Addresses,
			SentinelUsername: o.SentinelUsername, SentinelPassword: o.SentinelPassword,
			Username: o.Username, Password: o.Password, TLSConfig: o.TLS, Dialer: o.Dialer,
			MaxRetries: -1, DialerRetries: 1, ContextTimeoutEnabled: true, PoolSize: poolSize, Protocol: 2, DisableIdentity: true,
			DialTimeout: dialWithin, ReadTimeout: o.AnswerWithin, WriteTimeout: o.AnswerWithin, PoolTimeout: o.AnswerWithin,
		})
	case len(o.Addresses) > 1:
		return nil, errors.New("open redis: several addresses need sentinel or cluster")
	default:
		r.client = redis.NewClient(single(o, o.Addresses[0]))
	}
	r.client.AddHook(bounded{call: dialWithin + o.AnswerWithin})
	return r, nil
}

// single are the options of one node.
func single(o Options, address string) *redis.Options {
	network := "tcp"
	if address[0] == '/' {
		network = "unix"
	}
	return &redis.Options{
		Network: network, Addr: address, Username: o.Username, Password: o.Password, TLSConfig: o.TLS, Dialer: o.Dialer,
		MaxRetries: -1, DialerRetries: 1, ContextTimeoutEnabled: true, PoolSize: poolSize, Protocol: 2, DisableIdentity: true,
		DialTimeout: dialWithin, ReadTimeout: o.AnswerWithin, WriteTimeout: o.AnswerWithin, PoolTimeout: o.AnswerWithin,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
}

func openCluster(o Options, t *topology) *redis.ClusterClient {
	cluster := redis.NewClusterClient(&redis.ClusterOptions{
		Addrs: o.Addresses, Username: o.Username, Password: o.Password, TLSConfig: o.TLS, Dialer: o.Dialer,
		MaxRetries: -1, MaxRedirects: 2, DialerRetries: 1, ContextTimeoutEnabled: true, PoolSize: poolSize, Protocol: 2, DisableIdentity: true,
		DialTimeout: dialWithin, ReadTimeout: o.AnswerWithin, WriteTimeout: o.AnswerWithin, PoolTimeout: o.AnswerWithin,
		ClusterStateReloadInterval: time.Second, ClusterSlots: t.slots,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		NewClient: func(node *redis.Options) *redis.Client {
			// Of addresses that come from ClusterSlots, go-redis takes a loopback host away.
			if host, port, err := net.SplitHostPort(node.Addr); err == nil && host == "" {
				node.Addr = net.JoinHostPort("127.0.0.1", port)
			}
			return redis.NewClient(node)
		},
	})
	// Nothing but a MOVED makes go-redis look for another primary: any sign of trouble does here.
	cluster.OnNewNode(func(node *redis.Client) {
		node.AddHook(bounded{call: dialWithin + o.AnswerWithin, trouble: func() { cluster.ReloadState(context.Background()) }})
	})
	return cluster
}

// bounded gives every call its end, and tells of trouble with a node.
type bounded struct {
	call    time.Duration // how long one may take
	trouble func()        // nil: nobody asks
}

// DialHook leaves dialling as it is: DialTimeout bounds it.
func (b bounded) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook bounds one command.
func (b bounded) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		ctx, cancel := context.WithTimeout(ctx, b.call)
		defer cancel()
		err := next(ctx, cmd)
		b.look(err)
		return err
	}
}

// ProcessPipelineHook bounds one pipeline.
func (b bounded) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		ctx, cancel := context.WithTimeout(ctx, b.call)
		defer cancel()
		err := next(ctx, cmds)
		b.look(err)
		return err
	}
}

func (b bounded) look(err error) {
	if b.trouble == nil || err == nil || errors.Is(err, redis.Nil) {
		return
	}
	if _, answered := errors.AsType[redis.Error](err); answered && !misplaced(err) {
		return
	}
	b.trouble()
}

// misplaced reports whether the answer says that this node is not, or not yet,
// the one to ask.
func misplaced(err error) bool {
	for _, prefix := range []string{"MOVED", "ASK", "READONLY", "CLUSTERDOWN", "LOADING", "MASTERDOWN", "TRYAGAIN"} {
		if redis.HasErrorPrefix(err, prefix) {
			return true
		}
	}
	return false
}
