package coordinator

import (
	"context"
	"errors"
	"time"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// scene gathers what the state machine needs to know around an event.
func (r *term) scene(ctx context.Context, ev incident.Event, settings Settings) (incident.Scene, error) {
	var s incident.Scene
	newest, err := r.cache.newest(ctx, r.Store)
	if err != nil {
		return s, err
	}
	s.Next = max(newest, int(r.floor.Load())) + 1
	number := 0
	switch {
	case ev.Notification != nil:
		number, err = r.cache.group(ctx, r.Store, incident.GroupOf(*ev.Notification))
	case ev.Act != nil:
		number = ev.Act.Incident
	case ev.Timer != nil:
		number = ev.Timer.Incident // a storm's is below zero
	case ev.Diverted != nil:
		number = ev.Diverted.Incident // a storm's, too
	}
	if err != nil {
		return s, err
	}
	if number > 0 {
		if s.Current, err = r.cache.incident(ctx, r.Store, number); err != nil {
			return s, err
		}
	}
	switch {
	case ev.Act != nil && s.Current != nil:
		ev.Access = r.withPrivate(ctx, ev.Access, s.Current.Channel)
		err = r.judgeAccess(ctx, &s, settings, ev, ev.Act.User, access.Place{Channel: s.Current.Channel, Responders: s.Current.Responders})
	case ev.Start != nil:
		at := access.Place{Channel: settings.StartChannel(*ev.Start), Responders: settings.Route(ev.Start.Labels).Responders}
		ev.Access = r.people.FactsOf(at.Channel, ev.Access)
		err = r.judgeAccess(ctx, &s, settings, ev, ev.Start.User, at)
	case ev.Timer != nil && s.Current != nil:
		s.Neighbours, err = r.neighbours(ctx, *s.Current, ev.At)
	}
	return s, err
}

// lookUp lets the scene ask for more than most events need. What could not be
// read is nil there. Where the event can do without, that is all; else unread says
// why, and the outcome counts for nothing.
func (r *term) lookUp(ctx context.Context, scene *incident.Scene, ev incident.Event) (unread func() error) {
	var failed error
	scene.Channel = func(name string) *incident.Channel {
		c, err := r.cache.channel(ctx, r.Store, name)
		failed = errors.Join(failed, r.documents.Spare(err))
		return c
	}
	scene.Book = func(hash string) *playbooks.Playbook {
		book, err := r.cache.book(ctx, r.Store, hash)
		failed = errors.Join(failed, r.documents.Spare(err)) // without it links stay as they were
		return book
	}
	scene.History = func(playbook string) incident.History {
		h, err := r.Store.History(ctx, playbook)
		failed = errors.Join(failed, err)
		return h
	}
	scene.Storm = func(number int) *incident.Storm {
		s, err := r.cache.storm(ctx, r.Store, number)
		if ev.Timer == nil || ev.Timer.Incident != -number {
			err = r.documents.Spare(err)
		}
		failed = errors.Join(failed, err)
		return s
	}
	scene.Load = func(number int) *incident.Incident {
		i, err := r.cache.incident(ctx, r.Store, number)
		failed = errors.Join(failed, r.documents.Spare(err))
		return i
	}
	return func() error { return failed }
}

// neighbours loads the incidents that may share a deadline ping with i.
func (r *term) neighbours(ctx context.Context, i incident.Incident, now time.Time) ([]incident.Incident, error) {
	tier, ok := i.Tier(playbooks.Immediate)
	if !ok || tier.Due.After(now) || tier.Overdue || !i.Active() {
		return nil, nil
	}
	numbers, err := r.Store.Neighbours(ctx, i.Channel, tier.Owners, now.Add(incident.TogetherWithin))
	if err != nil {
		return nil, err
	}
	var all []incident.Incident
	for _, n := range numbers {
		if n == i.Number {
			continue
		}
		other, err := r.cache.incident(ctx, r.Store, n)
		if r.documents.Spare(err) != nil {
			return nil, err
		}
		if other != nil {
			all = append(all, *other)
		}
	}
	return all, nil
}
