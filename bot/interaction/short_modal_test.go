package interaction_test

import (
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
)

// TestRefusedModalOpensWithItsFieldsAlone: a form that Slack does not take as it is
// written opens in short, says so, and does what it is for.
func TestRefusedModalOpensWithItsFieldsAlone(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	_, immediate := r.open()
	r.sim.Faults.Fail(fault.Fault{Method: "views.open", Kind: "error:invalid_blocks", Times: 1})
	r.click("anna", immediate, "step:skip", "INC-1/scale-up")
	r.modal("anna")
	if modal, _ := r.sim.OpenModal("anna"); !strings.Contains(modal.PlainText(), "Slack refused the full form (invalid_blocks)") {
		t.Errorf("the form says %q", modal.PlainText())
	}
	if errs, err := r.sim.People.SubmitView(t.Context(), "anna", map[string]string{"reason": "no larger size"}); err != nil || len(errs) > 0 {
		t.Fatalf("the reason got %v, %v", errs, err)
	}
	if s, _, _ := r.incident(1).FindStep("scale-up"); s.State != incident.StepSkipped || s.Note != "no larger size" {
		t.Errorf("got step %+v, want it skipped with its reason", s.Standing)
	}
	if heard := r.heard("anna"); strings.Contains(heard, "could not be opened") {
		t.Errorf("anna heard %q", heard)
	}
}
