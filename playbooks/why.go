package playbooks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// Missed says of each matcher that does not hold what there is instead; nothing
// when all hold. The texts are plain and quote labels, cut and cleaned.
func (ms Matchers) Missed(set map[string]string) []string {
	var missed []string
	for _, m := range ms {
		if m.Matches(set[m.Name]) {
			continue
		}
		has := fmt.Sprintf("there is no label %s", m.Name)
		if value := set[m.Name]; value != "" {
			has = fmt.Sprintf("%s is %q", m.Name, quotable(value))
		}
		missed = append(missed, fmt.Sprintf("%s does not hold: %s", m, has))
	}
	return missed
}

// WhyHidden says which matchers hide a step from a group with these common labels;
// nothing when it applies.
func (s *Step) WhyHidden(labels map[string]string) []string {
	var why []string
	for _, entry := range s.Applies {
		if ms, err := ParseMatchers(entry); err == nil {
			why = append(why, ms.Missed(labels)...)
		}
	}
	return why
}

// Rejection is a playbook that was not chosen for a group.
type Rejection struct {
	Playbook string
	Near     string // what was nearly so, a clause; empty when nothing is alike
}

// Rejected says of every playbook that Select does not choose for a group how near
// it came: it matches and stands behind the chosen one, some of its matchers hold,
// or an alert's name is written almost like one that it lists. Triage is left out.
func (s *Set) Rejected(n alerts.Notification) []Rejection {
	order := deciding(n)
	chosen := s.Select(n).Playbook
	name, _ := nameIn(order, n)
	by := chosen.Name + " matches an earlier alert"
	var all []Rejection
	for _, e := range s.ordered {
		switch {
		case e.playbook == chosen:
			by = chosen.Name + " stands before it"
			continue
		case e.playbook.Name == Triage:
			continue
		}
		if name != "" {
			by = "the playbook is named"
		}
		all = append(all, Rejection{Playbook: e.playbook.Name, Near: e.near(order, by)})
	}
	return all
}

// near is the nearest that any alert comes to any entry.
func (e entry) near(order []alerts.Alert, by string) string {
	least, near := 0, ""
	for _, a := range order {
		for _, ms := range e.match {
			missed := ms.Missed(a.Labels)
			switch {
			case len(missed) == 0:
				return fmt.Sprintf("matches the alert %q too, but %s", alertName(a), by)
			case len(missed) < len(ms) && (near == "" || len(missed) < least):
				least, near = len(missed), fmt.Sprintf("for the alert %q %s", alertName(a), strings.Join(missed, ", and "))
			}
		}
	}
	if near != "" {
		return near
	}
	for _, a := range order {
		name := a.Labels["alertname"]
		for _, ms := range e.match {
			known, _ := alertNames(ms)
			if best, ok := yamlfile.Nearest(name, known); ok && name != "" && !slices.Contains(known, name) {
				return fmt.Sprintf("the alert %q is written almost like %q", alertName(a), best)
			}
		}
	}
	return ""
}
