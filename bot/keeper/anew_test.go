package keeper_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/incident"
)

// TestRootPostedAnewPingsNobody: somebody deletes the root by hand. At the next change
// it comes back with its tiers, and reads as it did; but nobody is notified again, not
// the owners before somebody has acknowledged, and neither lead nor holders after.
func TestRootPostedAnewPingsNobody(t *testing.T) {
	t.Parallel()
	r := startStrayRig(t)
	r.impatient()
	r.fire("a")
	root, _ := r.thread()
	r.settled()
	pinged := len(r.sim.Notifications())
	if pinged == 0 {
		t.Fatal("the owners were not notified of the first root")
	}
	user, _ := r.sim.User("anna")
	anna := incident.User{ID: user.ID, Name: "anna"}
	for k, act := range []incident.Act{
		{Verb: incident.VerbNote, Text: "it is the replica"},
		{Verb: incident.VerbAcknowledge, Step: "add-read-replicas"},
		{Verb: incident.VerbNote, Text: "it is the primary"},
	} {
		deleted := act.Step == ""
		if deleted {
			if err := r.sim.DeleteMessage("incidents", root.TS); err != nil {
				t.Fatal(err)
			}
		}
		act.Incident, act.User, act.Via = 1, anna, "button"
		if _, _, err := r.store.Put(t.Context(), incident.Event{Op: fmt.Sprint("op-", k), At: time.Now().UTC().Truncate(time.Millisecond), Act: &act}); err != nil {
			t.Fatal(err)
		}
		r.eventually("the thread shows it", func() bool {
			i, ok, err := r.store.Incident(t.Context(), 1)
			return err == nil && ok && (act.Text == "" || i.Note.Text == act.Text) && (act.Step == "" || i.State == incident.Acknowledged)
		})
		r.settled()
		now, tiers := r.thread()
		if deleted == (now.TS == root.TS) {
			t.Errorf("step %d: the root is %s and was %s", k, now.TS, root.TS)
		}
		root = now
		if all := r.sim.Notifications(); len(all) > pinged {
			t.Errorf("step %d notified %+v", k, all[pinged:])
			pinged = len(all)
		}
		want := "@sre-oncall"
		if k > 0 {
			want = "@anna"
		}
		if !strings.Contains(root.PlainText(), want) {
			t.Errorf("step %d: the root does not name %s:\n%s", k, want, root.PlainText())
		}
		if k > 0 && !strings.Contains(tiers[0].PlainText(), want) {
			t.Errorf("step %d: the tier does not name %s:\n%s", k, want, tiers[0].PlainText())
		}
	}
}
