package main

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
)

// TestDrill: an exercise takes the whole real path, by command and by a fired alert,
// in the drills' own channel; all that is said of it is marked, it notifies nobody,
// and it ends with a score beside what was before. A real incident stays apart.
func TestDrill(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{sim: slacksim.Options{Limits: true}, extra: `
drills: {channel: "#drills"}
route:
  channel: "#incidents"
  owners: ["@sre-oncall"]
  escalate: [{after: 1s, mention: ["@db-leads"]}]
`})
	r.sim.Admin.AddChannel("drills")
	b := r.startBot()

	// By command. Nobody takes it at first, so that it escalates; the score is there with the last immediate step.
	got := r.slash("anna", "general", "/playbook drill database-cpu severity=critical engine=postgres")
	for _, want := range []string{"Drill", "INC-1", "calls nobody"} {
		if !strings.Contains(got, want) {
			t.Errorf("the drill was answered %q, want %q in it", got, want)
		}
	}
	root := r.root("drills", 0)
	immediate := r.reply(root, "Immediate")
	r.reply(root, "nobody has acknowledged")
	r.click("ben", immediate, "step:done", "INC-1/add-read-replicas")
	if got := r.slash("anna", "general", "/playbook done INC-1 2 pooled"); !strings.Contains(got, "Drill") {
		t.Errorf("who acts in a drill is told %q, not that it is one", got)
	}
	if _, err := r.sim.People.Say("chris", "drills", root.TS, "@signalbook skip 3 no larger size exists"); err != nil {
		t.Fatal(err)
	}
	score := r.reply(root, "Score")
	r.reads(score, "3 in time, 0 late, 0 never done")
	r.reads(score, "the next drill is compared with this one")
	r.reads(score, "Not resolved yet")
	r.click("anna", root, "incident:resolve", "INC-1")
	r.reads(score, "Resolved after")
	r.reads(root, "Closed")
	r.reply(root, "Nothing is left to do")

	// A real incident of the same playbook calls its owners, and does not know of the drill.
	if n := r.sim.Notifications(); len(n) > 0 {
		t.Errorf("the drill notified %v", n)
	}
	b.mustNotify(payload(t, "v0.34.0-e2e-1-database-high-cpu-firing"))
	real := r.root("incidents", 0)
	b.mustNotify(payload(t, "v0.34.0-e2e-7-database-resolved"))
	r.reads(real, "Resolved")
	notified := len(r.sim.Notifications())
	if notified == 0 {
		t.Error("the real incident notified nobody")
	}
	if got := real.PlainText(); strings.Contains(got, "Drill") {
		t.Errorf("the real incident is marked:\n%s", got)
	}

	// By a fired alert: compared with both.
	fire := func(more ...string) {
		t.Helper()
		args := append([]string{"fire", "--url=" + b.url + "/alertmanager/webhook", "--credentials-file=" + writeFile(t, r.dir, "token", webhookToken)}, more...)
		if out, err := exec.Command("signalbook", append(args, "database-cpu")...).CombinedOutput(); err != nil {
			t.Fatalf("fire: %v\n%s", err, out)
		}
	}
	fire()
	fired := r.root("drills", 1)
	r.click("ben", fired, "incident:ack", "INC-3")
	r.reads(fired, "Acknowledged")
	fire("--resolve")
	score = r.reply(fired, "Score")
	r.reads(score, "the last drill: 100 % in time, the last real incident: 0 % in time")
	r.reads(score, "Acknowledged after")

	if more := r.sim.Notifications()[notified:]; len(more) > 0 {
		t.Errorf("the fired drill notified %v", more)
	}
	for _, m := range r.sim.Messages("drills") {
		if m.Bot && !strings.Contains(m.PlainText(), "Drill") {
			t.Errorf("a message of a drill does not say so:\n%s", m.PlainText())
		}
	}
	for _, thread := range []snapshot.Message{root, fired} {
		for _, m := range r.replies(thread) {
			if !strings.Contains(m.PlainText(), "Drill") {
				t.Errorf("a reply of a drill does not say so:\n%s", m.PlainText())
			}
		}
	}
	if refused := r.sim.Refusals(); len(refused) > 0 {
		t.Errorf("Slack refused: %v", refused)
	}
}

// reply waits for a reply of the bot in a root's thread that holds some words.
func (r *rig) reply(root snapshot.Message, words string) (found snapshot.Message) {
	r.t.Helper()
	eventually(r.t, "a reply that says "+words, func() bool {
		for _, m := range r.replies(root) {
			if strings.Contains(m.PlainText(), words) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

// TestFireIsTitledByItsPlaybook: what is fired for a playbook is called as the
// playbook, with no labels of the test alert behind it.
func TestFireIsTitledByItsPlaybook(t *testing.T) {
	t.Parallel()
	body, named, err := fireCommand{What: "database-cpu"}.body(time.Now())
	if err != nil || !named {
		t.Fatal(named, err)
	}
	n, err := alerts.Decode(bytes.NewReader(body), "default")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := incident.Title("Database is at 90% CPU", "database-cpu", n), "Database is at 90% CPU"; got != want {
		t.Errorf("got the title %q, want %q", got, want)
	}
}
