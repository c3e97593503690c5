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

// Message is a message as it is shown now.
type Message struct {
	Channel   string // name without #
	ChannelID string
	TS        string
	Thread    string // ts of the root it replies to; empty for roots
	User      string // name of the author
	UserID    string
	Bot       bool // by the app
	Text      string
	Blocks    []map[string]any // as the app sent them, ids filled in
	Metadata  *Metadata
	Edited    bool // shows the "(edited)" mark
	Revision  int  // how often it was changed
	Broadcast bool // a reply shown in the channel too
	Replies   int  // of a root
	Tombstone bool // deleted, but its replies are there
	OnlyFor   string

	plain    string
	controls []Control
}

// Control is something to press or choose from on a message or modal.
type Control struct {
	Kind     string // "button", "overflow", "static_select", ...
	ActionID string
	BlockID  string
	Text     string // of a button
	Value    string // of a button
	Style    string
	Confirm  bool     // asks before it acts
	Options  []Option // of menus
}

// Option is one entry of a menu.
type Option struct{ Text, Value string }

// Modal is a modal somebody has open.
type Modal struct {
	ID         string
	CallbackID string
	Title      string
	Submit     string // the label of the submit button; empty when there is none
	Private    string // private_metadata
	Inputs     []Control
	Errors     map[string]string
	Blocks     []map[string]any
	plain      string
}

// PlainText is all a person reads in the modal.
func (m Modal) PlainText() string { return m.plain }

// PlainText is all of a message's visible text, as a person reads it: the blocks
// when there are any, else the text.
func (m Message) PlainText() string { return m.plain }

// Buttons are the message's buttons, in the order shown.
func (m Message) Buttons() []Control {
	return m.pick(func(c Control) bool { return c.Kind == "button" })
}

// Menus are the message's overflow menus and selects, in the order shown.
func (m Message) Menus() []Control { return m.pick(func(c Control) bool { return c.Kind != "button" }) }

func (m Message) pick(keep func(Control) bool) []Control {
	var kept []Control
	for _, c := range m.controls {
		if keep(c) {
			kept = append(kept, c)
		}
	}
	return kept
}

// snapshot copies a message. The caller holds the lock.
func (s *Sim) snapshot(m *message) Message {
	shot := Message{Channel: m.channel.name, ChannelID: m.channel.id, TS: m.ts.String(), Bot: m.byApp, Text: m.text,
		Blocks: slices.Clone(m.blocks), Metadata: m.metadata, Edited: m.edited, Revision: m.revision, Broadcast: m.broadcast,
		Tombstone: m.deleted, User: m.user.name, UserID: m.user.id}
	if m.parent != nil {
		shot.Thread = m.parent.ts.String()
	} else if m.onlyFor == nil {
		shot.Replies = len(m.channel.replies(m))
	}
	if m.onlyFor != nil {
		shot.OnlyFor = m.onlyFor.name
	}
	shot.plain = s.read(m)
	shot.controls = controls(m.blocks)
	return shot
}

// read is a message's visible text.
func (s *Sim) read(m *message) string {
	if len(m.blocks) == 0 {
		text := s.plainText(parseMrkdwn(m.text))
		for _, a := range items(m.attachments) {
			text += "\n" + str(a, "title") + "\n" + str(a, "text")
		}
		return strings.TrimSpace(text)
	}
	return s.readBlocks(m.blocks)
}

func (s *Sim) readBlocks(blocks []block) string {
	var lines []string
	add := func(ps []paragraph) {
		if text := s.plainText(ps); text != "" {
			lines = append(lines, text)
		}
	}
	for _, b := range blocks {
		switch kind(b) {
		case "header", "section":
			add(parseTextObject(b["text"]))
			for _, f := range items(b["fields"]) {
				add(parseTextObject(f))
			}
		case "context":
			var parts []string
			for _, e := range items(b["elements"]) {
				if kind(e) == "image" {
					parts = append(parts, str(e, "alt_text"))
					continue
				}
				parts = append(parts, s.plainText(parseTextObject(e)))
			}
			lines = append(lines, strings.Join(parts, " "))
		case "rich_text":
			add(parseRichText(b))
		case "markdown":
			lines = append(lines, str(b, "text"))
		case "image":
			lines = append(lines, strings.TrimSpace(textOf(b, "title")+" "+str(b, "alt_text")))
		case "input":
			add(parseTextObject(b["label"]))
		}
		for _, c := range controls([]block{b}) {
			if c.Kind == "button" {
				lines = append(lines, "["+c.Text+"]")
			}
		}
	}
	return strings.Join(lines, "\n")
}

func controls(blocks []block) []Control {
	var all []Control
	for _, p := range elementsOf(blocks) {
		c := Control{Kind: kind(p.element), ActionID: str(p.element, "action_id"), BlockID: str(p.block, "block_id"),
			Text: textOf(p.element, "text"), Value: str(p.element, "value"), Style: str(p.element, "style"), Confirm: p.element["confirm"] != nil}
		for _, o := range options(p.element) {
			c.Options = append(c.Options, Option{Text: textOf(o, "text"), Value: str(o, "value")})
		}
		all = append(all, c)
	}
	return all
}

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
