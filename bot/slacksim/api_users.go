package slacksim

import (
	"slices"
	"strings"
)

func (s *Sim) userMethods() map[string]method {
	return map[string]method{
		"bots.info":             {tier: tier3, needs: scope("users:read"), run: s.botInfo},
		"users.info":            {tier: tier4, needs: scope("users:read"), run: s.userInfo},
		"users.list":            {tier: tier2, needs: scope("users:read"), run: s.listUsers},
		"users.lookupByEmail":   {tier: tier3, needs: scope("users:read", "users:read.email"), run: s.lookupByEmail},
		"usergroups.list":       {tier: tier2, needs: scope("usergroups:read"), run: s.listGroups},
		"usergroups.users.list": {tier: tier2, needs: scope("usergroups:read"), run: s.listGroupUsers},
	}
}

func (s *Sim) wireUser(u *user) answer {
	profile := answer{"real_name": u.realName, "real_name_normalized": u.realName, "display_name": u.name,
		"display_name_normalized": u.name, "team": u.team}
	if u.email != "" && slices.Contains(s.scopes, "users:read.email") {
		profile["email"] = u.email
	}
	if u.bot {
		profile["bot_id"], profile["api_app_id"] = botID, appID
	}
	w := answer{"id": u.id, "team_id": u.team, "name": u.name, "real_name": u.realName, "deleted": u.deactivated,
		"is_bot": u.bot, "is_app_user": false, "tz": "Etc/UTC", "tz_label": "UTC", "tz_offset": 0, "profile": profile, "updated": 1700000000,
		"is_admin": false, "is_owner": false, "is_restricted": u.guest != noGuest, "is_ultra_restricted": u.guest == singleChannel}
	if s.external(u) {
		w["is_stranger"] = s.stranger(u)
	} else if id := s.enterprise(); id != nil {
		w["enterprise_user"] = answer{"id": u.id, "enterprise_id": id, "enterprise_name": s.opts.TeamName, "teams": []string{u.team}}
	}
	return w
}

func (s *Sim) userInfo(r *request) (answer, *refusal) {
	u := s.user(r.args.text("user"))
	if u == nil || u.id != r.args.text("user") {
		return nil, refuse("user_not_found")
	}
	return answer{"user": s.wireUser(u)}, nil
}

func (s *Sim) botInfo(r *request) (answer, *refusal) {
	if id := r.args.text("bot"); id != botID {
		return nil, refuse("bot_not_found")
	}
	return answer{"bot": answer{"id": botID, "deleted": false, "name": s.bot.name, "updated": 1700000000, "app_id": appID, "user_id": s.bot.id}}, nil
}

func (s *Sim) listUsers(r *request) (answer, *refusal) {
	var all []any
	for _, u := range s.users {
		if !s.stranger(u) {
			all = append(all, s.wireUser(u))
		}
	}
	page, next, refused := paginate(all, r.args, len(all), 1000)
	if refused != nil {
		return nil, refused
	}
	return answer{"members": page, "cache_ts": r.now.Unix(), "response_metadata": answer{"next_cursor": next}}, nil
}

func (s *Sim) lookupByEmail(r *request) (answer, *refusal) {
	for _, u := range s.users {
		if u.email != "" && !u.deactivated && !s.external(u) && strings.EqualFold(u.email, r.args.text("email")) {
			return answer{"user": s.wireUser(u)}, nil
		}
	}
	return nil, refuse("users_not_found")
}

func (s *Sim) listGroups(r *request) (answer, *refusal) {
	all := []any{}
	for _, g := range s.groups {
		if g.disabled && !r.args.flag("include_disabled") {
			continue
		}
		deleted := 0
		if g.disabled {
			deleted = 1700000000
		}
		w := answer{"id": g.id, "team_id": s.opts.TeamID, "is_usergroup": true, "is_external": false, "name": g.name,
			"handle": g.handle, "description": "", "date_create": 1700000000, "date_update": 1700000000, "date_delete": deleted,
			"created_by": s.users[1].id, "updated_by": s.users[1].id, "prefs": answer{"channels": []string{}, "groups": []string{}}}
		if r.args.flag("include_users") {
			w["users"] = append([]string{}, g.members...)
		}
		if r.args.flag("include_count") || r.args.flag("include_users") {
			w["user_count"] = len(g.members)
		}
		all = append(all, w)
	}
	return answer{"usergroups": all}, nil
}

func (s *Sim) listGroupUsers(r *request) (answer, *refusal) {
	g := s.group(r.args.text("usergroup"))
	if g == nil || g.id != r.args.text("usergroup") || g.disabled && !r.args.flag("include_disabled") {
		return nil, refuse("no_such_subteam")
	}
	return answer{"users": append([]string{}, g.members...)}, nil
}
