// Package pause waits for a while, or until its context ends.
package pause

import (
	"context"
	"time"
)

// For waits so long; false when the context ended before.
func For(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
