package slacksim

import (
	"fmt"
	"slices"
	"strings"
)

// guestKind is how little of the workspace a person sees.
type guestKind int

const (
	noGuest       guestKind = iota
	singleChannel           // Slack: is_restricted and is_ultra_restricted
	multiChannel            // Slack: is_restricted
)

// AddUser adds a person, who joins every public channel.
func (s *Sim) AddUser(name, email string) User {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.addUser(name, email, s.opts.TeamID)
	for _, c := range s.channels {
		if !c.private {
			c.members[u.id] = true
		}
	}
	return u.public()
}

// AddGuest adds a guest, who is in the named channels only: a single-channel guest
// of one, a multi-channel guest of several. A channel nobody knows is left out.
func (s *Sim) AddGuest(name, email string, channels ...string) User {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.addUser(name, email, s.opts.TeamID)
	u.guest = multiChannel
	if len(channels) == 1 {
		u.guest = singleChannel
	}
	for _, name := range channels {
		if c := s.channel(name); c != nil {
			c.members[u.id] = true
		}
	}
	return u.public()
}

// AddExternalUser adds a person of another organisation's workspace, as
// "T0PARTNER1", who joins every channel that is shared with it.
func (s *Sim) AddExternalUser(name, teamID string) User {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.addUser(name, "", teamID)
	for _, c := range s.channels {
		if slices.Contains(c.partners, teamID) {
			c.members[u.id] = true
		}
	}
	return u.public()
}

// addUser adds a person who is in no channel. The caller holds the lock.
func (s *Sim) addUser(name, email, teamID string) *user {
	u := &user{id: fmt.Sprintf("U0SIM%05d", s.next()), name: name, realName: title(name), email: email, team: teamID}
	s.users = append(s.users, u)
	s.touch()
	return u
}

// Deactivate takes a person's account away: the person leaves every channel and
// user group, and users.info says deleted.
func (s *Sim) Deactivate(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.user(name)
	if u == nil || u.bot {
		return fmt.Errorf("deactivate %q: no such person", name)
	}
	u.deactivated = true
	for _, c := range s.channels {
		delete(c.members, u.id)
	}
	for _, g := range s.groups {
		g.members = slices.DeleteFunc(g.members, func(id string) bool { return id == u.id })
	}
	s.touch()
	return nil
}

// external reports whether a person belongs to another workspace.
func (s *Sim) external(u *user) bool { return u.team != s.opts.TeamID }

// stranger reports whether the bot has nothing to do with a person: from another
// workspace, and in no channel that the bot can see (Slack: is_stranger).
func (s *Sim) stranger(u *user) bool {
	return s.external(u) && !slices.ContainsFunc(s.channels, func(c *channel) bool {
		return c.members[u.id] && (!c.private || c.members[s.bot.id])
	})
}

// AddGroup adds a user group of the named members. A member nobody knows is left out.
func (s *Sim) AddGroup(handle string, members ...string) Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := &group{id: fmt.Sprintf("S0SIM%05d", s.next()), handle: handle, name: title(strings.ReplaceAll(handle, "-", " ")),
		members: s.ids(members)}
	s.groups = append(s.groups, g)
	s.touch()
	return s.publicGroup(g)
}

// SetGroup changes who is in a user group; with no members it is empty. A member
// nobody knows is left out.
func (s *Sim) SetGroup(handle string, members ...string) error {
	return s.changeGroup(handle, func(g *group) { g.members = s.ids(members) })
}

// DisableGroup disables a user group: usergroups.list leaves it out unless asked
// for disabled ones, and its mention reaches nobody.
func (s *Sim) DisableGroup(handle string) error {
	return s.changeGroup(handle, func(g *group) { g.disabled = true })
}

// EnableGroup undoes [Sim.DisableGroup].
func (s *Sim) EnableGroup(handle string) error {
	return s.changeGroup(handle, func(g *group) { g.disabled = false })
}

func (s *Sim) changeGroup(handle string, change func(*group)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.group(handle)
	if g == nil {
		return fmt.Errorf("change user group %q: no such group", handle)
	}
	change(g)
	s.touch()
	return nil
}

// ids are the ids of people by name. The caller holds the lock.
func (s *Sim) ids(names []string) []string {
	var ids []string
	for _, name := range names {
		if u := s.user(name); u != nil {
			ids = append(ids, u.id)
		}
	}
	return ids
}
