package keeper

import (
	"slices"
	"time"

	"github.com/signalbook/signalbook/bot/chat"
)

// pending is how long a message has to wait for the names that it is about: for its
// own, and not for others that nobody can resolve. One that Slack does not know is
// no reason to wait, nor one that it does not answer about for long: the message goes
// with the name as plain text then.
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
	if !d.trying.IsZero() && now.Sub(d.trying) > namesWithin {
		return 0
	}
	configured := d.Settings()
	if slices.ContainsFunc(names, func(name string) bool {
		return !d.asked[name] && (slices.Contains(configured.People, name) || slices.Contains(configured.Channels, name))
	}) {
		return retry / 4
	}
	return 0
}

// answered notes of which people Slack has said something. A refusal that only a
// person can mend is an answer, too.
func (d *directory) answered(all []string, people map[string]chat.Person, unknown []string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, name := range all {
		_, known := people[name]
		if known || slices.Contains(unknown, name) || err == nil || soon(err) == 0 {
			d.asked[name] = true
		}
	}
	settings := d.Settings()
	if !slices.ContainsFunc(slices.Concat(settings.Channels, settings.People), func(name string) bool { return !d.asked[name] }) {
		d.trying = time.Time{} // from now on others may be new
	}
}

// open notes which channels can be written to, and which not.
func (d *directory) open(all []string, ids, closed map[string]string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err == nil {
		d.closed = map[string]string{}
	}
	for _, name := range all {
		why, known := closed[name]
		switch {
		case known:
			d.closed[name] = why
			d.health.set("channel "+name, why)
		case err == nil:
			d.health.clear("channel " + name)
		}
		if known || ids[name] != "" || err == nil || soon(err) == 0 {
			d.asked[name] = true
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

// refused notes that Slack does not let a channel be written to, until it is asked
// again.
func (d *directory) refused(name, why string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed[name] = why
}

// unusable says what to do about a channel that cannot be written to; empty when it
// can, as far as is known.
func (d *directory) unusable(name string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.closed[name]
}
