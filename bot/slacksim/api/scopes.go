package api

import (
	"net/http"
	"strings"

	"github.com/signalbook/signalbook/bot/slacksim/wire"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

// needs says which scopes a call must have, all of them.
type needs func(w *workspace.Workspace, a wire.Args) []string

func scope(names ...string) needs {
	return func(*workspace.Workspace, wire.Args) []string { return names }
}

// ofChannel is a scope of the channel's kind: "channels:read" of a public one,
// "groups:read" of a private one.
func ofChannel(what string) needs {
	return func(w *workspace.Workspace, a wire.Args) []string {
		if c := w.Known(a.Text("channel")); c != nil && c.Private {
			return []string{"groups:" + what}
		}
		return []string{"channels:" + what}
	}
}

// ofTypes is a scope of each kind of channel that conversations.list is asked for.
func ofTypes(_ *workspace.Workspace, a wire.Args) []string {
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
func (s *Server) permit(header http.Header, m method, a wire.Args) *wire.Refusal {
	if m.open || m.app {
		return nil
	}
	header.Set("X-OAuth-Scopes", strings.Join(s.w.Scopes, ","))
	if m.needs == nil {
		return nil
	}
	wanted := m.needs(s.w, a)
	header.Set("X-Accepted-OAuth-Scopes", strings.Join(wanted, ","))
	var lacking []string
	for _, name := range wanted {
		if !s.w.Granted(name) {
			lacking = append(lacking, name)
		}
	}
	if len(lacking) > 0 {
		return &wire.Refusal{Code: "missing_scope", Needed: strings.Join(lacking, ","), Provided: strings.Join(s.w.Scopes, ",")}
	}
	return nil
}
