package page

import (
	"html/template"

	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

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

// showControl shows something to press or choose from. The caller holds the lock.
func (pg *Page) showControl(b, e blockkit.Block, reader *workspace.User) showControl {
	c := showControl{Kind: blockkit.Kind(e), ActionID: blockkit.Field(e, "action_id"), BlockID: blockkit.Field(b, "block_id"), Value: blockkit.Field(e, "value"),
		Style: blockkit.Field(e, "style"), Name: blockkit.TextOf(e, "text"), Placeholder: blockkit.TextOf(e, "placeholder"), Options: pg.choices(e), Least: blockkit.LeastQuery(e)}
	if label := blockkit.Field(e, "accessibility_label"); label != "" {
		c.Name = label
	}
	for _, p := range pg.paragraphs(blockkit.ParseText(e["text"]), reader) {
		c.Label = append(c.Label, p.Pieces...)
	}
	if url := blockkit.Field(e, "url"); safeURL(url) {
		c.URL = template.URL(url)
	}
	if c.Placeholder == "" {
		c.Placeholder = "Choose…"
	}
	if o, ok := e["confirm"].(map[string]any); ok {
		text, _ := o["text"].(map[string]any)
		c.Confirm = &showConfirm{Title: blockkit.TextOf(o, "title"), Text: pg.w.PlainText(blockkit.ParseText(text)), Confirm: blockkit.TextOf(o, "confirm"),
			Deny: blockkit.TextOf(o, "deny"), Style: blockkit.Field(o, "style")}
	}
	return c
}

// choices are the options of an element, people and channels included.
func (pg *Page) choices(e blockkit.Block) []showOption {
	var all []showOption
	switch blockkit.Kind(e) {
	case "users_select", "multi_users_select":
		for _, u := range pg.w.Users {
			if !u.Bot {
				all = append(all, showOption{Text: "@" + u.Name, Value: u.Name, Chosen: u.ID == blockkit.Field(e, "initial_user")})
			}
		}
	case "conversations_select", "channels_select":
		for _, c := range pg.w.Channels {
			all = append(all, showOption{Text: "#" + c.Name, Value: c.Name, Chosen: c.ID == blockkit.Field(e, "initial_channel") || c.ID == blockkit.Field(e, "initial_conversation")})
		}
	}
	chosen := map[string]bool{}
	if o, ok := e["initial_option"].(map[string]any); ok {
		chosen[blockkit.Field(o, "value")] = true
	}
	for _, o := range blockkit.Items(e["initial_options"]) {
		chosen[blockkit.Field(o, "value")] = true
	}
	for _, o := range blockkit.Options(e) {
		all = append(all, showOption{Text: pg.w.PlainText(blockkit.ParseText(o["text"])), Value: blockkit.Field(o, "value"),
			Description: blockkit.TextOf(o, "description"), Chosen: chosen[blockkit.Field(o, "value")]})
	}
	return all
}

func (pg *Page) showInput(b blockkit.Block) *showInput {
	e, _ := b["element"].(map[string]any)
	in := &showInput{BlockID: blockkit.Field(b, "block_id"), ActionID: blockkit.Field(e, "action_id"), Label: blockkit.TextOf(b, "label"), Hint: blockkit.TextOf(b, "hint"),
		Kind: blockkit.Kind(e), Placeholder: blockkit.TextOf(e, "placeholder"), Value: blockkit.Initial(e), Max: blockkit.Number(e["max_length"]), Options: pg.choices(e), Least: blockkit.LeastQuery(e)}
	if o, ok := e["initial_option"].(map[string]any); ok {
		in.Chosen = blockkit.TextOf(o, "text")
	}
	in.Optional, _ = b["optional"].(bool)
	in.Multiline, _ = e["multiline"].(bool)
	in.Focus, _ = e["focus_on_load"].(bool)
	return in
}

func (pg *Page) showModal(v *workspace.View) *showModal {
	m := &showModal{Key: v.Hash(), ID: v.ID, Title: blockkit.TextOf(v.Body, "title"), Submit: blockkit.TextOf(v.Body, "submit"),
		Close: blockkit.TextOf(v.Body, "close"), Blocks: pg.showBlocks(v.Blocks(), v.User)}
	if m.Close == "" {
		m.Close = "Cancel"
	}
	return m
}
