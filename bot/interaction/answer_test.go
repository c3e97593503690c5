package interaction_test

import (
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/slacksim/fault"
)

// TestAnswersAtTheTopOfAThreadAreModalsWhenLongerThanALine: what a click on the first
// message leads to would stand in the channel, far below; a line may, and in the thread
// itself all answers stay beside what was clicked.
func TestAnswersAtTheTopOfAThreadAreModalsWhenLongerThanALine(t *testing.T) {
	t.Parallel()
	r := startRig(t, "@database-oncall-europe", "@database-leads-europe", "@database-managers")
	r.keep()
	root, immediate := r.open()
	choose(t, r, "anna", root, "timeline/INC-1")
	r.modal("anna")
	if m, _ := r.sim.OpenModal("anna"); m.Title != "Timeline" || m.Submit != "" || !strings.Contains(m.PlainText(), "opened") {
		t.Errorf("the timeline is %q: %q", m.Title, m.PlainText())
	}
	// What the coordinator answers, too.
	r.click("ben", root, "incident:ack", "INC-1")
	r.modal("ben")
	if m, _ := r.sim.OpenModal("ben"); !strings.Contains(m.PlainText(), "@database-managers may act here") {
		t.Errorf("the refusal says %q", m.PlainText())
	}
	if all := len(r.sim.Ephemerals("anna")) + len(r.sim.Ephemerals("ben")); all > 0 {
		t.Errorf("%d answers stand in the channel, too", all)
	}

	r.click("chris", immediate, "step:ack", "INC-1/add-read-replicas")
	r.told("chris", "may act here")
	if _, open := r.sim.OpenModal("chris"); open {
		t.Error("an answer in the thread opened a modal")
	}

	// Slack may not open it: then it is told all the same.
	r.sim.Faults.Fail(fault.Fault{Method: "views.open", Kind: "error:expired_trigger_id", Times: 1})
	choose(t, r, "chris", root, "timeline/INC-1")
	eventually(t, "chris reads the timeline in the channel", func() bool {
		all := r.sim.Ephemerals("chris")
		return len(all) > 1 && strings.Contains(all[len(all)-1].PlainText(), "Timeline\nINC-1")
	})
	if _, open := r.sim.OpenModal("chris"); open {
		t.Error("an answer that could not be opened was opened")
	}
}

// TestShortAnswersAtTheTopOfAThreadAreNoModals: one line is told in place, and what the
// edit of the message says is not told at all.
func TestShortAnswersAtTheTopOfAThreadAreNoModals(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	end := r.keep()
	root, _ := r.open()
	end()
	r.click("anna", root, "incident:ack", "INC-1")
	r.click("ben", root, "incident:ack", "INC-1")
	r.keep()
	r.told("ben", "anna was first")
	if heard := r.heard("anna"); heard != "" {
		t.Errorf("anna heard %q of what the message shows", heard)
	}
	for _, user := range []string{"anna", "ben"} {
		if m, open := r.sim.OpenModal(user); open {
			t.Errorf("%s sees a modal: %q", user, m.PlainText())
		}
	}
}
