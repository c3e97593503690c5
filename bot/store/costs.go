package store

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

const (
	// ImportFor is how long the lease of a cost source lasts without renewal.
	ImportFor = 2 * time.Minute
	// costsFor is how long daily costs are kept: two years and a bit, so that the same month of last year is there.
	costsFor = 800 * 24 * time.Hour
	// fieldsAtOnce bounds the arguments of one command.
	fieldsAtOnce = 1000
	// daysAtOnce bounds the days of one answer: all of it has to come within the time that a call may take.
	daysAtOnce = 28
	// maxRestated bounds what is remembered of days that changed.
	maxRestated = 400
)

// takeImportScript takes or prolongs the lease of a cost source.
//
// KEYS[1] lease
// ARGV[1] replica; ARGV[2] milliseconds
// Output: 1 it is the replica's · 0 another has it
var takeImportScript = redis.NewScript(`
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`)

// Costs are the figures of the cost sources, and whose turn it is to read one.
type Costs struct{ workspace }

// TakeImport takes the lease of a cost source for a replica, or prolongs it; false
// when another has it.
func (s *Costs) TakeImport(ctx context.Context, source, replica string) (bool, error) {
	got, err := takeImportScript.Run(ctx, s.redis.client, []string{s.keys.costLease(source)}, replica, ImportFor.Milliseconds()).Int()
	if err != nil {
		return false, fmt.Errorf("take the lease of cost source %s: %w", source, err)
	}
	return got == 1, nil
}

// LeaveImport hands the lease of a cost source back.
func (s *Costs) LeaveImport(ctx context.Context, source, replica string) error {
	err := releaseScript.Run(ctx, s.redis.client, []string{s.keys.costLease(source)}, replica).Err()
	if err != nil {
		return fmt.Errorf("hand back the lease of cost source %s: %w", source, err)
	}
	return nil
}

// SaveCosts stores what a source told: each day of the reading replaces the one
// that was stored; days that it does not tell of stay. Restated days are
// remembered beside it.
func (s *Costs) SaveCosts(ctx context.Context, reading money.Reading, restated []money.Restatement) error {
	for day, groups := range reading.Days {
		if err := s.saveDay(ctx, reading.Source, day, groups); err != nil {
			return fmt.Errorf("store the costs of %s on %s: %w", reading.Name, day, err)
		}
	}
	var calls []call
	for _, r := range restated {
		data, err := json.Marshal(r)
		if err != nil {
			return err
		}
		calls = append(calls, call{args: []any{"RPUSH", s.keys.costRestated(), data}})
	}
	if len(restated) > 0 {
		calls = append(calls, call{args: []any{"LTRIM", s.keys.costRestated(), -maxRestated, -1}})
	}
	data, err := json.Marshal(reading)
	if err != nil {
		return err
	}
	calls = append(calls, call{args: []any{"HSET", s.keys.costSources(), reading.Source, data}})
	if _, err := s.run(ctx, nil, calls); err != nil {
		return fmt.Errorf("store what %s told: %w", reading.Name, err)
	}
	return s.forgetCosts(ctx, reading)
}

// besideFor is how long a day that is being written stays when nobody ends it.
const besideFor = time.Hour

// saveDay puts a day in the place of the stored one at once: it is written beside
// it first, in parts, because it may be more than Redis can take in the time of one
// answer. Nobody else writes to that key.
func (s *Costs) saveDay(ctx context.Context, source string, day money.Day, groups map[money.Group]money.Cost) error {
	key := s.keys.costDay(source, day)
	beside := key + ":new:" + rand.Text()
	if len(groups) == 0 {
		return nil // a day of which nothing is told is not there
	}
	fields := make([]any, 0, 2*len(groups))
	for g, c := range groups {
		field, err := groupField(g)
		if err != nil {
			return err
		}
		fields = append(fields, field, c.Amount.String()+" "+c.Billed.String())
	}
	for part := range slices.Chunk(fields, fieldsAtOnce) { // an even number: a field stays with its value
		expire := call{args: []any{"EXPIRE", beside, int(besideFor.Seconds())}}
		if _, err := s.run(ctx, nil, []call{{args: append([]any{"HSET", beside}, part...)}, expire}); err != nil {
			return err // half a day must not take the place
		}
	}
	_, err := s.run(ctx, nil, []call{
		{args: []any{"PERSIST", beside}},
		{args: []any{"RENAME", beside, key}},
		{args: []any{"ZADD", s.keys.costDays(source), int(day), day.String()}},
	})
	return err
}

// groupParts is of how many parts a group's field is, at most.
const groupParts = 15

// groupField is a group as a field's name: a JSON list, short and exact.
func groupField(g money.Group) (string, error) {
	word := func(is bool, word string) string {
		if is {
			return word
		}
		return ""
	}
	parts := []string{
		g.Provider, g.Service, g.Category, g.Account, g.Currency, string(g.Kind), g.Pricing, word(g.Batch, "batch"), g.BillingAccount,
		word(g.Spread, "spread"), g.Team, word(g.Unused, "unused"), g.Region, g.SKU, string(g.Eligibility),
	}
	// What is nothing behind the ninth is left out at the end, as an earlier binary does.
	for len(parts) > 9 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	data, err := json.Marshal(parts)
	return string(data), err
}

// parseGroup reads a group. An earlier binary wrote eight parts; those behind the
// fifteenth are a newer binary's, which tells groups apart that are one here.
func parseGroup(field string) (money.Group, error) {
	parts := make([]string, 0, groupParts)
	if err := json.Unmarshal([]byte(field), &parts); err != nil || len(parts) < 8 {
		return money.Group{}, fmt.Errorf("the group %.80q has not eight parts", field)
	}
	for len(parts) < groupParts {
		parts = append(parts, "")
	}
	return money.Group{
		Provider: parts[0], Service: parts[1], Category: parts[2], Account: parts[3],
		Currency: parts[4], Kind: money.Kind(parts[5]), Pricing: parts[6], Batch: parts[7] != "", BillingAccount: parts[8],
		Spread: parts[9] != "", Team: parts[10], Unused: parts[11] != "", Region: parts[12], SKU: parts[13],
		Eligibility: money.Eligibility(parts[14]),
	}, nil
}

// Days returns the stored costs of a source from one day to another, both
// included. Days of which nothing is stored are absent, and so are those that cannot
// be read whole: they are returned apart.
func (s *Costs) Days(ctx context.Context, source string, from, to money.Day) (days money.Days, unread []*Unreadable, err error) {
	known, err := s.redis.client.ZRangeByScore(ctx, s.keys.costDays(source), &redis.ZRangeBy{
		Min: strconv.Itoa(int(from)), Max: strconv.Itoa(int(to)),
	}).Result()
	if err != nil {
		return nil, nil, fmt.Errorf("read the days of cost source %s: %w", source, err)
	}
	days = money.Days{}
	for some := range slices.Chunk(known, daysAtOnce) {
		broken, err := s.readDays(ctx, source, some, days)
		if err != nil {
			return nil, nil, err
		}
		unread = append(unread, broken...)
	}
	return days, unread, nil
}

// readDays reads the stored costs of some days into days.
func (s *Costs) readDays(ctx context.Context, source string, some []string, days money.Days) (unread []*Unreadable, err error) {
	pipe := s.redis.client.Pipeline()
	answers := map[money.Day]*redis.MapStringStringCmd{}
	for _, text := range some {
		if day, err := money.ParseDay(text); err == nil {
			answers[day] = pipe.HGetAll(ctx, s.keys.costDay(source, day))
		}
	}
	_, _ = pipe.Exec(ctx) // each answer has its own error
	for day, answer := range answers {
		what, key := fmt.Sprintf("the costs of source %s on %s", source, day), s.keys.costDay(source, day)
		_, _, err := stored(what, key, nil, answer.Err())
		if err == nil {
			err = unreadable(what, key, addDay(days, day, answer.Val()))
		}
		switch u := UnreadableOf(err); {
		case u != nil:
			delete(days, day) // half a day would be taken for all of it
			unread = append(unread, u)
		case err != nil:
			return nil, err
		}
	}
	slices.SortFunc(unread, func(a, b *Unreadable) int { return strings.Compare(a.What, b.What) })
	return unread, nil
}

// addDay adds what is stored of one day.
func addDay(days money.Days, day money.Day, fields map[string]string) error {
	for field, text := range fields {
		g, err := parseGroup(field)
		if err != nil {
			return err
		}
		amount, billed, _ := strings.Cut(text, " ")
		var c money.Cost
		if err := errors.Join(c.Amount.UnmarshalText([]byte(amount)), c.Billed.UnmarshalText([]byte(billed))); err != nil {
			return err
		}
		days.Add(day, g, c)
	}
	return nil
}

// CostSources returns what each source told when it was last read, without its
// days, and apart from it what cannot be read.
func (s *Costs) CostSources(ctx context.Context) (map[string]money.Reading, []*Unreadable, error) {
	return readHash[money.Reading](ctx, &s.workspace, "what was told last by cost source", s.keys.costSources())
}

// Restated returns the settled days that changed after they were first told,
// oldest first. One that cannot be read is left out: a digest misses a remark.
func (s *Costs) Restated(ctx context.Context) ([]money.Restatement, error) {
	texts, err := s.redis.client.LRange(ctx, s.keys.costRestated(), 0, -1).Result()
	if err != nil && !wrongKind(err) {
		return nil, fmt.Errorf("read restated days: %w", err)
	}
	all := make([]money.Restatement, 0, len(texts))
	for _, text := range texts {
		var r money.Restatement
		if json.Unmarshal([]byte(text), &r) == nil {
			all = append(all, r)
		}
	}
	return all, nil
}

// forgetCosts deletes days that are older than they are kept, some at a time.
func (s *Costs) forgetCosts(ctx context.Context, reading money.Reading) error {
	oldest := money.DayOf(reading.At.Add(-costsFor))
	old, err := s.redis.client.ZRangeByScore(ctx, s.keys.costDays(reading.Source), &redis.ZRangeBy{
		Min: "-inf", Max: "(" + strconv.Itoa(int(oldest)), Count: 100,
	}).Result()
	if err != nil || len(old) == 0 {
		return err
	}
	var calls []call
	for _, text := range old {
		day, err := money.ParseDay(text)
		if err != nil {
			continue
		}
		calls = append(calls, call{args: []any{"DEL", s.keys.costDay(reading.Source, day)}}, call{args: []any{"ZREM", s.keys.costDays(reading.Source), text}})
	}
	if _, err := s.run(ctx, nil, calls); err != nil {
		return fmt.Errorf("forget old costs: %w", err)
	}
	return nil
}

// usersFor is how long the users of a week are kept: growth is measured over eight.
const usersFor = 200 * 24 * time.Hour

// SaveUsers remembers how many users there were in a week; the last word of the
// week counts.
func (s *Costs) SaveUsers(ctx context.Context, week money.Week, users float64) error {
	err := s.write(ctx, "SET", s.keys.users(week), strconv.FormatFloat(users, 'g', -1, 64), "EX", int(usersFor.Seconds()))
	if err != nil {
		return fmt.Errorf("remember the users of %s: %w", week, err)
	}
	return nil
}

// UsersByWeek returns the users of the weeks up to last that are remembered, count
// weeks at most.
func (s *Costs) UsersByWeek(ctx context.Context, last money.Week, count int) (map[money.Week]float64, error) {
	names := make([]string, count)
	for k := range names {
		names[k] = s.keys.users(last.Add(-k))
	}
	values, err := s.redis.client.MGet(ctx, names...).Result()
	if err != nil {
		return nil, fmt.Errorf("read the users of past weeks: %w", err)
	}
	users := map[money.Week]float64{}
	for k, value := range values {
		if text, ok := value.(string); ok {
			if n, err := strconv.ParseFloat(text, 64); err == nil {
				users[last.Add(-k)] = n
			}
		}
	}
	return users, nil
}
