package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/incident"
)

// The indexes that lists are read from are newer than some documents, and a coordinator
// of an older binary does not write them. So indexed says under which coordinator they
// are whole: whoever takes over from that one goes on, anybody else fills them
// from the documents first. Lists look at the documents themselves until then.

// epoch is the number of a fence's change of hands; 0 when it has none.
func epoch(fence string) int64 {
	text, _, _ := strings.Cut(fence, ":")
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

// Indexed reports whether the indexes that lists are read from are whole.
func (s *Store) Indexed(ctx context.Context) (bool, error) {
	pipe := s.redis.client.Pipeline()
	coordinator, indexed := pipe.Get(ctx, s.keys.fence()), pipe.Get(ctx, s.keys.indexed())
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return false, fmt.Errorf("look whether the indexes are whole: %w", err)
	}
	return coordinator.Val() == "" || strconv.FormatInt(epoch(coordinator.Val()), 10) == indexed.Val(), nil
}

// FillIndexes makes the indexes whole that lists are read from, if they are not,
// and says so for the coordinator of that fence. It reads every document that is not
// closed, a page at a time; what the coordinator commits meanwhile stays as it is.
func (s *Store) FillIndexes(ctx context.Context, fence Fence) error {
	text, err := s.redis.client.Get(ctx, s.keys.indexed()).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return fmt.Errorf("fill the indexes of lists: %w", err)
	}
	at := epoch(string(fence))
	if text != strconv.FormatInt(at-1, 10) && text != strconv.FormatInt(at, 10) {
		for _, index := range []string{s.keys.open(), s.keys.listed(), s.keys.unfinished(), s.keys.people()} {
			if err := s.fillFrom(ctx, fence, index); err != nil {
				return fmt.Errorf("fill the indexes of lists: %w", err)
			}
		}
	}
	w := s.newWrites()
	w.add("SET", s.keys.indexed(), at)
	return s.fenced(ctx, w.call(fence, ""), "fill the indexes of lists")
}

// fillFrom mends the places of all incidents that an index names.
func (s *Store) fillFrom(ctx context.Context, fence Fence, index string) error {
	cursor := uint64(0)
	for {
		// ZSCAN returns every member that is there all the time, some perhaps twice.
		pairs, next, err := s.redis.client.ZScan(ctx, index, cursor, "", readPage).Result()
		if err != nil {
			return err
		}
		named := map[int][]string{} // members of people, by number
		var numbers []int
		for k := 0; k < len(pairs); k += 2 {
			n, err := strconv.Atoi(pairs[k])
			if index == s.keys.people() {
				n, err = personNumber(pairs[k]), nil
			}
			if err != nil {
				continue // another binary's
			}
			if _, known := named[n]; !known {
				numbers = append(numbers, n)
			}
			named[n] = append(named[n], pairs[k])
		}
		if index != s.keys.people() {
			clear(named)
		}
		if err := s.mend(ctx, fence, numbers, named); err != nil {
			return err
		}
		if cursor = next; cursor == 0 {
			return nil
		}
	}
}

// mend writes where incidents stand according to their documents. One that the
// coordinator changes meanwhile is left to it: the first commit of a coordinator writes all
// indexes of an incident.
func (s *Store) mend(ctx context.Context, fence Fence, numbers []int, named map[int][]string) error {
	if len(numbers) == 0 {
		return nil
	}
	found, unread, err := s.Incidents(ctx, numbers...)
	if err != nil {
		return err
	}
	all := map[int]incident.Incident{}
	for _, n := range numbers {
		all[n] = incident.Incident{Number: n, State: incident.Closed} // nothing stands for one that is gone
	}
	for _, i := range found {
		all[i.Number] = i
	}
	var calls []call
	for _, u := range unread {
		delete(all, u.Number)
		// It keeps its places; lists name it at least among what is active and of no severity that is known.
		w := s.newWrites()
		w.add("ZADD", s.keys.listed(), "NX", 1, padded(u.Number))
		calls = append(calls, w.call(fence, ""))
	}
	for n, i := range all {
		w := s.newWrites()
		key := w.key(s.keys.incident(n))
		standings := s.standings(i)
		for _, member := range named[n] {
			if user, _, _ := strings.Cut(member, " "); !concerns(i, user) {
				standings = append(standings, stand(false, s.keys.people(), 0, member))
			}
		}
		for _, p := range standings {
			w.place(p)
		}
		calls = append(calls, w.call(fence, "", key, i.Version))
	}
	each, err := s.Send(ctx, Batch{calls})
	if err == nil && slices.Contains(each, ErrFenced) {
		return ErrFenced
	}
	return err
}
