package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/topic"
)

// Roster is what Slack said of a channel, by its id.
type Roster struct {
	Private   access.Known
	PrivateAt time.Time // when Slack said so
	MembersAt time.Time // when Slack said who is in it; zero: never
	Members   int       // how many were in it then
	// Member reports whether the person asked about was in it then.
	Member bool
}

// The fields of a roster beside its members: no user id begins like this.
const (
	rosterPrivate   = "private"
	rosterPrivateAt = "private_at"
	rosterMembersAt = "members_at"
	rosterMembers   = "members"
)

// rosterFor is how long the last word about a channel or a person is kept: it helps while Slack does not answer.
const rosterFor = 30 * 24 * time.Hour

// Directory is what Slack said of people, groups and channels, what its budgets have
// left, and how often people act.
type Directory struct{ workspace }

// Roster returns what Slack said of a channel, and whether a person is in it.
func (s *Directory) Roster(ctx context.Context, channel, user string) (Roster, error) {
	values, err := s.redis.client.HMGet(ctx, s.keys.roster(channel), rosterPrivate, rosterPrivateAt, rosterMembersAt, rosterMembers, user).Result()
	if err != nil {
		return Roster{}, fmt.Errorf("read who is in channel %s: %w", channel, err)
	}
	private, _ := values[0].(string)
	size, _ := values[3].(string)
	members, _ := strconv.Atoi(size) // of an older binary: 0
	_, member := values[4].(string)
	return Roster{
		Private: access.Known(private), PrivateAt: s.noted(values[1]), MembersAt: s.noted(values[2]),
		Members: members, Member: member && user != "",
	}, nil
}

// noted is a time that was stored on Redis' clock, in milliseconds. One that is yet to
// come was stored before the clock was set back: nobody knows how old it is, so it is
// none.
func (s *Directory) noted(value any) time.Time {
	text, _ := value.(string)
	ms, err := strconv.ParseInt(text, 10, 64)
	if at := time.UnixMilli(ms); err == nil && at.Sub(s.Now()) <= skewMost {
		return at
	}
	return time.Time{}
}

// SetRosterPrivate remembers whether a channel is private.
func (s *Directory) SetRosterPrivate(ctx context.Context, channel string, private bool, at time.Time) error {
	key := s.keys.roster(channel)
	pipe := s.redis.client.TxPipeline()
	pipe.HSet(ctx, key, rosterPrivate, string(access.KnownOf(private)), rosterPrivateAt, at.UnixMilli())
	pipe.PExpire(ctx, key, rosterFor)
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("remember whether channel %s is private: %w", channel, err)
	}
	return nil
}

// SetRosterMembers remembers who is in a channel, in place of who was.
func (s *Directory) SetRosterMembers(ctx context.Context, channel string, members []string, at time.Time) error {
	key := s.keys.roster(channel)
	before, err := s.redis.client.HMGet(ctx, key, rosterPrivate, rosterPrivateAt).Result()
	if err != nil {
		return fmt.Errorf("remember who is in channel %s: %w", channel, err)
	}
	fields := make([]any, 0, 2*len(members)+8)
	fields = append(fields, rosterMembersAt, at.UnixMilli(), rosterMembers, len(members))
	for k, name := range []string{rosterPrivate, rosterPrivateAt} {
		if text, ok := before[k].(string); ok {
			fields = append(fields, name, text)
		}
	}
	for _, user := range members {
		fields = append(fields, user, "")
	}
	pipe := s.redis.client.TxPipeline()
	pipe.Del(ctx, key)
	pipe.HSet(ctx, key, fields...)
	pipe.PExpire(ctx, key, rosterFor)
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("remember who is in channel %s: %w", channel, err)
	}
	return nil
}

// Person is what Slack said of somebody, by his id.
type Person struct {
	Kind access.Person // PersonUnknown: Slack never said anything
	Name string        // what Slack calls him with clicks and commands; may be empty
	At   time.Time     // when Slack said so
}

// Person returns what Slack said of somebody.
func (s *Directory) Person(ctx context.Context, user string) (Person, error) {
	text, err := s.redis.client.Get(ctx, s.keys.person(user)).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return Person{}, fmt.Errorf("read what is known of %s: %w", user, err)
	}
	kind, rest, _ := strings.Cut(text, " ")
	at, name, _ := strings.Cut(rest, " ")
	return Person{Kind: access.Person(kind), Name: name, At: s.noted(at)}, nil
}

// SetPerson remembers what Slack said of somebody.
func (s *Directory) SetPerson(ctx context.Context, user string, p Person) error {
	if err := s.redis.client.Set(ctx, s.keys.person(user), fmt.Sprintf("%s %d %s", p.Kind, p.At.UnixMilli(), p.Name), rosterFor).Err(); err != nil {
		return fmt.Errorf("remember what is known of %s: %w", user, err)
	}
	return nil
}

// Places returns where the threads of incidents stand: by the channel's id, or by its
// configured name while there is none.
func (s *Store) Places(ctx context.Context, all []incident.Incident) ([]string, error) {
	threads := make([]topic.ID, len(all))
	for k, i := range all {
		threads[k] = topic.Incident(i.Number)
	}
	roots, err := s.roots(ctx, threads)
	if err != nil {
		return nil, err
	}
	places := make([]string, len(all))
	for k, i := range all {
		places[k] = cmp.Or(roots[k].Channel, i.Channel)
	}
	return places, nil
}

// Roots returns the slots of the first messages of what people call INC-7 or DIG-7, in
// their order: one that is not there, or that cannot be read, is empty.
func (s *Store) Roots(ctx context.Context, names []string) ([]ledger.Record, error) {
	threads := make([]topic.ID, len(names))
	for k, name := range names {
		threads[k], _ = topic.Parse(name)
	}
	return s.roots(ctx, threads)
}

func (s *Store) roots(ctx context.Context, threads []topic.ID) ([]ledger.Record, error) {
	pipe := s.redis.client.Pipeline()
	answers := make([]*redis.StringCmd, len(threads))
	for k, about := range threads {
		answers[k] = pipe.HGet(ctx, s.keys.ledger(about), ledger.Root)
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) && !wrongKind(err) {
		return nil, fmt.Errorf("read where threads stand: %w", err)
	}
	roots := make([]ledger.Record, len(threads))
	for k := range threads {
		if slot, err := ledger.Decode(answers[k].Val()); err == nil {
			roots[k] = slot
		}
	}
	return roots, nil
}

// SetMembers remembers whom a name of the configuration stands for: the members
// of a user group, or one person.
func (s *Directory) SetMembers(ctx context.Context, name string, users []string) error {
	data, err := json.Marshal(users)
	if err != nil {
		return err
	}
	if err := s.write(ctx, "HSET", s.keys.members(), name, data); err != nil {
		return fmt.Errorf("remember members of %s: %w", name, err)
	}
	return nil
}

// MemberNames are the names of which Slack ever said whom they stand for.
func (s *Directory) MemberNames(ctx context.Context) ([]string, error) {
	names, err := s.redis.client.HKeys(ctx, s.keys.members()).Result()
	if err != nil {
		return nil, fmt.Errorf("read the names of which members are known: %w", err)
	}
	return names, nil
}

// Members returns whom a name of the configuration was last known to stand for;
// known is false when Slack never said so.
func (s *Directory) Members(ctx context.Context, name string) (users []string, known bool, err error) {
	data, err := s.redis.client.HGet(ctx, s.keys.members(), name).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read members of %s: %w", name, err)
	}
	if json.Unmarshal(data, &users) != nil {
		return nil, false, nil // Slack is asked again and again who they are
	}
	return users, true, nil
}
