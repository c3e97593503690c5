package slacksim

import (
	"slices"
	"strings"
)

// User is a person of the workspace or from elsewhere, or the bot.
type User struct {
	ID       string
	Name     string // as in @anna
	RealName string
	Email    string
	TeamID   string // of the workspace the person belongs to
	Guest    bool
	Bot      bool
}

// Channel is a channel of the workspace.
type Channel struct {
	ID       string
	Name     string // without #
	Archived bool
	Private  bool
	Shared   bool     // with another organisation (Slack Connect)
	Members  []string // names
}

// Group is a user group.
type Group struct {
	ID       string
	Handle   string // as in @sre-oncall
	Disabled bool
	Members  []string // names
}

type user struct {
	id, name, realName, email string
	team                      string // of the workspace the person belongs to
	guest                     guestKind
	deactivated               bool
	bot                       bool
}

type group struct {
	id, handle, name string
	disabled         bool
	members          []string // user ids
}

type channel struct {
	id, name, topic string
	archived        bool
	private         bool
	partners        []string        // workspaces it is shared with
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
	s.bot = &user{id: "U0SIMBOT01", name: strings.ToLower(s.opts.BotName), realName: title(s.opts.BotName), team: s.opts.TeamID, bot: true}
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

// known is channel for the Web API: a private channel that the bot is not in does
// not exist for it. The caller holds the lock.
func (s *Sim) known(name string) *channel {
	if c := s.channel(name); c != nil && (!c.private || c.members[s.bot.id]) {
		return c
	}
	return nil
}

// knownByID is known for the methods that take ids only.
func (s *Sim) knownByID(id string) *channel {
	if c := s.known(id); c != nil && c.id == id {
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
	return User{ID: u.id, Name: u.name, RealName: u.realName, Email: u.email, TeamID: u.team, Guest: u.guest != noGuest, Bot: u.bot}
}

func (s *Sim) publicChannel(c *channel) Channel {
	return Channel{ID: c.id, Name: c.name, Archived: c.archived, Private: c.private, Shared: c.shared(), Members: s.names(c.memberIDs())}
}

func (s *Sim) publicGroup(g *group) Group {
	return Group{ID: g.id, Handle: g.handle, Disabled: g.disabled, Members: s.names(g.members)}
}

func title(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
