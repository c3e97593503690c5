package workspace

import (
	"fmt"
	"strings"
)

// AddChannel adds a public channel, of everybody who belongs to the workspace and is no
// guest.
func (w *Workspace) AddChannel(name string) *Channel {
	c := &Channel{ID: fmt.Sprintf("C0SIM%05d", w.Next()), Name: strings.TrimPrefix(name, "#"), Members: map[string]bool{}}
	for _, u := range w.Users {
		if !w.External(u) && u.Guest == NoGuest && !u.Deactivated {
			c.Join(u)
		}
	}
	w.Channels = append(w.Channels, c)
	w.Touch()
	return c
}

// Shared reports whether people of another organisation are in the channel.
func (c *Channel) Shared() bool { return len(c.Partners) > 0 }

// NameForApp is the channel's name in what Slack delivers: of a private one it tells none.
func (c *Channel) NameForApp() string {
	if c.Private {
		return "privategroup"
	}
	return c.Name
}

// Join makes a person or the bot a member.
func (c *Channel) Join(u *User) { c.Members[u.ID] = true }

// Leave takes a person or the bot out of the channel.
func (c *Channel) Leave(u *User) { delete(c.Members, u.ID) }

// Sees reports whether a person can look into a channel: its members, and of a
// public one everybody of the workspace who is no guest.
func (w *Workspace) Sees(u *User, c *Channel) bool {
	return c.Members[u.ID] || !c.Private && !w.External(u) && u.Guest == NoGuest && !u.Deactivated
}
