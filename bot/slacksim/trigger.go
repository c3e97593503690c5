package slacksim

import (
	"fmt"
	"time"
)

// trigger is a trigger_id: it opens one view, and not for long.
type trigger struct {
	user *user
	born time.Time
	used bool
}

// newTrigger makes a trigger_id. The caller holds the lock.
func (s *Sim) newTrigger(u *user) string {
	id := fmt.Sprintf("%d.%d.trigger%d", s.next(), s.now().Unix(), s.next())
	s.triggers[id] = &trigger{user: u, born: s.now()}
	return id
}

// pull uses a trigger_id. The caller holds the lock.
func (s *Sim) pull(id string, now time.Time) (*user, *refusal) {
	t := s.triggers[id]
	switch {
	case t == nil:
		return nil, refuse("invalid_trigger_id")
	case t.used:
		return nil, refuse("exchanged_trigger_id")
	case now.Sub(t.born) > s.opts.TriggerLife:
		return nil, refuse("expired_trigger_id")
	}
	t.used = true
	return t.user, nil
}
