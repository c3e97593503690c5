package snapshot

import (
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
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

// OfUser copies a person. The caller holds the lock.
func OfUser(u *workspace.User) User {
	return User{ID: u.ID, Name: u.Name, RealName: u.RealName, Email: u.Email, TeamID: u.Team, Guest: u.Guest != workspace.NoGuest, Bot: u.Bot}
}

// OfChannel copies a channel. The caller holds the lock.
func OfChannel(w *workspace.Workspace, c *workspace.Channel) Channel {
	return Channel{ID: c.ID, Name: c.Name, Archived: c.Archived, Private: c.Private, Shared: c.Shared(), Members: w.Names(c.MemberIDs())}
}

// OfGroup copies a user group. The caller holds the lock.
func OfGroup(w *workspace.Workspace, g *workspace.Group) Group {
	return Group{ID: g.ID, Handle: g.Handle, Disabled: g.Disabled, Members: w.Names(g.Members)}
}
