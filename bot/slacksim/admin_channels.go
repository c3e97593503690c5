package slacksim

import (
	"fmt"
	"slices"

	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

// AddChannel adds a public channel that the bot and everybody of the workspace but
// guests are members of.
func (a *Admin) AddChannel(name string) snapshot.Channel {
	a.w.Lock()
	defer a.w.Unlock()
	return snapshot.OfChannel(a.w, a.w.AddChannel(name))
}

// AddPrivateChannel adds a private channel of the named members, without the bot:
// for it the channel does not exist until [Admin.InviteBot]. A member nobody knows is
// left out.
func (a *Admin) AddPrivateChannel(name string, members ...string) snapshot.Channel {
	a.w.Lock()
	defer a.w.Unlock()
	c := a.w.AddChannel(name)
	c.Private, c.Members = true, map[string]bool{}
	for _, id := range a.w.IDs(members) {
		c.Members[id] = true
	}
	return snapshot.OfChannel(a.w, c)
}

// AddSharedChannel adds a public channel that is shared with workspaces of other
// organisations (Slack Connect): people of both are members.
func (a *Admin) AddSharedChannel(name string, teamIDs ...string) snapshot.Channel {
	a.w.Lock()
	defer a.w.Unlock()
	c := a.w.AddChannel(name)
	c.Partners = teamIDs
	for _, u := range a.w.Users {
		if slices.Contains(teamIDs, u.Team) {
			c.Join(u)
		}
	}
	return snapshot.OfChannel(a.w, c)
}

// Archive archives a channel and ejects the bot, as Slack does: posts to it are
// refused with is_archived, edits with is_inactive.
func (a *Admin) Archive(channel string) error { return a.setArchived(channel, true) }

// Unarchive makes an archived channel usable again; the bot must be invited anew.
func (a *Admin) Unarchive(channel string) error { return a.setArchived(channel, false) }

func (a *Admin) setArchived(name string, archived bool) error {
	return a.changeChannel(name, func(c *workspace.Channel) {
		c.Archived = archived
		if archived {
			c.Leave(a.w.Bot)
		}
	})
}

// RemoveBot takes the bot out of a channel: its calls there get not_in_channel.
func (a *Admin) RemoveBot(channel string) error {
	return a.changeChannel(channel, func(c *workspace.Channel) { c.Leave(a.w.Bot) })
}

// InviteBot brings the bot into a channel.
func (a *Admin) InviteBot(channel string) error {
	return a.changeChannel(channel, func(c *workspace.Channel) { c.Join(a.w.Bot) })
}

// Join makes a person a member of a channel.
func (a *Admin) Join(user, channel string) error { return a.setMember(user, channel, true) }

// Leave takes a person out of a channel.
func (a *Admin) Leave(user, channel string) error { return a.setMember(user, channel, false) }

func (a *Admin) setMember(name, channelName string, member bool) error {
	a.w.Lock()
	defer a.w.Unlock()
	u, c := a.w.User(name), a.w.Channel(channelName)
	if u == nil || c == nil {
		return fmt.Errorf("change who is in %q: no such channel, or no person %q", channelName, name)
	}
	if member {
		c.Join(u)
	} else {
		c.Leave(u)
	}
	a.w.Touch()
	return nil
}

func (a *Admin) changeChannel(name string, change func(*workspace.Channel)) error {
	a.w.Lock()
	defer a.w.Unlock()
	c := a.w.Channel(name)
	if c == nil {
		return fmt.Errorf("change channel %q: no such channel", name)
	}
	change(c)
	a.w.Touch()
	return nil
}
