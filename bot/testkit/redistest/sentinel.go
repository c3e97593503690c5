package redistest

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	masterName = "signalbook"
	sentinels  = 3
)

// hurry makes sentinels look at the nodes every second instead of every ten, so
// that a set is whole in seconds once its nodes are back. How they find a primary
// dead and replace it stays as it is.
var hurry = []any{"SENTINEL", "DEBUG", "info-period", 1000, "publish-period", 500}

// Sentinel starts a primary, two replicas and three sentinels, and waits until
// they are whole. A primary that is gone is replaced after about two seconds.
func Sentinel(t testing.TB, o Options) *Redis {
	t.Helper()
	r := &Redis{t: t, MasterName: masterName, Username: o.Username, Password: o.Password, SentinelPassword: o.SentinelPassword}
	for k := range 3 {
		r.Nodes = append(r.Nodes, newNode(t, nodeOptions{password: o.Password, args: func(port string) []string {
			args := append([]string{"--port", port}, dataArgs(o)...)
			if k > 0 {
				args = append(args, "--replicaof", "127.0.0.1", r.Nodes[0].port())
			}
			return rewritable(t, args)
		}}))
	}
	for range sentinels {
		dir := t.TempDir()
		node := newNode(t, nodeOptions{password: o.SentinelPassword, dir: dir, orders: hurry, args: func(port string) []string {
			conf := filepath.Join(dir, "sentinel.conf")
			if err := os.WriteFile(conf, []byte(sentinelConf(o, port, r.Nodes[0].port())), 0o600); err != nil {
				t.Fatal(err)
			}
			return []string{conf, "--sentinel"}
		}})
		r.Sentinels, r.Addresses = append(r.Sentinels, node), append(r.Addresses, node.Addr)
	}
	r.AwaitWhole()
	return r
}

// rewritable gives the settings by a file, which sentinels rewrite when roles
// change: a node that comes back has the role that it had last.
func rewritable(t testing.TB, args []string) []string {
	t.Helper()
	var conf strings.Builder
	for k, arg := range args {
		switch {
		case strings.HasPrefix(arg, "--"):
			if k > 0 {
				conf.WriteString("\n")
			}
			conf.WriteString(arg[2:])
		case arg == "":
			conf.WriteString(` ""`)
		default:
			conf.WriteString(" " + arg)
		}
	}
	path := filepath.Join(t.TempDir(), "redis.conf")
	if err := os.WriteFile(path, []byte(conf.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{path}
}

func sentinelConf(o Options, port, primaryPort string) string {
	conf := fmt.Sprintf(`port %s
bind 127.0.0.1
sentinel monitor %[2]s 127.0.0.1 %[3]s 2
sentinel down-after-milliseconds %[2]s 1000
sentinel failover-timeout %[2]s 5000
sentinel parallel-syncs %[2]s 2
`, port, masterName, primaryPort)
	if o.Password != "" {
		conf += fmt.Sprintf("sentinel auth-pass %s %s\n", masterName, o.Password)
	}
	if o.SentinelPassword != "" {
		conf += fmt.Sprintf("requirepass %[1]s\nsentinel sentinel-pass %[1]s\n", o.SentinelPassword)
	}
	return conf
}

// primarySeenBy returns the address that one sentinel gives; empty when it does
// not answer.
func primarySeenBy(sentinel *Node) string {
	reply, err := sentinel.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", masterName)
	parts, ok := reply.([]any)
	if err != nil || !ok || len(parts) != 2 {
		return ""
	}
	return net.JoinHostPort(fmt.Sprint(parts[0]), fmt.Sprint(parts[1]))
}

// sentinelPrimary is the one that most sentinels name.
func (r *Redis) sentinelPrimary() (*Node, bool) {
	votes := map[string]int{}
	for _, sentinel := range r.Sentinels {
		votes[primarySeenBy(sentinel)]++
	}
	for _, node := range r.Nodes {
		if votes[node.Addr] > sentinels/2 && node.Alive() && node.info("replication")["role"] == "master" {
			return node, true
		}
	}
	return nil, false
}

func (r *Redis) sentinelLacks() string {
	primary, ok := r.sentinelPrimary()
	if !ok {
		return "no primary"
	}
	replicas := living(r.Nodes) - 1
	if online := primary.replicasOnline(); online != replicas {
		return fmt.Sprintf("%d of %d replicas online", online, replicas)
	}
	for _, sentinel := range r.Sentinels {
		if !sentinel.Alive() {
			continue
		}
		if seen := primarySeenBy(sentinel); seen != primary.Addr {
			return fmt.Sprintf("the sentinel at %s sees the primary at %q", sentinel.Addr, seen)
		}
		reply, err := sentinel.ask("SENTINEL", "CKQUORUM", masterName)
		if want := fmt.Sprintf("OK %d usable", living(r.Sentinels)); err != nil || !strings.HasPrefix(fmt.Sprint(reply), want) {
			return fmt.Sprintf("the sentinel at %s says %v %v", sentinel.Addr, reply, err)
		}
		if usable := usableReplicas(sentinel); usable != replicas {
			return fmt.Sprintf("the sentinel at %s sees %d of %d replicas", sentinel.Addr, usable, replicas)
		}
	}
	return ""
}

// usableReplicas counts the replicas that a sentinel could promote.
func usableReplicas(sentinel *Node) int {
	reply, err := sentinel.ask("SENTINEL", "REPLICAS", masterName)
	list, ok := reply.([]any)
	if err != nil || !ok {
		return 0
	}
	usable := 0
	for _, item := range list {
		fields, _ := item.([]any)
		about := map[string]string{}
		for k := 0; k+1 < len(fields); k += 2 {
			about[fmt.Sprint(fields[k])] = fmt.Sprint(fields[k+1])
		}
		if about["flags"] == "slave" && about["master-link-status"] == "ok" {
			usable++
		}
	}
	return usable
}

func living(nodes []*Node) int {
	n := 0
	for _, node := range nodes {
		if node.Alive() {
			n++
		}
	}
	return n
}
