package coordinator

import (
	"context"
	"time"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// input gathers what the state machine needs to know around an event.
func (r *term) input(ctx context.Context, ev incident.Event, settings Settings) (incident.StepInput, error) {
	var s incident.StepInput
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

// likely is what most events ask for: with it they are decided about at once.
func likely(in incident.StepInput, ev incident.Event) (needs incident.Needs) {
	if in.Current == nil {
		return needs
	}
	if ev.Notification != nil && !in.Current.Quiet {
		needs.Books = append(needs.Books, in.Current.Playbook.Hash)
	}
	if in.Current.Storm != 0 {
		needs.Storms = append(needs.Storms, in.Current.Storm)
	}
	return needs
}

// load reads what an event asks for. What could not be read is nil there, when the
// event can do without.
func (r *term) load(ctx context.Context, settings Settings, ev incident.Event, needs incident.Needs, into *incident.Loaded) error {
	if needs.Plan != nil {
		plan := r.plan(settings, *needs.Plan)
		into.Plan = &plan
		if settings.Rules.Storm.Above > 0 {
			needs.Channels = append(needs.Channels, plan.Channel) // it will be asked for
		}
	}
	for _, hash := range needs.Books {
		book, err := r.cache.book(ctx, r.Store, hash)
		if err = r.documents.Spare(err); err != nil { // without it links stay as they were
			return err
		}
		incident.Keep(&into.Books, hash, book)
	}
	for _, name := range needs.Channels {
		channel, err := r.cache.channel(ctx, r.Store, name)
		if err = r.documents.Spare(err); err != nil {
			return err
		}
		incident.Keep(&into.Channels, name, channel)
		if channel != nil && channel.Storm != 0 {
			needs.Storms = append(needs.Storms, channel.Storm)
		}
	}
	for _, number := range needs.Storms {
		storm, err := r.cache.storm(ctx, r.Store, number)
		if ev.Timer == nil || ev.Timer.Incident != -number {
			err = r.documents.Spare(err)
		}
		if err != nil {
			return err
		}
		incident.Keep(&into.Storms, number, storm)
	}
	for _, number := range needs.Incidents {
		i, err := r.cache.incident(ctx, r.Store, number)
		if err = r.documents.Spare(err); err != nil {
			return err
		}
		incident.Keep(&into.Incidents, number, i)
	}
	for _, playbook := range needs.Histories {
		history, err := r.Store.History(ctx, playbook)
		if err != nil {
			return err
		}
		incident.Keep(&into.Histories, playbook, &history)
	}
	return nil
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
