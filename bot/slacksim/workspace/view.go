package workspace

import (
	"fmt"
	"slices"
	"time"

	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
)

const maxStack = 3 // Slack: views in a stack

// View is a modal that somebody has open, or the Home that the app shows somebody.
type View struct {
	ID, RootID, PreviousID string
	User                   *User
	Body                   blockkit.Block // as the app sent it, with ids filled in
	revision               int
	Errors                 map[string]string // by block id, from the app
}

// Views are the modals that people have open and the Homes that the app shows them, and
// what modals need to come and be filled in. The workspace's lock guards them.
type Views struct {
	w *Workspace

	stacks   map[string][]*View // open modals by user id, the topmost last
	homes    map[string]*View   // the app's Home, by user id
	triggers map[string]*trigger
	offers   map[string]offer // what each user can choose from in the select they typed into last, by user id
}

func newViews(w *Workspace) *Views {
	return &Views{w: w, stacks: map[string][]*View{}, homes: map[string]*View{}, triggers: map[string]*trigger{}, offers: map[string]offer{}}
}

func (vs *Views) add(u *User, body blockkit.Block) *View {
	id := fmt.Sprintf("V0SIM%05d", vs.w.Next())
	return &View{ID: id, RootID: id, User: u, Body: body}
}

// Taken is whether another open view has this external id.
func (vs *Views) Taken(body blockkit.Block, except *View) bool {
	id, _ := body["external_id"].(string)
	if id == "" {
		return false
	}
	for _, stack := range vs.stacks {
		for _, v := range stack {
			if v != except && v.Body["external_id"] == id {
				return true
			}
		}
	}
	return false
}

// Open shows a user a view, in place of what was open.
func (vs *Views) Open(u *User, body blockkit.Block) *View {
	v := vs.add(u, body)
	vs.stacks[u.ID] = []*View{v}
	return v
}

// Push puts a view on top of a user's stack; code is Slack's when it may not.
func (vs *Views) Push(u *User, body blockkit.Block) (v *View, code string) {
	stack := vs.stacks[u.ID]
	if len(stack) == 0 {
		return nil, "not_found"
	}
	if len(stack) >= maxStack {
		return nil, "push_limit_reached"
	}
	v = vs.add(u, body)
	v.RootID, v.PreviousID = stack[0].ID, stack[len(stack)-1].ID
	vs.stacks[u.ID] = append(stack, v)
	return v, ""
}

// CloseAll closes all that a user has open.
func (vs *Views) CloseAll(u *User) { delete(vs.stacks, u.ID) }

// Replace gives a view new content; the errors that it showed are gone.
func (v *View) Replace(body blockkit.Block) {
	v.Body, v.Errors = body, nil
	v.revision++
}

// Find finds an open view by either id.
func (vs *Views) Find(id, externalID string) *View {
	for _, stack := range vs.stacks {
		for _, v := range stack {
			if id != "" && v.ID == id || externalID != "" && v.Body["external_id"] == externalID {
				return v
			}
		}
	}
	return nil
}

// Top is the view a user sees; nil when no modal is open.
func (vs *Views) Top(u *User) *View {
	stack := vs.stacks[u.ID]
	if len(stack) == 0 {
		return nil
	}
	return stack[len(stack)-1]
}

// Close closes one view, wherever in the stack it is.
func (vs *Views) Close(v *View) {
	vs.stacks[v.User.ID] = slices.DeleteFunc(vs.stacks[v.User.ID], func(other *View) bool { return other == v })
}

// Hash names the view as it is now.
func (v *View) Hash() string { return fmt.Sprintf("%s.%d", v.ID, v.revision) }

// Text is what the app gave at a key, when that is text.
func (v *View) Text(key string) string {
	text, _ := v.Body[key].(string)
	return text
}

// Blocks are what the view shows.
func (v *View) Blocks() []blockkit.Block { b, _ := v.Body["blocks"].([]blockkit.Block); return b }

// trigger is a trigger_id: it opens one view, and not for long.
type trigger struct {
	user *User
	born time.Time
	used bool
}

// NewTrigger makes a trigger_id.
func (vs *Views) NewTrigger(u *User) string {
	id := fmt.Sprintf("%d.%d.trigger%d", vs.w.Next(), vs.w.Now().Unix(), vs.w.Next())
	vs.triggers[id] = &trigger{user: u, born: vs.w.Now()}
	return id
}

// PullTrigger uses a trigger_id; code is Slack's when it is of no use.
func (vs *Views) PullTrigger(id string, now time.Time) (u *User, code string) {
	t := vs.triggers[id]
	switch {
	case t == nil:
		return nil, "invalid_trigger_id"
	case t.used:
		return nil, "exchanged_trigger_id"
	case now.Sub(t.born) > vs.w.Opts.TriggerLife:
		return nil, "expired_trigger_id"
	}
	t.used = true
	return t.user, ""
}

// offer is what a user can choose from in the select they typed into last.
type offer struct {
	from    string
	options []blockkit.Block
}

// Offer gives a user options to choose from in a select, instead of those before.
func (vs *Views) Offer(u *User, from string, options []blockkit.Block) {
	vs.offers[u.ID] = offer{from, options}
}

// Offered are the options that a user was given last, when it was for this select.
func (vs *Views) Offered(u *User, from string) []blockkit.Block {
	if vs.offers[u.ID].from != from {
		return nil
	}
	return vs.offers[u.ID].options
}
