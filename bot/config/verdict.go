package config

import (
	"strings"

	"github.com/signalbook/signalbook/playbooks"
)

// Verdict says whether a route takes an incident, and why.
type Verdict struct {
	Depth int    // 0: directly inside the outermost route
	Route string // its matchers: {team="db"}
	Taken bool
	Why   string // a clause for people
}

// Verdicts says of every route that is looked at for these labels whether it takes
// the incident: the siblings along the way, in the order of the file. What Route
// takes is the last one that is Taken; the outermost route takes everything and is
// not among them.
func (c *Config) Verdicts(labels map[string]string) []Verdict {
	return c.Routes.verdicts(labels, 0)
}

func (r *Route) verdicts(labels map[string]string, depth int) []Verdict {
	var all []Verdict
	taken := ""
	for i := range r.Routes {
		child := &r.Routes[i]
		v := Verdict{Depth: depth, Route: child.title()}
		missed := child.missed(labels)
		switch {
		case len(missed) > 0:
			v.Why = strings.Join(missed, ", and ")
		case taken != "":
			v.Why = "would take it too, but " + taken + " stands before it"
		case len(child.Matchers) == 0:
			v.Taken, v.Why = true, "it has no matchers and takes everything"
		default:
			v.Taken, v.Why = true, "all its matchers hold"
		}
		all = append(all, v)
		if v.Taken {
			taken = v.Route
			all = append(all, child.verdicts(labels, depth+1)...)
		}
	}
	return all
}

// missed says of each matcher that does not hold what there is instead.
func (r *Route) missed(labels map[string]string) []string {
	var all playbooks.Matchers
	for _, m := range r.parsed {
		all = append(all, m...)
	}
	return all.Missed(labels)
}
