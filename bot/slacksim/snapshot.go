package slacksim

import (
	"slices"
	"strings"
)

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
		var text strings.Builder
		text.WriteString(s.plainText(parseMrkdwn(m.text)))
		for _, a := range items(m.attachments) {
			text.WriteString("\n" + str(a, "title") + "\n" + str(a, "text"))
		}
		return strings.TrimSpace(text.String())
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
