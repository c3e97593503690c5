package main

import (
	"context"
	"sync"
	"time"

	"github.com/signalbook/signalbook/bot/store"
)

// probeFor is how long an answer of the probe holds: /-/ready asks for no
// credentials, and must not be a way to keep Redis busy.
const probeFor = time.Second

// probe finds out whether a notification could be stored, by storing something
// just as durably.
type probe struct {
	mu  sync.Mutex
	at  time.Time
	err error
}

// ask returns nil when one could. Those who ask while it looks get its answer.
func (p *probe) ask(ctx context.Context, st *store.Store) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.at) > probeFor {
		p.err = st.Confirm(ctx)
		p.at = time.Now()
	}
	return p.err
}
