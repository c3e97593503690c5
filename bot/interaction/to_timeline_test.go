package interaction_test

import (
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/slacksim"
)

// shortcut chooses Add to timeline on a message.
func (r *rig) shortcut(user, channel, ts string) {
	r.t.Helper()
	if err := r.sim.People.Shortcut(r.t.Context(), user, channel, ts, "timeline:add"); err != nil {
		r.t.Fatal(err)
	}
}

// said posts a message of somebody's.
func (r *rig) said(user, channel, thread, text string) (ts string) {
	r.t.Helper()
	ts, err := r.sim.People.Say(user, channel, thread, text)
	if err != nil {
		r.t.Fatal(err)
	}
	return ts
}

// TestAddToTimeline: a message in an incident's thread becomes a note with its author and
// its address; elsewhere the incident is asked for.
func TestAddToTimeline(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	r.keep()
	root, _ := r.open()
	ts := r.said("ben", "incidents", root.TS, "the replica *lags* <by> 40 s & grows, @chris")
	r.shortcut("anna", "incidents", ts)
	noted := func(want ...string) {
		t.Helper()
		eventually(t, "it is noted", func() bool {
			n := r.incident(1).Note
			for _, w := range want {
				if !strings.Contains(n.Text, w) {
					return false
				}
			}
			return n.By.Name == "anna"
		})
	}
	noted("@ben: “the replica *lags* <by> 40 s & grows, @chris”", "/archives/", "p"+strings.Replace(ts, ".", "", 1))
	if got := r.slash("anna", "timeline INC-1"); !strings.Contains(got, "40 s") {
		t.Errorf("the timeline reads\n%s", got)
	}
	elsewhere := r.said("chris", "general", "", "the deploy of 14:00 is out")
	r.shortcut("anna", "general", elsewhere)
	r.modal("anna")
	for typed, want := range map[string]string{"the database": "no incident", "INC-99": "INC-99"} {
		errs, err := r.sim.People.SubmitView(t.Context(), "anna", map[string]string{"incident": typed})
		if err != nil || !strings.Contains(errs["incident"], want) {
			t.Errorf("%s: got %v, %v", typed, errs, err)
		}
	}
	if errs, err := r.sim.People.SubmitView(t.Context(), "anna", map[string]string{"incident": "inc 1"}); err != nil || len(errs) > 0 {
		t.Fatal(errs, err)
	}
	noted("@chris: “the deploy of 14:00 is out”")
}

// TestAddToTimelineIsForWhoMayAct: of an incident that somebody may not act on nothing is
// noted; a long message is cut, and one without words is said to have none.
func TestAddToTimelineIsForWhoMayAct(t *testing.T) {
	t.Parallel()
	r := &rig{t: t, channel: "#war-room", furnish: func(sim *slacksim.Sim) {
		sim.Admin.AddPrivateChannel("war-room", "anna")
		if err := sim.Admin.InviteBot("war-room"); err != nil {
			t.Fatal(err)
		}
	}}
	r.start()
	r.keep()
	r.fire("db", map[string]string{"alertname": "DatabaseHighCPU", "engine": "postgres"})
	root := r.thread("war-room")
	ts := r.said("ben", "general", "", strings.Repeat("long words ", 300))
	r.shortcut("ben", "general", ts)
	r.modal("ben")
	if errs, err := r.sim.People.SubmitView(t.Context(), "ben", map[string]string{"incident": "INC-1"}); err != nil || !strings.Contains(errs["incident"], "no INC-1") {
		t.Errorf("ben, who is not in its channel, is told %v, %v", errs, err)
	}
	r.shortcut("anna", "war-room", root.TS)
	var note incident.Note
	eventually(t, "anna's is noted", func() bool { note = r.incident(1).Note; return note.Text != "" })
	if !strings.Contains(note.Text, "signalbook") && !strings.Contains(note.Text, "an app") {
		t.Errorf("noted %q", note.Text)
	}
}
