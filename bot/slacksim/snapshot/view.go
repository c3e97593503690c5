// Package snapshot is what is to be seen in a workspace, as copies that tests read and
// wait for. It never changes anything.
package snapshot

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim/delivery"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

// View reads what is to be seen in the workspace. All methods give copies and are
// safe for concurrent use. Users are named by name or id, channels by name, #name
// or id.
type View struct {
	w        *workspace.Workspace
	delivery *delivery.Dispatcher
}

// New makes the view of a workspace and of the connections to its app.
func New(w *workspace.Workspace, delivery *delivery.Dispatcher) *View { return &View{w, delivery} }

// Messages are a channel's roots, and replies broadcast to it, in order.
func (v *View) Messages(channel string) []Message {
	return v.messages(channel, func(m *workspace.Message) bool { return m.Parent == nil || m.Broadcast })
}

// Thread is a root and its replies, in order.
func (v *View) Thread(channel, ts string) []Message {
	return v.messages(channel, func(m *workspace.Message) bool {
		return m.Parent == nil && m.TS.String() == ts || m.Parent != nil && m.Parent.TS.String() == ts
	})
}

func (v *View) messages(name string, keep func(*workspace.Message) bool) []Message {
	v.w.Lock()
	defer v.w.Unlock()
	c := v.w.Channel(name)
	if c == nil {
		return nil
	}
	var kept []Message
	for _, m := range c.Messages {
		if keep(m) {
			kept = append(kept, Of(v.w, m))
		}
	}
	return kept
}

// Ephemerals are the messages only this user sees, in order.
func (v *View) Ephemerals(user string) []Message {
	v.w.Lock()
	defer v.w.Unlock()
	var kept []Message
	for _, m := range v.w.Ephemerals {
		if m.OnlyFor == v.w.User(user) {
			kept = append(kept, Of(v.w, m))
		}
	}
	return kept
}

// OpenModal is the modal a user sees now; false when there is none.
func (v *View) OpenModal(user string) (Modal, bool) {
	v.w.Lock()
	defer v.w.Unlock()
	u := v.w.User(user)
	if u == nil || v.w.Views.Top(u) == nil {
		return Modal{}, false
	}
	top := v.w.Views.Top(u)
	m := Modal{ID: top.ID, CallbackID: top.Text("callback_id"), Title: blockkit.TextOf(top.Body, "title"), Submit: blockkit.TextOf(top.Body, "submit"),
		Private: top.Text("private_metadata"), Errors: top.Errors, Blocks: slices.Clone(top.Blocks())}
	for _, b := range top.Blocks() {
		if blockkit.Kind(b) == "input" {
			m.Inputs = append(m.Inputs, blockkit.Controls([]blockkit.Block{b})...)
		}
	}
	m.plain = m.Title + "\n" + v.w.ReadBlocks(top.Blocks())
	return m, true
}

// Home is what the app shows a user in its Home; false when it has published nothing.
func (v *View) Home(user string) (Home, bool) {
	v.w.Lock()
	defer v.w.Unlock()
	u := v.w.User(user)
	if u == nil || v.w.Views.Home(u) == nil {
		return Home{}, false
	}
	shown := v.w.Views.Home(u)
	return Home{Hash: shown.Hash(), Blocks: slices.Clone(shown.Blocks()), plain: v.w.ReadBlocks(shown.Blocks())}, true
}

// Calls are the calls of the Web API and response_urls so far, in order.
func (v *View) Calls() []workspace.Call {
	v.w.Lock()
	defer v.w.Unlock()
	return slices.Clone(v.w.Calls)
}

// Refusals are the calls that Slack refused of its own, rate limits ("429")
// included and planted faults not.
func (v *View) Refusals() []workspace.Call {
	return slices.DeleteFunc(v.Calls(), func(c workspace.Call) bool { return c.Outcome == "ok" || c.Faulty })
}

// Sockets is how many Socket Mode connections are open.
func (v *View) Sockets() int {
	v.w.Lock()
	defer v.w.Unlock()
	return v.delivery.Connections()
}

// User finds a person or the bot; false when there is none.
func (v *View) User(name string) (User, bool) {
	v.w.Lock()
	defer v.w.Unlock()
	if u := v.w.User(name); u != nil {
		return OfUser(u), true
	}
	return User{}, false
}

// Channel finds a channel; false when there is none.
func (v *View) Channel(name string) (Channel, bool) {
	v.w.Lock()
	defer v.w.Unlock()
	if c := v.w.Channel(name); c != nil {
		return OfChannel(v.w, c), true
	}
	return Channel{}, false
}

// Group finds a user group by handle or id; false when there is none.
func (v *View) Group(handle string) (Group, bool) {
	v.w.Lock()
	defer v.w.Unlock()
	if g := v.w.Group(handle); g != nil {
		return OfGroup(v.w, g), true
	}
	return Group{}, false
}

// Dump is everything to be seen, as text: for the output of a failed test.
func (v *View) Dump() string {
	v.w.Lock()
	defer v.w.Unlock()
	var b strings.Builder
	for _, c := range v.w.Channels {
		if len(c.Messages) > 0 {
			fmt.Fprintf(&b, "#%s\n", c.Name)
		}
		for _, m := range c.Messages {
			mark := ""
			if m.Parent != nil {
				mark = "  ↳ "
			}
			fmt.Fprintf(&b, "%s%s %s: %s\n", mark, m.TS, m.User.Name, strings.ReplaceAll(v.w.Read(m), "\n", "\n"+mark+"    "))
		}
	}
	for _, m := range v.w.Ephemerals {
		fmt.Fprintf(&b, "only for %s in #%s: %s\n", m.OnlyFor.Name, m.Channel.Name, v.w.Read(m))
	}
	return b.String()
}

// WaitFor waits until the condition holds. It is checked now and after every change
// of the workspace. When ctx ends first the error tells what was there to be seen.
func (v *View) WaitFor(ctx context.Context, condition func(*View) bool) error {
	for {
		_, changed := v.w.Watch()
		if condition(v) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for slack: %w; to be seen is:\n%s", ctx.Err(), v.Dump())
		}
	}
}

// ScopesUsed are the scopes that calls and deliveries have needed so far, sorted.
func (v *View) ScopesUsed() []string {
	v.w.Lock()
	defer v.w.Unlock()
	return slices.Sorted(maps.Keys(v.w.Used))
}

// Notifications are the pings so far, in order.
func (v *View) Notifications() []workspace.Notification {
	v.w.Lock()
	defer v.w.Unlock()
	return slices.Clone(v.w.Notifications)
}

// File is an uploaded file as it is now.
type File struct {
	ID, Name, Title, Alt string
	Mime                 string // "image/png"; empty when it is no picture
	Size                 int
	Complete             bool   // false: reserved or uploaded only, nobody can use it
	Data                 []byte // nil: not uploaded
}

// Files are the files that were not deleted, oldest first.
func (v *View) Files() []File {
	v.w.Lock()
	defer v.w.Unlock()
	var all []File
	for _, f := range v.w.Files {
		all = append(all, File{ID: f.ID, Name: f.Name, Title: f.Title, Alt: f.Alt, Mime: f.Mime, Size: f.Size, Complete: f.Complete(), Data: f.Data})
	}
	return all
}
