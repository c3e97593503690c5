package interaction_test

import (
	"strings"
	"testing"
)

// TestWhatThereIsToChooseFrom: a command that left out its incident, or its step, is
// answered with those that it may be about, and nobody reads what is not for them.
func TestWhatThereIsToChooseFrom(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	r.open()
	for text, want := range map[string][]string{
		"ack":             {"Which incident?", "/playbook ack INC-1: Database is at 90% CPU", ", open"},
		"done 1":          {"Which step?", "/playbook done INC-1 1: Add read replicas", "/playbook done INC-1 9"},
		"release INC-1":   {"Which step?"},
		"done INC-77":     {"Which step?"},
		"skip inc-1 1":    {"Why is the step skipped?"},
		"timeline":        {"/playbook timeline INC-1"},
		"ack 1 nonsense!": {"is no step"},
	} {
		said := r.slash("anna", text)
		for _, part := range want {
			if !strings.Contains(said, part) {
				t.Errorf("%q: %q is not in\n%s", text, part, said)
			}
		}
	}
	if said := r.slash("anna", "release INC-1"); strings.Contains(said, "/playbook release INC-1 ") {
		t.Errorf("steps that nobody has are offered to be released:\n%s", said)
	}
	r.slash("anna", "ack 1 2")
	if said := r.slash("ben", "release 1"); !strings.Contains(said, "/playbook release INC-1 2") || !strings.Contains(said, "anna has it") {
		t.Errorf("the step that anna has is not offered:\n%s", said)
	}
	r.sim.Admin.AddUser("dora", "dora@example.com")
	if err := r.sim.Admin.Leave("dora", "incidents"); err != nil {
		t.Fatal(err)
	}
	if said := r.in("dora", "general", "ack"); strings.Contains(said, "INC-1") {
		t.Errorf("somebody who may not see the incident reads\n%s", said)
	}
}
