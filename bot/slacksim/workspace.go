package slacksim

import (
	"fmt"
	"slices"
	"strings"
)

// User is a person of the workspace, or the bot.
type User struct {
	ID       string
	Name     string // as in @anna
	RealName string
	Email    string
	Bot      bool
}

// Channel is a public channel.
type Channel struct {
	ID       string
	Name     string // without #
	Archived bool
	Members  []string // names
}

// Group is a user group.
type Group struct {
	ID      string
	Handle  string   // as in @sre-oncall
	Members []string // names
}

type user struct {
	id, name, realName, email string
	bot                       bool
}

type group struct {
	id, handle, name string
	members          []string // user ids
}

type channel struct {
	id, name, topic string
	archived        bool
	members         map[string]bool // by user id
	messages        []*message      // by ts
	last            stamp
}

const (
	appID = "A0SIM00001"
	botID = "B0SIM00001"
)

// furnish fills the workspace with the people and channels of the demo.
func (s *Sim) furnish() {
	s.bot = &user{id: "U0SIMBOT01", name: strings.ToLower(s.opts.BotName), realName: title(s.opts.BotName), bot: true}
	s.users = []*user{s.bot}
	for _, name := range []string{"anna", "ben", "chris"} {
		s.AddUser(name, name+"@example.com")
	}
	for _, c := range []struct{ name, topic string }{
		{"incidents", "What is burning, and who has it"},
		{"db-incidents", "Incidents of the database team"},
		{"cost-review", "What it cost, every Monday"},
		{"general", "Company-wide announcements and work-based matters"},
	} {
		s.AddChannel(c.name)
		s.channels[len(s.channels)-1].topic = c.topic
	}
	s.AddGroup("sre-oncall", "anna")
	s.AddGroup("db-oncall", "ben")
	s.AddGroup("ml-oncall", "chris")
	s.AddGroup("platform-oncall", "anna", "chris")
	s.AddGroup("db-leads", "chris")
}

// AddUser adds a person, who joins every channel.
func (s *Sim) AddUser(name, email string) User {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := &user{id: fmt.Sprintf("U0SIM%05d", s.next()), name: name, realName: title(name), email: email}
	s.users = append(s.users, u)
	for _, c := range s.channels {
		c.members[u.id] = true
	}
	s.touch()
	return u.public()
}

// AddChannel adds a public channel that everybody and the bot are members of.
func (s *Sim) AddChannel(name string) Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &channel{id: fmt.Sprintf("C0SIM%05d", s.next()), name: strings.TrimPrefix(name, "#"), members: map[string]bool{}}
	for _, u := range s.users {
		c.members[u.id] = true
	}
	s.channels = append(s.channels, c)
	s.touch()
	return s.publicChannel(c)
}

// AddGroup adds a user group of the named members. A member nobody knows is left out.
func (s *Sim) AddGroup(handle string, members ...string) Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := &group{id: fmt.Sprintf("S0SIM%05d", s.next()), handle: handle, name: title(strings.ReplaceAll(handle, "-", " "))}
	for _, m := range members {
		if u := s.user(m); u != nil {
			g.members = append(g.members, u.id)
		}
	}
	s.groups = append(s.groups, g)
	s.touch()
	return s.publicGroup(g)
}

// Archive archives a channel: posts to it are refused with is_archived.
func (s *Sim) Archive(channel string) error { return s.setArchived(channel, true) }

// Unarchive makes an archived channel usable again.
func (s *Sim) Unarchive(channel string) error { return s.setArchived(channel, false) }

func (s *Sim) setArchived(name string, archived bool) error {
	return s.changeChannel(name, func(c *channel) { c.archived = archived })
}

// RemoveBot takes the bot out of a channel: its calls there get not_in_channel.
func (s *Sim) RemoveBot(channel string) error {
	return s.changeChannel(channel, s.removeBot)
}

func (s *Sim) removeBot(c *channel) { delete(c.members, s.bot.id) }

// InviteBot brings the bot back into a channel.
func (s *Sim) InviteBot(channel string) error {
	return s.changeChannel(channel, s.inviteBot)
}

func (s *Sim) inviteBot(c *channel) { c.members[s.bot.id] = true }

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

// user finds a user by id or name; nil when there is none. The caller holds the lock.
func (s *Sim) user(name string) *user {
	name = strings.TrimPrefix(name, "@")
	for _, u := range s.users {
		if u.id == name || u.name == name {
			return u
		}
	}
	return nil
}

// channel finds a channel by id, name or #name. The caller holds the lock.
func (s *Sim) channel(name string) *channel {
	name = strings.TrimPrefix(name, "#")
	for _, c := range s.channels {
		if c.id == name || c.name == name {
			return c
		}
	}
	return nil
}

// channelByID is channel for the methods that take ids only.
func (s *Sim) channelByID(id string) *channel {
	if c := s.channel(id); c != nil && c.id == id {
		return c
	}
	return nil
}

// group finds a user group by id or handle. The caller holds the lock.
func (s *Sim) group(name string) *group {
	name = strings.TrimPrefix(name, "@")
	for _, g := range s.groups {
		if g.id == name || g.handle == name {
			return g
		}
	}
	return nil
}

func (s *Sim) userName(id string) string {
	if u := s.user(id); u != nil {
		return u.name
	}
	return id
}

// names gives the sorted names of user ids, the bot left out.
func (s *Sim) names(ids []string) []string {
	var names []string
	for _, id := range ids {
		if u := s.user(id); u != nil && !u.bot {
			names = append(names, u.name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (c *channel) memberIDs() []string {
	ids := make([]string, 0, len(c.members))
	for id := range c.members {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func (u *user) public() User {
	return User{ID: u.id, Name: u.name, RealName: u.realName, Email: u.email, Bot: u.bot}
}

func (s *Sim) publicChannel(c *channel) Channel {
	return Channel{ID: c.id, Name: c.name, Archived: c.archived, Members: s.names(c.memberIDs())}
}

func (s *Sim) publicGroup(g *group) Group {
	return Group{ID: g.id, Handle: g.handle, Members: s.names(g.members)}
}

func title(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
