// Package wait is how tests wait: for a condition, for as long as a slow machine may
// take, and never for luck.
package wait

import (
	"testing"
	"time"
)

// Patience is how long a condition may take: a busy machine makes a test slower, never
// red.
const Patience = 10 * time.Minute

const lookEvery = 10 * time.Millisecond

// Until waits for a condition, and fails the test when it does not come.
func Until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(Patience)
	defer deadline.Stop()
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for !holds() {
		select {
		case <-deadline.C:
			t.Fatalf("in vain: %s", what)
		case <-ticker.C:
		}
	}
}
