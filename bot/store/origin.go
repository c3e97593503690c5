package store

import (
	"context"

	"github.com/signalbook/signalbook/bot/event"
)

// Owns reports whether a click came from the thread that it is about: the message
// is in the ledger of that thread. The value of a button says only what it was about
// when it was posted; after Redis lost data, or was replaced, that may be something
// else by now.
func (s *Store) Owns(ctx context.Context, from event.Origin) (bool, error) {
	has, err := s.Ledger(ctx, from.Thread)
	return has.Owns(from.Channel, from.TS), err
}
