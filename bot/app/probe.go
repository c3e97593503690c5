package app

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
	mu   sync.Mutex
	at   time.Time
	full string
	err  error
}

// ask returns why endpoints take nothing more, empty while they do; and an error when
// nothing can be stored. Those who ask while it looks get its answer.
func (p *probe) ask(ctx context.Context, st *store.Store) (full string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.at) > probeFor {
		p.full = ""
		if room, err := st.Room(ctx); err == nil {
			p.full = st.Full(room)
		}
		p.err = st.Confirm(ctx)
		p.at = time.Now()
	}
	return p.full, p.err
}
