package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// askNodesWithin is how long the nodes of a Cluster may take to say who has
// which slots. Recovery within two seconds has to leave room for it.
const askNodesWithin = 700 * time.Millisecond

// topology finds out which node of a Cluster has which slots. go-redis would ask
// one node after the other, in any order, and believe the first: a frozen one
// costs seconds, and one that was just replaced names itself. This asks all at
// once and believes what most of them say.
type topology struct {
	seeds []string
	open  func(address string) *redis.Client

	mu    sync.Mutex
	nodes map[string]*redis.Client // nil: closed
}

func newTopology(seeds []string, open func(string) *redis.Client) *topology {
	return &topology{seeds: seeds, open: open, nodes: map[string]*redis.Client{}}
}

// view is what one node says.
type view struct {
	address string
	slots   []redis.ClusterSlot
	err     error
}

// slots is go-redis' ClusterSlots.
func (t *topology) slots(ctx context.Context) ([]redis.ClusterSlot, error) {
	ctx, cancel := context.WithTimeout(ctx, askNodesWithin)
	defer cancel()
	nodes := t.known(nil)
	views := make(chan view, len(nodes))
	for address, node := range nodes {
		go func() {
			//lint:ignore SA1019 ClusterOptions.ClusterSlots wants this form, and Redis before 7 knows no CLUSTER SHARDS
			slots, err := node.ClusterSlots(ctx).Result()
			views <- view{address, reachable(slots, address), err}
		}()
	}
	best, err := elect(views, len(nodes))
	if best == nil {
		return nil, fmt.Errorf("ask the cluster's nodes for their slots: %w", err)
	}
	t.known(best)
	return best, nil
}

// elect returns what most nodes say; it waits for no more than it takes.
func elect(views <-chan view, asked int) (best []redis.ClusterSlot, err error) {
	votes, most := map[string]int{}, 0
	var errs []error
	for range asked {
		v := <-views
		if v.err != nil || len(v.slots) == 0 {
			errs = append(errs, fmt.Errorf("%s: %w", v.address, v.err))
			continue
		}
		said := owners(v.slots)
		votes[said]++
		if votes[said] > most {
			best, most = v.slots, votes[said]
		}
		if 2*most > asked {
			break
		}
	}
	return best, errors.Join(errs...)
}

// owners is who has what, as one word.
func owners(slots []redis.ClusterSlot) string {
	parts := make([]string, 0, len(slots))
	for _, slot := range slots {
		if len(slot.Nodes) > 0 {
			parts = append(parts, fmt.Sprintf("%d-%d %s", slot.Start, slot.End, slot.Nodes[0].Addr))
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, "\n")
}

// reachable puts the host of the node that was asked where a node gave none, or
// gave a loopback address to somebody who is elsewhere; and its port for 0,
// which is what a Cluster that has TLS ports only says.
func reachable(slots []redis.ClusterSlot, asked string) []redis.ClusterSlot {
	askedHost, askedPort, err := net.SplitHostPort(asked)
	if err != nil {
		return slots
	}
	for _, slot := range slots {
		for k := range slot.Nodes {
			host, port, err := net.SplitHostPort(slot.Nodes[k].Addr)
			if err != nil {
				continue
			}
			if host == "" || host == "?" || loopback(host) && !loopback(askedHost) {
				host = askedHost
			}
			if port == "0" {
				port = askedPort
			}
			slot.Nodes[k].Addr = net.JoinHostPort(host, port)
		}
	}
	return slots
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// known returns a client for each configured address and each node of the
// newest topology; those that left it are closed.
func (t *topology) known(slots []redis.ClusterSlot) map[string]*redis.Client {
	t.mu.Lock()
	defer t.mu.Unlock()
	wanted := map[string]bool{}
	for _, address := range t.seeds {
		wanted[address] = true
	}
	for _, slot := range slots {
		for _, node := range slot.Nodes {
			wanted[node.Addr] = true
		}
	}
	if t.nodes == nil {
		return nil
	}
	for address := range wanted {
		if t.nodes[address] == nil {
			t.nodes[address] = t.open(address)
		}
	}
	all := map[string]*redis.Client{}
	for address, node := range t.nodes {
		if slots != nil && !wanted[address] {
			_ = node.Close() // nobody asks it any more
			delete(t.nodes, address)
			continue
		}
		all[address] = node
	}
	return all
}

func (t *topology) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, node := range t.nodes {
		_ = node.Close()
	}
	t.nodes = nil
}
