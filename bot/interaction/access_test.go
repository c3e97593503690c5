package interaction_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/slacksim/people"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
)

// after reports what a user reads privately after doing something that has no
// answer of its own.
func (r *rig) after(user string, do func()) string {
	r.t.Helper()
	_ = r.sim.People.CloseModal(r.t.Context(), user) // there may be none
	before := len(r.read(user))
	do()
	eventually(r.t, user+" is told something", func() bool { return len(r.read(user)) > before })
	return r.read(user)[before]
}

// late clicks a button that somebody who sees the channel no more has on the screen.
func (r *rig) late(user string, m snapshot.Message, action, value string) {
	r.t.Helper()
	if err := r.sim.People.Click(r.t.Context(), people.Click{User: user, Channel: m.Channel, TS: m.TS, ActionID: action, Value: value, Late: true}); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) in(user, channel, text string) string {
	r.t.Helper()
	reply, err := r.sim.People.Slash(r.t.Context(), user, channel, "/playbook "+text)
	if err != nil {
		r.t.Fatal(err)
	}
	return reply.Message.PlainText()
}

// acts are the commands that change an incident.
var acts = []string{
	"ack INC-1", "ack INC-1 1", "done INC-1 1", "skip INC-1 1 because", "release INC-1 1", "undo INC-1 1", "note INC-1 words", "resolve INC-1",
	"reopen INC-1", "thread INC-1",
}

// TestOnlyPeopleInTheChannel: without responders "anyone in the channel" means it,
// whatever way somebody takes; who joins is let in soon.
func TestOnlyPeopleInTheChannel(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.sim.Admin.AddUser("dora", "dora@example.com")
	if err := r.sim.Admin.Leave("dora", "incidents"); err != nil {
		t.Fatal(err)
	}
	r.keep()
	root, tier := r.open()
	for _, text := range append([]string{"start triage", "drill triage"}, acts...) {
		if got := r.in("dora", "general", text); !strings.Contains(got, "nly people in #incidents may act here") {
			t.Errorf("%q was answered %q", text, got)
		}
	}
	for _, text := range []string{"status INC-1", "timeline INC-1"} {
		if got := r.in("dora", "general", text); !strings.Contains(got, "Only people in #incidents can see this") {
			t.Errorf("%q was answered %q", text, got)
		}
	}
	for _, filter := range []string{"", " open", " all"} {
		if got := r.in("dora", "general", "incidents"+filter); strings.Contains(got, "INC-1") || !strings.Contains(got, "#incidents") {
			t.Errorf("the list%s reads %q, want to be told of #incidents and of nothing in it", filter, got)
		}
	}
	for _, click := range []struct {
		m             snapshot.Message
		action, value string
	}{{tier, "step:ack", "INC-1/scale-up"}, {tier, "step:skip", "INC-1/scale-up"}, {root, "incident:ack", "INC-1"}, {root, "incident:resolve", "INC-1"}} {
		if got := r.after("dora", func() { r.click("dora", click.m, click.action, click.value) }); !strings.Contains(got, "nly people in #incidents") {
			t.Errorf("%s was answered %q", click.action, got)
		}
	}
	if got := r.after("dora", func() {
		if err := r.sim.People.Choose(t.Context(), people.Choice{User: "dora", Channel: "incidents", TS: root.TS, ActionID: "incident:menu", Value: "timeline/INC-1"}); err != nil {
			t.Error(err)
		}
	}); !strings.Contains(got, "Only people in #incidents can see this") {
		t.Errorf("the timeline was answered %q", got)
	}
	if i := r.incident(1); i.State != incident.Open || i.Note.Text != "" {
		t.Errorf("the incident is %s with note %q, want it untouched", i.State, i.Note.Text)
	}
	if err := r.sim.Admin.Join("dora", "incidents"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "dora, who has joined, may act", func() bool { return strings.Contains(r.in("dora", "general", "ack INC-1 1"), "You have step 1") })
	if got := r.in("dora", "general", "incidents"); !strings.Contains(got, "INC-1") {
		t.Errorf("the list reads %q", got)
	}
	calls := 0
	for _, c := range r.sim.Calls() {
		if c.Method == "conversations.members" {
			calls++
		}
	}
	if calls > 30 {
		t.Errorf("Slack was asked %d times who is in the channel", calls)
	}
}

// TestPrivateChannelsAreNobodyElses: of an incident in a private channel a stranger is
// told what is told of one that does not exist.
func TestPrivateChannelsAreNobodyElses(t *testing.T) {
	t.Parallel()
	r := &rig{t: t, channel: "#secrets", furnish: func(s *slacksim.Sim) {
		s.Admin.AddPrivateChannel("secrets", "anna", "chris")
		if err := s.Admin.InviteBot("secrets"); err != nil {
			t.Error(err)
		}
	}}
	r.digests = []string{"weekly"}
	r.start()
	r.keep()
	r.fire("db", map[string]string{"alertname": "DatabaseHighCPU", "engine": "postgres"})
	root := r.thread("secrets")
	for _, text := range append([]string{"status INC-1", "timeline INC-1"}, acts...) {
		other := strings.ReplaceAll(text, "INC-1", "INC-77")
		got, want := r.in("ben", "general", text), strings.ReplaceAll(r.in("ben", "general", other), "INC-77", "INC-1")
		if got != want {
			t.Errorf("%q was answered %q, and of what does not exist %q", text, got, want)
		}
	}
	for _, filter := range []string{"", " open", " mine", " overdue", " all"} {
		if got := r.in("ben", "general", "incidents"+filter); strings.Contains(got, "INC-1") || strings.Contains(got, "secrets") {
			t.Errorf("the list%s reads %q", filter, got)
		}
	}
	if got := r.after("ben", func() { r.late("ben", root, "incident:ack", "INC-1") }); !strings.Contains(got, "There is no INC-1") {
		t.Errorf("a click was answered %q", got)
	}
	for _, text := range []string{"digest preview", "cost EC2", "digest post weekly", "start triage"} {
		got := r.in("ben", "general", text)
		if strings.Contains(got, "secrets") || strings.Contains(got, "being made") || strings.Contains(got, "is open") {
			t.Errorf("%q was answered %q", text, got)
		}
	}
	if i := r.incident(1); i.State != incident.Open {
		t.Errorf("the incident is %s, want it untouched", i.State)
	}
	if got := r.in("anna", "general", "status INC-1"); !strings.Contains(got, "Database") {
		t.Errorf("anna, who is in the channel, was answered %q", got)
	}
	if got := r.in("anna", "general", "incidents"); !strings.Contains(got, "INC-1") {
		t.Errorf("anna's list reads %q", got)
	}
	if got := r.in("anna", "secrets", "ack INC-1"); !strings.Contains(got, "You have INC-1") {
		t.Errorf("anna was answered %q", got)
	}
	if err := r.sim.Admin.Leave("anna", "secrets"); err != nil {
		t.Fatal(err)
	}
	// Slack is down: what is known of members holds for a while, and from inside the channel people may act.
	r.sim.Faults.Fail(fault.Fault{Method: "conversations.members", Kind: fault.HTTP503})
	if errs := r.resolves("chris", root); len(errs) > 0 {
		t.Errorf("chris was refused: %v", errs)
	}
	eventually(t, "chris has resolved it", func() bool { return r.incident(1).State == incident.Resolved })
}

// TestMembershipThatCannotBeChecked: while Slack does not say who is in a channel,
// people may act, and the timeline tells; what is public may be read.
func TestMembershipThatCannotBeChecked(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	_, tier := r.open()
	r.sim.Faults.Fail(fault.Fault{Method: "conversations.members", Kind: fault.HTTP503})
	r.click("ben", tier, "step:ack", "INC-1/add-read-replicas")
	eventually(t, "ben has the step", func() bool { s, _, _ := r.incident(1).FindStep("1"); return s.Holder.Name == "ben" })
	if got := r.in("chris", "general", "timeline INC-1"); !strings.Contains(got, "the act before this was taken on trust: membership could not be checked") {
		t.Errorf("the timeline reads:\n%s", got)
	}
	r.sim.Faults.Clear()
	r.sim.Faults.Fail(fault.Fault{Method: "users.info", Kind: fault.HTTP503})
	eventually(t, "Slack is asked again", func() bool {
		r.in("chris", "general", "status INC-1")
		channel, _ := r.sim.Channel("incidents")
		room, err := r.store.Directory.Roster(t.Context(), channel.ID, "")
		return err == nil && !room.MembersAt.IsZero()
	})
	r.in("anna", "general", "ack INC-1 2")
	if got := r.in("chris", "general", "timeline INC-1"); !strings.Contains(got, "whether this is a guest could not be checked") {
		t.Errorf("the timeline reads:\n%s", got)
	}
}

// TestGuestsAndPeopleFromElsewhere: they act only when slack.external_users says so,
// and a command that was meant for another installation is none of ours.
func TestGuestsAndPeopleFromElsewhere(t *testing.T) {
	t.Parallel()
	for _, external := range []bool{false, true} {
		t.Run(fmt.Sprintf("allowed=%v", external), func(t *testing.T) {
			t.Parallel()
			r := &rig{t: t, channel: "#shared", external: external, furnish: func(s *slacksim.Sim) {
				s.Admin.AddSharedChannel("shared", "T0PARTNER1")
				s.Admin.AddExternalUser("pat", "T0PARTNER1")
				s.Admin.AddGuest("gus", "gus@example.com", "shared")
				s.Admin.AddExternalUser("zoe", "T0STRANGE1")
				if err := s.Admin.Join("zoe", "general"); err != nil {
					t.Error(err)
				}
			}}
			r.start()
			r.keep()
			r.fire("db", map[string]string{"alertname": "DatabaseHighCPU", "engine": "postgres"})
			root := r.thread("shared")
			tier := r.sim.Thread("shared", root.TS)[1]
			const refused = "nly full members of this workspace may act"
			for n, user := range []string{"pat", "gus"} {
				command, mention := r.in(user, "shared", fmt.Sprintf("ack INC-1 %d", n+1)), ""
				mention = r.after(user, func() {
					if _, err := r.sim.People.Say(user, "shared", root.TS, "@signalbook note seen by "+user); err != nil {
						t.Error(err)
					}
				})
				if external == strings.Contains(command, refused) || external == strings.Contains(mention, refused) {
					t.Errorf("%s was answered %q and, to a mention, %q", user, command, mention)
				}
				if got := r.in(user, "shared", "status INC-1"); !strings.Contains(got, "Database") {
					t.Errorf("%s, who is in the channel, cannot read: %q", user, got)
				}
			}
			r.click("pat", tier, "step:done", "INC-1/scale-up")
			if external {
				eventually(t, "pat has done the step", func() bool { s, _, _ := r.incident(1).FindStep("scale-up"); return s.By.Name == "pat" })
			} else {
				r.told("pat", refused)
			}
			if i := r.incident(1); (i.State == incident.Open) == external {
				t.Errorf("the incident is %s", i.State)
			}
			// Zoe's command names her workspace: in a channel of ours she is a person from elsewhere. Of another channel of
			// ours she is told nothing, public as it is.
			for _, text := range append([]string{"status INC-1", "timeline INC-1"}, acts...) {
				if got, want := r.in("zoe", "general", text), strings.ReplaceAll(r.in("zoe", "general", strings.ReplaceAll(text, "INC-1", "INC-7")), "INC-7", "INC-1"); got != want {
					t.Errorf("zoe was answered %q to %q, and of what does not exist %q", got, text, want)
				}
			}
			if got := r.in("zoe", "general", "incidents all"); strings.Contains(got, "INC-1") || strings.Contains(got, "shared") {
				t.Errorf("zoe's list reads %q", got)
			}
			for _, user := range []string{"pat", "gus", "zoe"} {
				where := map[bool]string{true: "general", false: "shared"}[user == "zoe"]
				for _, text := range []string{"list", "show triage", "scale 75M", "threshold", "ask caching"} {
					if got := r.in(user, where, text); strings.Contains(got, "nly full members of this workspace may ask") == external {
						t.Errorf("%s was answered %q to %q", user, got, text)
					}
				}
				if got := r.in(user, where, "help"); !strings.Contains(got, "followed by one of these") {
					t.Errorf("%s was answered %q to help", user, got)
				}
			}
			if got := r.in("anna", "general", "show triage"); strings.Contains(got, "full members") {
				t.Errorf("anna was answered %q", got)
			}
			r.sim.Admin.Misroute("T0OTHER001", "")
			reply, err := r.sim.People.Slash(t.Context(), "anna", "general", "/playbook help")
			if err != nil {
				t.Fatal(err)
			}
			if !reply.Shown {
				t.Error("anna is in a channel of ours, and her command was taken for another installation's")
			}
		})
	}
}

// TestDigestsBelongToTheirChannel: what people do with digests goes through the
// responders of the channel, as incidents do.
func TestDigestsBelongToTheirChannel(t *testing.T) {
	t.Parallel()
	r := startReviewRig(t, nil, "weekly")
	r.responders = []string{"@sre-oncall"} // anna
	r.keep()
	eventually(t, "it is known who is in the group", func() bool {
		users, _, err := r.store.Directory.Members(t.Context(), "@sre-oncall")
		return err == nil && len(users) == 1
	})
	m := r.post()
	const refused = "nly @sre-oncall may act here"
	if got := r.slash("ben", "digest post weekly"); !strings.Contains(got, refused) {
		t.Errorf("digest post was answered %q", got)
	}
	if got := r.after("ben", func() { r.click("ben", m, "digest:adopt", "DIG-1/C1") }); !strings.Contains(got, refused) {
		t.Errorf("adopting was answered %q", got)
	}
	r.click("ben", m, "digest:snooze", "DIG-1/C1")
	r.modal("ben")
	if errs, err := r.sim.People.SubmitView(t.Context(), "ben", map[string]string{"until": "1"}); err != nil || !strings.Contains(errs["until"], refused) {
		t.Errorf("snoozing was answered %v, %v", errs, err)
	}
	if document, _, err := r.store.Digests.Document(t.Context(), 1); err != nil || len(document.Marks) > 0 {
		t.Errorf("the digest has %v, %v", document.Marks, err)
	}
	r.click("anna", m, "digest:adopt", "DIG-1/C1")
	eventually(t, "anna has adopted it", func() bool {
		document, _, err := r.store.Digests.Document(t.Context(), 1)
		return err == nil && document.Marks["C1"].By == "anna"
	})
}

// TestOnePersonCanOnlyDoSoMuch: what makes messages for others is bounded per person
// and minute; others are not concerned.
func TestOnePersonCanOnlyDoSoMuch(t *testing.T) {
	t.Parallel()
	r := startReviewRig(t, nil, "weekly")
	r.keep()
	const refused = "more is not taken from one person"
	for n, text := range []string{"start triage a", "drill triage b", "start triage c", "drill triage d", "start triage e", "start triage f", "drill triage g"} {
		if got := r.slash("anna", text); strings.Contains(got, refused) != (n >= 5) {
			t.Errorf("%q, the %d. of a minute, was answered %q", text, n+1, got)
		}
	}
	if got := r.slash("ben", "start triage h"); strings.Contains(got, refused) {
		t.Errorf("ben was answered %q", got)
	}
	for n := range 3 {
		if got := r.slash("anna", "digest post weekly"); strings.Contains(got, refused) != (n >= 2) || n >= 2 && !strings.Contains(got, "Please try again in") {
			t.Errorf("the %d. digest of a minute was answered %q", n+1, got)
		}
	}
}

// TestOldEndpoints: an event of an endpoint that asked nothing is decided about all the same.
func TestOldEndpoints(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	r.open()
	act := incident.Act{Verb: incident.VerbAcknowledge, Incident: 1, User: incident.User{ID: "U1", Name: "anna"}, Via: "button"}
	if _, _, err := r.store.Put(t.Context(), event.Event{Op: "old", At: time.Now().UTC(), Act: &act}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is acknowledged", func() bool { return r.incident(1).State == incident.Acknowledged })
	if (access.Facts{}) != (event.Event{}).Access {
		t.Error("an old event says something")
	}
}
