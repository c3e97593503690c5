package slacksim

import (
	"fmt"
	"time"

	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

// Admin is what administrators of the workspace do, to its people and channels and to
// the app. A Sim has one.
type Admin struct{ w *workspace.Workspace }

func newAdmin(w *workspace.Workspace) *Admin { return &Admin{w} }

// SetSkew steps Slack's clock: from now on it is ahead of ours by so much, in the
// ts of messages, in the Date of answers and in signatures. To an app that is the
// same as its own clock stepping the other way. Limits, triggers and response_urls
// run on our clock.
func (a *Admin) SetSkew(skew time.Duration) {
	a.w.Lock()
	defer a.w.Unlock()
	a.w.Skew = skew
}

// RevokeToken makes every call fail with token_revoked.
func (a *Admin) RevokeToken() { a.setRevoked(true) }

// RestoreToken undoes [Admin.RevokeToken].
func (a *Admin) RestoreToken() { a.setRevoked(false) }

func (a *Admin) setRevoked(revoked bool) {
	a.w.Lock()
	defer a.w.Unlock()
	a.w.Revoked = revoked
	a.w.Touch()
}

// SetScopes changes what the bot's token may do, as installing the app again does.
func (a *Admin) SetScopes(scopes ...string) {
	a.w.Lock()
	defer a.w.Unlock()
	a.w.Scopes = scopes
	a.w.Touch()
}

// DeleteMessage deletes a message as an admin would: the bot finds it gone.
func (a *Admin) DeleteMessage(channel, ts string) error {
	a.w.Lock()
	defer a.w.Unlock()
	c := a.w.Channel(channel)
	if c == nil {
		return fmt.Errorf("delete message %s: no channel %q", ts, channel)
	}
	m := c.Find(ts)
	if m == nil {
		return fmt.Errorf("delete message %s: not in channel %q", ts, channel)
	}
	c.Remove(m)
	a.w.Touch()
	return nil
}

// DeleteFile deletes a file as its owner's admin would: messages show only what is
// said about it, and the bot finds it gone.
func (a *Admin) DeleteFile(id string) error {
	a.w.Lock()
	defer a.w.Unlock()
	f := a.w.File(id)
	if f == nil {
		return fmt.Errorf("delete file %s: there is none", id)
	}
	a.w.DropFile(f)
	a.w.Touch()
	return nil
}

// Misroute makes every later delivery name another workspace and another app, as a
// request meant for somebody else would; empty means our own.
func (a *Admin) Misroute(teamID, appID string) {
	a.w.Lock()
	defer a.w.Unlock()
	a.w.Misrouted = workspace.Installation{Team: teamID, App: appID}
}
