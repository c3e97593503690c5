package redistest

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

const (
	slots     = 16384
	primaries = 3
)

// Cluster starts three primaries with a replica each and waits until they are
// whole. A primary that is gone is replaced after about three seconds.
func Cluster(t testing.TB, o Options) *Redis {
	t.Helper()
	r := &Redis{t: t, Cluster: true, Username: o.Username, Password: o.Password}
	bus := make([]string, 0, 2*primaries)
	for k := range 2 * primaries {
		r.Nodes = append(r.Nodes, newNode(t, nodeOptions{password: o.Password, args: func(port string) []string {
			bus = append(bus[:k], Port(t))
			return append([]string{"--port", port, "--cluster-port", bus[k], "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf",
				"--cluster-node-timeout", "1500", "--cluster-replica-validity-factor", "0", "--cluster-allow-replica-migration", "no"}, dataArgs(o)...)
		}}))
		r.Addresses = append(r.Addresses, r.Nodes[k].Addr)
	}
	ids := make([]string, primaries)
	for k, node := range r.Nodes[:primaries] {
		node.order("CLUSTER", "ADDSLOTSRANGE", k*slots/primaries, (k+1)*slots/primaries-1)
		node.order("CLUSTER", "SET-CONFIG-EPOCH", k+1)
		ids[k] = fmt.Sprint(node.order("CLUSTER", "MYID"))
	}
	for k, node := range r.Nodes[1:] {
		r.Nodes[0].order("CLUSTER", "MEET", "127.0.0.1", node.port(), bus[k+1])
	}
	for k, node := range r.Nodes[primaries:] {
		r.eventually("the cluster's nodes know one another", func() bool {
			_, err := node.ask("CLUSTER", "REPLICATE", ids[k])
			return err == nil
		})
	}
	r.AwaitWhole()
	return r
}

// place is what a node says of itself.
type place struct {
	node    *Node
	id      string
	primary bool
	of      string // a replica's primary
	epoch   int
	slots   [][2]int
}

func (p place) holds(slot int) bool {
	for _, r := range p.slots {
		if r[0] <= slot && slot <= r[1] {
			return true
		}
	}
	return false
}

// places asks every living node; those that do not answer are left out.
func (r *Redis) places() []place {
	var all []place
	for _, node := range r.Nodes {
		if !node.Alive() {
			continue
		}
		reply, err := node.ask("CLUSTER", "NODES")
		if err != nil {
			continue
		}
		for line := range strings.Lines(fmt.Sprint(reply)) {
			fields := strings.Fields(line)
			if len(fields) < 8 || !strings.Contains(fields[2], "myself") {
				continue
			}
			p := place{node: node, id: fields[0], primary: strings.Contains(fields[2], "master"), of: fields[3]}
			p.epoch, _ = strconv.Atoi(fields[6])
			for _, text := range fields[8:] {
				from, to, ok := strings.Cut(text, "-")
				if !ok {
					to = from
				}
				first, _ := strconv.Atoi(from)
				last, _ := strconv.Atoi(to)
				p.slots = append(p.slots, [2]int{first, last})
			}
			all = append(all, p)
		}
	}
	return all
}

// primaryPlace is the one that claims the slot of key with the highest epoch:
// a primary that comes back does not know yet that it was replaced.
func (r *Redis) primaryPlace(all []place, key string) (best place, ok bool) {
	slot := -1
	for _, p := range all {
		if slot < 0 {
			reply, err := p.node.ask("CLUSTER", "KEYSLOT", key)
			if n, isInt := reply.(int64); err == nil && isInt {
				slot = int(n)
			}
		}
	}
	for _, p := range all {
		if p.primary && p.holds(slot) && (!ok || p.epoch > best.epoch) {
			best, ok = p, true
		}
	}
	return best, ok
}

func (r *Redis) clusterPrimary(key string) (*Node, bool) {
	best, ok := r.primaryPlace(r.places(), key)
	return best.node, ok
}

// clusterFailover asks the replica of key's primary to take its place.
func (r *Redis) clusterFailover(key string) {
	all := r.places()
	primary, ok := r.primaryPlace(all, key)
	for _, p := range all {
		if ok && !p.primary && p.of == primary.id {
			_, _ = p.node.ask("CLUSTER", "FAILOVER") // asked again when nothing comes of it
		}
	}
}

func (r *Redis) clusterLacks() string {
	all := r.places()
	if len(all) != living(r.Nodes) {
		return fmt.Sprintf("%d of %d nodes answer", len(all), living(r.Nodes))
	}
	covered, owners, online := 0, 0, 0
	for _, p := range all {
		if reply, err := p.node.ask("CLUSTER", "INFO"); err != nil || !strings.Contains(fmt.Sprint(reply), "cluster_state:ok") || !strings.Contains(fmt.Sprint(reply), fmt.Sprintf("cluster_known_nodes:%d", len(r.Nodes))) {
			return fmt.Sprintf("%s says %v %v", p.node.Addr, reply, err)
		}
		if !p.primary {
			continue
		}
		owners++
		online += p.node.replicasOnline()
		for _, r := range p.slots {
			covered += r[1] - r[0] + 1
		}
	}
	if covered != slots || owners != primaries || online != len(all)-primaries {
		return fmt.Sprintf("%d slots at %d primaries, %d replicas online", covered, owners, online)
	}
	return ""
}
