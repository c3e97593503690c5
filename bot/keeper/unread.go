package keeper

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/signalbook/signalbook/bot/store"
)

// lookAgainEvery is how often documents that could not be read are looked at again.
const lookAgainEvery = 5 * time.Second

// unread are the documents that this reign met and could not read. Each spoils only
// what needs it; all are named in the health until they can be read, or the reign
// ends.
type unread struct {
	mu  sync.Mutex
	all map[string]*store.Unreadable // by what they are
}

func aboutDocument(what string) string { return "document " + what }

// met names a document that cannot be read.
func (r *reign) met(u *store.Unreadable) {
	r.unread.mu.Lock()
	_, known := r.unread.all[u.What]
	if r.unread.all == nil {
		r.unread.all = map[string]*store.Unreadable{}
	}
	r.unread.all[u.What] = u
	r.unread.mu.Unlock()
	r.health.set(aboutDocument(u.What), u.Error())
	if u.Newer() {
		r.metNewer(u.Error())
	}
	if !known {
		r.log.Error("a stored document cannot be read; nothing else waits for it", "document", u.What, "key", u.Key, "error", u)
	}
}

// metAll names those of a list that cannot be read.
func (r *reign) metAll(all []*store.Unreadable) {
	for _, u := range all {
		r.met(u)
	}
}

// spare judges an error of reading what can be done without: nil when it is about a
// document that cannot be read, which is then named. A newer one is not done without
// as long as a newer replica may be there.
func (r *reign) spare(err error) error {
	u := store.UnreadableOf(err)
	if u == nil {
		return err
	}
	r.met(u)
	if u.Newer() && !r.gaveUp {
		return err
	}
	return nil
}

// lookAgain stops naming what can be read again.
func (r *reign) lookAgain(ctx context.Context) error {
	for pause(ctx, lookAgainEvery) {
		r.unread.mu.Lock()
		all := slices.Collect(maps.Values(r.unread.all))
		r.unread.mu.Unlock()
		for _, u := range all {
			if u.Still(ctx) {
				continue
			}
			r.unread.mu.Lock()
			delete(r.unread.all, u.What)
			r.unread.mu.Unlock()
			r.health.clear(aboutDocument(u.What))
			r.log.Info("a stored document can be read again", "document", u.What)
		}
	}
	return nil
}
