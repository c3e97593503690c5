package store

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/incident"
)

// reply is what the keeper publishes when it has committed an act.
type reply struct {
	Op     string          `json:"op"`
	Answer incident.Answer `json:"answer"`
}

// Replies hands the keeper's answers to the doors that wait for them, over one
// Pub/Sub connection.
type Replies struct {
	store   *Store
	mu      sync.Mutex
	waiting map[string][]chan incident.Answer // by op: Slack may deliver an act again while its first copy waits
}

// NewReplies makes the board; Run has to run for answers to arrive.
func (s *Store) NewReplies() *Replies {
	return &Replies{store: s, waiting: map[string][]chan incident.Answer{}}
}

const (
	// quietFor is how long the connection may be without a word before it is asked for one, and how long that may take: a
	// network that drops everything says nothing.
	quietFor = 2 * time.Second
	// listenAgain is the pause before a lost connection is made anew.
	listenAgain = 200 * time.Millisecond
)

// Run listens until the context ends. When the connection is lost, or its node
// does not answer any more, it listens at whichever node has the workspace then,
// and looks up the answers of the gap.
func (r *Replies) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		r.listen(ctx)
		timer := time.NewTimer(listenAgain)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
	return nil
}

// listen hands out answers over one connection, until it fails.
func (r *Replies) listen(ctx context.Context) {
	node, err := r.store.node(ctx)
	if err != nil {
		return
	}
	sub := node.Subscribe(ctx, r.store.keys.replies())
	defer sub.Close()
	defer context.AfterFunc(ctx, func() { sub.Close() })()
	for asked := false; ; {
		message, err := sub.ReceiveTimeout(ctx, quietFor)
		if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() && !asked {
			if sub.Ping(ctx) != nil {
				return
			}
			asked = true
			continue
		}
		if err != nil {
			return
		}
		asked = false
		switch message := message.(type) {
		case *redis.Subscription:
			r.lookUp(ctx)
		case *redis.Message:
			var got reply
			if json.Unmarshal([]byte(message.Payload), &got) == nil {
				r.give(got.Op, got.Answer)
			}
		}
	}
}

// lookUp finds the answers that were published while nobody listened.
func (r *Replies) lookUp(ctx context.Context) {
	r.mu.Lock()
	ops := slices.Collect(maps.Keys(r.waiting))
	r.mu.Unlock()
	for _, op := range ops {
		if answer, ok, err := r.store.Answered(ctx, op); err == nil && ok {
			r.give(op, answer)
		}
	}
}

// give hands an answer to all who wait for it.
func (r *Replies) give(op string, answer incident.Answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, waiter := range r.waiting[op] {
		select {
		case waiter <- answer:
		default: // a second copy of the same answer
		}
	}
}

// Expect returns a channel that gets the answer of op; done has to be called
// when nobody waits any more.
func (r *Replies) Expect(op string) (answers <-chan incident.Answer, done func()) {
	waiter := make(chan incident.Answer, 1)
	r.mu.Lock()
	r.waiting[op] = append(r.waiting[op], waiter)
	r.mu.Unlock()
	return waiter, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		left := slices.DeleteFunc(r.waiting[op], func(other chan incident.Answer) bool { return other == waiter })
		if len(left) == 0 {
			delete(r.waiting, op)
			return
		}
		r.waiting[op] = left
	}
}
