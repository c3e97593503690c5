package slacksim

import (
	"crypto/subtle"
	"fmt"
	"strings"
)

func (s *Sim) authMethods() map[string]method {
	return map[string]method{
		"api.test":              {tier: tier4, open: true, run: apiTest},
		"auth.test":             {tier: tierAuthTest, run: s.authTest},
		"apps.connections.open": {tier: tier1, app: true, run: s.openConnection},
	}
}

// authorise checks the token. The caller holds the lock.
func (s *Sim) authorise(m method, token string) *refusal {
	if m.open {
		return nil
	}
	want, other := s.opts.BotToken, s.opts.AppToken
	if m.app {
		want, other = other, want
	}
	switch {
	case token == "":
		return refuse("not_authed")
	case same(token, want) && s.revoked:
		return refuse("token_revoked")
	case same(token, want):
		return nil
	case same(token, other):
		return refuse("not_allowed_token_type")
	}
	return refuse("invalid_auth")
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// RevokeToken makes every call fail with token_revoked.
func (s *Sim) RevokeToken() { s.setRevoked(true) }

// RestoreToken undoes [Sim.RevokeToken].
func (s *Sim) RestoreToken() { s.setRevoked(false) }

func (s *Sim) setRevoked(revoked bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked = revoked
	s.touch()
}

func apiTest(r *request) (answer, *refusal) {
	if code := r.args.text("error"); code != "" {
		return nil, refuse(code)
	}
	return answer{"args": r.args}, nil
}

func (s *Sim) authTest(r *request) (answer, *refusal) {
	ans := answer{
		"url": s.base + "/", "team": s.opts.TeamName, "team_id": s.opts.TeamID,
		"user": s.bot.name, "user_id": s.bot.id, "bot_id": botID, "is_enterprise_install": false,
	}
	if id := s.enterprise(); id != nil {
		ans["enterprise_id"] = id
	}
	return ans, nil
}

func (s *Sim) openConnection(r *request) (answer, *refusal) {
	ticket := fmt.Sprintf("ticket-%d", s.next())
	s.tickets[ticket] = true
	return answer{"url": fmt.Sprintf("%s://%s/socket?ticket=%s&app_id=%s", r.scheme("ws"), r.host, ticket, appID)}, nil
}

func teamDomain(name string) string { return strings.ToLower(strings.ReplaceAll(name, " ", "-")) }
