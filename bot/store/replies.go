package store

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

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

// Run listens until the context ends. A lost connection is made anew by go-redis;
// answers of the gap are found by Answered.
func (r *Replies) Run(ctx context.Context) error {
	sub := r.store.redis.client.Subscribe(ctx, r.store.keys.replies())
	defer sub.Close()
	messages := sub.Channel()
	for {
		select {
		case <-ctx.Done():
			return nil
		case message, ok := <-messages:
			if !ok {
				return nil
			}
			var got reply
			if json.Unmarshal([]byte(message.Payload), &got) != nil {
				continue
			}
			r.mu.Lock()
			for _, waiter := range r.waiting[got.Op] {
				select {
				case waiter <- got.Answer:
				default: // a second copy of the same answer
				}
			}
			r.mu.Unlock()
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
