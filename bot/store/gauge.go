package store

import (
	"sync/atomic"
	"time"
)

const (
	gaugeFor   = time.Second            // how long a door believes what it saw of the inbox
	gaugeEvery = 100 * time.Millisecond // how often it looks while events come
)

// gauge is what this process last saw of the inbox's length. While the inbox has
// plenty of room, doors need not ask at every event whether it is full.
type gauge struct {
	length atomic.Int64
	at     atomic.Int64 // nanoseconds since began; 0: never
}

var began = time.Now()

func (g *gauge) saw(length int64) {
	g.length.Store(length)
	g.at.Store(int64(time.Since(began)))
}

// age is how long ago it was looked at.
func (g *gauge) age() time.Duration {
	at := g.at.Load()
	if at == 0 {
		return gaugeFor
	}
	return time.Since(began) - time.Duration(at)
}

// added counts an event of this process that no look has seen yet.
func (g *gauge) added() { g.length.Add(1) }

// roomy reports whether the inbox was less than half full a moment ago, with what
// this process has added since. The other half is more than all other doors can
// have stored in that time.
func (g *gauge) roomy(bound int64) bool { return g.age() < gaugeFor && g.length.Load() < bound/2 }
