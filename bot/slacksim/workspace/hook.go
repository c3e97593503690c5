package workspace

import (
	"fmt"
	"time"
)

// Slack: a response_url answers 5 times within 30 minutes.
const (
	hookUses = 5
	hookLife = 30 * time.Minute
)

// Hook is what a response_url leads to.
type Hook struct {
	User    *User
	Channel *Channel
	Source  *Message // the message acted on; nil after a slash command
}

type hook struct {
	Hook
	born time.Time
	uses int
}

// NewHook makes a response_url.
func (w *Workspace) NewHook(h Hook) string {
	id := fmt.Sprintf("hook%d", w.Next())
	w.hooks[id] = &hook{Hook: h, born: w.Now()}
	base := w.Base
	if base == "" {
		base = "http://localhost"
	}
	return base + "/response/" + id
}

// FindHook is what a response_url leads to; code is Slack's when it leads nowhere, any
// more.
func (w *Workspace) FindHook(id string, now time.Time) (h Hook, code string) {
	found := w.hooks[id]
	switch {
	case found == nil:
		return Hook{}, "invalid_url"
	case found.uses >= hookUses:
		return Hook{}, "used_url"
	case now.Sub(found.born) > hookLife:
		return Hook{}, "expired_url"
	}
	return found.Hook, ""
}

// UseHook counts a use of a response_url that was found.
func (w *Workspace) UseHook(id string) { w.hooks[id].uses++ }

// Present is whether a message is still there for somebody.
func (w *Workspace) Present(m *Message) bool {
	if m.OnlyFor != nil {
		return w.FindEphemeral(m.OnlyFor, m.TS.String()) != nil
	}
	return m.Channel.Find(m.TS.String()) != nil
}
