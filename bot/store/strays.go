package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// straysAtOnce is how many strays are read at a time.
const straysAtOnce = 64

// Stray is a Slack call that ended after its coordinator had lost the workspace: the
// ledger does not tell of it.
type Stray struct {
	Incident int       `json:"incident"` // below zero: a storm
	Slot     string    `json:"slot"`
	Channel  string    `json:"channel"`
	Parent   string    `json:"parent,omitempty"`
	TS       string    `json:"ts,omitempty"` // empty when the outcome is not known
	Op       string    `json:"op"`
	IntentAt time.Time `json:"intent_at,omitzero"`

	raw string
}

// ReportStray tells whoever keeps the workspace now of a stray. It needs no fence:
// it changes nothing but makes the coordinator look.
func (s *Store) ReportStray(ctx context.Context, stray Stray) error {
	data, err := json.Marshal(stray)
	if err != nil {
		return fmt.Errorf("report a stray message: %w", err)
	}
	if err := s.write(ctx, "SADD", s.keys.strays(), data); err != nil {
		return fmt.Errorf("report a stray message: %w", err)
	}
	return nil
}

// Strays returns some of the strays that nobody has dealt with, in no order. What is
// no JSON is forgotten: no reading again would make it better. What else cannot be
// read is a newer binary's.
func (s *Store) Strays(ctx context.Context) ([]Stray, error) {
	members, err := s.redis.client.SRandMemberN(ctx, s.keys.strays(), straysAtOnce).Result()
	if err != nil {
		return nil, fmt.Errorf("read stray messages: %w", err)
	}
	var strays []Stray
	for _, member := range members {
		stray := Stray{raw: member}
		switch err := json.Unmarshal([]byte(member), &stray); {
		case err != nil && json.Valid([]byte(member)):
			continue
		case err != nil:
			if err := s.ForgetStray(ctx, stray); err != nil {
				return nil, err
			}
			continue
		}
		strays = append(strays, stray)
	}
	return strays, nil
}

// ForgetStray forgets a stray, as Strays returned it, that was dealt with.
func (s *Store) ForgetStray(ctx context.Context, stray Stray) error {
	if err := s.redis.client.SRem(ctx, s.keys.strays(), stray.raw).Err(); err != nil {
		return fmt.Errorf("forget a stray message: %w", err)
	}
	return nil
}
