package pager

import "sync"

// lanes let what is told to one webhook go on beside what is told to another: one that is
// slow, or does not answer, holds up itself alone. The zero value is ready.
type lanes struct {
	mu   sync.Mutex
	busy map[string]bool
	all  sync.WaitGroup
}

// start works in a lane, unless it is at work there.
func (l *lanes) start(name string, work func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.busy[name] {
		return
	}
	if l.busy == nil {
		l.busy = map[string]bool{}
	}
	l.busy[name] = true
	l.all.Go(func() {
		defer func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			delete(l.busy, name)
		}()
		work()
	})
}

// wait returns when all work has ended.
func (l *lanes) wait() { l.all.Wait() }
