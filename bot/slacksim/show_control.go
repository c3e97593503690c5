package slacksim

import "html/template"

type showInput struct {
	BlockID, ActionID, Label, Hint string
	Kind                           string // of the element
	Optional, Multiline, Focus     bool
	Placeholder, Value             string
	Max                            int64
	Options                        []showOption
	Least                          int    // characters to type before the app is asked
	Chosen                         string // text of the option that an external_select begins with
}

type showModal struct {
	Key, ID              string
	Title, Submit, Close string
	Blocks               []showBlock
}

// control shows something to press or choose from. The caller holds the lock.
func (s *Sim) showControl(b, e block, reader *user) showControl {
	c := showControl{Kind: kind(e), ActionID: str(e, "action_id"), BlockID: str(b, "block_id"), Value: str(e, "value"),
		Style: str(e, "style"), Name: textOf(e, "text"), Placeholder: textOf(e, "placeholder"), Options: s.choices(e), Least: leastQuery(e)}
	if label := str(e, "accessibility_label"); label != "" {
		c.Name = label
	}
	for _, p := range s.paragraphs(parseTextObject(e["text"]), reader) {
		c.Label = append(c.Label, p.Pieces...)
	}
	if url := str(e, "url"); safeURL(url) {
		c.URL = template.URL(url)
	}
	if c.Placeholder == "" {
		c.Placeholder = "Choose…"
	}
	if o, ok := e["confirm"].(map[string]any); ok {
		text, _ := o["text"].(map[string]any)
		c.Confirm = &showConfirm{Title: textOf(o, "title"), Text: s.plainText(parseTextObject(text)), Confirm: textOf(o, "confirm"),
			Deny: textOf(o, "deny"), Style: str(o, "style")}
	}
	return c
}

// choices are the options of an element, people and channels included.
func (s *Sim) choices(e block) []showOption {
	var all []showOption
	switch kind(e) {
	case "users_select", "multi_users_select":
		for _, u := range s.users {
			if !u.bot {
				all = append(all, showOption{Text: "@" + u.name, Value: u.name, Chosen: u.id == str(e, "initial_user")})
			}
		}
	case "conversations_select", "channels_select":
		for _, c := range s.channels {
			all = append(all, showOption{Text: "#" + c.name, Value: c.name, Chosen: c.id == str(e, "initial_channel") || c.id == str(e, "initial_conversation")})
		}
	}
	chosen := map[string]bool{}
	if o, ok := e["initial_option"].(map[string]any); ok {
		chosen[str(o, "value")] = true
	}
	for _, o := range items(e["initial_options"]) {
		chosen[str(o, "value")] = true
	}
	for _, o := range options(e) {
		all = append(all, showOption{Text: s.plainText(parseTextObject(o["text"])), Value: str(o, "value"),
			Description: textOf(o, "description"), Chosen: chosen[str(o, "value")]})
	}
	return all
}

func (s *Sim) showInput(b block) *showInput {
	e, _ := b["element"].(map[string]any)
	in := &showInput{BlockID: str(b, "block_id"), ActionID: str(e, "action_id"), Label: textOf(b, "label"), Hint: textOf(b, "hint"),
		Kind: kind(e), Placeholder: textOf(e, "placeholder"), Value: initial(e), Max: number(e["max_length"]), Options: s.choices(e), Least: leastQuery(e)}
	if o, ok := e["initial_option"].(map[string]any); ok {
		in.Chosen = textOf(o, "text")
	}
	in.Optional, _ = b["optional"].(bool)
	in.Multiline, _ = e["multiline"].(bool)
	in.Focus, _ = e["focus_on_load"].(bool)
	return in
}

func (s *Sim) showModal(v *view) *showModal {
	m := &showModal{Key: v.hash(), ID: v.id, Title: textOf(v.body, "title"), Submit: textOf(v.body, "submit"),
		Close: textOf(v.body, "close"), Blocks: s.showBlocks(v.blocks(), v.user)}
	if m.Close == "" {
		m.Close = "Cancel"
	}
	return m
}
