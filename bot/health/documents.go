package health

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/signalbook/signalbook/bot/pause"
	"github.com/signalbook/signalbook/bot/store"
)

// lookAgainEvery is how often documents that could not be read are looked at again.
const lookAgainEvery = 5 * time.Second

// Documents are the stored documents that somebody met and could not read. Each spoils
// only what needs it; all are named in the health until they can be read.
type Documents struct {
	health *Health
	log    *slog.Logger
	alone  bool
	newer  chan string

	mu     sync.Mutex
	unread map[string]*store.Unreadable // by what they are
}

// NewDocuments knows of no document that cannot be read. Alone says that no newer
// binary is there to wait for: what it wrote is done without, too.
func NewDocuments(h *Health, log *slog.Logger, alone bool) *Documents {
	return &Documents{health: h, log: log, alone: alone, newer: make(chan string, 1), unread: map[string]*store.Unreadable{}}
}

func aboutDocument(what string) string { return "document " + what }

// Newer receives why a newer binary is needed, when something of it was met.
func (d *Documents) Newer() <-chan string { return d.newer }

// MetNewer notes that something was met which only a newer binary can read.
func (d *Documents) MetNewer(why string) {
	select {
	case d.newer <- why:
	default: // it is known
	}
}

// Met names documents that cannot be read.
func (d *Documents) Met(all ...*store.Unreadable) {
	for _, u := range all {
		d.mu.Lock()
		_, known := d.unread[u.What]
		d.unread[u.What] = u
		d.mu.Unlock()
		d.health.Set(aboutDocument(u.What), u.Error())
		if u.Newer() {
			d.MetNewer(u.Error())
		}
		if !known {
			d.log.Error("a stored document cannot be read; nothing else waits for it", "document", u.What, "key", u.Key, "error", u)
		}
	}
}

// Spare judges an error of reading what can be done without: nil when it is about a
// document that cannot be read, which is then named. A newer one is not done without
// as long as a newer replica may be there.
func (d *Documents) Spare(err error) error {
	u := store.UnreadableOf(err)
	if u == nil {
		return err
	}
	d.Met(u)
	if u.Newer() && !d.alone {
		return err
	}
	return nil
}

// LookAgain stops naming what can be read again, until the context ends.
func (d *Documents) LookAgain(ctx context.Context) error {
	for pause.For(ctx, lookAgainEvery) {
		d.mu.Lock()
		all := slices.Collect(maps.Values(d.unread))
		d.mu.Unlock()
		for _, u := range all {
			if u.Still(ctx) {
				continue
			}
			d.mu.Lock()
			delete(d.unread, u.What)
			d.mu.Unlock()
			d.health.Clear(aboutDocument(u.What))
			d.log.Info("a stored document can be read again", "document", u.What)
		}
	}
	return nil
}
