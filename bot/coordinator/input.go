package coordinator

import (
	"context"
	"time"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/topic"
	"github.com/signalbook/signalbook/playbooks"
)

// input gathers what the state machine needs to know around an event.
func (t *term) input(ctx context.Context, ev incident.Event, facts access.Facts, settings Settings) (incident.StepInput, error) {
	var s incident.StepInput
	newest, err := t.cache.newest(ctx, t.c.Store)
	if err != nil {
		return s, err
	}
	s.Next = max(newest, int(t.c.floor.Load())) + 1
	number := 0
	switch {
	case ev.Notification != nil:
		number, err = t.cache.group(ctx, t.c.Store, incident.GroupOf(*ev.Notification))
	case ev.Act != nil:
		number = ev.Act.Incident
	case ev.Timer != nil:
		number = ev.Timer.Incident
	case ev.Paged != nil:
		number = ev.Paged.Incident
	case ev.Diverted != nil && ev.Diverted.Topic.Kind == topic.OfIncident:
		number = ev.Diverted.Topic.Number
	}
	if err != nil {
		return s, err
	}
	if number > 0 {
		if s.Current, err = t.cache.incident(ctx, t.c.Store, number); err != nil {
			return s, err
		}
	}
	switch {
	case ev.Act != nil && s.Current != nil:
		facts = t.withPrivate(ctx, facts, s.Current.Channel)
		at := settings.Roles.Reserve(ev.Act.Verb.Role(), access.Place{Channel: s.Current.Channel, Responders: s.Current.Responders})
		err = t.judgeAccess(ctx, &s, settings, ev.Act.Verb.May(), facts, ev.Act.User, at)
	case ev.Start != nil && ev.Start.Found == "":
		at := settings.Roles.Reserve(ev.Start.Role(), access.Place{Channel: settings.StartChannel(*ev.Start), Responders: settings.Route(ev.Start.Labels).Responders})
		facts = t.people.FactsOf(at.Channel, facts)
		err = t.judgeAccess(ctx, &s, settings, ev.Start.May(), facts, ev.Start.User, at)
	case ev.Timer != nil && s.Current != nil:
		s.Neighbours, err = t.neighbours(ctx, *s.Current, ev.At)
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
func (t *term) load(ctx context.Context, settings Settings, ev incident.Event, needs incident.Needs, into *incident.Loaded) error {
	if needs.Plan != nil {
		plan := t.plan(settings, *needs.Plan)
		into.Plan = &plan
		if settings.Rules.Storm.Above > 0 {
			needs.Channels = append(needs.Channels, plan.Channel) // it will be asked for
		}
	}
	for _, hash := range needs.Books {
		book, err := t.cache.book(ctx, t.c.Store, hash)
		if err = t.documents.Spare(err); err != nil { // without it links stay as they were
			return err
		}
		incident.Keep(&into.Books, hash, book)
	}
	for _, name := range needs.Channels {
		channel, err := t.cache.channel(ctx, t.c.Store, name)
		if err = t.documents.Spare(err); err != nil {
			return err
		}
		incident.Keep(&into.Channels, name, channel)
		if channel != nil && channel.Storm != 0 {
			needs.Storms = append(needs.Storms, channel.Storm)
		}
	}
	for _, number := range needs.Storms {
		storm, err := t.cache.storm(ctx, t.c.Store, number)
		if ev.StormTimer == nil || ev.StormTimer.Storm != number {
			err = t.documents.Spare(err)
		}
		if err != nil {
			return err
		}
		incident.Keep(&into.Storms, number, storm)
	}
	for _, number := range needs.Incidents {
		i, err := t.cache.incident(ctx, t.c.Store, number)
		if err = t.documents.Spare(err); err != nil {
			return err
		}
		incident.Keep(&into.Incidents, number, i)
	}
	for _, playbook := range needs.Histories {
		history, err := t.c.Store.History(ctx, playbook)
		if err != nil {
			return err
		}
		incident.Keep(&into.Histories, playbook, &history)
	}
	return nil
}

// neighbours loads the incidents that may share a deadline ping with i.
func (t *term) neighbours(ctx context.Context, i incident.Incident, now time.Time) ([]incident.Incident, error) {
	tier, ok := i.Tier(playbooks.Immediate)
	if !ok || tier.Due.After(now) || tier.Overdue || !i.Active() {
		return nil, nil
	}
	numbers, err := t.c.Store.Neighbours(ctx, i.Channel, tier.Owners, now.Add(incident.TogetherWithin))
	if err != nil {
		return nil, err
	}
	var all []incident.Incident
	for _, n := range numbers {
		if n == i.Number {
			continue
		}
		other, err := t.cache.incident(ctx, t.c.Store, n)
		if t.documents.Spare(err) != nil {
			return nil, err
		}
		if other != nil {
			all = append(all, *other)
		}
	}
	return all, nil
}
