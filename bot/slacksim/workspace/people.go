package workspace

import (
	"fmt"
	"slices"
	"strings"
)

// GuestKind is how little of the workspace a person sees.
type GuestKind int

// Kinds of guests.
const (
	NoGuest       GuestKind = iota
	SingleChannel           // Slack: is_restricted and is_ultra_restricted
	MultiChannel            // Slack: is_restricted
)

// AddUser adds a person who is in no channel.
func (w *Workspace) AddUser(name, email, teamID string) *User {
	u := &User{ID: fmt.Sprintf("U0SIM%05d", w.Next()), Name: name, RealName: title(name), Email: email, Team: teamID}
	w.Users = append(w.Users, u)
	w.Touch()
	return u
}

// Deactivate takes a person's account away: the person leaves every channel and user
// group.
func (w *Workspace) Deactivate(u *User) {
	u.Deactivated = true
	for _, c := range w.Channels {
		c.Leave(u)
	}
	for _, g := range w.Groups {
		g.Members = slices.DeleteFunc(g.Members, func(id string) bool { return id == u.ID })
	}
	w.Touch()
}

// AddGroup adds a user group of the named members. A member nobody knows is left out.
func (w *Workspace) AddGroup(handle string, members []string) *Group {
	g := &Group{ID: fmt.Sprintf("S0SIM%05d", w.Next()), Handle: handle, Name: title(strings.ReplaceAll(handle, "-", " ")), Members: w.IDs(members)}
	w.Groups = append(w.Groups, g)
	w.Touch()
	return g
}

// External reports whether a person belongs to another workspace.
func (w *Workspace) External(u *User) bool { return u.Team != w.Opts.TeamID }

// Stranger reports whether the bot has nothing to do with a person: from another
// workspace, and in no channel that the bot can see (Slack: is_stranger).
func (w *Workspace) Stranger(u *User) bool {
	return w.External(u) && !slices.ContainsFunc(w.Channels, func(c *Channel) bool {
		return c.Members[u.ID] && (!c.Private || c.Members[w.Bot.ID])
	})
}

// IDs are the ids of people by name.
func (w *Workspace) IDs(names []string) []string {
	var ids []string
	for _, name := range names {
		if u := w.User(name); u != nil {
			ids = append(ids, u.ID)
		}
	}
	return ids
}
