// Package directory knows who the names of the configuration are in Slack: channels,
// people, groups and who is in them, and which channels can be written to. It asks Slack,
// and keeps in Redis what endpoints have to know; it sends nothing.
package directory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/health"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/store"
)

const (
	refreshEvery = 10 * time.Minute
	groupsEvery  = time.Minute      // one call: who was taken out of a group may not act for long
	unknownEvery = 20 * time.Second // while Slack does not know all names
	againFirst   = 2 * time.Second  // while Slack does not answer, at first
	againLast    = 10 * time.Second // and at last
)

// Names are the names of the configuration, to be resolved.
type Names struct{ Channels, People []string }

// Options are what a directory needs; all fields but Groups are required.
type Options struct {
	Store   *store.Store
	Slack   *slackapi.Client
	Names   func() Names
	Changed <-chan struct{} // receives after a reload
	Health  *health.Health
	Log     *slog.Logger
	Groups  time.Duration // between two looks at user groups; 0: a minute
}

// Directory knows who the names of the configuration are in Slack, and who is in
// their groups.
type Directory struct {
	Options
	ready chan struct{} // closed once Slack has said of every channel whether there is one

	mu        sync.Mutex
	channels  map[string]string
	people    map[string]slackapi.Person
	strangers map[string]bool      // names that Slack does not know
	members   map[string][]string  // user ids, by configured name
	unsaved   map[string]bool      // names whose members Redis does not have
	asked     map[string]bool      // names of which Slack has said who they are, or that it does not know them
	wanted    map[string]time.Time // names that messages wait for, and since when
	trying    time.Time            // since when Slack answers, but not about all names
	halting   bool                 // it answered that something is wrong with it
	closed    map[string]string    // channels that cannot be written to, by configured name: what to do
	// restricted are channels that refuse what Slack shows as open.
	restricted map[string]restriction
}

// New makes a directory; Run asks Slack.
func New(o Options) *Directory {
	o.Groups = cmp.Or(o.Groups, groupsEvery)
	return &Directory{
		Options: o, ready: make(chan struct{}), asked: map[string]bool{}, wanted: map[string]time.Time{}, closed: map[string]string{}, restricted: map[string]restriction{},
		channels: map[string]string{}, people: map[string]slackapi.Person{}, strangers: map[string]bool{}, members: map[string][]string{}, unsaved: map[string]bool{},
	}
}

// Await waits until it is known which channels there are; false when the context ended
// before.
func (d *Directory) Await(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-d.ready:
		return true
	}
}

// Run asks Slack at the start, after a reload and every ten minutes; sooner when
// it could not answer. Nothing is posted before it is known who its own names are: a
// first post without its mentions notifies nobody. What Slack said in an earlier
// term is good enough to begin with.
func (d *Directory) Run(ctx context.Context) error {
	d.recall(ctx)
	again, said := againFirst, ""
	for {
		wait, err := d.refresh(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case wait > 0:
			d.Health.Set("names", "names are not resolved yet: "+err.Error())
		case err != nil:
			d.Health.Set("names", err.Error())
			if text := err.Error(); text != said {
				said = text
				d.Log.Warn("some names of the configuration stay plain text", "error", err)
			}
		default:
			said = ""
			d.Health.Clear("names")
		}
		if wait > 0 {
			wait = max(wait, again)
			again = min(2*again, againLast)
		} else {
			wait, again = refreshEvery, againFirst
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
func (d *Directory) rest(ctx context.Context, wait time.Duration) bool {
	timer, groups := time.NewTimer(wait), time.NewTicker(d.Groups)
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
				d.Log.Debug("groups stay as they were", "error", err)
			}
		}
	}
}

// recall takes over what Slack said in an earlier term.
func (d *Directory) recall(ctx context.Context) {
	settings := d.Names()
	ids, err := d.Store.Directory.Names(ctx, slices.Concat(settings.Channels, settings.People))
	if err != nil {
		d.Log.Warn("what Slack said of names could not be read; it is asked again", "error", err)
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
			d.people[name] = slackapi.PersonOf(id)
		} else if ok {
			d.strangers[name] = true
		}
	}
	d.tellReady()
}

// refresh asks Slack for channels, people and members. What could be had is kept
// even when the rest failed; wait is set when it is worth asking for the rest
// soon.
func (d *Directory) refresh(ctx context.Context) (wait time.Duration, err error) {
	_, err = d.Slack.Auth(ctx)
	d.begin(err)
	if err != nil {
		// Slack does not take the token at the moment: every answer would say so.
		return max(slackapi.RetryIn(err), againFirst), err
	}
	settings := d.Names()
	var problems []error
	trouble := func(what string, err error) {
		problems = append(problems, fmt.Errorf("%s: %w", what, err))
		wait = max(wait, slackapi.RetryIn(err))
	}
	ids := map[string]string{}
	people, unknown, peopleErr := map[string]slackapi.Person{}, []string(nil), error(nil)
	var asking sync.WaitGroup
	asking.Go(func() { people, unknown, peopleErr = d.askAll(ctx, settings.People, ids) })
	private := map[string]bool{}
	channels, closed, err := d.Slack.ChannelsAsFound(ctx, settings.Channels, func(f slackapi.FoundChannel) {
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
		if channels[name] == "" && d.Channel(name) == name {
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
	if err := errors.Join(d.Store.Directory.SetNames(ctx, ids), d.keepPrivate(ctx, private)); err != nil {
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
func (d *Directory) askPeople(ctx context.Context, names []string, ids map[string]string) (people map[string]slackapi.Person, unknown []string, err error) {
	people, unknown, err = d.Slack.People(ctx, names)
	d.mu.Lock()
	maps.Copy(d.people, people)
	for name, person := range people {
		ids[name] = person.ID
		delete(d.strangers, name)
	}
	for _, name := range unknown {
		ids[name] = ""
		d.strangers[name] = true
		delete(d.people, name)
	}
	d.answered(names, people, unknown, err)
	d.mu.Unlock()
	for _, name := range unknown {
		err = errors.Join(err, d.keepMembers(ctx, name, nil))
	}
	return people, unknown, err
}

// Channel returns the id of a channel, or its name while the id is not known:
// Slack takes both for posting.
func (d *Directory) Channel(name string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if id := d.channels[name]; id != "" {
		return id
	}
	return name
}

// Mentions returns how people are mentioned, with nothing for those whom Slack does not
// know.
func (d *Directory) Mentions() message.Names {
	d.mu.Lock()
	defer d.mu.Unlock()
	names := message.Names{}
	for name := range d.strangers {
		names[name] = ""
	}
	for name, person := range d.people {
		names[name] = person.Mention
	}
	return names
}
