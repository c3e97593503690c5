// Package redistest starts real redis-servers for tests, alone, as a Sentinel
// set and as a Cluster, and hurts them: each node can be killed, stopped and
// started again on its port and folder. Only tests import it.
package redistest

import (
	"context"
	"crypto/tls"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/testkit/wait"
)

const (
	// patience is how long a condition may take on a slow machine; nothing waits so long when it holds.
	patience = wait.Patience
	// askWithin is how long a node may take to answer; one that is stopped never does.
	askWithin = 3 * time.Second
	// askFailoverEvery is longer than a planned failover lasts before it is given up.
	askFailoverEvery = 8 * time.Second
)

// Options are what a test may want otherwise.
type Options struct {
	Args             []string // more settings of the data nodes, such as "--appendfsync", "always"
	Username         string   // a user of that name and the password, besides the default one
	Password         string   // of the data nodes; empty: none
	SentinelPassword string   // of the sentinels; empty: none
	TLS              bool     // Single only: TLS with a certificate of the test's own
}

// Redis is one Redis as the bot sees it: a server, a Sentinel set or a Cluster.
type Redis struct {
	Addresses        []string // what the bot is told: with Sentinel the sentinels'
	MasterName       string   // Sentinel's name of the primary; empty: no Sentinel
	Cluster          bool
	Username         string
	Password         string
	SentinelPassword string
	TLS              *tls.Config // to dial with; nil: no TLS
	CAFile           string      // the same for a configuration file

	Nodes     []*Node // that hold data
	Sentinels []*Node

	t testing.TB
}

// Single starts one redis-server with its append-only file on. It ends with the
// test.
func Single(t testing.TB, o Options) *Redis {
	t.Helper()
	r := &Redis{t: t, Username: o.Username, Password: o.Password}
	listen := func(port string) []string { return []string{"--port", port} }
	if o.TLS {
		files := makeCertificates(t)
		r.TLS, r.CAFile = files.client, files.ca
		listen = func(port string) []string {
			return []string{"--port", "0", "--tls-port", port, "--tls-cert-file", files.cert, "--tls-key-file", files.key, "--tls-ca-cert-file", files.ca, "--tls-auth-clients", "no"}
		}
	}
	node := newNode(t, nodeOptions{password: o.Password, tls: r.TLS, args: func(port string) []string {
		return append(listen(port), dataArgs(o)...)
	}})
	r.Nodes, r.Addresses = []*Node{node}, []string{node.Addr}
	return r
}

// dataArgs are the settings of every node that holds data.
func dataArgs(o Options) []string {
	args := []string{"--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--appendfsync", "everysec",
		"--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1", "--repl-timeout", "5"}
	if o.Password != "" {
		args = append(args, "--requirepass", o.Password, "--masterauth", o.Password)
	}
	if o.Username != "" {
		args = append(args, "--user", o.Username, "on", ">"+o.Password, "~*", "&*", "+@all")
	}
	return append(args, o.Args...)
}

// Settings are the lines of the redis section of a configuration file, without
// its head, two blanks before each.
func (r *Redis) Settings() string {
	var b strings.Builder
	fmt.Fprintf(&b, "  addresses: [%s]\n", strings.Join(r.Addresses, ", "))
	if r.MasterName != "" {
		fmt.Fprintf(&b, "  sentinel: {master_name: %s, password: %q}\n", r.MasterName, r.SentinelPassword)
	}
	if r.Cluster {
		b.WriteString("  cluster: true\n")
	}
	if r.Username != "" {
		fmt.Fprintf(&b, "  username: %q\n", r.Username)
	}
	if r.Password != "" {
		fmt.Fprintf(&b, "  password: %q\n", r.Password)
	}
	if r.CAFile != "" {
		fmt.Fprintf(&b, "  tls_config: {ca_file: %q}\n", r.CAFile)
	}
	return b.String()
}

// Primary returns the node that takes writes of key, as the set sees it now; ok
// is false while there is none.
func (r *Redis) Primary(key string) (node *Node, ok bool) {
	switch {
	case r.MasterName != "":
		return r.sentinelPrimary()
	case r.Cluster:
		return r.clusterPrimary(key)
	}
	return r.Nodes[0], r.Nodes[0].Alive()
}

// KillPrimary ends the primary of key by SIGKILL and returns it, for Start to
// bring it back.
func (r *Redis) KillPrimary(key string) *Node {
	r.t.Helper()
	node := r.AwaitPrimary(key)
	node.Kill()
	return node
}

// AwaitPrimary waits until key has a primary.
func (r *Redis) AwaitPrimary(key string) *Node {
	r.t.Helper()
	var node *Node
	r.eventually("a primary of "+key, func() (ok bool) {
		node, ok = r.Primary(key)
		return ok
	})
	return node
}

// Failover asks for a planned change of the primary of key, and waits until
// another one has taken over.
func (r *Redis) Failover(key string) {
	r.t.Helper()
	was := r.AwaitPrimary(key)
	var asked time.Time
	r.eventually("another primary of "+key, func() bool {
		if time.Since(asked) > askFailoverEvery {
			// A busy machine may let a planned failover run out of time: then nothing has changed.
			asked = time.Now()
			if r.Cluster {
				r.clusterFailover(key)
			} else {
				_, _ = r.Sentinels[0].ask("SENTINEL", "FAILOVER", r.MasterName)
			}
		}
		node, ok := r.Primary(key)
		return ok && node != was
	})
}

// AwaitWhole starts nothing: it waits until every living node has its place
// again. A set is whole when the sentinels agree on a living primary and see
// one another, or every slot of the Cluster has a living primary, and all other
// living nodes are replicas that are online. Without that wait the next fault
// finds nobody to take over.
func (r *Redis) AwaitWhole() {
	r.t.Helper()
	last := ""
	deadline := time.Now().Add(patience)
	r.eventually("the set is whole", func() bool {
		switch {
		case r.MasterName != "":
			last = r.sentinelLacks()
		case r.Cluster:
			last = r.clusterLacks()
		default:
			last = r.Nodes[0].lacks()
		}
		if last != "" && time.Until(deadline) < time.Second {
			r.t.Logf("the set is not whole: %s", last)
			deadline = deadline.Add(patience)
		}
		return last == ""
	})
}

// StartAll brings back every node that is dead and continues every one that is
// stopped.
func (r *Redis) StartAll() {
	r.t.Helper()
	for _, node := range append(append([]*Node{}, r.Nodes...), r.Sentinels...) {
		if !node.Alive() {
			node.Start()
		}
		node.Continue()
	}
}

func (r *Redis) eventually(what string, holds func() bool) {
	r.t.Helper()
	eventually(r.t, what, holds)
}

// eventually waits for a condition, and fails when it does not come.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	wait.Until(t, what, holds)
}

// brief is a context for one question to a node; cleanups run after the test's
// own has ended.
func brief() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), askWithin)
}
