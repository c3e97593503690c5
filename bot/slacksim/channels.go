package slacksim

import (
	"fmt"
	"slices"
	"strings"
)

// AddChannel adds a public channel that the bot and everybody of the workspace but
// guests are members of.
func (s *Sim) AddChannel(name string) Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.publicChannel(s.addChannel(name))
}

// AddPrivateChannel adds a private channel of the named members, without the bot:
// for it the channel does not exist until [Sim.InviteBot]. A member nobody knows is
// left out.
func (s *Sim) AddPrivateChannel(name string, members ...string) Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.addChannel(name)
	c.private, c.members = true, map[string]bool{}
	for _, id := range s.ids(members) {
		c.members[id] = true
	}
	return s.publicChannel(c)
}

// AddSharedChannel adds a public channel that is shared with workspaces of other
// organisations (Slack Connect): people of both are members.
func (s *Sim) AddSharedChannel(name string, teamIDs ...string) Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.addChannel(name)
	c.partners = teamIDs
	for _, u := range s.users {
		if slices.Contains(teamIDs, u.team) {
			c.members[u.id] = true
		}
	}
	return s.publicChannel(c)
}

func (s *Sim) addChannel(name string) *channel {
	c := &channel{id: fmt.Sprintf("C0SIM%05d", s.next()), name: strings.TrimPrefix(name, "#"), members: map[string]bool{}}
	for _, u := range s.users {
		if !s.external(u) && u.guest == noGuest && !u.deactivated {
			c.members[u.id] = true
		}
	}
	s.channels = append(s.channels, c)
	s.touch()
	return c
}

// shared reports whether people of another organisation are in the channel.
func (c *channel) shared() bool { return len(c.partners) > 0 }

// called is the channel's name in what Slack delivers: of a private one it tells none.
func (c *channel) called() string {
	if c.private {
		return "privategroup"
	}
	return c.name
}

// Archive archives a channel and ejects the bot, as Slack does: posts to it are
// refused with is_archived, edits with is_inactive.
func (s *Sim) Archive(channel string) error { return s.setArchived(channel, true) }

// Unarchive makes an archived channel usable again; the bot must be invited anew.
func (s *Sim) Unarchive(channel string) error { return s.setArchived(channel, false) }

func (s *Sim) setArchived(name string, archived bool) error {
	return s.changeChannel(name, func(c *channel) {
		c.archived = archived
		if archived {
			s.removeBot(c)
		}
	})
}

// RemoveBot takes the bot out of a channel: its calls there get not_in_channel.
func (s *Sim) RemoveBot(channel string) error { return s.changeChannel(channel, s.removeBot) }

func (s *Sim) removeBot(c *channel) { delete(c.members, s.bot.id) }

// InviteBot brings the bot into a channel.
func (s *Sim) InviteBot(channel string) error { return s.changeChannel(channel, s.inviteBot) }

func (s *Sim) inviteBot(c *channel) { c.members[s.bot.id] = true }

// Join makes a person a member of a channel.
func (s *Sim) Join(user, channel string) error { return s.setMember(user, channel, true) }

// Leave takes a person out of a channel.
func (s *Sim) Leave(user, channel string) error { return s.setMember(user, channel, false) }

func (s *Sim) setMember(name, channelName string, member bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, c := s.user(name), s.channel(channelName)
	if u == nil || c == nil {
		return fmt.Errorf("change who is in %q: no such channel, or no person %q", channelName, name)
	}
	if member {
		c.members[u.id] = true
	} else {
		delete(c.members, u.id)
	}
	s.touch()
	return nil
}

func (s *Sim) changeChannel(name string, change func(*channel)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channel(name)
	if c == nil {
		return fmt.Errorf("change channel %q: no such channel", name)
	}
	change(c)
	s.touch()
	return nil
}

// sees reports whether a person can look into a channel: its members, and of a
// public one everybody of the workspace who is no guest.
func (s *Sim) sees(u *user, c *channel) bool {
	return c.members[u.id] || !c.private && !s.external(u) && u.guest == noGuest && !u.deactivated
}
