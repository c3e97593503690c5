package store

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// place is one write that keeps an index right: the incident's number stands in
// a key with a score, or not, or is the key's value.
type place struct {
	command string // ZADD, ZREM or SET
	key     string
	score   int64 // of ZADD
}

// places are the indexes of an incident, as far as its document alone says where
// it stands. Not so due (a ripe timer leaves it without a new version) and dirty
// (it leaves when Slack is in line).
func (s *Store) places(i incident.Incident) []place {
	all := make([]place, 0, 5)
	if i.Group != "" && i.FollowedBy == 0 {
		all = append(all, place{command: "SET", key: s.keys.group(i.Group)})
	}
	if i.State == incident.Closed {
		all = append(all, place{command: "ZREM", key: s.keys.open()}, place{"ZADD", s.keys.closed(), i.ClosedAt.UnixMilli()})
	} else {
		all = append(all, place{"ZADD", s.keys.open(), i.OpenedAt.UnixMilli()}, place{command: "ZREM", key: s.keys.closed()})
	}
	if i.Active() && !i.Drill {
		all = append(all, place{"ZADD", s.keys.active(), severityScore(i.Severity)})
	} else {
		all = append(all, place{command: "ZREM", key: s.keys.active()})
	}
	if tier, ok := i.Tier(playbooks.Immediate); ok && !i.Quiet {
		bucket := s.keys.deadline(deadlineBucket(i.Channel, tier.Owners))
		if i.Active() && !tier.Overdue && tier.ToldIn == 0 {
			all = append(all, place{"ZADD", bucket, tier.Due.UnixMilli()})
		} else {
			all = append(all, place{command: "ZREM", key: bucket})
		}
	}
	return all
}

// saveIndexes writes where an incident stands, without the writes that the
// version before has made already.
func (s *Store) saveIndexes(w *writes, saved Saved) {
	var made []place
	if saved.Before != nil {
		made = s.places(*saved.Before)
	}
	n := saved.Incident.Number
	for _, p := range s.places(saved.Incident) {
		switch {
		case slices.Contains(made, p):
		case p.command == "ZADD":
			w.add(p.command, p.key, p.score, n)
		default:
			w.add(p.command, p.key, n)
		}
	}
}

// deadlineBucket names the incidents whose deadline pings may be one.
func deadlineBucket(channel string, owners []string) string {
	sum := sha256.Sum256([]byte(channel + "\n" + strings.Join(owners, "\n")))
	return hex.EncodeToString(sum[:8])
}
