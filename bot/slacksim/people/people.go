// Package people is those who use the workspace: they click, choose, type and fill in,
// and the app is told. It never draws anything, and nobody does what Slack would not let
// them.
package people

import (
	"context"
	"fmt"
	"slices"

	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim/delivery"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

// People are those who use the workspace: they click, type and fill in, and the app
// is told. Create them with [New].
type People struct {
	w        *workspace.Workspace
	delivery *delivery.Dispatcher
	commands []Command
}

// New makes the people of a workspace. commands are those of the app.
func New(w *workspace.Workspace, delivery *delivery.Dispatcher, commands []Command) *People {
	return &People{w: w, delivery: delivery, commands: commands}
}

// Click is a press on a button. Without Channel and TS the button is in the modal
// the user has open, or in the app's Home.
type Click struct {
	Home     bool   // in the app's Home
	User     string // name or id
	Channel  string // name, #name or id
	TS       string // of the message, be it root, reply or ephemeral
	ActionID string
	Value    string // tells buttons with the same action id apart; may be empty
	BlockID  string // does so too; may be empty
	// Late allows a button that the message showed until its last change, and one in
	// a channel that the user sees no more: Slack delivers what people see on their
	// screens, and a change takes its time there.
	Late bool
}

// Choice picks an option of an overflow menu, select or the like; of a select that
// asks the app, one that [People.Suggest] gave the user last.
type Choice struct {
	Home                        bool // in the app's Home; else without Channel and TS in the modal the user has open
	User, Channel, TS, ActionID string
	Value                       string // of the option; of a select of users: their name
	BlockID                     string // tells menus with the same action id apart; may be empty
}

// Click presses a button and waits until the app has taken it. It fails when the
// button is not on the message as it is shown now (or, Late, a change before), and with a [delivery.Error] when
// the app cannot be reached or does not answer.
func (ps *People) Click(ctx context.Context, c Click) error {
	d, err := ps.prepare(place{c.User, c.Channel, c.TS, c.BlockID, c.Late, c.Home}, c.ActionID, func(p blockkit.Placed) (blockkit.Block, bool) {
		e := p.Element
		if blockkit.Kind(e) != "button" || c.Value != "" && blockkit.Field(e, "value") != c.Value {
			return nil, false
		}
		action := blockkit.Block{"type": "button", "text": e["text"]}
		for _, name := range []string{"value", "style"} {
			if v := blockkit.Field(e, name); v != "" {
				action[name] = v
			}
		}
		return action, true
	})
	if err != nil {
		return fmt.Errorf("click %s %q: %w", c.ActionID, c.Value, err)
	}
	if _, err := ps.delivery.Deliver(ctx, d); err != nil {
		return fmt.Errorf("click %s %q: %w", c.ActionID, c.Value, err)
	}
	return nil
}

// Choose picks an option and waits until the app has taken it; it fails as Click does.
func (ps *People) Choose(ctx context.Context, c Choice) error {
	d, err := ps.prepare(place{c.User, c.Channel, c.TS, c.BlockID, false, c.Home}, c.ActionID, func(p blockkit.Placed) (blockkit.Block, bool) {
		return ps.chosen(p.Element, c.Value, ps.offered(c.User, c.TS, p))
	})
	if err != nil {
		return fmt.Errorf("choose %s %q: %w", c.ActionID, c.Value, err)
	}
	if _, err := ps.delivery.Deliver(ctx, d); err != nil {
		return fmt.Errorf("choose %s %q: %w", c.ActionID, c.Value, err)
	}
	return nil
}

// chosen is the state of an element when a value has been chosen, among its own
// options or those that the app offered. The caller holds the lock.
func (ps *People) chosen(e blockkit.Block, value string, offered []blockkit.Block) (blockkit.Block, bool) {
	k := blockkit.Kind(e)
	action := blockkit.Block{"type": k}
	switch k {
	case "users_select":
		u := ps.w.User(value)
		if u == nil {
			return nil, false
		}
		action["selected_user"] = u.ID
		return action, true
	case "conversations_select", "channels_select":
		c := ps.w.Channel(value)
		if c == nil {
			return nil, false
		}
		action["selected_"+map[string]string{"conversations_select": "conversation", "channels_select": "channel"}[k]] = c.ID
		return action, true
	case "datepicker":
		action["selected_date"] = value
		return action, true
	case "timepicker":
		action["selected_time"] = value
		return action, true
	}
	all := append(blockkit.Options(e), offered...)
	i := slices.IndexFunc(all, func(o blockkit.Block) bool { return blockkit.Field(o, "value") == value })
	if i < 0 {
		return nil, false
	}
	if k == "checkboxes" || k == "multi_static_select" {
		action["selected_options"] = []any{all[i]}
	} else {
		action["selected_option"] = all[i]
	}
	return action, true
}
