package store

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"maps"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/event"
)

// reply is what the coordinator publishes when it has committed an act.
type reply struct {
	Op     string       `json:"op"`
	Answer event.Answer `json:"answer"`
}

// Replies hands the coordinator's answers to the endpoints that wait for them, over one
// Pub/Sub connection.
type Replies struct {
	store   *Store
	mu      sync.Mutex
	waiting map[string][]chan event.Answer // by op: Slack may deliver an act again while its first copy waits
}

// NewReplies makes the board; Run has to run for answers to arrive.
func (s *Store) NewReplies() *Replies {
	return &Replies{store: s, waiting: map[string][]chan event.Answer{}}
}

const (
	// hailEvery is how often the connection has to prove that it hears the workspace's primary, and how long that may take.
	hailEvery = 2 * time.Second
	// listenAgain is the pause before a lost connection is made anew.
	listenAgain = 200 * time.Millisecond
)

// hailScript says something to all who listen, at the node that takes writes: PERSIST changes nothing here, but a replica
// refuses it, also one that was the primary a moment ago.
//
// KEYS[1] coordinator; KEYS[2] channel
// ARGV[1] what is said
var hailScript = redis.NewScript(`
redis.call('PERSIST', KEYS[1])
return redis.call('PUBLISH', KEYS[2], ARGV[1])
`)

// Run listens until the context ends. When the connection is lost, or does not
// hear the primary any more, it listens at whichever node has the workspace then,
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

// listen hands out answers over one connection, until it fails or turns out to be
// deaf. A primary that was replaced may go on answering a PING for ever while
// nothing is published there, and go-redis closes pooled connections after a
// failover, never this one. So what is asked for is what matters: something said
// at the primary has to be heard here.
func (r *Replies) listen(ctx context.Context) {
	node, err := r.store.node(ctx)
	if err != nil {
		return
	}
	sub := node.Subscribe(ctx, r.store.keys.replies())
	defer sub.Close()
	defer context.AfterFunc(ctx, func() { sub.Close() })()
	hail, heard, due := rand.Text(), true, time.Now().Add(hailEvery)
	for {
		wait := time.Until(due)
		if wait <= 0 {
			if !heard || r.hail(ctx, hail) != nil {
				return
			}
			heard, wait, due = false, hailEvery, time.Now().Add(hailEvery)
		}
		message, err := sub.ReceiveTimeout(ctx, wait)
		if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
			continue
		}
		if err != nil {
			return
		}
		switch message := message.(type) {
		case *redis.Subscription:
			if r.lookUp(ctx) != nil {
				return
			}
		case *redis.Message:
			var got reply
			if message.Payload == hail {
				heard = true
			} else if json.Unmarshal([]byte(message.Payload), &got) == nil {
				r.give(got.Op, got.Answer)
			}
		}
	}
}

func (r *Replies) hail(ctx context.Context, text string) error {
	_, err := r.store.run(ctx, hailScript, []call{{keys: []string{r.store.keys.fence(), r.store.keys.replies()}, args: []any{text}}})
	if errors.Is(err, ErrReplicas) {
		return nil // said it was
	}
	return err
}

// lookUp finds the answers that were published while nobody listened.
func (r *Replies) lookUp(ctx context.Context) error {
	r.mu.Lock()
	ops := slices.Collect(maps.Keys(r.waiting))
	r.mu.Unlock()
	for _, op := range ops {
		answer, ok, err := r.store.Answered(ctx, op)
		if err != nil {
			return err
		}
		if ok {
			r.give(op, answer)
		}
	}
	return nil
}

// give hands an answer to all who wait for it.
func (r *Replies) give(op string, answer event.Answer) {
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
func (r *Replies) Expect(op string) (answers <-chan event.Answer, done func()) {
	waiter := make(chan event.Answer, 1)
	r.mu.Lock()
	r.waiting[op] = append(r.waiting[op], waiter)
	r.mu.Unlock()
	return waiter, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		left := slices.DeleteFunc(r.waiting[op], func(other chan event.Answer) bool { return other == waiter })
		if len(left) == 0 {
			delete(r.waiting, op)
			return
		}
		r.waiting[op] = left
	}
}
