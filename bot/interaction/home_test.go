package interaction_test

import (
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/slacksim"
)

// opensHome opens somebody's Home and waits until it reads so.
func (r *rig) opensHome(user string, want ...string) string {
	r.t.Helper()
	if err := r.sim.People.OpenHome(user); err != nil {
		r.t.Fatal(err)
	}
	return r.homeReads(user, want...)
}

// homeReads waits until somebody's Home reads so.
func (r *rig) homeReads(user string, want ...string) (got string) {
	r.t.Helper()
	eventually(r.t, user+"'s Home says "+strings.Join(want, ", "), func() bool {
		home, ok := r.sim.Home(user)
		got = home.PlainText()
		for _, w := range want {
			ok = ok && strings.Contains(got, w)
		}
		return ok
	})
	return got
}

// TestHomeShowsWhatConcernsSomebody: who opens the Home finds what he has taken, what he
// leads, what is open and what is due; somebody else finds the same incident without it.
func TestHomeShowsWhatConcernsSomebody(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	r.open()
	if got := r.opensHome("anna", "No step is yours", "Open now: 1", "INC-1", "nobody has it"); strings.Contains(got, "You lead") {
		t.Errorf("anna leads nothing yet:\n%s", got)
	}
	r.slash("anna", "ack INC-1 1")
	r.slash("anna", "ack INC-1 4")
	r.opensHome("anna", "Your steps: 2", "1. Add read replicas", "You lead 1 incident", "4. ", "5. ")
	if got := r.opensHome("ben", "No step is yours", "Open now: 1", "@anna"); strings.Contains(got, "You lead") {
		t.Errorf("ben reads\n%s", got)
	}
}

// TestHomeShowsNobodyElsesIncidents: of a private channel's incidents nothing is in the Home
// of whoever is not in it.
func TestHomeShowsNobodyElsesIncidents(t *testing.T) {
	t.Parallel()
	r := &rig{t: t, channel: "#war-room", furnish: func(sim *slacksim.Sim) {
		sim.Admin.AddPrivateChannel("war-room", "anna")
		if err := sim.Admin.InviteBot("war-room"); err != nil {
			t.Fatal(err)
		}
	}}
	r.start()
	old := made(1, incident.Resolved, "critical")
	old.Channel, old.Tiers[0].Due = "#war-room", time.Now().Add(time.Hour)
	open := made(2, incident.Open, "critical")
	open.Channel = "#war-room"
	r.past(old, open)
	r.opensHome("anna", "Open now: 1", "INC-2", "Due this week: 1 more", "INC-1")
	if got := r.opensHome("ben", "Nothing is open"); strings.Contains(got, "INC-") || strings.Contains(got, "trouble") || strings.Contains(got, "war-room") {
		t.Errorf("ben, who is not in the channel, reads\n%s", got)
	}
}
