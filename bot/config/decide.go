package config

import (
	"time"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// Rules are the parts of the configuration that the state machine needs.
func (c *Config) Rules() incident.Rules {
	r := incident.Rules{
		ReopenWithin: time.Duration(c.Incidents.ReopenWithin), StaleAfter: time.Duration(c.Incidents.StaleAfter), FollowUpsAfter: time.Duration(c.FollowUps.After),
		Remind:        time.Duration(c.Incidents.Remind),
		SeverityLabel: c.Severities.Label, SeverityOrder: c.Severities.Order,
	}
	if s := c.Incidents.Storm; s != nil {
		r.Storm = incident.Limit{Above: int(s.Above), Per: time.Duration(s.Per)}
	}
	return r
}

// Target is what the route of these labels says about an incident.
func (c *Config) Target(labels map[string]string) incident.Target {
	t := c.Route(labels)
	out := incident.Target{Channel: t.Channel, Fallback: t.Fallback, Owners: t.Owners, Responders: t.Responders}
	for _, e := range t.Escalate {
		level := incident.Escalation{After: time.Duration(e.After), Mention: e.Mention}
		if h := e.Webhook.Hook(); h != nil {
			level.Hook, level.HookName = h.ID(), h.Name()
		}
		out.Escalate = append(out.Escalate, level)
	}
	return out
}

// LoadDecisions reads and checks only what decides about an incident: the
// sections playbooks, route, severities, incidents and drills. The others are
// decoded, but not checked; their secret files are not read, so that it works where
// there are none.
func LoadDecisions(path string) (*Config, yamlfile.Problems) {
	return load(path, (*Config).checkDecisions)
}

func (c *Config) checkDecisions(p place) {
	p.file.secretless = true
	c.checkPlaybooks(p)
	c.Routes.checkRoot(p.at("route"))
	c.Roles.check(p.at("roles"))
	c.Severities.check(p.at("severities"))
	c.Incidents.fill()
	c.FollowUps.fill()
	if c.Drills != nil {
		c.Drills.check(p.at("drills"))
	}
}

// CheckDecisions checks the sections route, severities and incidents of another
// kind of file, in which they have the form that they have in the configuration.
// They are those of c; decoding is what was found wrong with the file before.
func (c *Config) CheckDecisions(doc *yamlfile.Document, decoding yamlfile.Problems) yamlfile.Problems {
	file := &reading{doc: doc, decoding: decoding, named: map[string]yamlfile.Problem{}, secretless: true}
	p := place{file: file}
	c.Routes.checkRoot(p.at("route"))
	c.Severities.check(p.at("severities"))
	c.Incidents.fill()
	c.FollowUps.fill()
	return otherPlaces(file.problems, decoding)
}
