package store

import (
	"context"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/topic"
)

// Owns reports whether a click came from the thread that it is about: the message
// is in the ledger of that subject, or in that of the storm whose menu it was. The
// value of a button says only what it was about when it was posted; after Redis lost
// data, or was replaced, that may be something else by now.
func (s *Store) Owns(ctx context.Context, about topic.ID, from incident.Origin) (bool, error) {
	if from.Storm > 0 {
		about = topic.Storm(from.Storm)
	}
	has, err := s.Ledger(ctx, about)
	return has.Owns(from.Channel, from.TS), err
}
