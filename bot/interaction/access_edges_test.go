package interaction_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/interaction"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/slacksim/people"
	"github.com/signalbook/signalbook/bot/store"
)

// startPrivateRig is a rig whose incidents go to a private channel of anna and chris.
func startPrivateRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, channel: "#secrets", furnish: func(s *slacksim.Sim) {
		s.Admin.AddPrivateChannel("secrets", "anna", "chris")
		if err := s.Admin.InviteBot("secrets"); err != nil {
			t.Error(err)
		}
	}}
	r.start()
	return r
}

// id is the id of a user.
func (r *rig) id(user string) string {
	r.t.Helper()
	u, ok := r.sim.User(user)
	if !ok {
		r.t.Fatalf("there is no %s", user)
	}
	return u.ID
}

// aged lets what is known of a channel be as old as that.
func (r *rig) aged(channel string, age time.Duration) {
	r.t.Helper()
	c, _ := r.sim.Channel(channel)
	var members []string
	for _, user := range []string{"anna", "ben", "chris", "gus"} {
		if u, ok := r.sim.User(user); ok {
			if room, err := r.store.Directory.Roster(r.t.Context(), c.ID, u.ID); err == nil && room.Member {
				members = append(members, u.ID)
			}
		}
	}
	if err := r.store.Directory.SetRosterMembers(r.t.Context(), c.ID, members, time.Now().Add(-age)); err != nil {
		r.t.Fatal(err)
	}
}

// TestMentionsAndDirectMessagesFromElsewhere: a number is no key to a private channel,
// from whatever place it is named.
func TestMentionsAndDirectMessagesFromElsewhere(t *testing.T) {
	t.Parallel()
	r := startPrivateRig(t)
	r.keep()
	r.fire("db", map[string]string{"alertname": "DatabaseHighCPU", "engine": "postgres"})
	r.thread("secrets")
	direct := func(user, text string) string {
		return r.handler.Command(t.Context(), slackapi.Slash{
			Op: fmt.Sprint("dm ", user, text), UserID: r.id(user), UserName: user, UserTeam: "T0SIM00001", ChannelID: "D0DIRECT01", Text: text, At: time.Now(),
		}).Message.Text
	}
	for _, text := range append([]string{"status INC-1", "timeline INC-1", "done INC-1 99", "ack INC-1 nonsense"}, acts...) {
		other := strings.ReplaceAll(text, "INC-1", "INC-7")
		mentioned := func(text string) string {
			return r.after("ben", func() {
				if _, err := r.sim.People.Say("ben", "general", "", "@signalbook "+text); err != nil {
					t.Error(err)
				}
			})
		}
		if got, want := mentioned(text), strings.ReplaceAll(mentioned(other), "INC-7", "INC-1"); got != want {
			t.Errorf("the mention %q was answered %q, and of what does not exist %q", text, got, want)
		}
		if got, want := direct("ben", text), strings.ReplaceAll(direct("ben", other), "INC-7", "INC-1"); got != want {
			t.Errorf("%q in a direct message was answered %q, and of what does not exist %q", text, got, want)
		}
	}
	if got := direct("ben", "incidents all"); strings.Contains(got, "INC-1") {
		t.Errorf("the list in a direct message reads %q", got)
	}
	if got := direct("anna", "status INC-1"); !strings.Contains(got, "INC-1") || strings.Contains(got, "There is no") {
		t.Errorf("anna was answered %q in a direct message", got)
	}
	// Slack Connect: somebody of another organisation in a direct message with one of ours. Slack does not show it to the
	// bot, so nobody there is known to be in a channel of ours.
	answer := r.handler.Command(t.Context(), slackapi.Slash{
		Op: "dm", UserID: "U0PARTNER1", UserTeam: "T0PARTNER1", ChannelID: "D0CONNECT1", Text: "status INC-1", Elsewhere: true, At: time.Now(),
	})
	if !answer.Foreign || answer.Message.Text != "" {
		t.Errorf("a direct message of another organisation was answered %+v", answer)
	}
	if i := r.incident(1); i.State != incident.Open {
		t.Errorf("the incident is %s, want it untouched", i.State)
	}
}

// TestMembershipThatEnds: somebody who has left is refused as soon as Slack is asked
// again, at the latest after memberFor; while Slack does not answer, after lastFor.
func TestMembershipThatEnds(t *testing.T) {
	t.Parallel()
	r := startPrivateRig(t)
	r.keep()
	r.fire("db", map[string]string{"alertname": "DatabaseHighCPU", "engine": "postgres"})
	root := r.thread("secrets")
	const gone = "There is no INC-1"
	status := func(user string) string { return r.in(user, "general", "status INC-1") }
	if got := status("anna"); strings.Contains(got, gone) {
		t.Fatalf("anna was answered %q", got)
	}
	if err := r.sim.Admin.Leave("anna", "secrets"); err != nil {
		t.Fatal(err)
	}
	r.aged("secrets", interaction.MemberFor)
	if got := status("anna"); !strings.Contains(got, gone) {
		t.Errorf("anna, who has left, was answered %q", got)
	}
	r.sim.Faults.Fail(fault.Fault{Method: "conversations.members", Kind: fault.HTTP503})
	r.aged("secrets", interaction.MemberFor+time.Minute)
	if got := status("chris"); strings.Contains(got, gone) {
		t.Errorf("chris, who was in when Slack last answered, was told %q", got)
	}
	r.aged("secrets", interaction.LastFor+time.Minute)
	if got := status("chris"); !strings.Contains(got, gone) {
		t.Errorf("an hour later chris was told %q from elsewhere", got)
	}
	if got := r.in("chris", "general", "incidents"); !strings.Contains(got, "Slack does not say at the moment") {
		t.Errorf("the list does not say that it may lack some: %q", got)
	}
	if got := r.in("chris", "secrets", "status INC-1"); strings.Contains(got, gone) {
		t.Errorf("in the channel itself chris was told %q", got)
	}
	// A form is sent in from where it was opened.
	if err := r.sim.People.Choose(t.Context(), people.Choice{User: "chris", Channel: "secrets", TS: root.TS, ActionID: "incident:menu", Value: "note/INC-1"}); err != nil {
		t.Fatal(err)
	}
	r.modal("chris")
	if errs, err := r.sim.People.SubmitView(t.Context(), "chris", map[string]string{"note": "it is the replica"}); err != nil || len(errs) > 0 {
		t.Errorf("the form was answered %v, %v", errs, err)
	}
	eventually(t, "the note is there", func() bool { return r.incident(1).Note.Text == "it is the replica" })
}

// TestGuestsStayGuestsWhileSlackIsDown: what Slack said last of a person holds until
// it says otherwise.
func TestGuestsStayGuestsWhileSlackIsDown(t *testing.T) {
	t.Parallel()
	r := &rig{t: t, furnish: func(s *slacksim.Sim) { s.Admin.AddGuest("gus", "gus@example.com", "incidents") }}
	r.start()
	r.keep()
	r.open()
	if err := r.store.Directory.SetPerson(t.Context(), r.id("gus"), store.Person{Kind: access.PersonGuest, At: time.Now().Add(-time.Hour)}); err != nil {
		t.Fatal(err)
	}
	r.sim.Faults.Fail(fault.Fault{Method: "users.info", Kind: fault.HTTP503})
	for _, text := range acts {
		if got := r.slash("gus", text); !strings.Contains(got, "nly full members of this workspace may act") {
			t.Errorf("%q was answered %q", text, got)
		}
	}
	if i := r.incident(1); i.State != incident.Open {
		t.Errorf("the incident is %s", i.State)
	}
}

// TestDigestsTellNothingOfPrivateChannels: a digest tells of its own channel and of
// public ones, also when Slack said so a while ago; not when it never did.
func TestDigestsTellNothingOfPrivateChannels(t *testing.T) {
	t.Parallel()
	r := &rig{t: t, furnish: func(s *slacksim.Sim) {
		s.Admin.AddPrivateChannel("secrets", "anna")
		if err := s.Admin.InviteBot("secrets"); err != nil {
			t.Error(err)
		}
	}}
	r.start()
	ids, _, err := r.client.Channels(t.Context(), []string{"#secrets", "#general"})
	if err != nil || r.store.Directory.SetNames(t.Context(), ids) != nil {
		t.Fatal(ids, err)
	}
	all := []string{"#incidents", "#general", "#secrets", ids["#secrets"], "C0UNKNOWN1", "#never-heard-of", ""}
	want := func(at string, channels ...string) {
		t.Helper()
		tells := r.handler.Tells(t.Context(), at, all)
		for _, channel := range all {
			expected := false
			for _, c := range channels {
				expected = expected || c == channel
			}
			if tells[channel] != expected {
				t.Errorf("a digest in %s tells of %q: %t", at, channel, tells[channel])
			}
		}
	}
	want("#incidents", "#incidents", "#general")
	want("#secrets", "#incidents", "#general", "#secrets", ids["#secrets"])
	r.sim.Faults.Fail(fault.Fault{Method: "conversations.info", Kind: fault.HTTP503})
	general := ids["#general"]
	for _, test := range []struct {
		private bool
		age     time.Duration
		told    bool
	}{{false, time.Hour, true}, {true, time.Hour, false}, {false, 25 * time.Hour, false}} {
		if err := r.store.Directory.SetRosterPrivate(t.Context(), general, test.private, time.Now().Add(-test.age)); err != nil {
			t.Fatal(err)
		}
		if got := r.handler.Tells(t.Context(), "#incidents", []string{"#general"})["#general"]; got != test.told {
			t.Errorf("Slack is down and said %s ago that #general is private: %t; told: %t", test.age, test.private, got)
		}
	}
}

// TestReplicasShareWhatAPersonMayDo: the bound of a person holds for all replicas
// together, and what Slack delivers again counts once.
func TestReplicasShareWhatAPersonMayDo(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	other := interaction.New(r.handler.Options)
	other.WaitForSlack(patience)
	channel, _ := r.sim.Channel("incidents")
	said := func(d *interaction.Handler, op string) blockkit.Message {
		return d.Command(t.Context(), slackapi.Slash{Op: op, UserID: r.id("anna"), UserName: "anna", UserTeam: "T0SIM00001", ChannelID: channel.ID, Text: "start triage " + op, At: time.Now()}).Message
	}
	const refused = "more is not taken from one person"
	for n, d := range []*interaction.Handler{r.handler, other, r.handler, other, r.handler} {
		for range 2 { // Slack delivers it twice
			if got := said(d, fmt.Sprint("op", n)).Text; strings.Contains(got, refused) {
				t.Errorf("start %d was answered %q", n+1, got)
			}
		}
	}
	for _, d := range []*interaction.Handler{r.handler, other} {
		if got := said(d, "one too many").Text; !strings.Contains(got, refused) || !strings.Contains(got, "Please try again in") {
			t.Errorf("a start too many was answered %q", got)
		}
	}
	if got := said(other, "op0").Text; strings.Contains(got, refused) {
		t.Errorf("what was done before was answered %q when it came again", got)
	}
}

// TestActsThatNoEndpointLookedAt: the coordinator knows by itself that a channel is private when
// an endpoint could not read of what incident an act is.
func TestActsThatNoEndpointLookedAt(t *testing.T) {
	t.Parallel()
	r := startPrivateRig(t)
	r.keep()
	r.fire("db", map[string]string{"alertname": "DatabaseHighCPU", "engine": "postgres"})
	r.thread("secrets")
	channel, _ := r.sim.Channel("secrets")
	eventually(t, "it is known that the channel is private, and no endpoint has asked", func() bool {
		room, err := r.store.Directory.Roster(t.Context(), channel.ID, "")
		return err == nil && room.Private == access.Yes && room.MembersAt.IsZero()
	})
	act := incident.Act{Verb: incident.VerbAcknowledge, Incident: 1, User: incident.User{ID: r.id("ben"), Name: "ben"}, Via: "command"}
	if _, _, err := r.store.Put(t.Context(), event.Event{Op: "blind", At: time.Now().UTC(), Act: &act}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is answered", func() bool {
		answer, ok, err := r.store.Answered(t.Context(), "blind")
		if ok && answer.Incident.Kind != incident.AnswerGone {
			t.Errorf("it was answered %+v", answer)
		}
		return err == nil && ok
	})
	if i := r.incident(1); i.State != incident.Open {
		t.Errorf("the incident is %s", i.State)
	}
}

// TestWhereTheThreadStandsDecides: a channel is renamed, and another takes its name.
// The threads of before are still in the first.
func TestWhereTheThreadStandsDecides(t *testing.T) {
	t.Parallel()
	r := startPrivateRig(t)
	end := r.keep()
	r.fire("db", map[string]string{"alertname": "DatabaseHighCPU", "engine": "postgres"})
	r.thread("secrets")
	end()
	general, _ := r.sim.Channel("general")
	if err := r.store.Directory.SetNames(t.Context(), map[string]string{"#secrets": general.ID}); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"incidents", "incidents all", "status INC-1", "timeline INC-1"} {
		if got := r.in("ben", "general", text); strings.Contains(got, "INC-1 ·") || strings.Contains(got, "Database") {
			t.Errorf("%q was answered %q", text, got)
		}
	}
	if got := r.in("anna", "general", "incidents"); !strings.Contains(got, "INC-1") {
		t.Errorf("anna's list reads %q", got)
	}
	places, err := r.store.Places(t.Context(), []incident.Incident{r.incident(1), {Number: 2, Channel: "#secrets"}})
	secrets, _ := r.sim.Channel("secrets")
	if err != nil || places[0] != secrets.ID || places[1] != "#secrets" {
		t.Errorf("got %q, %v", places, err)
	}
}

// TestDivertedIncidentsBelongToWhereTheyStand: an incident whose channel cannot be
// written to is acted on and seen by the people of the channel that it went to.
func TestDivertedIncidentsBelongToWhereTheyStand(t *testing.T) {
	t.Parallel()
	for _, responders := range []string{"", "@sre-oncall"} {
		t.Run("responders="+responders, func(t *testing.T) {
			t.Parallel()
			r := &rig{t: t, channel: "#incidents", furnish: func(s *slacksim.Sim) {
				s.Admin.AddPrivateChannel("secrets", "anna", "chris") // without the bot
				s.Admin.AddUser("dora", "dora@example.com")
				if err := s.Admin.Leave("dora", "incidents"); err != nil {
					t.Error(err)
				}
			}}
			if responders != "" {
				r.responders = []string{responders}
			}
			r.start()
			r.channel, r.fallback = "#secrets", "#incidents"
			r.keep()
			r.fire("db", map[string]string{"alertname": "DatabaseHighCPU", "engine": "postgres"})
			root := r.thread("incidents")
			if i := r.incident(1); i.Channel != "#incidents" || i.Belongs != "#secrets" {
				t.Fatalf("the incident is in %s and belongs in %q", i.Channel, i.Belongs)
			}
			if responders != "" {
				eventually(t, "it is known who is in the group", func() bool {
					users, _, err := r.store.Directory.Members(t.Context(), responders)
					return err == nil && len(users) == 1
				})
			}
			for user, want := range map[string]struct{ sees, acts string }{
				"dora": {"nly people in #incidents can see this", map[bool]string{true: "nly people in #incidents may act", false: "nly @sre-oncall may act here"}[responders == ""]},
				"ben":  {"Database", map[bool]string{true: "Noted in the timeline", false: "nly @sre-oncall may act here"}[responders == ""]},
				"anna": {"Database", "Noted in the timeline"},
			} {
				if got := r.in(user, "general", "status INC-1"); !strings.Contains(got, want.sees) {
					t.Errorf("%s sees %q, want %q", user, got, want.sees)
				}
				if got := r.in(user, "general", "note INC-1 seen by "+user); !strings.Contains(got, want.acts) {
					t.Errorf("%s acted and was told %q, want %q", user, got, want.acts)
				}
				if got := r.in(user, "general", "incidents"); strings.Contains(got, "INC-1") != (want.sees == "Database") {
					t.Errorf("%s lists %q", user, got)
				}
			}
			r.click("anna", root, "incident:ack", "INC-1")
			eventually(t, "anna has it", func() bool { return r.incident(1).State == incident.Acknowledged })
		})
	}
}
