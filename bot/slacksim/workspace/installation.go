package workspace

import (
	"slices"
	"strings"
)

// Granted reports whether the token has a scope, and notes that it was needed.
func (w *Workspace) Granted(scope string) bool {
	w.Used[scope] = true
	return slices.Contains(w.Scopes, scope)
}

// Installation is the installation of the app that a delivery is meant for.
type Installation struct{ Team, App string }

// Installed is what deliveries say of the app's installation.
func (w *Workspace) Installed() Installation {
	i := Installation{w.Opts.TeamID, AppID}
	if w.Misrouted.Team != "" {
		i.Team = w.Misrouted.Team
	}
	if w.Misrouted.App != "" {
		i.App = w.Misrouted.App
	}
	return i
}

// Enterprise is the organisation's id, nil in a workspace of its own.
func (w *Workspace) Enterprise() any {
	if w.Opts.EnterpriseID == "" {
		return nil
	}
	return w.Opts.EnterpriseID
}

// ActingTeam is the user.team_id of interactions: of people of an Enterprise
// organisation it is the organisation's id
// (Slack: https://docs.slack.dev/reference/interaction-payloads/block_suggestion-payload).
func (w *Workspace) ActingTeam(u *User) string {
	if w.Opts.EnterpriseID != "" && !w.External(u) {
		return w.Opts.EnterpriseID
	}
	return u.Team
}

// TeamDomain is the name of a workspace as it stands in addresses.
func TeamDomain(name string) string { return strings.ToLower(strings.ReplaceAll(name, " ", "-")) }
