package playbooktest

import (
	"maps"
	"slices"

	"github.com/signalbook/signalbook/playbooks"
)

func (c *checker) expect(at path, t *Test) {
	e := &t.Expect
	if e.empty() {
		c.addf(at, "the test expects nothing: give expect, such as {playbook: database-cpu}")
	}
	tiers(c, at.at("steps"), e.Steps)
	if e.Overdue != nil {
		c.moment(at.at("overdue", "at"), t, e.Overdue.At)
		if e.Overdue.Steps == nil {
			c.addf(at.at("overdue"), "overdue needs steps: those that are overdue at that time; [] for none")
		}
	}
	for k, m := range e.Moments {
		at := at.at("moments", k)
		c.time(at.at("at"), m.At)
		if m.State != none {
			c.moment(at.at("at"), t, m.At)
		}
		tiers(c, at.at("progress"), m.Progress)
		tiers(c, at.at("shown"), m.Shown)
	}
	if e.Reminders != nil {
		for k, r := range *e.Reminders {
			c.moment(at.at("reminders", k, "at"), t, r.At)
		}
	}
	if e.Escalations != nil {
		for k, x := range *e.Escalations {
			c.moment(at.at("escalations", k, "at"), t, x.At)
		}
	}
}

// moment checks a time at which there must be an incident.
func (c *checker) moment(at path, t *Test, d playbooks.Duration) {
	c.time(at, d)
	if first := t.opensAt(); d < first {
		c.addf(at, "%s is before the first alert, which starts at %s", d, first)
	}
}

// tiers checks that the keys of a map are tiers.
func tiers[V any](c *checker, at path, m map[playbooks.TierName]V) {
	var known []string
	for _, name := range playbooks.TierNames() {
		known = append(known, string(name))
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if err := oneOf("tier", string(name), known); err != nil {
			c.addf(at.at(string(name)), "%v", err)
		}
	}
}

func (e *Expect) empty() bool {
	return e.Playbook == "" && e.Title == "" && e.Severity == "" && e.Channel == "" && e.Owners == nil && len(e.Steps) == 0 &&
		len(e.NotSteps) == 0 && len(e.Messages) == 0 && e.Overdue == nil && len(e.Moments) == 0 && e.Reminders == nil && e.Escalations == nil
}
