package slacksim

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// DefaultScopes are the scopes that the bot's token has when [Options.Scopes] does
// not say: those of the app's own manifest.
func DefaultScopes() []string {
	return []string{"commands", "chat:write", "app_mentions:read", "channels:read", "groups:read", "channels:history", "groups:history",
		"files:write", "files:read", "usergroups:read", "users:read", "users:read.email"}
}

// SetScopes changes what the bot's token may do, as installing the app again does.
func (s *Sim) SetScopes(scopes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scopes = scopes
	s.touch()
}

// ScopesUsed are the scopes that calls and deliveries have needed so far, sorted.
func (v *View) ScopesUsed() []string {
	v.sim.mu.Lock()
	defer v.sim.mu.Unlock()
	return slices.Sorted(maps.Keys(v.sim.used))
}

// needs says which scopes a call must have, all of them.
type needs func(s *Sim, a args) []string

func scope(names ...string) needs { return func(*Sim, args) []string { return names } }

// ofChannel is a scope of the channel's kind: "channels:read" of a public one,
// "groups:read" of a private one.
func ofChannel(what string) needs {
	return func(s *Sim, a args) []string {
		if c := s.known(a.text("channel")); c != nil && c.private {
			return []string{"groups:" + what}
		}
		return []string{"channels:" + what}
	}
}

// ofTypes is a scope of each kind of channel that conversations.list is asked for.
func ofTypes(_ *Sim, a args) []string {
	of := map[string]string{"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read", "mpim": "mpim:read"}
	var names []string
	for _, kind := range conversationTypes(a) {
		if name := of[kind]; name != "" {
			names = append(names, name)
		}
	}
	return names
}

// permit refuses a call whose token lacks a scope, and tells the scopes in the
// headers, as Slack does. The caller holds the lock.
func (s *Sim) permit(header http.Header, m method, a args) *refusal {
	if m.open || m.app {
		return nil
	}
	header.Set("X-OAuth-Scopes", strings.Join(s.scopes, ","))
	if m.needs == nil {
		return nil
	}
	wanted := m.needs(s, a)
	header.Set("X-Accepted-OAuth-Scopes", strings.Join(wanted, ","))
	var lacking []string
	for _, name := range wanted {
		if !s.granted(name) {
			lacking = append(lacking, name)
		}
	}
	if len(lacking) > 0 {
		return &refusal{code: "missing_scope", needed: strings.Join(lacking, ","), provided: strings.Join(s.scopes, ",")}
	}
	return nil
}

// granted reports whether the token has a scope, and notes that it was needed. The
// caller holds the lock.
func (s *Sim) granted(scope string) bool {
	s.used[scope] = true
	return slices.Contains(s.scopes, scope)
}
