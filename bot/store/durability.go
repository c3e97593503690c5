package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// Durability is what Redis can promise about a write that it confirmed.
type Durability struct {
	Level    string   // fsync-always, everysec, replicated(n), NONE
	Forgets  []string // why it can forget, each with the lines that mend it
	Warnings []string
}

// replicaWithin is how long replicas usually may take to tell their settings. Not
// every replica can be reached from here; those that cannot are left out.
const replicaWithin = 500 * time.Millisecond

// Durability asks Redis for the settings that decide what it keeps: the primary
// and its replicas, in a Cluster every primary, since any may come to hold the
// workspace. CONFIG may be forbidden: what only CONFIG tells is then a warning.
// An error means that no primary answers.
func (r *Redis) Durability(ctx context.Context) (Durability, error) {
	primaries, replicas, err := r.survey(ctx)
	if err != nil {
		return Durability{}, err
	}
	r.chooseWait(primaries, replicas)
	return assessDurability(primaries, replicas, r.opts.WaitReplicas), nil
}

// chooseWait takes WAITAOF where every node can answer it without delay.
func (r *Redis) chooseWait(primaries, replicas []node) {
	r.waitAOF.Store(!r.deniedAOF.Load() && onDisk(primaries, replicas, r.opts.WaitReplicas))
}

// node is what one redis-server says of itself.
type node struct {
	address string // empty: there is only one, and nobody need be told which
	info    map[string]string
	config  map[string]string // empty: CONFIG is forbidden
	delayed bool              // fsyncs came late since the last look
	skew    time.Duration     // how far our clock is ahead of its; 0 also when it does not tell, or slowly
	err     error
}

// survey asks all nodes at once.
func (r *Redis) survey(ctx context.Context) (primaries, replicas []node, err error) {
	if r.topology != nil {
		return r.surveyCluster(ctx)
	}
	client, err := r.node(ctx, "")
	if err != nil {
		return nil, nil, err
	}
	primary := r.look(ctx, "", client)
	if primary.err != nil {
		return nil, nil, primary.err
	}
	return []node{primary}, r.askReplicas(ctx, primary.replicas()), nil
}

func (r *Redis) surveyCluster(ctx context.Context) (primaries, replicas []node, err error) {
	slots, err := r.topology.slots(ctx)
	if err != nil {
		return nil, nil, err
	}
	var first, others []string
	for _, slot := range slots {
		for k, n := range slot.Nodes {
			switch {
			case k == 0 && !slices.Contains(first, n.Addr):
				first = append(first, n.Addr)
			case k > 0 && !slices.Contains(others, n.Addr):
				others = append(others, n.Addr)
			}
		}
	}
	primaries = r.ask(ctx, first)
	var errs []error
	for _, n := range primaries {
		errs = append(errs, n.err)
	}
	if !slices.Contains(errs, nil) {
		return nil, nil, errors.Join(errs...)
	}
	return primaries, r.askReplicas(ctx, others), nil
}

// askReplicas asks those that can be reached.
func (r *Redis) askReplicas(ctx context.Context, addresses []string) []node {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(r.opts.ReplicaWithin, replicaWithin))
	defer cancel()
	return slices.DeleteFunc(r.ask(ctx, addresses), func(n node) bool { return n.err != nil })
}

func (r *Redis) ask(ctx context.Context, addresses []string) []node {
	nodes := make([]node, len(addresses))
	var asking sync.WaitGroup
	for k, address := range addresses {
		asking.Go(func() {
			client := redis.NewClient(single(r.opts, address))
			defer client.Close()
			nodes[k] = r.look(ctx, address, client)
		})
	}
	asking.Wait()
	return nodes
}

// look asks one node.
func (r *Redis) look(ctx context.Context, address string, client *redis.Client) node {
	n := node{address: address}
	began := time.Now()
	text, err := client.Info(ctx).Result()
	if err != nil {
		n.err = fmt.Errorf("ask redis for its info: %w", err)
		return n
	}
	n.info = infoOf(text)
	if micro, err := strconv.ParseInt(n.info["server_time_usec"], 10, 64); err == nil {
		if half := time.Since(began) / 2; half < skewMost/5 { // a slow answer tells little of the time
			n.skew = r.opts.Now().Add(-half).Sub(time.UnixMicro(micro))
		}
	}
	if n.info["loading"] == "1" || n.info["async_loading"] == "1" {
		// While it reads its append-only file it reports it as off.
		n.err = errors.New("ask redis what it keeps: it is still loading its data")
		return n
	}
	if settings, err := client.ConfigGet(ctx, "*append*").Result(); err == nil {
		n.config = settings
	}
	late := n.info["aof_delayed_fsync"]
	if was, seen := r.lateFsyncs.Swap(n.info["run_id"], late); seen {
		n.delayed = was != late
	}
	return n
}

// replicas are the addresses of those that are online.
func (n node) replicas() []string {
	var addresses []string
	for name, value := range n.info {
		if number, ok := strings.CutPrefix(name, "slave"); !ok || strings.Trim(number, "0123456789") != "" {
			continue
		}
		about := map[string]string{}
		for field := range strings.SplitSeq(value, ",") {
			name, value, _ := strings.Cut(field, "=")
			about[name] = value
		}
		if about["state"] == "online" {
			addresses = append(addresses, net.JoinHostPort(about["ip"], about["port"]))
		}
	}
	return addresses
}
