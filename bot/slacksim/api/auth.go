package api

import (
	"crypto/subtle"
	"fmt"

	"github.com/signalbook/signalbook/bot/slacksim/wire"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

func (s *Server) authMethods() map[string]method {
	return map[string]method{
		"api.test":              {tier: tier4, open: true, run: apiTest},
		"auth.test":             {tier: tierAuthTest, run: s.authTest},
		"apps.connections.open": {tier: tier1, app: true, run: s.openConnection},
	}
}

// authorise checks the token. The caller holds the lock.
func (s *Server) authorise(m method, token string) *wire.Refusal {
	if m.open {
		return nil
	}
	want, other := s.opts.BotToken, s.opts.AppToken
	if m.app {
		want, other = other, want
	}
	switch {
	case token == "":
		return wire.Refuse("not_authed")
	case same(token, want) && s.w.Revoked:
		return wire.Refuse("token_revoked")
	case same(token, want):
		return nil
	case same(token, other):
		return wire.Refuse("not_allowed_token_type")
	}
	return wire.Refuse("invalid_auth")
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func apiTest(r *request) (wire.Object, *wire.Refusal) {
	if code := r.args.Text("error"); code != "" {
		return nil, wire.Refuse(code)
	}
	return wire.Object{"args": r.args}, nil
}

func (s *Server) authTest(r *request) (wire.Object, *wire.Refusal) {
	ans := wire.Object{
		"url": s.w.Base + "/", "team": s.w.Opts.TeamName, "team_id": s.w.Opts.TeamID,
		"user": s.w.Bot.Name, "user_id": s.w.Bot.ID, "bot_id": workspace.BotID, "is_enterprise_install": false,
	}
	if id := s.w.Enterprise(); id != nil {
		ans["enterprise_id"] = id
	}
	return ans, nil
}

func (s *Server) openConnection(r *request) (wire.Object, *wire.Refusal) {
	ticket := s.delivery.Ticket()
	return wire.Object{"url": fmt.Sprintf("%s://%s/socket?ticket=%s&app_id=%s", r.scheme("ws"), r.host, ticket, workspace.AppID)}, nil
}
