package api

import (
	"strings"

	"github.com/signalbook/signalbook/bot/slacksim/wire"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

func (s *Server) userMethods() map[string]method {
	return map[string]method{
		"bots.info":             {tier: tier3, needs: scope("users:read"), run: s.botInfo},
		"users.info":            {tier: tier4, needs: scope("users:read"), run: s.userInfo},
		"users.list":            {tier: tier2, needs: scope("users:read"), run: s.listUsers},
		"users.lookupByEmail":   {tier: tier3, needs: scope("users:read", "users:read.email"), run: s.lookupByEmail},
		"usergroups.list":       {tier: tier2, needs: scope("usergroups:read"), run: s.listGroups},
		"usergroups.users.list": {tier: tier2, needs: scope("usergroups:read"), run: s.listGroupUsers},
	}
}

func (s *Server) userInfo(r *request) (wire.Object, *wire.Refusal) {
	u := s.w.User(r.args.Text("user"))
	if u == nil || u.ID != r.args.Text("user") {
		return nil, wire.Refuse("user_not_found")
	}
	return wire.Object{"user": wire.User(s.w, u)}, nil
}

func (s *Server) botInfo(r *request) (wire.Object, *wire.Refusal) {
	if id := r.args.Text("bot"); id != workspace.BotID {
		return nil, wire.Refuse("bot_not_found")
	}
	return wire.Object{"bot": wire.Object{"id": workspace.BotID, "deleted": false, "name": s.w.Bot.Name, "updated": 1700000000, "app_id": workspace.AppID, "user_id": s.w.Bot.ID}}, nil
}

func (s *Server) listUsers(r *request) (wire.Object, *wire.Refusal) {
	var all []any
	for _, u := range s.w.Users {
		if !s.w.Stranger(u) {
			all = append(all, wire.User(s.w, u))
		}
	}
	page, next, refused := paginate(all, r.args, len(all), 1000)
	if refused != nil {
		return nil, refused
	}
	return wire.Object{"members": page, "cache_ts": r.now.Unix(), "response_metadata": wire.Object{"next_cursor": next}}, nil
}

func (s *Server) lookupByEmail(r *request) (wire.Object, *wire.Refusal) {
	for _, u := range s.w.Users {
		if u.Email != "" && !u.Deactivated && !s.w.External(u) && strings.EqualFold(u.Email, r.args.Text("email")) {
			return wire.Object{"user": wire.User(s.w, u)}, nil
		}
	}
	return nil, wire.Refuse("users_not_found")
}

func (s *Server) listGroups(r *request) (wire.Object, *wire.Refusal) {
	all := []any{}
	for _, g := range s.w.Groups {
		if g.Disabled && !r.args.Flag("include_disabled") {
			continue
		}
		deleted := 0
		if g.Disabled {
			deleted = 1700000000
		}
		w := wire.Object{"id": g.ID, "team_id": s.w.Opts.TeamID, "is_usergroup": true, "is_external": false, "name": g.Name,
			"handle": g.Handle, "description": "", "date_create": 1700000000, "date_update": 1700000000, "date_delete": deleted,
			"created_by": s.w.Users[1].ID, "updated_by": s.w.Users[1].ID, "prefs": wire.Object{"channels": []string{}, "groups": []string{}}}
		if r.args.Flag("include_users") {
			w["users"] = append([]string{}, g.Members...)
		}
		if r.args.Flag("include_count") || r.args.Flag("include_users") {
			w["user_count"] = len(g.Members)
		}
		all = append(all, w)
	}
	return wire.Object{"usergroups": all}, nil
}

func (s *Server) listGroupUsers(r *request) (wire.Object, *wire.Refusal) {
	g := s.w.Group(r.args.Text("usergroup"))
	if g == nil || g.ID != r.args.Text("usergroup") || g.Disabled && !r.args.Flag("include_disabled") {
		return nil, wire.Refuse("no_such_subteam")
	}
	return wire.Object{"users": append([]string{}, g.Members...)}, nil
}
