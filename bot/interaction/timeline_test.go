package interaction_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/slacksim/people"
)

// TestOlderEntriesTakeThePlaceOfNewerOnes: a long timeline opens with its end; the button
// shows what is before, in the same window.
func TestOlderEntriesTakeThePlaceOfNewerOnes(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	root, _ := r.open()
	for n := range 130 {
		r.slash("anna", fmt.Sprintf("note INC-1 number %d.", n+1))
	}
	choose(t, r, "anna", root, "timeline/INC-1")
	shows := func(want string) {
		t.Helper()
		eventually(t, "the window shows "+want, func() bool {
			modal, ok := r.sim.OpenModal("anna")
			return ok && strings.Contains(modal.PlainText(), want)
		})
	}
	shows("number 130.")
	modal, _ := r.sim.OpenModal("anna")
	if strings.Contains(modal.PlainText(), "number 100.") {
		t.Fatal("all of it fits: the test needs more notes")
	}
	if err := r.sim.People.Click(t.Context(), people.Click{User: "anna", ActionID: "timeline:older"}); err != nil {
		t.Fatal(err)
	}
	shows("number 100.")
	modal, _ = r.sim.OpenModal("anna")
	if strings.Contains(modal.PlainText(), "number 130.") {
		t.Error("the newer entries are still there")
	}
}
