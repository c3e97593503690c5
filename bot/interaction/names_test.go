package interaction_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

// plainTexts are the texts of notifications that a channel's messages have, where
// Slack shows no names for ids.
func (r *rig) plainTexts() string {
	r.t.Helper()
	var all []string
	for _, m := range r.sim.Messages("incidents") {
		if m.Bot {
			all = append(all, m.Text)
		}
		for _, reply := range r.sim.Thread("incidents", m.TS) {
			if reply.Bot {
				all = append(all, reply.Text)
			}
		}
	}
	return strings.Join(all, "\n")
}

// TestMentionsHaveNames: what Slack delivers of a mention has only ids; those who
// wrote it and who are named in it are people all the same, wherever it is told.
func TestMentionsHaveNames(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	root, _ := r.open()
	say := func(text string) {
		t.Helper()
		if _, err := r.sim.People.Say("ben", "incidents", root.TS, "@signalbook "+text); err != nil {
			t.Fatal(err)
		}
	}
	say("note ask @anna in #general")
	eventually(t, "the note is kept", func() bool { return r.incident(1).Note.Text != "" })
	if got, want := r.incident(1).Note.Text, "ask @anna in #general"; got != want {
		t.Errorf("the note reads %q, want %q", got, want)
	}
	user, _ := r.sim.User("anna")
	eventually(t, "the note shows anna", func() bool {
		for _, m := range r.sim.Messages("incidents") {
			blocks, err := json.Marshal(m.Blocks)
			if err == nil && strings.Contains(string(blocks), `"user_id":"`+user.ID+`"`) {
				return true
			}
		}
		return false
	})
	told := slices.DeleteFunc(r.sim.Notifications(), func(n workspace.Notification) bool { return n.Mention != "@anna" })
	if len(told) != 1 {
		t.Errorf("anna is notified by %v, want by what ben wrote alone", told)
	}
	say("resolve")
	eventually(t, "the resolution is told", func() bool { return strings.Contains(r.plainTexts(), "Resolved by") })
	if got := r.plainTexts(); !strings.Contains(got, "Resolved by hand by ben") {
		t.Errorf("the texts read:\n%s", got)
	}
}

// TestCommandsNameWhomTheyMention: a slash command may bring people without their names.
func TestCommandsNameWhomTheyMention(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	r.open()
	r.slash("anna", "note INC-1 ask @ben")
	eventually(t, "the note is kept", func() bool { return r.incident(1).Note.Text != "" })
	i := r.incident(1)
	if ben, _ := r.sim.User("ben"); i.Note.Text != "ask @ben" || !slices.Contains(i.Named, incident.User{ID: ben.ID, Name: "ben"}) {
		t.Errorf("the note reads %q of %v, want ben in it", i.Note.Text, i.Named)
	}
}

// TestMentionsWithoutNames: a Slack that does not say who somebody is holds nothing
// up, and nobody reads an id.
func TestMentionsWithoutNames(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.sim.Faults.Fail(fault.Fault{Method: "users.info", Kind: fault.HTTP503})
	r.keep()
	root, _ := r.open()
	if _, err := r.sim.People.Say("ben", "incidents", root.TS, "@signalbook resolve ask @anna"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the resolution is told", func() bool { return strings.Contains(r.plainTexts(), "Resolved by") })
	if got := r.plainTexts(); !strings.Contains(got, "Resolved by hand by somebody") || strings.Contains(got, "U0SIM") {
		t.Errorf("the texts read:\n%s", got)
	}
	if got := r.slash("anna", "timeline INC-1"); !strings.Contains(got, "ask @somebody") {
		t.Errorf("the timeline reads:\n%s", got)
	}
}
