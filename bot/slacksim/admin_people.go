package slacksim

import (
	"fmt"
	"slices"

	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

// AddUser adds a person, who joins every public channel.
func (a *Admin) AddUser(name, email string) snapshot.User {
	a.w.Lock()
	defer a.w.Unlock()
	u := a.w.AddUser(name, email, a.w.Opts.TeamID)
	for _, c := range a.w.Channels {
		if !c.Private {
			c.Join(u)
		}
	}
	return snapshot.OfUser(u)
}

// AddGuest adds a guest, who is in the named channels only: a single-channel guest
// of one, a multi-channel guest of several. A channel nobody knows is left out.
func (a *Admin) AddGuest(name, email string, channels ...string) snapshot.User {
	a.w.Lock()
	defer a.w.Unlock()
	u := a.w.AddUser(name, email, a.w.Opts.TeamID)
	u.Guest = workspace.MultiChannel
	if len(channels) == 1 {
		u.Guest = workspace.SingleChannel
	}
	for _, name := range channels {
		if c := a.w.Channel(name); c != nil {
			c.Join(u)
		}
	}
	return snapshot.OfUser(u)
}

// AddExternalUser adds a person of another organisation's workspace, as
// "T0PARTNER1", who joins every channel that is shared with it.
func (a *Admin) AddExternalUser(name, teamID string) snapshot.User {
	a.w.Lock()
	defer a.w.Unlock()
	u := a.w.AddUser(name, "", teamID)
	for _, c := range a.w.Channels {
		if slices.Contains(c.Partners, teamID) {
			c.Join(u)
		}
	}
	return snapshot.OfUser(u)
}

// Deactivate takes a person's account away: the person leaves every channel and
// user group, and users.info says deleted.
func (a *Admin) Deactivate(name string) error {
	a.w.Lock()
	defer a.w.Unlock()
	u := a.w.User(name)
	if u == nil || u.Bot {
		return fmt.Errorf("deactivate %q: no such person", name)
	}
	a.w.Deactivate(u)
	return nil
}

// AddGroup adds a user group of the named members. A member nobody knows is left out.
func (a *Admin) AddGroup(handle string, members ...string) snapshot.Group {
	a.w.Lock()
	defer a.w.Unlock()
	return snapshot.OfGroup(a.w, a.w.AddGroup(handle, members))
}

// SetGroup changes who is in a user group; with no members it is empty. A member
// nobody knows is left out.
func (a *Admin) SetGroup(handle string, members ...string) error {
	return a.changeGroup(handle, func(g *workspace.Group) { g.Members = a.w.IDs(members) })
}

// DisableGroup disables a user group: usergroups.list leaves it out unless asked
// for disabled ones, and its mention reaches nobody.
func (a *Admin) DisableGroup(handle string) error {
	return a.changeGroup(handle, func(g *workspace.Group) { g.Disabled = true })
}

// EnableGroup undoes [Admin.DisableGroup].
func (a *Admin) EnableGroup(handle string) error {
	return a.changeGroup(handle, func(g *workspace.Group) { g.Disabled = false })
}

func (a *Admin) changeGroup(handle string, change func(*workspace.Group)) error {
	a.w.Lock()
	defer a.w.Unlock()
	g := a.w.Group(handle)
	if g == nil {
		return fmt.Errorf("change user group %q: no such group", handle)
	}
	change(g)
	a.w.Touch()
	return nil
}
