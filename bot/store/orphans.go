package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/signalbook/signalbook/bot/topic"
)

// orphansAtOnce is how many orphans are read at a time.
const orphansAtOnce = 64

// Orphan is a Slack call that ended after its coordinator had lost the workspace: the
// ledger does not tell of it.
type Orphan struct {
	Topic    topic.ID  `json:"incident"`
	Slot     string    `json:"slot"`
	Channel  string    `json:"channel"`
	Parent   string    `json:"parent,omitempty"`
	TS       string    `json:"ts,omitempty"` // empty when the outcome is not known
	Op       string    `json:"op"`
	IntentAt time.Time `json:"intent_at,omitzero"`

	raw string
}

// ReportOrphan tells whoever keeps the workspace now of a orphan. It needs no fence:
// it changes nothing but makes the coordinator look.
func (s *Store) ReportOrphan(ctx context.Context, orphan Orphan) error {
	data, err := json.Marshal(orphan)
	if err != nil {
		return fmt.Errorf("report a orphan message: %w", err)
	}
	if err := s.write(ctx, "SADD", s.keys.strays(), data); err != nil {
		return fmt.Errorf("report a orphan message: %w", err)
	}
	return nil
}

// Orphans returns some of the orphans that nobody has dealt with, in no order. What is
// no JSON is forgotten: no reading again would make it better. What else cannot be
// read is a newer binary's.
func (s *Store) Orphans(ctx context.Context) ([]Orphan, error) {
	members, err := s.redis.client.SRandMemberN(ctx, s.keys.strays(), orphansAtOnce).Result()
	if err != nil {
		return nil, fmt.Errorf("read orphan messages: %w", err)
	}
	var orphans []Orphan
	for _, member := range members {
		orphan := Orphan{raw: member}
		switch err := json.Unmarshal([]byte(member), &orphan); {
		case err != nil && json.Valid([]byte(member)):
			continue
		case err != nil:
			if err := s.ForgetOrphan(ctx, orphan); err != nil {
				return nil, err
			}
			continue
		}
		orphans = append(orphans, orphan)
	}
	return orphans, nil
}

// ForgetOrphan forgets a orphan, as Orphans returned it, that was dealt with.
func (s *Store) ForgetOrphan(ctx context.Context, orphan Orphan) error {
	if err := s.redis.client.SRem(ctx, s.keys.strays(), orphan.raw).Err(); err != nil {
		return fmt.Errorf("forget a orphan message: %w", err)
	}
	return nil
}
