package workspace

import "github.com/signalbook/signalbook/bot/slacksim/blockkit"

// Home is what the app shows a user in its Home tab; nil until it published something.
func (vs *Views) Home(u *User) *View { return vs.homes[u.ID] }

// Publish shows a user a Home in place of the one before, which keeps its id.
func (vs *Views) Publish(u *User, body blockkit.Block) *View {
	v := vs.homes[u.ID]
	if v == nil {
		v = vs.add(u, body)
		vs.homes[u.ID] = v
		return v
	}
	v.Replace(body)
	return v
}
