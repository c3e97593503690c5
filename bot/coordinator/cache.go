package coordinator

import (
	"context"
	"fmt"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/playbooks"
)

// cacheBound is how many incidents a coordinator remembers between batches, and cacheBytes
// how many bytes of text they may hold: of 500 alerts with long labels an incident
// has half a megabyte.
const (
	cacheBound = 2000
	cacheBytes = 32 << 20
)

// cache is what the coordinator believes of Redis while it holds the lease: nobody
// else writes these keys. It is dropped whole at the first surprise.
type cache struct {
	incidents map[int]*incident.Incident
	sizes     map[int]int   // bytes of each of them, as bytesOf counted when it was put
	bytes     int           // sum of the sizes
	stored    map[int]int64 // version that Redis has, or will have once the batch is committed
	whole     map[int]int64 // version that this term has committed whole, indexes and all
	groups    map[string]int
	channels  map[string]incident.Channel
	storms    map[int]*incident.Storm
	books     map[string]*playbooks.Playbook // by hash, so that none of them ever changes
	next      int
}

func (c *cache) clear() { *c = cache{} }

// roomy reports whether a batch needs no room made for it.
func (c *cache) roomy() bool {
	return c.incidents != nil && len(c.incidents) <= cacheBound && c.bytes <= cacheBytes
}

// bytesOf is about how many bytes an incident takes: of what can be many or long.
func bytesOf(i incident.Incident) int {
	const frame = 300 // of an alert or a step: its times, its fingerprint, its map
	size := frame * (len(i.Alerts) + len(i.Steps))
	for _, a := range i.Alerts {
		size += len(a.Summary) + len(a.Description) + len(a.URL)
		for _, l := range a.Links {
			size += len(l.Title) + len(l.URL)
		}
		for name, value := range a.Labels {
			size += len(name) + len(value)
		}
	}
	for _, step := range i.Steps {
		size += len(step.Title) + len(step.Detail)
		for _, command := range step.Commands {
			size += len(command)
		}
	}
	for name, value := range i.Labels {
		size += len(name) + len(value)
	}
	return size
}

// prepare makes room before a batch; never while incidents of one are not in Redis
// yet.
func (c *cache) prepare() {
	if !c.roomy() {
		*c = cache{
			incidents: map[int]*incident.Incident{}, sizes: map[int]int{}, stored: map[int]int64{}, whole: map[int]int64{}, groups: map[string]int{},
			channels: map[string]incident.Channel{}, storms: map[int]*incident.Storm{}, books: map[string]*playbooks.Playbook{}, next: c.next,
		}
	}
}

func (c *cache) newest(ctx context.Context, s *store.Store) (int, error) {
	if c.next == 0 {
		n, err := s.Newest(ctx)
		if err != nil {
			return 0, err
		}
		c.next = n
	}
	return c.next, nil
}

func (c *cache) group(ctx context.Context, s *store.Store, id string) (int, error) {
	if n, ok := c.groups[id]; ok {
		return n, nil
	}
	n, err := s.GroupNumber(ctx, id)
	if err == nil && n > 0 {
		c.groups[id] = n
	}
	return n, err
}

func (c *cache) incident(ctx context.Context, s *store.Store, number int) (*incident.Incident, error) {
	if i, ok := c.incidents[number]; ok {
		return i, nil
	}
	i, ok, err := s.Incident(ctx, number)
	if err != nil {
		return nil, fmt.Errorf("load incident %d: %w", number, err)
	}
	if !ok {
		return nil, nil
	}
	c.put(i)
	return &i, nil
}

// put remembers an incident as the batch will have left it.
func (c *cache) put(i incident.Incident) {
	size := bytesOf(i)
	c.bytes += size - c.sizes[i.Number]
	c.sizes[i.Number] = size
	c.incidents[i.Number] = &i
	c.stored[i.Number] = i.Version
	if i.Group != "" && i.FollowedBy == 0 {
		c.groups[i.Group] = i.Number
	}
}

// version is what Redis has of an incident before the next commit.
func (c *cache) version(number int) int64 { return c.stored[number] }

// before is the incident as the next commit finds it in Redis; nil of a new one.
// Whole says that this term has stored that version, and has heard so. Of any
// other it is not known whether its script failed half way, or which indexes its
// binary knew: writing all of them mends that.
func (c *cache) before(number int) (i *incident.Incident, whole bool) {
	i = c.incidents[number]
	return i, i != nil && c.whole[number] == i.Version
}

// committed remembers that a batch was stored, all of it.
func (c *cache) committed(commits []store.Commit) {
	for _, commit := range commits {
		for _, saved := range commit.Saved {
			c.whole[saved.Incident.Number] = saved.Incident.Version
		}
	}
}

// channel returns what is remembered of a channel. Beside an error it is what may
// take the place of what cannot be read; nil: nothing may.
func (c *cache) channel(ctx context.Context, s *store.Store, name string) (*incident.Channel, error) {
	if known, ok := c.channels[name]; ok {
		return &known, nil
	}
	channel, err := s.Channel(ctx, name)
	if u := store.UnreadableOf(err); err != nil && (u == nil || !u.Replace) {
		return nil, err
	}
	c.channels[name] = channel
	return &channel, err
}

// book returns the playbook that incidents began with.
func (c *cache) book(ctx context.Context, s *store.Store, hash string) (*playbooks.Playbook, error) {
	if known, ok := c.books[hash]; ok {
		return known, nil
	}
	book, err := s.Playbook(ctx, hash)
	if err == nil {
		c.books[hash] = book
	}
	return book, err
}

// storm returns a storm; nil when there is none of that number.
func (c *cache) storm(ctx context.Context, s *store.Store, number int) (*incident.Storm, error) {
	if known, ok := c.storms[number]; ok {
		return known, nil
	}
	storm, ok, err := s.Storm(ctx, number)
	if err != nil || !ok {
		return nil, err
	}
	c.storms[number] = &storm
	return &storm, nil
}

// saved is the part of a commit about channels and storms: their new values,
// and the versions that Redis has of them.
func (c *cache) saved(out incident.Outcome) (channel *store.SavedChannel, storms []store.SavedStorm) {
	if out.Channel != nil {
		channel = &store.SavedChannel{Channel: *out.Channel, Was: c.channels[out.Channel.Name].Version}
		c.channels[out.Channel.Name] = *out.Channel
	}
	for _, storm := range out.Storms {
		saved := store.SavedStorm{Storm: storm}
		if was := c.storms[storm.Number]; was != nil {
			saved.Was = was.Version
		}
		c.storms[storm.Number] = &storm
		storms = append(storms, saved)
	}
	return channel, storms
}
