package config

import (
	"slices"
	"strings"

	"github.com/signalbook/signalbook/playbooks"
)

// Route decides who is told where. As in Alertmanager, the first child whose
// matchers hold takes the incident, and so on inwards; unlike there, none
// continues to its siblings. A child inherits what it does not give; an empty
// list is given.
type Route struct {
	Matchers   []string     `yaml:"matchers"`
	Channel    string       `yaml:"channel"`
	Fallback   string       `yaml:"fallback_channel" json:",omitempty"` // when the channel cannot be written to; none: the outermost route's channel
	Owners     []string     `yaml:"owners"`
	Responders []string     `yaml:"responders"` // who may act; none: anyone in the channel
	Escalate   []Escalation `yaml:"escalate"`
	Routes     []Route      `yaml:"routes"`

	parsed []playbooks.Matchers
}

// RouteTarget is where an incident belongs.
type RouteTarget struct {
	Channel    string
	Fallback   string
	Owners     []string
	Responders []string
	Escalate   []Escalation
	Path       string // the routes taken, for people: route > {team="db"}
}

// Route finds the target of an incident by its labels.
func (c *Config) Route(labels map[string]string) RouteTarget {
	target := RouteTarget{Path: "route", Fallback: c.Routes.Channel}
	route := &c.Routes
	for {
		route.give(&target)
		i := slices.IndexFunc(route.Routes, func(child Route) bool { return child.matches(labels) })
		if i < 0 {
			return target
		}
		route = &route.Routes[i]
		target.Path += " > " + route.title()
	}
}

func (r *Route) give(t *RouteTarget) {
	if r.Channel != "" {
		t.Channel = r.Channel
	}
	if r.Fallback != "" {
		t.Fallback = r.Fallback
	}
	if r.Owners != nil {
		t.Owners = r.Owners
	}
	if r.Responders != nil {
		t.Responders = r.Responders
	}
	if r.Escalate != nil {
		t.Escalate = r.Escalate
	}
}

func (r Route) matches(labels map[string]string) bool {
	for _, m := range r.parsed {
		if !m.Match(labels) {
			return false
		}
	}
	return true
}

func (r *Route) title() string {
	parts := make([]string, len(r.parsed))
	for i, m := range r.parsed {
		parts[i] = m.String()
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// Places are the targets of all routes, whatever their matchers say: who may act in
// their channels.
func (c *Config) Places() []RouteTarget {
	var all []RouteTarget
	var walk func(r *Route, inherited RouteTarget)
	walk = func(r *Route, inherited RouteTarget) {
		r.give(&inherited)
		all = append(all, inherited)
		for i := range r.Routes {
			walk(&r.Routes[i], inherited)
		}
	}
	walk(&c.Routes, RouteTarget{})
	return all
}

// Names lists every channel, and every person and group, that the configuration
// names, sorted and each once.
func (c *Config) Names() (channels, people []string) {
	var walk func(r Route)
	walk = func(r Route) {
		channels = append(channels, r.Channel, r.Fallback)
		people = append(people, r.Owners...)
		people = append(people, r.Responders...)
		for _, e := range r.Escalate {
			people = append(people, e.Mention...)
		}
		for _, child := range r.Routes {
			walk(child)
		}
	}
	walk(c.Routes)
	for _, names := range c.Roles.Reserved() {
		people = append(people, names...)
	}
	for _, d := range c.Digests {
		channels = append(channels, d.Channel)
		for _, b := range d.Budgets {
			people = append(people, b.Owners...)
		}
	}
	channels = append(channels, c.DrillChannel())
	return once(channels), once(people)
}

// DrillChannel is the channel of drills; empty: their routes'.
func (c *Config) DrillChannel() string {
	if c.Drills == nil {
		return ""
	}
	return c.Drills.Channel
}

func once(names []string) []string {
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(name string) bool { return name == "" })
}

// checkRoot checks the route that takes everything, and all within it.
func (r *Route) checkRoot(p place) {
	if r.Channel == "" {
		p.at("channel").missing(`where incidents go that no other route takes, such as "#incidents"`)
	}
	if len(r.Matchers) > 0 {
		p.at("matchers").problem("the outermost route takes everything: move its matchers to a route inside route.routes")
	}
	r.check(p)
}

// maxRouteMatchers bounds the matchers of all routes, in instructions of their
// regular expressions: about 100 MB.
const maxRouteMatchers = 1_000_000

func (r *Route) check(p place) {
	if p.file.matchers > maxRouteMatchers {
		return // told once
	}
	if r.Channel != "" {
		p.at("channel").channel(r.Channel)
	}
	if r.Fallback != "" {
		p.at("fallback_channel").channel(r.Fallback)
	}
	p.at("owners").people(r.Owners)
	p.at("responders").people(r.Responders)
	for i := range r.Escalate {
		e := &r.Escalate[i]
		e.check(p.at("escalate", i))
		if i > 0 && e.After > 0 && e.After <= r.Escalate[i-1].After {
			p.at("escalate", i, "after").problem("%s is not later than the level before it (%s)", e.After, r.Escalate[i-1].After)
		}
	}
	for i, text := range r.Matchers {
		if p.file.matchers += playbooks.MatchersSize(text); p.file.matchers > maxRouteMatchers {
			p.at("matchers", i).problem("the matchers of all routes together are too large, from here on: use fewer regular expressions, or smaller counts in { }")
			return
		}
		m, err := playbooks.ParseMatchers(text)
		if err != nil {
			p.at("matchers", i).problem("%v", err)
			continue
		}
		r.parsed = append(r.parsed, m)
	}
	for i := range r.Routes {
		child := &r.Routes[i]
		child.check(p.at("routes", i))
		if len(child.Matchers) == 0 && i < len(r.Routes)-1 {
			p.at("routes", i).warning("%s has no matchers and takes everything: the routes after it are never reached", p.at("routes", i))
		}
	}
}
