package main

import (
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/slacksim/people"
)

// opensHome opens somebody's Home and waits until it reads so.
func (r *rig) opensHome(user string, want ...string) {
	r.t.Helper()
	if err := r.sim.People.OpenHome(user); err != nil {
		r.t.Fatal(err)
	}
	r.homeReads(user, want...)
}

// homeReads waits until somebody's Home reads so.
func (r *rig) homeReads(user string, want ...string) {
	r.t.Helper()
	eventually(r.t, user+"'s Home says "+strings.Join(want, ", "), func() bool {
		home, ok := r.sim.Home(user)
		for _, w := range want {
			ok = ok && strings.Contains(home.PlainText(), w)
		}
		return ok
	})
}

// TestHome: the running bot fills the Home of whoever opens it, however Slack reaches it.
func TestHome(t *testing.T) {
	t.Parallel()
	for name, http := range map[string]bool{"Socket Mode": false, "HTTP": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startRig(t, options{http: http})
			b := r.startBot()
			if got := r.slash("anna", "incidents", "/playbook start database-cpu Checkout is slow"); !strings.Contains(got, "is open") {
				t.Fatal(got)
			}
			b.settled()
			r.slash("anna", "incidents", "/playbook ack INC-1 1")
			r.opensHome("anna", "Your steps: 1", "You lead 1 incident", "Checkout is slow", "Open now: 1")
			r.opensHome("ben", "No step is yours", "Open now: 1")
			if err := r.sim.People.Click(t.Context(), people.Click{User: "anna", Home: true, ActionID: "step:done"}); err != nil {
				t.Fatal(err)
			}
			r.homeReads("anna", "No step is yours")
			r.homeReads("ben", "Open now: 1", "@anna")
			r.slash("ben", "incidents", "/playbook resolve INC-1 it is well again")
			r.homeReads("anna", "Nothing is open")
			if refused := r.sim.Refusals(); len(refused) > 0 {
				t.Errorf("Slack refused %+v", refused)
			}
		})
	}
}
