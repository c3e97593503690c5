package slackapi

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/foreign"
)

// origin is the installation that a delivery is meant for, as far as it says so: a
// workspace, the Enterprise organisation it belongs to, and the app.
type origin struct {
	teams       []string // one of them has to be ours; none: not said
	enterprises []string
	app         string
	author      string // the app that posted the message a click was made on
}

// originPayload is what deliveries of all kinds say of their installation.
type originPayload struct {
	Type              string `json:"type"`
	AppID             string `json:"api_app_id"`
	TeamID            string `json:"team_id"`
	EnterpriseID      string `json:"enterprise_id"`
	ContextTeam       string `json:"context_team_id"`
	ContextEnterprise string `json:"context_enterprise_id"`
	Authorizations    []struct {
		TeamID       string `json:"team_id"`
		EnterpriseID string `json:"enterprise_id"`
	} `json:"authorizations"`
	Team struct {
		ID           string `json:"id"`
		EnterpriseID string `json:"enterprise_id"`
	} `json:"team"`
	Enterprise struct {
		ID string `json:"id"`
	} `json:"enterprise"`
	Message struct {
		AppID string `json:"app_id"`
	} `json:"message"`
	View struct {
		InstalledTeam string `json:"app_installed_team_id"`
	} `json:"view"`
}

// readOrigin reads whom a delivery is meant for. One in a form of its own says
// nothing: the signature, or the app's own connection, vouch for it all the same.
func readOrigin(payload []byte) origin {
	var p originPayload
	if json.Unmarshal(payload, &p) != nil {
		return origin{}
	}
	return p.origin()
}

// origin looks where Slack's own SDKs look. In channels that organisations share
// (Slack Connect) the outer team_id of an event is the workspace that it comes from;
// authorizations and context_team_id name the one that it is for. A modal that was
// opened from another workspace names it in app_installed_team_id.
// Source: https://docs.slack.dev/apis/events-api and bolt-python, request/internals.py.
func (p originPayload) origin() origin {
	o := origin{app: p.AppID}
	if p.Type == "block_actions" { // a shortcut may be used on anybody's message
		o.author = p.Message.AppID
	}
	switch {
	case p.View.InstalledTeam != "":
		o.teams = []string{p.View.InstalledTeam}
		return o // of its organisation nothing is said
	case p.Team.ID != "" || p.Enterprise.ID != "":
		o.teams, o.enterprises = []string{p.Team.ID}, []string{cmp.Or(p.Enterprise.ID, p.Team.EnterpriseID)}
	case len(p.Authorizations) > 0 || p.ContextTeam != "" || p.ContextEnterprise != "":
		o.teams, o.enterprises = []string{p.ContextTeam}, []string{p.ContextEnterprise}
		for _, a := range p.Authorizations {
			o.teams, o.enterprises = append(o.teams, a.TeamID), append(o.enterprises, a.EnterpriseID)
		}
	default:
		o.teams, o.enterprises = []string{p.TeamID}, []string{p.EnterpriseID}
	}
	empty := func(id string) bool { return id == "" }
	o.teams, o.enterprises = slices.DeleteFunc(o.teams, empty), slices.DeleteFunc(o.enterprises, empty)
	return o
}

// elsewhere says why a delivery is not for this installation; empty when it may be.
// What Slack does not tell of either side is not compared; but what names no
// workspace is for a whole organisation, which has to be ours.
func (id Identity) elsewhere(o origin) (why string) {
	switch {
	case o.app != "" && id.AppID != "" && o.app != id.AppID:
		return fmt.Sprintf("it is for the app %s, and the bot token belongs to %s: take all tokens and secrets from one app", foreign.Text(o.app, 40), id.AppID)
	case o.author != "" && id.AppID != "" && o.author != id.AppID:
		return fmt.Sprintf("it is a click on a message of the app %s", foreign.Text(o.author, 40))
	case len(o.enterprises) > 0 && (id.EnterpriseID != "" || len(o.teams) == 0) && !slices.Contains(o.enterprises, id.EnterpriseID):
		return fmt.Sprintf("it is for the organisation %s, and not for the workspace %s", foreign.Text(strings.Join(o.enterprises, ", "), 40), id.TeamID)
	case len(o.teams) > 0 && !slices.Contains(o.teams, id.TeamID):
		return fmt.Sprintf("it is for the workspace %s, and the bot token belongs to %s", foreign.Text(strings.Join(o.teams, ", "), 40), id.TeamID)
	}
	return ""
}

// external reports whether the workspace (or, in Enterprise organisations,
// organisation) that Slack gives with a person is another one than ours.
func (id Identity) external(team string) bool {
	return team != "" && team != id.TeamID && team != id.EnterpriseID
}

// foreign reports whether a delivery is for another installation; it is counted
// then, and logged. A slash command names one workspace only, that of whoever typed
// it: in a shared channel it may be a person of another organisation, whom the
// handler tells from a stranger.
func (d *endpoint) foreign(got *delivery) bool {
	if d.client == nil {
		return false
	}
	id := d.client.identity.Load()
	if id == nil {
		return false
	}
	o := got.origin
	if got.kind == kindCommand && id.external(got.slash.UserTeam) {
		got.slash.Elsewhere = true
		o.teams, o.enterprises = nil, nil
	}
	why := id.elsewhere(o)
	if why == "" {
		return false
	}
	d.count(got.kind, "foreign")
	d.warn(&d.lastForeign, "Slack delivered what is not for this bot: nothing is done", "endpoint", d.name, "kind", string(got.kind), "reason", why)
	return true
}

// warn logs at most once in ten seconds.
func (d *endpoint) warn(last *warned, text string, args ...any) {
	const every = 10 * time.Second
	now, was := time.Now().UnixNano(), last.Load()
	if time.Duration(now-was) >= every && last.CompareAndSwap(was, now) {
		d.log.Warn(text, args...)
	}
}
