package incident_test

import (
	"slices"
	"testing"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

func TestShown(t *testing.T) {
	t.Parallel()
	templated := &playbooks.Step{Detail: "in {{ .Labels.region }}", Commands: []string{"uptime", "top {{ .Labels.instance }}"}}
	fixed := &playbooks.Step{Detail: "look", Commands: []string{"uptime"}}
	for _, test := range []struct {
		name     string
		step     incident.Step
		source   *playbooks.Step
		detail   string
		commands []string
	}{
		{"the playbook's own text", incident.Step{}, fixed, "look", []string{"uptime"}},
		{"filled where it is a template", incident.Step{Filled: true, Detail: "in eu-1", Commands: []string{"", "top db-1"}}, templated, "in eu-1", []string{"uptime", "top db-1"}},
		{"filled with nothing", incident.Step{Filled: true, Commands: []string{"", ""}}, templated, "", []string{"uptime", ""}},
		{"only the title is a template", incident.Step{Filled: true}, fixed, "look", []string{"uptime"}},
		{"as older documents have it: everything", incident.Step{Filled: true, Detail: "look", Commands: []string{"uptime -s"}}, fixed, "look", []string{"uptime -s"}},
		{"the playbook is lost", incident.Step{Filled: true, Detail: "in eu-1", Commands: []string{"", "top db-1"}}, nil, "in eu-1", []string{"top db-1"}},
	} {
		detail, commands := test.step.Shown(test.source)
		if detail != test.detail || !slices.Equal(commands, test.commands) {
			t.Errorf("%s: got %q, %q, want %q, %q", test.name, detail, commands, test.detail, test.commands)
		}
	}
}
