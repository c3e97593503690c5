package keeper

import (
	"context"
	"fmt"
	"strings"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/playbooks"
)

// plan says what the configuration makes of a notification that opens an
// incident.
func (r *reign) plan(s Settings, n alerts.Notification) incident.Plan {
	choice := s.Playbooks.Select(n)
	data := playbooks.DataFor(n)
	p := r.planned(s, choice.Playbook, data)
	p.Reason = choice.Reason
	if choice.Note != "" {
		p.Note = strings.TrimSpace(choice.Note + "\n" + p.Note)
	}
	return p
}

// startPlan is the plan of a playbook started by hand; nil when there is none of
// that name.
func (r *reign) startPlan(s Settings, st incident.Start) *incident.Plan {
	book, ok := s.Playbooks.Find(st.Playbook)
	if !ok {
		return nil
	}
	p := r.planned(s, book, playbooks.Data{Labels: st.Labels, Annotations: map[string]string{}})
	p.Reason = "started by hand"
	return &p
}

func (r *reign) planned(s Settings, book *playbooks.Playbook, data playbooks.Data) incident.Plan {
	route := s.Route(data.Labels)
	filled, notes := book.Fill(data)
	return incident.Plan{
		Channel: route.Channel, Owners: route.Owners, Responders: route.Responders, Escalate: route.Escalate,
		Playbook: book, Hash: book.Hash(), Filled: filled, Note: strings.Join(notes, "\n"),
	}
}

// cacheBound is how many incidents a keeper remembers between batches.
const cacheBound = 2000

// cache is what the keeper believes of Redis while it holds the lease: nobody
// else writes these keys. It is dropped whole at the first surprise.
type cache struct {
	incidents map[int]*incident.Incident
	stored    map[int]int64 // version that Redis has, or will have once the batch is committed
	groups    map[string]int
	next      int
}

func (c *cache) clear() { *c = cache{} }

// prepare makes room before a batch; never within one, whose incidents are not
// in Redis yet.
func (c *cache) prepare() {
	if c.incidents == nil || len(c.incidents) > cacheBound {
		*c = cache{incidents: map[int]*incident.Incident{}, stored: map[int]int64{}, groups: map[string]int{}, next: c.next}
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
	c.incidents[i.Number] = &i
	c.stored[i.Number] = i.Version
	if i.Group != "" && i.FollowedBy == 0 {
		c.groups[i.Group] = i.Number
	}
}

// version is what Redis has of an incident before the next commit.
func (c *cache) version(number int) int64 { return c.stored[number] }
