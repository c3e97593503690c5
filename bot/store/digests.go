package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/topic"
)

// SavedDigest is the digest of a commit, and the version it had (0: new).
type SavedDigest struct {
	report.Document
	Was int64
}

// Tick is one time at which a digest is posted. A digest's tick is committed once.
type Tick struct {
	Digest string
	At     time.Time
}

// Passed is the newest tick of a digest that is dealt with, posted or not, and the
// schedule that it was a tick of.
type Passed struct {
	Tick
	Schedule string
}

// Asked is a digest that somebody asked for beside its schedule.
type Asked struct {
	Op     string    `json:"op"` // of the act
	Digest string    `json:"digest"`
	By     string    `json:"by"` // Slack's id
	At     time.Time `json:"at"`
}

// DigestWrites is the part of a commit that is about digests.
type DigestWrites struct {
	Digest *SavedDigest
	Shared []SavedDigest // other digests of its week, with what was done to it
	// Tick is what the digest is posted for; it must not have been before.
	Tick   *Tick
	Passed *Passed
	Unpass string // a digest that is configured no more
	Ask    *Asked // a digest is asked for
	Unask  string // its op: it is there
	Expect *report.Expectation
	Adopt  map[string]report.Adoption // by the cost step's id; one in state open is forgotten
	Told   map[string]report.Told     // by budget: what its owners heard, with what the digest tells
	// Watched is what the daily watch of digests remembers, by the digest's name, and Raised the spikes that have incidents,
	// by [report.AlarmKey]; of a nil one nothing is kept.
	Watched map[string]report.Watched
	Raised  map[string]*report.Raised
}

// toldFor is how long it is remembered what owners heard of a budget: three months.
const toldFor = 100 * 24 * time.Hour

// maxOfWeek bounds how many digests of one week share what people did: the newest.
const maxOfWeek = 50

// maxNamed bounds how many digests of one week are looked through for one that is
// configured: each team may have its own, and somebody may ask for more.
const maxNamed = 1000

// tickFor is how long a tick is remembered.
const tickFor = 100 * 24 * time.Hour

// saveReview adds the writes about digests, and returns the checks that come
// before them.
func (s *Store) saveReview(w *writes, r DigestWrites) (checks []any, err error) {
	set := func(key string, field string, value any) error {
		data, err := json.Marshal(value)
		if err == nil {
			w.add("HSET", key, field, data)
		}
		return err
	}
	saved := r.Shared
	if r.Digest != nil {
		saved = slices.Concat([]SavedDigest{*r.Digest}, saved)
	}
	for _, d := range saved {
		document, err := d.Encode()
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", d.ID(), err)
		}
		checks = append(checks, w.key(s.keys.digest(d.Number)), d.Was)
		w.add("SET", s.keys.digest(d.Number), document)
		w.add("ZADD", s.keys.digests(), d.Tick.UnixMilli(), d.Number)
		if d.Was == 0 {
			w.add("SET", s.keys.digestNumber(), d.Number)
		}
		w.add("ZADD", s.keys.dirty(), d.Version, topic.Digest(d.Number).Key())
	}
	if t := r.Tick; t != nil {
		key := s.keys.tick(t.Digest, t.At)
		checks = append(checks, w.key(key), 0)
		w.add("SET", key, fmt.Sprintf(`{"version":1,"digest":%d}`, r.Digest.Number), "EX", int(tickFor.Seconds()))
	}
	if t := r.Passed; t != nil {
		w.add("HSET", s.keys.passed(), t.Digest, fmt.Sprintf("%d %s", t.At.UnixMilli(), t.Schedule))
	}
	if r.Unpass != "" {
		w.add("HDEL", s.keys.passed(), r.Unpass)
	}
	if r.Ask != nil {
		err = errors.Join(err, set(s.keys.asked(), r.Ask.Op, r.Ask))
	}
	if r.Unask != "" {
		w.add("HDEL", s.keys.asked(), r.Unask)
	}
	if r.Expect != nil {
		err = errors.Join(err, set(s.keys.expected(), r.Expect.Series, r.Expect))
	}
	for budget, told := range r.Told {
		err = errors.Join(err, set(s.keys.budgets(), budget, told))
		w.add("EXPIRE", s.keys.budgets(), int(toldFor.Seconds()))
	}
	for name, watched := range r.Watched {
		err = errors.Join(err, set(s.keys.watched(), name, watched))
		w.add("EXPIRE", s.keys.watched(), int(toldFor.Seconds()))
	}
	for key, raised := range r.Raised {
		if raised == nil {
			w.add("HDEL", s.keys.raised(), key)
			continue
		}
		err = errors.Join(err, set(s.keys.raised(), key, raised))
	}
	for id, adoption := range r.Adopt {
		if adoption.State == report.StepOpen {
			w.add("HDEL", s.keys.adoptions(), id)
			continue
		}
		err = errors.Join(err, set(s.keys.adoptions(), id, adoption))
	}
	return checks, err
}

// Digests are the documents of digests, and what people said about their parts. They are
// written by [Store.Commit] alone, and deleted by Forget.
type Digests struct{ workspace }

// Document returns one digest; ok is false when there is none of that number.
func (s *Digests) Document(ctx context.Context, n int) (d report.Document, ok bool, err error) {
	return document[report.Document]{report.ID(n), s.keys.digest(n), report.DecodeDocument}.read(ctx, &s.workspace)
}

// Numbers returns the numbers of the digests, newest first, at most count.
func (s *Digests) Numbers(ctx context.Context, count int64) ([]int, error) {
	return s.numbers(s.redis.client.ZRevRange(ctx, s.keys.digests(), 0, count-1).Result())
}

// Of returns the digests that tell of a week, oldest first, and apart from them
// those that cannot be read. Of very many the newest maxOfWeek count.
func (s *Digests) Of(ctx context.Context, week money.Week) (all []report.Document, unread []*Unreadable, err error) {
	return s.of(ctx, week, maxOfWeek)
}

// Named returns those of a week that one digest of the configuration made, oldest
// first. What cannot be read is left out.
func (s *Digests) Named(ctx context.Context, name string, week money.Week) ([]report.Document, error) {
	all, _, err := s.of(ctx, week, maxNamed)
	return slices.DeleteFunc(all, func(d report.Document) bool { return d.Report.Digest != name }), err
}

func (s *Digests) of(ctx context.Context, week money.Week, most int64) (all []report.Document, unread []*Unreadable, err error) {
	// A digest tells of the week before it, which ends up to 14 hours earlier or 12 later than in UTC in its own zone.
	made := week.Add(1).Monday().Time().AddDate(0, 0, -1)
	numbers, err := s.numbers(s.redis.client.ZRevRangeByScore(ctx, s.keys.digests(), &redis.ZRangeBy{
		Min: strconv.FormatInt(made.UnixMilli(), 10), Max: "(" + strconv.FormatInt(made.AddDate(0, 0, 9).UnixMilli(), 10), Count: most,
	}).Result())
	if err != nil {
		return nil, nil, err
	}
	slices.Sort(numbers)
	for _, n := range numbers {
		d, ok, err := s.Document(ctx, n)
		switch u := UnreadableOf(err); {
		case u != nil:
			unread = append(unread, u)
		case err != nil:
			return nil, nil, err
		case ok && d.Report.Week == week:
			all = append(all, d)
		}
	}
	return all, unread, nil
}

// Newest returns the number of the newest digest; 0 when there is none.
func (s *Digests) Newest(ctx context.Context) (int, error) {
	return s.number(ctx, "the number of the newest digest", s.keys.digestNumber())
}

// Passed returns the newest tick of each digest that was dealt with. One that cannot
// be read counts as none: that digest begins anew with its next time.
func (s *Digests) Passed(ctx context.Context) (map[string]Passed, error) {
	texts, err := s.redis.client.HGetAll(ctx, s.keys.passed()).Result()
	if err != nil {
		return nil, fmt.Errorf("read the ticks of digests: %w", err)
	}
	passed := make(map[string]Passed, len(texts))
	for name, text := range texts {
		at, schedule, _ := strings.Cut(text, " ")
		ms, err := strconv.ParseInt(at, 10, 64)
		if err != nil {
			passed[name] = Passed{}
			continue
		}
		passed[name] = Passed{Tick{name, time.UnixMilli(ms).UTC()}, schedule}
	}
	return passed, nil
}

// Asked returns the digests that people ask for, in no order, and apart from them
// the wishes that cannot be read.
func (s *Digests) Asked(ctx context.Context) (asked []Asked, unread []*Unreadable, err error) {
	all, unread, err := readHash[Asked](ctx, &s.workspace, "a digest that was asked for", s.keys.asked())
	return slices.Collect(maps.Values(all)), unread, err
}

// Expected returns the spikes that people said are meant, by series, and apart from
// them what cannot be read.
func (s *Digests) Expected(ctx context.Context) (map[string]report.Expectation, []*Unreadable, error) {
	return readHash[report.Expectation](ctx, &s.workspace, "a spike that is expected", s.keys.expected())
}

// Adoptions returns what people decided about cost steps, by the step's id, and
// apart from it what cannot be read.
func (s *Digests) Adoptions(ctx context.Context) (map[string]report.Adoption, []*Unreadable, error) {
	return readHash[report.Adoption](ctx, &s.workspace, "the standing of cost step", s.keys.adoptions())
}

// BudgetsTold returns what owners heard of budgets, by [report.BudgetKey]. What cannot be
// read is told anew.
func (s *Digests) BudgetsTold(ctx context.Context) (map[string]report.Told, error) {
	told, _, err := readHash[report.Told](ctx, &s.workspace, "what was told of budget", s.keys.budgets())
	return told, err
}

// Watched returns what a digest's daily watch remembers. What cannot be read begins anew.
func (s *Digests) Watched(ctx context.Context, digest string) (report.Watched, error) {
	all, _, err := readHash[report.Watched](ctx, &s.workspace, "the daily watch of digest", s.keys.watched())
	return all[digest], err
}

// Raised returns the spikes that have incidents, by [report.AlarmKey]. What cannot
// be read counts as not told.
func (s *Digests) Raised(ctx context.Context) (map[string]report.Raised, error) {
	all, _, err := readHash[report.Raised](ctx, &s.workspace, "the incident about spike", s.keys.raised())
	return all, err
}

// readHash reads a hash of JSON values, and apart from them those that cannot be
// read, each under what and its field.
func readHash[T any](ctx context.Context, s *workspace, what, key string) (values map[string]T, unread []*Unreadable, err error) {
	texts, err := s.redis.client.HGetAll(ctx, key).Result()
	if _, _, err := stored(what, key, nil, err); err != nil {
		if u := UnreadableOf(err); u != nil {
			return nil, []*Unreadable{u}, nil // the whole hash is something else
		}
		return nil, nil, err
	}
	values = make(map[string]T, len(texts))
	for field, text := range texts {
		var value T
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			unread = append(unread, &Unreadable{What: what + " " + field, Key: key, Err: err, again: func(ctx context.Context) error {
				text, err := s.redis.client.HGet(ctx, key, field).Bytes()
				if errors.Is(err, redis.Nil) {
					return nil
				}
				var value T
				return errors.Join(err, json.Unmarshal(text, &value))
			}})
			continue
		}
		values[field] = value
	}
	slices.SortFunc(unread, func(a, b *Unreadable) int { return strings.Compare(a.What, b.What) })
	return values, unread, nil
}

// Forget deletes up to count digests posted before a time, and returns how
// many it did.
func (s *Digests) Forget(ctx context.Context, fence Fence, before time.Time, count int64) (int, error) {
	numbers, err := s.numbers(s.redis.client.ZRangeByScore(ctx, s.keys.digests(), &redis.ZRangeBy{
		Min: "-inf", Max: "(" + strconv.FormatInt(before.UnixMilli(), 10), Count: count,
	}).Result())
	if err != nil || len(numbers) == 0 {
		return 0, err
	}
	w := s.newWrites()
	for _, n := range numbers {
		w.add("DEL", s.keys.digest(n))
		w.add("DEL", s.keys.ledger(topic.Digest(n)))
		w.add("ZREM", s.keys.digests(), n)
		w.add("ZREM", s.keys.dirty(), topic.Digest(n).Key())
	}
	return len(numbers), s.fenced(ctx, w.call(fence, ""), "forget old digests")
}
