package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/incident"
)

// Which says what a list is of.
type Which string

// The lists.
const (
	ListOpen    Which = "open"    // active: open or acknowledged
	ListMine    Which = "mine"    // what a person leads, and steps they hold
	ListOverdue Which = "overdue" // with a step past its deadline that nobody ended
	ListAll     Which = "all"     // the closed ones, too
)

// Listing asks for a list of incidents.
type Listing struct {
	Which      Which
	User       string   // whose, with ListMine
	Severities []string // worst first; anything else comes last
	Now        time.Time
	Most       int // how many are returned
}

// Listed is a list: the worst first (real ones before drills, then by severity,
// what is active before follow-ups, the newest first), the closed ones last.
type Listed struct {
	Numbers []int
	// Total is how many there are. Of closed ones it counts groups too that never fired.
	Total int
	// Partial says that the indexes are not filled yet after an upgrade and time did not suffice to look at every incident.
	Partial bool
}

const (
	listPage = 1000 // members of an index that are asked for at once
	readPage = 200  // documents that are
	// listSpare is what a list leaves of its time to those who show it.
	listSpare = 400 * time.Millisecond
)

// Incident reports whether the list has the incident: an index may tell of the
// moment before.
func (l Listing) Incident(i incident.Incident) bool {
	if i.Quiet {
		return false
	}
	switch l.Which {
	case ListMine:
		return concerns(i, l.User)
	case ListOverdue:
		ms, ok := earliest(i)
		return ok && ms < l.Now.UnixMilli() && i.State != incident.Closed
	case ListAll:
		return true
	}
	return i.Active()
}

// List returns which incidents a list has. It reads indexes alone, in pages, and
// documents only while a coordinator fills the indexes after an upgrade.
func (s *Store) List(ctx context.Context, l Listing) (Listed, error) {
	b := best{most: l.Most, ranks: map[int64]int{}}
	for k, severity := range l.Severities {
		b.ranks[severityScore(severity)] = k
	}
	whole, err := s.Indexed(ctx)
	switch {
	case err != nil:
	case !whole:
		err = s.listUnindexed(ctx, l, &b)
	case l.Which == ListMine:
		err = s.listMine(ctx, l, &b)
	case l.Which == ListOverdue:
		err = s.listOverdue(ctx, l, &b)
	default:
		err = s.listStanding(ctx, l, &b)
	}
	if err == nil && l.Which == ListAll {
		err = s.listClosed(ctx, &b)
	}
	if err != nil {
		return Listed{}, fmt.Errorf("list incidents: %w", err)
	}
	return b.list(), nil
}

// listStanding takes the newest of every severity.
func (s *Store) listStanding(ctx context.Context, l Listing, b *best) error {
	pipe := s.redis.client.Pipeline()
	count := pipe.ZCount(ctx, s.keys.listed(), "0", "+inf")
	if l.Which == ListAll {
		count = pipe.ZCard(ctx, s.keys.listed())
	}
	parts := b.spans(l.Which)
	newest := make([]*redis.ZSliceCmd, len(parts))
	for k, p := range parts {
		by := p.by()
		by.Count = int64(l.Most)
		newest[k] = pipe.ZRevRangeByScoreWithScores(ctx, s.keys.listed(), by)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return err
	}
	b.total += int(count.Val())
	for _, part := range newest {
		for _, z := range part.Val() {
			if n, ok := memberNumber(z); ok {
				b.keep(n, int64(z.Score))
			}
		}
	}
	return nil
}

// memberNumber reads a member of an index; one that is no number is another binary's.
func memberNumber(z redis.Z) (n int, ok bool) {
	text, _ := z.Member.(string)
	n, err := strconv.Atoi(text)
	return n, err == nil
}

// memberNumbers reads the members of a page.
func memberNumbers(page []redis.Z) []int {
	numbers := make([]int, 0, len(page))
	for _, z := range page {
		if n, ok := memberNumber(z); ok {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// listMine reads what a person has a part in.
func (s *Store) listMine(ctx context.Context, l Listing, b *best) error {
	if l.User == "" || strings.Contains(l.User, " ") {
		return nil
	}
	from := "[" + l.User + " "
	for {
		members, err := s.redis.client.ZRangeByLex(ctx, s.keys.people(), &redis.ZRangeBy{Min: from, Max: "(" + l.User + "!", Count: listPage}).Result()
		if err != nil {
			return err
		}
		numbers := make([]int, len(members))
		for k, member := range members {
			numbers[k] = personNumber(member)
		}
		if err := s.rank(ctx, numbers, b); err != nil {
			return err
		}
		if len(members) < listPage {
			return nil
		}
		from = "(" + members[len(members)-1]
	}
}

// listOverdue reads what is past a deadline, by deadline: page by page, each from
// where the one before ended.
func (s *Store) listOverdue(ctx context.Context, l Listing, b *best) error {
	by := &redis.ZRangeBy{Min: "-inf", Max: "(" + strconv.FormatInt(l.Now.UnixMilli(), 10), Count: listPage}
	for {
		members, err := s.redis.client.ZRangeByScoreWithScores(ctx, s.keys.unfinished(), by).Result()
		if err != nil {
			return err
		}
		if err := s.rank(ctx, memberNumbers(members), b); err != nil {
			return err
		}
		if len(members) < listPage {
			return nil
		}
		advance(by, members)
	}
}

// advance goes on behind a page of an index that is read by score.
func advance(by *redis.ZRangeBy, page []redis.Z) {
	last := page[len(page)-1].Score
	same := 0
	for k := len(page) - 1; k >= 0 && page[k].Score == last; k-- {
		same++
	}
	if at := strconv.FormatFloat(last, 'f', -1, 64); at == by.Min {
		by.Offset += int64(same)
	} else {
		by.Min, by.Offset = at, int64(same)
	}
}

// rank adds incidents with their standings; those that have none are no longer
// among them.
func (s *Store) rank(ctx context.Context, numbers []int, b *best) error {
	if len(numbers) == 0 {
		return nil
	}
	members := make([]string, len(numbers))
	for k, n := range numbers {
		members[k] = padded(n)
	}
	// Of a member that is not there ZMSCORE answers nil, which the client makes 0: no standing is 0.
	scores, err := s.redis.client.ZMScore(ctx, s.keys.listed(), members...).Result()
	if err != nil {
		return err
	}
	for k, score := range scores {
		if score != 0 {
			b.add(numbers[k], int64(score))
		}
	}
	return nil
}

// listClosed adds the newest of the closed ones.
func (s *Store) listClosed(ctx context.Context, b *best) error {
	total, err := s.redis.client.ZCard(ctx, s.keys.closed()).Result()
	if err != nil {
		return err
	}
	b.total += int(total)
	b.closed, err = s.ClosedNumbers(ctx, int64(b.most))
	return err
}

// listUnindexed looks at every incident that is not closed, as long as there is
// time.
func (s *Store) listUnindexed(ctx context.Context, l Listing, b *best) error {
	by := &redis.ZRangeBy{Min: "-inf", Max: "+inf", Count: readPage}
	for {
		if until, ok := ctx.Deadline(); ok && time.Until(until) < listSpare {
			b.partial = true
			return nil
		}
		members, err := s.redis.client.ZRangeByScoreWithScores(ctx, s.keys.open(), by).Result()
		if err != nil {
			return err
		}
		found, unread, err := s.Incidents(ctx, memberNumbers(members)...)
		if err != nil {
			return err
		}
		b.partial = b.partial || len(unread) > 0
		for _, i := range found {
			if l.Incident(i) && i.State != incident.Closed {
				b.add(i.Number, standing(i))
			}
		}
		if len(members) < readPage {
			return nil
		}
		advance(by, members)
	}
}
