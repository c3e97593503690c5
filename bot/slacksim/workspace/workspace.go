// Package workspace is the state of the look-alike: people and channels, what was said,
// what is open, the app's installation, under one lock. It never speaks HTTP and sends
// nothing to anybody; who wants to know of changes watches.
//
// It is one room with one lock because Slack's rules reach across all of it: a post looks
// at members, archives, pictures and groups, and pings people in the same moment.
package workspace

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options says what the workspace is.
type Options struct {
	TeamID, TeamName, EnterpriseID, BotName string
	Scopes                                  []string // of the bot's token

	TriggerLife    time.Duration // how long a trigger_id opens a view
	FileProcessing time.Duration // how long Slack looks at a completed file

	Now      func() time.Time
	Location *time.Location // the time zone of dates in plain text
	Seed     uint64         // for faults that happen with a probability
}

// Workspace is a workspace as it is now. One lock guards all of it and all that hangs on
// it: whoever calls a method or touches a field holds it, except where a method says
// otherwise. Create one with [New].
type Workspace struct {
	Opts Options
	Life *Life

	mu      sync.Mutex
	changed chan struct{} // closed and replaced at every change
	Version uint64
	Base    string        // scheme and host by which the API was last called
	Skew    time.Duration // Slack's clock against ours
	Random  *rand.Rand
	serial  int

	Users    []*User
	Channels []*Channel
	Groups   []*Group
	Bot      *User

	Revoked   bool            // the bot's token
	Scopes    []string        // of the bot's token
	Used      map[string]bool // scopes that were needed so far
	Misrouted Installation    // whom deliveries are wrongly meant for; empty: us

	Ephemerals    []*Message
	Notifications []Notification
	Calls         []Call
	Files         []*File
	Views         *Views
	hooks         map[string]*hook
}

// New makes a workspace with nobody in it but the bot.
func New(opts Options) *Workspace {
	w := &Workspace{Opts: opts, Life: newLife(), changed: make(chan struct{}), Random: rand.New(rand.NewPCG(opts.Seed, 1)), Scopes: opts.Scopes,
		Used: map[string]bool{}, hooks: map[string]*hook{}}
	w.Views = newViews(w)
	w.Bot = &User{ID: "U0SIMBOT01", Name: strings.ToLower(opts.BotName), RealName: title(opts.BotName), Team: opts.TeamID, Bot: true}
	w.Users = []*User{w.Bot}
	return w
}

// Lock takes the lock that guards the workspace.
func (w *Workspace) Lock() { w.mu.Lock() }

// Unlock gives it back.
func (w *Workspace) Unlock() { w.mu.Unlock() }

// Now is our clock. It needs no lock.
func (w *Workspace) Now() time.Time { return w.Opts.Now() }

// Clock is what Slack's clock shows. It takes the lock itself.
func (w *Workspace) Clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.Now().Add(w.Skew)
}

// Touch wakes everybody who waits for a change.
func (w *Workspace) Touch() {
	w.Version++
	close(w.changed)
	w.changed = make(chan struct{})
}

// Changed is closed at the next change.
func (w *Workspace) Changed() <-chan struct{} { return w.changed }

// Watch is the number of the newest change, and a channel that is closed at the next.
// It takes the lock itself.
func (w *Workspace) Watch() (version uint64, changed <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.Version, w.changed
}

// Next returns a number never given before.
func (w *Workspace) Next() int {
	w.serial++
	return w.serial
}

// User is a person of the workspace or from elsewhere, or the bot.
type User struct {
	ID, Name, RealName, Email string
	Team                      string // of the workspace the person belongs to
	Guest                     GuestKind
	Deactivated               bool
	Bot                       bool
}

// Group is a user group.
type Group struct {
	ID, Handle, Name string
	Disabled         bool
	Members          []string // user ids
}

// Channel is a channel with all that was said in it.
type Channel struct {
	ID, Name, Topic string
	Archived        bool
	Private         bool
	Partners        []string        // workspaces it is shared with
	Members         map[string]bool // by user id
	Messages        []*Message      // by ts
	last            Stamp
}

// The app, and its bot.
const (
	AppID = "A0SIM00001"
	BotID = "B0SIM00001"
)

// User finds a user by id or name; nil when there is none.
func (w *Workspace) User(name string) *User {
	name = strings.TrimPrefix(name, "@")
	return find(w.Users, func(u *User) bool { return u.ID == name || u.Name == name })
}

// find is the first that is looked for; nil when there is none.
func find[T any](all []*T, is func(*T) bool) *T {
	if k := slices.IndexFunc(all, is); k >= 0 {
		return all[k]
	}
	return nil
}

// Channel finds a channel by id, name or #name.
func (w *Workspace) Channel(name string) *Channel {
	name = strings.TrimPrefix(name, "#")
	return find(w.Channels, func(c *Channel) bool { return c.ID == name || c.Name == name })
}

// Known is [Workspace.Channel] for the Web API: a private channel that the bot is not in does
// not exist for it.
func (w *Workspace) Known(name string) *Channel {
	if c := w.Channel(name); c != nil && (!c.Private || c.Members[w.Bot.ID]) {
		return c
	}
	return nil
}

// KnownByID is [Workspace.Known] for the methods that take ids only.
func (w *Workspace) KnownByID(id string) *Channel {
	if c := w.Known(id); c != nil && c.ID == id {
		return c
	}
	return nil
}

// Group finds a user group by id or handle.
func (w *Workspace) Group(name string) *Group {
	name = strings.TrimPrefix(name, "@")
	return find(w.Groups, func(g *Group) bool { return g.ID == name || g.Handle == name })
}

func (w *Workspace) userName(id string) string {
	if u := w.User(id); u != nil {
		return u.Name
	}
	return id
}

// Names gives the sorted names of user ids, the bot left out.
func (w *Workspace) Names(ids []string) []string {
	var names []string
	for _, id := range ids {
		if u := w.User(id); u != nil && !u.Bot {
			names = append(names, u.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// MemberIDs are the ids of the members, sorted.
func (c *Channel) MemberIDs() []string { return slices.Sorted(maps.Keys(c.Members)) }

func title(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
