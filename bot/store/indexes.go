package store

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// place is one write that keeps an index right: a member stands in a key with a
// score, or not, or is the key's value.
type place struct {
	command string // ZADD, ZREM or SET
	key     string
	score   int64 // of ZADD
	member  string
}

// stand lets a member stand in a key with a score, or not.
func stand(holds bool, key string, score int64, member string) place {
	if holds {
		return place{"ZADD", key, score, member}
	}
	return place{command: "ZREM", key: key, member: member}
}

// same reports whether two writes are about one member of one key.
func (p place) same(o place) bool { return p.key == o.key && p.member == o.member }

// places are the indexes of an incident, as far as its document alone says where
// it stands. Not so due (a ripe timer leaves it without a new version) and dirty
// (it leaves when Slack is in line).
func (s *Store) places(i incident.Incident) []place {
	all := make([]place, 0, 8)
	n := strconv.Itoa(i.Number)
	if i.Group != "" && i.FollowedBy == 0 {
		all = append(all, place{command: "SET", key: s.keys.group(i.Group), member: n})
	}
	all = append(all,
		stand(i.State != incident.Closed, s.keys.open(), i.OpenedAt.UnixMilli(), n),
		stand(i.State == incident.Closed, s.keys.closed(), i.ClosedAt.UnixMilli(), n),
		stand(i.Active() && !i.Drill, s.keys.active(), severityScore(i.Severity), n))
	if len(i.Pages) > 0 {
		all = append(all, stand(i.Calling(), s.keys.paging(), 0, n))
	}
	if tier, ok := i.Tier(playbooks.Immediate); ok && !i.Quiet {
		bucket := s.keys.deadline(deadlineBucket(i.Channel, tier.Owners))
		all = append(all, stand(i.Active() && !tier.Overdue && tier.ToldIn == 0, bucket, tier.Due.UnixMilli(), n))
	}
	return append(all, s.standings(i)...)
}

// saveIndexes writes where an incident stands, without the writes that the
// version before has made already, and takes it from where it stood before.
func (s *Store) saveIndexes(w *writes, saved Saved) {
	var before []place
	if saved.Before != nil {
		before = s.places(*saved.Before)
	}
	now := s.places(saved.Incident)
	for _, p := range now {
		if !saved.Whole || !slices.Contains(before, p) {
			w.place(p)
		}
	}
	for _, p := range before {
		if p.command == "ZADD" && !slices.ContainsFunc(now, p.same) {
			w.place(stand(false, p.key, 0, p.member))
		}
	}
}

// place adds the write of one place.
func (w *writes) place(p place) {
	if p.command == "ZADD" {
		w.add(p.command, p.key, p.score, p.member)
	} else {
		w.add(p.command, p.key, p.member)
	}
}

// deadlineBucket names the incidents whose deadline pings may be one.
func deadlineBucket(channel string, owners []string) string {
	sum := sha256.Sum256([]byte(channel + "\n" + strings.Join(owners, "\n")))
	return hex.EncodeToString(sum[:8])
}
