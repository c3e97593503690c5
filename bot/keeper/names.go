package keeper

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/chat"
)

const (
	// namesWithin is how long a message waits for the names that it is about, while Slack answers other questions.
	namesWithin = 30 * time.Second
	// namesAtMost is how long it waits at all for what would tell who they are.
	namesAtMost = 5 * time.Minute
)

// pending is how long a message has to wait for the names that it is about: for its
// own, and not for others that nobody can resolve. One that Slack does not know is
// no reason to wait, nor one that it does not answer about for long: the message goes
// with the name as plain text then. Now is of this process' clock, as what is waited for.
func (d *directory) pending(s sight, c call, now time.Time) time.Duration {
	if c.kind != callPost || s.digest != nil {
		return 0
	}
	names := []string{s.channel}
	if i := s.incident; i != nil {
		names = append(names, i.Owners...)
		for _, t := range i.Tiers {
			names = append(names, t.Owners...)
		}
		for _, e := range i.Escalate {
			names = append(names, e.Mention...)
		}
	}
	if s.storm != nil {
		names = append(names, s.storm.Owners...)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	configured := d.Settings()
	wait := time.Duration(0)
	for _, name := range names {
		if d.asked[name] || !slices.Contains(configured.People, name) && !slices.Contains(configured.Channels, name) {
			continue
		}
		since, ok := d.wanted[name]
		if !ok {
			since, d.wanted[name] = now, now
		}
		if now.Sub(since) < namesAtMost && (d.trying.IsZero() || min(now.Sub(since), now.Sub(d.trying)) < namesWithin) {
			wait = retry / 4
		}
	}
	return wait
}

// begin notes whether Slack answers at all. While it does not, messages could not be
// sent either: they wait for their names, so that they call people when it is back.
func (d *directory) begin(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	failed, word := errors.AsType[*chat.Error](err)
	word = word && failed.Concern == chat.ConcernService && failed.Outcome == chat.OutcomeUnknown && failed.Code != ""
	if (err == nil || word) && (d.trying.IsZero() || err == nil && d.halting) {
		d.trying = time.Now()
	}
	d.halting = err != nil
}

// settled notes that Slack was asked about everything; when it has said something of
// each name, later ones are given their time anew.
func (d *directory) settled() {
	d.mu.Lock()
	defer d.mu.Unlock()
	settings := d.Settings()
	if !slices.ContainsFunc(slices.Concat(settings.Channels, settings.People), func(name string) bool { return !d.asked[name] }) {
		d.trying = time.Time{}
	}
}

// askAll asks who all names are, those first that messages wait for, and tells of each
// as soon as it is known: Slack lets fifty addresses be asked about a minute.
func (d *directory) askAll(ctx context.Context, names []string, ids map[string]string) (people map[string]chat.Person, unknown []string, err error) {
	people = map[string]chat.Person{}
	groups := chat.GroupNames(names)
	rest := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(groups, name) })
	for batch := groups; ; {
		if len(batch) > 0 {
			found, strangers, failed := d.askPeople(ctx, batch, ids)
			maps.Copy(people, found)
			unknown = append(unknown, strangers...)
			err = errors.Join(err, failed)
		}
		if len(rest) == 0 || ctx.Err() != nil {
			return people, unknown, err
		}
		k := d.next(rest)
		batch = []string{rest[k]}
		rest = slices.Delete(rest, k, k+1)
	}
}

// next is which of the names to ask about: one that a message waits for, else the first.
func (d *directory) next(names []string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return max(0, slices.IndexFunc(names, func(name string) bool {
		_, ok := d.wanted[name]
		return ok
	}))
}

// answered notes of which people Slack has said something. A refusal that only a
// person can mend is an answer, too. d.mu is held.
func (d *directory) answered(all []string, people map[string]chat.Person, unknown []string, err error) {
	for _, name := range all {
		_, known := people[name]
		if known || slices.Contains(unknown, name) || soon(err) == 0 {
			d.known(name)
		}
	}
}

// known notes that Slack has said something of a name; d.mu is held.
func (d *directory) known(name string) {
	d.asked[name] = true
	delete(d.wanted, name)
}

// found notes a channel as soon as Slack shows it.
func (d *directory) found(f chat.FoundChannel) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.channels[f.Name] = f.ID
	d.known(f.Name)
	d.close(f.Name, f.Closed)
}

// close notes why a channel cannot be written to; empty: it can. d.mu is held.
func (d *directory) close(name, why string) {
	switch {
	case why == "" && d.closed[name] == "": // what a refused message said of it stays until one is taken
	case why == "":
		delete(d.closed, name)
		d.health.clear("channel " + name)
	case d.closed[name] != why:
		d.log.Error("a channel of the configuration cannot be written to; what is to begin there begins in the fallback channel", "channel", name, "do", why)
		fallthrough
	default:
		d.closed[name] = why
		d.health.set("channel "+name, why)
	}
}

// askRenamed looks at channels that Slack shows under their configured names no more,
// but did once: one that was renamed is still the channel it was, and can be written to.
func (d *directory) askRenamed(ctx context.Context, channels, closed map[string]string) (problems []error) {
	for _, name := range slices.Sorted(maps.Keys(closed)) {
		id := d.channel(name)
		if channels[name] != "" || id == name {
			continue
		}
		_, shut, err := d.Slack.Channels(ctx, []string{id})
		if err == nil && shut[id] == "" {
			delete(closed, name)
			channels[name] = id
			problems = append(problems, fmt.Errorf("Slack shows no channel %s any more, and %s, which had that name, goes on being used: correct the name in the configuration", name, id))
		}
	}
	return problems
}

// open notes which channels can be written to, and which not, once Slack was asked
// about all.
func (d *directory) open(all []string, ids, closed map[string]string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, name := range all {
		why, shut := closed[name]
		if shut || err == nil {
			d.close(name, why)
		}
		if shut || ids[name] != "" || err == nil || soon(err) == 0 {
			d.known(name)
		}
	}
	d.tellReady()
}

// tellReady ends the waiting for channels once Slack has said something of each; d.mu
// is held.
func (d *directory) tellReady() {
	for _, name := range d.Settings().Channels {
		if !d.asked[name] {
			return
		}
	}
	select {
	case <-d.ready:
	default:
		close(d.ready)
	}
}

// refused notes that Slack does not let a channel be written to: until its list shows
// it open, or for a while when no list shows why.
func (d *directory) refused(name, code, why string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch code {
	case "channel_not_found", "not_in_channel", "is_archived":
		d.closed[name] = why
	default:
		d.restricted[name] = restriction{why, time.Now().Add(refreshEvery)}
	}
}

// took notes that a channel takes what begins.
func (d *directory) took(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.restricted, name)
}

// restriction is why a channel refuses what Slack shows as open, and how long that is
// believed without another try.
type restriction struct {
	why   string
	until time.Time
}

// shut reports whether any channel of the configuration cannot be written to.
func (d *directory) shut() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.ContainsFunc(d.Settings().Channels, func(name string) bool { return d.closed[name] != "" })
}

// factsOf is what was found out about a person and a channel, as far as it is worth
// something: of a channel that the bot does not see Slack says that it is private. What
// is to begin there begins elsewhere.
func (d *directory) factsOf(channel string, facts access.Facts) access.Facts {
	if facts.Member == access.Unknown && d.unusable(channel) != "" {
		facts.Private = access.Unknown
	}
	return facts
}

// unusable says what to do about a channel that cannot be written to; empty when it
// can, as far as is known.
func (d *directory) unusable(name string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if shut := d.restricted[name]; d.closed[name] == "" && time.Now().Before(shut.until) {
		return shut.why
	}
	return d.closed[name]
}
