package workspace

import (
	"context"
	"sync"
)

// Life is the work that is under way on behalf of a Slack: deliveries, sockets,
// requests that come late. It is safe for concurrent use.
type Life struct {
	ctx    context.Context // ends when the Slack is closed
	cancel context.CancelFunc

	mu     sync.Mutex
	closed bool
	work   sync.WaitGroup
}

func newLife() *Life {
	l := &Life{}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	return l
}

// Begin counts a piece of work that Wait waits for, until Done; false when closed.
func (l *Life) Begin() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	l.work.Add(1)
	return true
}

// Context ends when the Slack is closed.
func (l *Life) Context() context.Context { return l.ctx }

// Done ends a piece of work that has begun.
func (l *Life) Done() { l.work.Done() }

// Run does a piece of work beside everything else; nothing when closed.
func (l *Life) Run(work func()) {
	if !l.Begin() {
		return
	}
	go func() {
		defer l.Done()
		work()
	}()
}

// End lets no work begin any more, and tells what is under way to end.
func (l *Life) End() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.cancel()
}

// Wait waits for what is under way. It comes after End.
func (l *Life) Wait() { l.work.Wait() }
