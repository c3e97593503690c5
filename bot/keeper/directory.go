package keeper

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/signalbook/signalbook/bot/chat"
	"github.com/signalbook/signalbook/bot/message"
)

const refreshEvery = 10 * time.Minute

// directory knows who the names of the configuration are in Slack, and who is in
// their groups.
type directory struct {
	*reign
	ready chan struct{} // closed once Slack was asked

	mu       sync.Mutex
	channels map[string]string
	people   map[string]chat.Person
	members  map[string]map[string]bool // by group id
}

func newDirectory(r *reign) *directory {
	return &directory{reign: r, ready: make(chan struct{}), channels: map[string]string{}, people: map[string]chat.Person{}, members: map[string]map[string]bool{}}
}

// await waits until Slack was asked once; false when the context ended before.
func (d *directory) await(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-d.ready:
		return true
	}
}

// run asks Slack at the start, after a reload and every ten minutes.
func (d *directory) run(ctx context.Context) error {
	var asked sync.Once
	for {
		wait := refreshEvery
		err := d.refresh(ctx)
		var refused *chat.Error
		switch {
		case err == nil:
			d.health.clear("names")
		case ctx.Err() != nil:
			return nil
		case errors.As(err, &refused) && (refused.Outcome == chat.OutcomeLimited || refused.Outcome == chat.OutcomeUnknown):
			wait = max(refused.RetryAfter, retry)
			d.health.set("names", "names are not resolved yet: "+err.Error())
		default:
			d.health.set("names", err.Error())
			d.log.Warn("some names of the configuration stay plain text", "error", err)
		}
		if wait == refreshEvery {
			asked.Do(func() { close(d.ready) })
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-d.Changed:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// refresh asks Slack for channels, people and members. What could be had is kept
// even when the rest failed.
func (d *directory) refresh(ctx context.Context) error {
	settings := d.Settings()
	var problems []error
	channels, unknown, err := d.Slack.Channels(ctx, settings.Channels)
	if err != nil {
		problems = append(problems, fmt.Errorf("find channels: %w", err))
	} else if len(unknown) > 0 {
		problems = append(problems, fmt.Errorf("no channel %s: create it, and invite the bot with /invite", strings.Join(unknown, ", ")))
	}
	people, unknown, err := d.Slack.People(ctx, settings.People)
	if err != nil {
		problems = append(problems, fmt.Errorf("find people: %w", err))
	} else if len(unknown) > 0 {
		problems = append(problems, fmt.Errorf("Slack does not know %s", strings.Join(unknown, ", ")))
	}
	members := map[string]map[string]bool{}
	for name, person := range people {
		if !person.Group {
			continue
		}
		users, err := d.Slack.Members(ctx, person.ID)
		if err != nil {
			problems = append(problems, fmt.Errorf("find the members of %s: %w", name, err))
			continue
		}
		if err := d.Store.SetMembers(ctx, person.ID, users); err != nil {
			return err
		}
		members[person.ID] = set(users)
	}
	d.mu.Lock()
	for name, id := range channels {
		d.channels[name] = id
	}
	for name, person := range people {
		d.people[name] = person
	}
	for id, users := range members {
		d.members[id] = users
	}
	d.mu.Unlock()
	return errors.Join(problems...)
}

func set(users []string) map[string]bool {
	all := make(map[string]bool, len(users))
	for _, user := range users {
		all[user] = true
	}
	return all
}

// channel returns the id of a channel, or its name while the id is not known:
// Slack takes both for posting.
func (d *directory) channel(name string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if id := d.channels[name]; id != "" {
		return id
	}
	return name
}

// names returns how people are mentioned.
func (d *directory) names() message.Names {
	d.mu.Lock()
	defer d.mu.Unlock()
	names := message.Names{}
	for name, person := range d.people {
		names[name] = person.Mention
	}
	return names
}

// refuse says why a user may not act on what is reserved for responders; empty
// when he may. Groups whose members were never known let nobody in.
func (d *directory) refuse(ctx context.Context, user string, responders []string) (string, error) {
	if len(responders) == 0 {
		return "", nil
	}
	var unknown []string
	for _, name := range responders {
		d.mu.Lock()
		person, ok := d.people[name]
		members, known := d.members[person.ID]
		d.mu.Unlock()
		switch {
		case name == user || (ok && person.ID == user):
			return "", nil
		case !ok && !isGroupID(name):
			unknown = append(unknown, name)
		default:
			group := person.ID
			if !ok {
				group = name
			}
			if !known {
				users, stored, err := d.Store.Members(ctx, group)
				if err != nil {
					return "", err
				}
				if !stored && (person.Group || isGroupID(group)) {
					unknown = append(unknown, name)
					continue
				}
				members = set(users)
			}
			if members[user] {
				return "", nil
			}
		}
	}
	sentence := "only " + strings.Join(responders, ", ") + " may act here"
	if len(unknown) > 0 {
		sentence += "; who is in " + strings.Join(unknown, ", ") + " is not known yet, because Slack has not said so"
	}
	return sentence, nil
}

func isGroupID(name string) bool { return strings.HasPrefix(name, "S") && len(name) > 6 }
