package config

import "github.com/signalbook/signalbook/bot/access"

// Roles reserve jobs for some people, by name. A job without any is for whoever may act.
type Roles struct {
	Resolve []string `yaml:"resolve"` // end incidents
	Drill   []string `yaml:"drill"`   // start exercises
	Run     []string `yaml:"run"`
	Silence []string `yaml:"silence"`
}

// Reserved are the jobs that are reserved.
func (r Roles) Reserved() access.Roles {
	reserved := access.Roles{}
	for role, people := range map[access.Role][]string{access.RoleResolve: r.Resolve, access.RoleDrill: r.Drill} {
		if len(people) > 0 {
			reserved[role] = people
		}
	}
	return reserved
}

func (r Roles) check(p place) {
	p.at("resolve").people(r.Resolve)
	p.at("drill").people(r.Drill)
	p.at("run").people(r.Run)
	p.at("silence").people(r.Silence)
	if len(r.Run) > 0 {
		p.at("run").unused()
	}
	if len(r.Silence) > 0 {
		p.at("silence").unused()
	}
}
