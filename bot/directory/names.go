package directory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/slackapi"
)

const (
	// namesWithin is how long a message waits for the names that it is about, while Slack answers other questions.
	namesWithin = 30 * time.Second
	// namesAtMost is how long it waits at all for what would tell who they are.
	namesAtMost = 5 * time.Minute
	// pendingEvery is how soon to ask whether it still has to wait.
	pendingEvery = 500 * time.Millisecond
)

// Pending is how long a message has to wait for the names that it is about: for its
// own, and not for others that nobody can resolve. One that Slack does not know is
// no reason to wait, nor one that it does not answer about for long: the message goes
// with the name as plain text then. Now is of this process' clock, as what is waited for.
func (d *Directory) Pending(names []string, now time.Time) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	configured := d.Names()
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
			wait = pendingEvery
		}
	}
	return wait
}

// begin notes whether Slack answers at all. While it does not, messages could not be
// sent either: they wait for their names, so that they call people when it is back.
func (d *Directory) begin(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	failed, word := errors.AsType[*slackapi.Error](err)
	word = word && failed.Concern == slackapi.ConcernService && failed.Outcome == slackapi.OutcomeUnknown && failed.Code != ""
	if (err == nil || word) && (d.trying.IsZero() || err == nil && d.halting) {
		d.trying = time.Now()
	}
	d.halting = err != nil
}

// settled notes that Slack was asked about everything; when it has said something of
// each name, later ones are given their time anew.
func (d *Directory) settled() {
	d.mu.Lock()
	defer d.mu.Unlock()
	settings := d.Names()
	if !slices.ContainsFunc(slices.Concat(settings.Channels, settings.People), func(name string) bool { return !d.asked[name] }) {
		d.trying = time.Time{}
	}
}

// askAll asks who all names are, those first that messages wait for, and tells of each
// as soon as it is known: Slack lets fifty addresses be asked about a minute.
func (d *Directory) askAll(ctx context.Context, names []string, ids map[string]string) (people map[string]slackapi.Person, unknown []string, err error) {
	people = map[string]slackapi.Person{}
	groups := slackapi.GroupNames(names)
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
func (d *Directory) next(names []string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return max(0, slices.IndexFunc(names, func(name string) bool {
		_, ok := d.wanted[name]
		return ok
	}))
}

// answered notes of which people Slack has said something. A refusal that only a
// person can mend is an answer, too. d.mu is held.
func (d *Directory) answered(all []string, people map[string]slackapi.Person, unknown []string, err error) {
	for _, name := range all {
		_, known := people[name]
		if known || slices.Contains(unknown, name) || slackapi.RetryIn(err) == 0 {
			d.known(name)
		}
	}
}

// known notes that Slack has said something of a name; d.mu is held.
func (d *Directory) known(name string) {
	d.asked[name] = true
	delete(d.wanted, name)
}

// found notes a channel as soon as Slack shows it.
func (d *Directory) found(f slackapi.FoundChannel) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.channels[f.Name] = f.ID
	d.known(f.Name)
	d.close(f.Name, f.Closed)
}

// close notes why a channel cannot be written to; empty: it can. d.mu is held.
func (d *Directory) close(name, why string) {
	switch {
	case why == "" && d.closed[name] == "": // what a refused message said of it stays until one is taken
	case why == "":
		delete(d.closed, name)
		d.Health.Clear("channel " + name)
	case d.closed[name] != why:
		d.Log.Error("a channel of the configuration cannot be written to; what is to begin there begins in the fallback channel", "channel", name, "do", why)
		fallthrough
	default:
		d.closed[name] = why
		d.Health.Set("channel "+name, why)
	}
}

// askRenamed looks at channels that Slack shows under their configured names no more,
// but did once: one that was renamed is still the channel it was, and can be written to.
func (d *Directory) askRenamed(ctx context.Context, channels, closed map[string]string) (problems []error) {
	for _, name := range slices.Sorted(maps.Keys(closed)) {
		id := d.Channel(name)
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
func (d *Directory) open(all []string, ids, closed map[string]string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, name := range all {
		why, shut := closed[name]
		if shut || err == nil {
			d.close(name, why)
		}
		if shut || ids[name] != "" || err == nil || slackapi.RetryIn(err) == 0 {
			d.known(name)
		}
	}
	d.tellReady()
}

// tellReady ends the waiting for channels once Slack has said something of each; d.mu
// is held.
func (d *Directory) tellReady() {
	for _, name := range d.Names().Channels {
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

// Refused notes that Slack does not let a channel be written to: until its list shows
// it open, or for a while when no list shows why.
func (d *Directory) Refused(name, code, why string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch code {
	case "channel_not_found", "not_in_channel", "is_archived":
		d.closed[name] = why
	default:
		d.restricted[name] = restriction{why, time.Now().Add(refreshEvery)}
	}
}

// Took notes that a channel takes what begins.
func (d *Directory) Took(name string) {
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
func (d *Directory) shut() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.ContainsFunc(d.Names().Channels, func(name string) bool { return d.closed[name] != "" })
}

// FactsOf is what was found out about a person and a channel, as far as it is worth
// something: of a channel that the bot does not see Slack says that it is private. What
// is to begin there begins elsewhere.
func (d *Directory) FactsOf(channel string, facts access.Facts) access.Facts {
	if facts.Member == access.Unknown && d.Unusable(channel) != "" {
		facts.Private = access.Unknown
	}
	return facts
}

// Unusable says what to do about a channel that cannot be written to; empty when it
// can, as far as is known.
func (d *Directory) Unusable(name string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if shut := d.restricted[name]; d.closed[name] == "" && time.Now().Before(shut.until) {
		return shut.why
	}
	return d.closed[name]
}

// Settle is where something begins that is to begin in a channel: there, or in its
// fallback channel; then belongs is its own, and why says what is wrong with that.
func (d *Directory) Settle(channel, fallback string) (in, belongs, why string) {
	why = d.Unusable(channel)
	if why == "" || fallback == "" || fallback == channel || d.Unusable(fallback) != "" {
		return channel, "", ""
	}
	return fallback, channel, why
}
