package keeper

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/chat"
	"github.com/signalbook/signalbook/bot/message"
)

const (
	refreshEvery = 10 * time.Minute
	groupsEvery  = time.Minute      // one call: who was taken out of a group may not act for long
	unknownEvery = 20 * time.Second // while Slack does not know all names
)

// directory knows who the names of the configuration are in Slack, and who is in
// their groups.
type directory struct {
	*reign
	ready chan struct{} // closed once Slack has said of every channel whether there is one

	mu       sync.Mutex
	channels map[string]string
	people   map[string]chat.Person
	members  map[string][]string  // user ids, by configured name
	unsaved  map[string]bool      // names whose members Redis does not have
	asked    map[string]bool      // names of which Slack has said who they are, or that it does not know them
	wanted   map[string]time.Time // names that messages wait for, and since when
	trying   time.Time            // since when Slack answers, but not about all names
	halting  bool                 // it answered that something is wrong with it
	closed   map[string]string    // channels that cannot be written to, by configured name: what to do
	// restricted are channels that refuse what Slack shows as open.
	restricted map[string]restriction
}

func newDirectory(r *reign) *directory {
	return &directory{reign: r, ready: make(chan struct{}), asked: map[string]bool{}, wanted: map[string]time.Time{}, closed: map[string]string{}, restricted: map[string]restriction{}, channels: map[string]string{}, people: map[string]chat.Person{}, members: map[string][]string{}, unsaved: map[string]bool{}}
}

// await waits until it is known which channels there are; false when the context ended
// before.
func (d *directory) await(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-d.ready:
		return true
	}
}

// run asks Slack at the start, after a reload and every ten minutes; sooner when
// it could not answer. Nothing is posted before it is known who its own names are: a
// first post without its mentions notifies nobody. What Slack said in an earlier
// reign is good enough to begin with.
func (d *directory) run(ctx context.Context) error {
	d.recall(ctx)
	again, said := retry, ""
	for {
		wait, err := d.refresh(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case wait > 0:
			d.health.set("names", "names are not resolved yet: "+err.Error())
		case err != nil:
			d.health.set("names", err.Error())
			if text := err.Error(); text != said {
				said = text
				d.log.Warn("some names of the configuration stay plain text", "error", err)
			}
		default:
			said = ""
			d.health.clear("names")
		}
		if wait > 0 {
			wait = max(wait, again)
			again = min(2*again, lastProbe)
		} else {
			wait, again = refreshEvery, retry
			if err != nil || d.shut() {
				wait = unknownEvery // somebody may be mending it
			}
		}
		if !d.rest(ctx, wait) {
			return nil
		}
	}
}

// rest waits for the next refresh, and looks after groups meanwhile; false when the
// context ended.
func (d *directory) rest(ctx context.Context, wait time.Duration) bool {
	timer, groups := time.NewTimer(wait), time.NewTicker(d.Timing.Groups)
	defer timer.Stop()
	defer groups.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-d.Changed:
			return true
		case <-timer.C:
			return true
		case <-groups.C:
			if err := d.askGroups(ctx); err != nil {
				d.log.Debug("groups stay as they were", "error", err)
			}
		}
	}
}

// recall takes over what Slack said in an earlier reign.
func (d *directory) recall(ctx context.Context) {
	settings := d.Settings()
	ids, err := d.Store.Names(ctx, slices.Concat(settings.Channels, settings.People))
	if err != nil {
		d.log.Warn("what Slack said of names could not be read; it is asked again", "error", err)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, name := range settings.Channels {
		id, ok := ids[name]
		d.asked[name] = d.asked[name] || ok
		if id != "" {
			d.channels[name] = id
		}
	}
	for _, name := range settings.People {
		id, ok := ids[name]
		d.asked[name] = d.asked[name] || ok
		if id != "" {
			d.people[name] = chat.PersonOf(id)
		}
	}
	d.tellReady()
}

// refresh asks Slack for channels, people and members. What could be had is kept
// even when the rest failed; wait is set when it is worth asking for the rest
// soon.
func (d *directory) refresh(ctx context.Context) (wait time.Duration, err error) {
	_, err = d.Slack.Auth(ctx)
	d.begin(err)
	if err != nil {
		// Slack does not take the token at the moment: every answer would say so.
		return max(soon(err), retry), err
	}
	settings := d.Settings()
	var problems []error
	trouble := func(what string, err error) {
		problems = append(problems, fmt.Errorf("%s: %w", what, err))
		wait = max(wait, soon(err))
	}
	ids := map[string]string{}
	people, unknown, peopleErr := map[string]chat.Person{}, []string(nil), error(nil)
	var asking sync.WaitGroup
	asking.Go(func() { people, unknown, peopleErr = d.askAll(ctx, settings.People, ids) })
	private := map[string]bool{}
	channels, closed, err := d.Slack.ChannelsAsFound(ctx, settings.Channels, func(f chat.FoundChannel) {
		d.found(f)
		if f.Private != access.Unknown {
			private[f.ID] = f.Private == access.Yes
		}
	})
	if err != nil {
		trouble("find channels", err)
	}
	problems = append(problems, d.askRenamed(ctx, channels, closed)...)
	d.open(settings.Channels, channels, closed, err)
	asking.Wait()
	maps.Copy(ids, channels)
	for name := range closed {
		if channels[name] == "" && d.channel(name) == name {
			ids[name] = ""
		}
	}
	if peopleErr != nil {
		trouble("find people", peopleErr)
	}
	if len(unknown) > 0 {
		problems = append(problems, fmt.Errorf("Slack does not know %s", strings.Join(unknown, ", ")))
	}
	d.settled()
	if err := errors.Join(d.Store.SetNames(ctx, ids), d.keepPrivate(ctx, private)); err != nil {
		trouble("keep what Slack said", err)
	}
	for _, name := range slices.Sorted(maps.Keys(people)) {
		if err := d.askMembers(ctx, name, people[name]); err != nil {
			trouble("find the members of "+name, err)
		}
	}
	return wait, errors.Join(problems...)
}

// askPeople asks Slack who those names are, and notes their ids. Whom Slack does
// not know, or not any more, is nobody from now on: a group may have been disabled.
func (d *directory) askPeople(ctx context.Context, names []string, ids map[string]string) (people map[string]chat.Person, unknown []string, err error) {
	people, unknown, err = d.Slack.People(ctx, names)
	d.mu.Lock()
	maps.Copy(d.people, people)
	for name, person := range people {
		ids[name] = person.ID
	}
	for _, name := range unknown {
		ids[name] = ""
		delete(d.people, name)
	}
	d.answered(names, people, unknown, err)
	d.mu.Unlock()
	for _, name := range unknown {
		err = errors.Join(err, d.keepMembers(ctx, name, nil))
	}
	return people, unknown, err
}

// soon says when it is worth asking again; 0 when only a person can help. One
// error may be several joined.
func soon(err error) time.Duration {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		wait := time.Duration(0)
		for _, each := range several.Unwrap() {
			wait = max(wait, soon(each))
		}
		return wait
	}
	var refused *chat.Error
	switch {
	case !errors.As(err, &refused):
		return retry
	case refused.Outcome == chat.OutcomeLimited, refused.Outcome == chat.OutcomeUnknown:
		return max(refused.RetryAfter, retry)
	}
	return 0
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
