package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"

	"github.com/signalbook/signalbook/bot/incident"
)

// saveStorm writes a storm, its timer, and the entries of its incidents that
// changed. Its subject stands in the same indexes as incidents do.
func (s *Store) saveStorm(w *writes, storm incident.Storm, changed []Saved) error {
	document, err := storm.Encode()
	if err != nil {
		return fmt.Errorf("write %s: %w", storm.ID(), err)
	}
	w.add("SET", s.keys.storm(storm.Number), document)
	for _, saved := range changed {
		if saved.Incident.Storm != storm.Number {
			continue
		}
		entry, err := json.Marshal(saved.Incident.Entry())
		if err != nil {
			return fmt.Errorf("write entry of %s: %w", saved.Incident.ID(), err)
		}
		w.add("HSET", s.keys.crowd(storm.Number), saved.Incident.Number, entry)
	}
	w.add("ZADD", s.keys.dirty(), storm.Version, storm.Topic().Key())
	if due := storm.NextDue(); due.IsZero() {
		w.add("ZREM", s.keys.due(), storm.Topic().Key())
		w.add("ZADD", s.keys.storms(), storm.EndedAt.UnixMilli(), storm.Number)
	} else {
		w.add("ZADD", s.keys.due(), due.UnixMilli(), storm.Topic().Key())
		w.add("ZADD", s.keys.storms(), "+inf", storm.Number)
	}
	return nil
}

// Storm returns one storm; ok is false when there is none of that number.
func (s *Store) Storm(ctx context.Context, n int) (storm incident.Storm, ok bool, err error) {
	return document[incident.Storm]{incident.Storm{Number: n}.ID(), s.keys.storm(n), incident.DecodeStorm}.read(ctx, &s.workspace)
}

// StormMembers returns what the list of storm n tells, in no order, and apart from it the
// entries that cannot be read.
func (s *Store) StormMembers(ctx context.Context, n int) (entries []incident.Entry, unread []*Unreadable, err error) {
	what, key := "the list of "+incident.Storm{Number: n}.ID(), s.keys.crowd(n)
	listed, unread, err := readHash[incident.Entry](ctx, &s.workspace, what, key)
	return slices.Collect(maps.Values(listed)), unread, err
}

// Channel returns what is remembered of a channel; a value with its name alone
// when nothing is. A broken document may be replaced: the value that comes with the
// error has its version.
func (s *Store) Channel(ctx context.Context, name string) (incident.Channel, error) {
	var version int64
	d := document[incident.Channel]{"what is remembered of channel " + name, s.keys.channel(name), func(data []byte) (incident.Channel, error) {
		c, err := incident.DecodeChannel(data)
		if err != nil {
			version = versionIn(data)
		}
		return c, err
	}}
	c, ok, err := d.read(ctx, &s.workspace)
	if u := UnreadableOf(err); u != nil {
		u.Replace = !u.Newer() && !wrongKind(u.Err)
	}
	if !ok {
		c = incident.Channel{Schema: incident.Schema, Name: name, Version: version}
	}
	return c, err
}

var versionInText = regexp.MustCompile(`"version":(\d+)`)

// versionIn finds the version of a document that cannot be decoded as the commit
// script does.
func versionIn(data []byte) int64 {
	found := versionInText.FindSubmatch(data)
	if found == nil {
		return 0
	}
	n, _ := strconv.ParseInt(string(found[1]), 10, 64)
	return n
}

// Storms returns how many storms are on.
func (s *Store) Storms(ctx context.Context) (int64, error) {
	return s.redis.client.ZCount(ctx, s.keys.storms(), "+inf", "+inf").Result()
}
