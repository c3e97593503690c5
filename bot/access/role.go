package access

// Role is a job that the configuration may reserve for some people, wherever it is done.
type Role string

// The jobs that can be reserved.
const (
	RoleNone    Role = ""
	RoleResolve Role = "resolve" // end an incident
	RoleDrill   Role = "drill"   // start an exercise
)

// words say what a role may do, behind "only @sre may ".
func (r Role) words() string {
	switch r {
	case RoleResolve:
		return "resolve incidents"
	case RoleDrill:
		return "start drills"
	}
	return "act here"
}

// Roles are the people of each role that is reserved, by configured name.
type Roles map[Role][]string

// Reserve is a place for who wants to do a job there: a reserved one is for the people of
// its role alone, whoever the place's responders are.
func (r Roles) Reserve(job Role, at Place) Place {
	if people := r[job]; len(people) > 0 {
		at.Responders, at.Role = people, job
	}
	return at
}
