package pager

import "testing"

// TestLanes: what is slow in one lane holds up no other, and is not begun twice.
func TestLanes(t *testing.T) {
	t.Parallel()
	var l lanes
	slow, fast, begun := make(chan struct{}), make(chan struct{}), make(chan struct{}, 2)
	l.start("slow", func() { begun <- struct{}{}; <-slow })
	l.start("slow", func() { begun <- struct{}{} })
	l.start("fast", func() { close(fast) })
	<-fast
	close(slow)
	l.wait()
	if len(begun) != 1 {
		t.Errorf("the slow lane began %d times, want once", len(begun))
	}
	l.start("slow", func() { begun <- struct{}{} })
	l.wait()
	if len(begun) != 2 {
		t.Error("a lane that has ended does not begin again")
	}
}
