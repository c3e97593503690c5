package slacksim

// install is the installation of the app that a delivery is meant for.
type install struct{ team, app string }

// Misroute makes every later delivery name another workspace and another app, as a
// request meant for somebody else would; empty means our own.
func (s *Sim) Misroute(teamID, appID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stray = install{teamID, appID}
}

// installed is what deliveries say of the app's installation. The caller holds the
// lock.
func (s *Sim) installed() install {
	i := install{s.opts.TeamID, appID}
	if s.stray.team != "" {
		i.team = s.stray.team
	}
	if s.stray.app != "" {
		i.app = s.stray.app
	}
	return i
}

// enterprise is the organisation's id, nil in a workspace of its own.
func (s *Sim) enterprise() any {
	if s.opts.EnterpriseID == "" {
		return nil
	}
	return s.opts.EnterpriseID
}

// actingTeam is the user.team_id of interactions: of people of an Enterprise
// organisation it is the organisation's id
// (Slack: https://docs.slack.dev/reference/interaction-payloads/block_suggestion-payload).
func (s *Sim) actingTeam(u *user) string {
	if s.opts.EnterpriseID != "" && !s.external(u) {
		return s.opts.EnterpriseID
	}
	return u.team
}
