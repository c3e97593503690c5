package interaction_test

import (
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
)

// postmortems are the files in a thread, by the texts of their messages.
func (r *rig) postmortems(root snapshot.Message) (texts []string) {
	for _, m := range r.sim.Thread(root.Channel, root.TS) {
		if strings.Contains(m.PlainText(), "📎 ") {
			texts = append(texts, m.PlainText())
		}
	}
	return texts
}

// TestExport: by command, whoever may see an incident gets its post-mortem into its
// thread as a file, and is told so; a delivery that Slack repeats brings no second one, and
// within a minute nobody gets another.
func TestExport(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	root, immediate := r.open()
	r.click("ben", immediate, "step:done", "INC-1/add-read-replicas")
	eventually(t, "the step is done", func() bool { s, _, _ := r.incident(1).FindStep("1"); return s.State == incident.StepDone })
	r.sim.Faults.Fail(fault.Fault{Method: "command", Kind: fault.Duplicate, Times: 1})
	if got := r.slash("anna", "export inc1"); !strings.Contains(got, "post-mortem of") || !strings.Contains(got, "into its thread") {
		t.Errorf("export is answered %q", got)
	}
	eventually(t, "the file is in the thread", func() bool { return len(r.postmortems(root)) > 0 })
	if got := r.slash("chris", "export 1"); !strings.Contains(got, "anna") {
		t.Errorf("a second export at once is answered %q, want who was first", got)
	}
	files := r.sim.Files()
	if texts := r.postmortems(root); len(texts) != 1 || len(files) != 1 || files[0].Name != "INC-1.md" || files[0].Title != "Post-mortem of INC-1" {
		t.Fatalf("the thread has %q, Slack %+v, want one file", texts, files)
	}
	for _, want := range []string{"# INC-1: ", "**: done by ben", "post-mortem exported | anna (command)"} {
		if !strings.Contains(string(files[0].Data), want) {
			t.Errorf("there is no %q in:\n%s", want, files[0].Data)
		}
	}
	if i := r.incident(1); i.State != incident.Acknowledged || i.Lead.Name != "ben" {
		t.Errorf("the incident is %s, led by %q: exporting changes neither", i.State, i.Lead.Name)
	}
}

// TestExportBesideCommands: a mention, the menu and the button of what is resolved bring
// it, too.
func TestExportBesideCommands(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(t *testing.T, r *rig, root snapshot.Message){
		"mention": func(t *testing.T, r *rig, root snapshot.Message) {
			if _, err := r.sim.People.Say("anna", "incidents", root.TS, "@signalbook export"); err != nil {
				t.Fatal(err)
			}
		},
		"menu": func(t *testing.T, r *rig, root snapshot.Message) { choose(t, r, "anna", root, "export/INC-1") },
		"button": func(t *testing.T, r *rig, root snapshot.Message) {
			r.slash("ben", "resolve 1 fixed: replicas")
			eventually(t, "the button is there", func() bool {
				return strings.Contains(r.sim.Thread("incidents", root.TS)[0].PlainText(), "[Export]")
			})
			r.click("anna", root, "incident:export", "INC-1")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startRig(t)
			r.keep()
			root, _ := r.open()
			ask(t, r, root)
			r.told("anna", "comes into its thread")
			eventually(t, "the file is in the thread", func() bool { return len(r.postmortems(root)) == 1 })
		})
	}
}

// TestExportIsForThoseWhoMaySee: who is not in the channel gets nothing.
func TestExportIsForThoseWhoMaySee(t *testing.T) {
	t.Parallel()
	r := startPrivateRig(t)
	r.keep()
	r.fire("db", map[string]string{"alertname": "DatabaseHighCPU", "engine": "postgres"})
	r.thread("secrets")
	if got := r.slash("ben", "export INC-1"); !strings.Contains(got, "There is no") {
		t.Errorf("a stranger is answered %q, want what is said of an incident that does not exist", got)
	}
	if i := r.incident(1); i.Exported.Count != 0 || len(r.sim.Files()) != 0 {
		t.Errorf("a stranger's export is %+v, and Slack has %d files", i.Exported, len(r.sim.Files()))
	}
}
