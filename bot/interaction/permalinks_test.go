package interaction_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/slacksim"
)

// TestAnswersLinkToTheThreadsThatTheyName: without a call for one, and to who may see
// them only.
func TestAnswersLinkToTheThreadsThatTheyName(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	root, _ := r.open()
	if _, err := r.client.Auth(t.Context()); err != nil {
		t.Fatal(err)
	}
	channel, _ := r.sim.Channel("incidents")
	address := "/archives/" + channel.ID + "/p" + strings.Replace(root.TS, ".", "", 1)
	r.sim.ResetCalls()
	for _, text := range []string{"incidents", "status INC-1", "timeline INC-1", "ack INC-1", "note INC-1 as seen", "done INC-1 99"} {
		reply, err := r.sim.People.Slash(t.Context(), "anna", "incidents", "/playbook "+text)
		if err != nil {
			t.Fatal(err)
		}
		shown, err := json.Marshal(reply.Message)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(shown); !strings.Contains(got, address) && text != "timeline INC-1" {
			t.Errorf("%s has no link to the thread: %s", text, got)
		}
	}
	for _, c := range r.sim.Calls() {
		if c.Method == "chat.getPermalink" {
			t.Error("Slack was asked for an address")
		}
	}
}

// TestAnswersLinkToNothingThatTheReaderMayNotSee: a thread's address is told to nobody
// who may not see the thread, though the answer names it.
func TestAnswersLinkToNothingThatTheReaderMayNotSee(t *testing.T) {
	t.Parallel()
	r := &rig{t: t, channel: "#secrets", furnish: func(s *slacksim.Sim) {
		s.Admin.AddPrivateChannel("secrets", "anna", "chris")
		if err := s.Admin.InviteBot("secrets"); err != nil {
			t.Error(err)
		}
	}}
	r.start()
	r.keep()
	r.fire("db", map[string]string{"alertname": "DatabaseHighCPU", "engine": "postgres"})
	r.thread("secrets")
	if _, err := r.client.Auth(t.Context()); err != nil {
		t.Fatal(err)
	}
	for user, linked := range map[string]bool{"ben": false, "anna": true} {
		for range 2 { // what is asked of Slack for the first is known for the second
			reply, err := r.sim.People.Slash(t.Context(), user, "general", "/playbook status INC-1")
			if err != nil {
				t.Fatal(err)
			}
			shown, err := json.Marshal(reply.Message)
			if err != nil {
				t.Fatal(err)
			}
			if got := string(shown); !strings.Contains(got, "INC-1") || strings.Contains(got, "/archives/") != linked {
				t.Errorf("%s reads %s, want a link: %t", user, got, linked)
			}
		}
	}
}
