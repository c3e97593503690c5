package slacksim

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// View reads what is to be seen in the workspace. All methods give copies and are
// safe for concurrent use. Users are named by name or id, channels by name, #name
// or id.
type View struct{ sim *Sim }

// Messages are a channel's roots, and replies broadcast to it, in order.
func (v *View) Messages(channel string) []Message {
	return v.messages(channel, func(m *message) bool { return m.parent == nil || m.broadcast })
}

// Thread is a root and its replies, in order.
func (v *View) Thread(channel, ts string) []Message {
	return v.messages(channel, func(m *message) bool {
		return m.parent == nil && m.ts.String() == ts || m.parent != nil && m.parent.ts.String() == ts
	})
}

func (v *View) messages(name string, keep func(*message) bool) []Message {
	s := v.sim
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channel(name)
	if c == nil {
		return nil
	}
	var kept []Message
	for _, m := range c.messages {
		if keep(m) {
			kept = append(kept, s.snapshot(m))
		}
	}
	return kept
}

// Ephemerals are the messages only this user sees, in order.
func (v *View) Ephemerals(user string) []Message {
	s := v.sim
	s.mu.Lock()
	defer s.mu.Unlock()
	var kept []Message
	for _, m := range s.ephemerals {
		if m.onlyFor == s.user(user) {
			kept = append(kept, s.snapshot(m))
		}
	}
	return kept
}

// OpenModal is the modal a user sees now; false when there is none.
func (v *View) OpenModal(user string) (Modal, bool) {
	s := v.sim
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.user(user)
	if u == nil || s.top(u) == nil {
		return Modal{}, false
	}
	top := s.top(u)
	m := Modal{ID: top.id, CallbackID: top.text("callback_id"), Title: textOf(top.body, "title"), Submit: textOf(top.body, "submit"),
		Private: top.text("private_metadata"), Errors: top.errors, Blocks: slices.Clone(top.blocks())}
	for _, b := range top.blocks() {
		if kind(b) == "input" {
			m.Inputs = append(m.Inputs, controls([]block{b})...)
		}
	}
	m.plain = m.Title + "\n" + s.readBlocks(top.blocks())
	return m, true
}

// Calls are the calls of the Web API and response_urls so far, in order.
func (v *View) Calls() []Call {
	v.sim.mu.Lock()
	defer v.sim.mu.Unlock()
	return slices.Clone(v.sim.calls)
}

// Refusals are the calls that Slack refused of its own, rate limits ("429")
// included and planted faults not.
func (v *View) Refusals() []Call {
	return slices.DeleteFunc(v.Calls(), func(c Call) bool { return c.Outcome == "ok" || c.Faulty })
}

// Sockets is how many Socket Mode connections are open.
func (v *View) Sockets() int {
	v.sim.mu.Lock()
	defer v.sim.mu.Unlock()
	return v.sim.open()
}

// User finds a person or the bot; false when there is none.
func (v *View) User(name string) (User, bool) {
	v.sim.mu.Lock()
	defer v.sim.mu.Unlock()
	if u := v.sim.user(name); u != nil {
		return u.public(), true
	}
	return User{}, false
}

// Channel finds a channel; false when there is none.
func (v *View) Channel(name string) (Channel, bool) {
	v.sim.mu.Lock()
	defer v.sim.mu.Unlock()
	if c := v.sim.channel(name); c != nil {
		return v.sim.publicChannel(c), true
	}
	return Channel{}, false
}

// Group finds a user group by handle or id; false when there is none.
func (v *View) Group(handle string) (Group, bool) {
	v.sim.mu.Lock()
	defer v.sim.mu.Unlock()
	if g := v.sim.group(handle); g != nil {
		return v.sim.publicGroup(g), true
	}
	return Group{}, false
}

// Dump is everything to be seen, as text: for the output of a failed test.
func (v *View) Dump() string {
	s := v.sim
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for _, c := range s.channels {
		if len(c.messages) > 0 {
			fmt.Fprintf(&b, "#%s\n", c.name)
		}
		for _, m := range c.messages {
			mark := ""
			if m.parent != nil {
				mark = "  ↳ "
			}
			fmt.Fprintf(&b, "%s%s %s: %s\n", mark, m.ts, m.user.name, strings.ReplaceAll(s.read(m), "\n", "\n"+mark+"    "))
		}
	}
	for _, m := range s.ephemerals {
		fmt.Fprintf(&b, "only for %s in #%s: %s\n", m.onlyFor.name, m.channel.name, s.read(m))
	}
	return b.String()
}

// WaitFor waits until the condition holds. It is checked now and after every change
// of the workspace. When ctx ends first the error tells what was there to be seen.
func (s *Sim) WaitFor(ctx context.Context, condition func(*View) bool) error {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if condition(&s.View) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for slack: %w; to be seen is:\n%s", ctx.Err(), s.Dump())
		}
	}
}

// ResetCalls forgets the calls and notifications so far.
func (s *Sim) ResetCalls() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls, s.notifications = nil, nil
}
