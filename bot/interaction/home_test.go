package interaction_test

import (
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/people"
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

// clickHome presses a button in somebody's Home.
func (r *rig) clickHome(user, action, value string) {
	r.t.Helper()
	if err := r.sim.People.Click(r.t.Context(), people.Click{User: user, Home: true, ActionID: action, Value: value}); err != nil {
		r.t.Fatal(err)
	}
}

// TestHomeButtons: what is pressed in the Home is done as in the thread, and the Home shows
// what became of it.
func TestHomeButtons(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	r.open()
	r.slash("anna", "ack INC-1 1")
	r.slash("anna", "ack INC-1 2")
	r.slash("anna", "ack INC-1 3")
	r.opensHome("anna", "Your steps: 3")
	steps := r.incident(1).Steps
	r.clickHome("anna", "step:done", "INC-1/"+steps[0].ID)
	r.homeReads("anna", "Your steps: 2", "immediate 1/3")
	r.clickHome("anna", "step:release", "INC-1/"+steps[1].ID)
	r.homeReads("anna", "Your steps: 1")
	r.clickHome("anna", "step:how", "INC-1/"+steps[2].ID)
	r.modal("anna")
	if errs, err := r.sim.People.SubmitView(t.Context(), "anna", map[string]string{"what": "done", "words": "bigger now"}); err != nil || len(errs) > 0 {
		t.Fatal(errs, err)
	}
	r.homeReads("anna", "No step is yours")
	if got := r.incident(1).Steps[2]; got.State != incident.StepDone || got.Note != "bigger now" {
		t.Errorf("step 3 is %+v", got.Standing)
	}
	if err := r.sim.People.Choose(t.Context(), people.Choice{User: "anna", Home: true, ActionID: "incident:menu", Value: "catchup/INC-1"}); err != nil {
		t.Fatal(err)
	}
	r.told("anna", "INC-1")
}

// TestHomeFollows: a Home that is open shows what others do, and is not published again when
// it reads the same.
func TestHomeFollows(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	r.open()
	r.opensHome("anna", "Open now: 1", "nobody has it")
	r.slash("ben", "ack INC-1")
	r.homeReads("anna", "@ben")
	before, _ := r.sim.Home("anna")
	r.slash("ben", "note INC-1 looking at it")
	r.slash("ben", "ack INC-1 4")
	r.opensHome("ben", "Your steps: 1")
	after := r.homeReads("anna", "INC-1 · @ben")
	if home, _ := r.sim.Home("anna"); home.Hash == before.Hash {
		t.Errorf("anna still reads\n%s", after)
	}
	published := 0
	for _, call := range r.sim.Calls() {
		if call.Method == "views.publish" {
			published++
		}
	}
	if published > 5 {
		t.Errorf("%d Homes were published", published)
	}
}

// TestHomeOfBeforeALoss: a button of a Home that this Redis knows nothing of does nothing,
// says so, and the Home is shown anew.
func TestHomeOfBeforeALoss(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	r.open()
	r.slash("anna", "ack INC-1 1")
	r.opensHome("anna", "Your steps: 1")
	anna, _ := r.sim.User("anna")
	client := redis.NewClient(&redis.Options{Addr: r.address})
	t.Cleanup(func() { client.Close() })
	if n, err := client.Del(t.Context(), "test:{T0SIM00001}:home:"+anna.ID).Result(); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	id := r.incident(1).Steps[0].ID
	r.clickHome("anna", "step:done", "INC-1/"+id)
	r.modal("anna")
	if got := r.incident(1).Steps[0].State; got != incident.StepAcknowledged {
		t.Errorf("the step is %s", got)
	}
	eventually(t, "the Home is known again", func() bool {
		_, ok, err := r.store.Home(t.Context(), anna.ID)
		return err == nil && ok
	})
	r.clickHome("anna", "step:done", "INC-1/"+id)
	r.homeReads("anna", "No step is yours")
}
