package coordinator_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
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
			if err := r.sim.Admin.DeleteMessage("incidents", root.TS); err != nil {
				t.Fatal(err)
			}
		}
		act.Incident, act.User, act.Via = 1, anna, "button"
		if _, _, err := r.store.Put(t.Context(), event.Event{Op: fmt.Sprint("op-", k), At: time.Now().UTC().Truncate(time.Millisecond), Act: &act}); err != nil {
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

// TestStormPostedAnewPingsNobody: the message that tells of a storm is deleted by hand.
// It comes back, names the owners, and notifies none of them again.
func TestStormPostedAnewPingsNobody(t *testing.T) {
	t.Parallel()
	r := startStrayRig(t)
	r.storm = incident.Limit{Above: 1, Per: time.Hour}
	r.impatient()
	storm := func() (found snapshot.Message) {
		r.eventually("the storm has its message", func() bool {
			for _, m := range r.roots() {
				if strings.Contains(m.PlainText(), "Storm · ") {
					found = m
					return true
				}
			}
			return false
		})
		r.settled()
		return found
	}
	for k := range 4 {
		r.fireGroup(fmt.Sprint("group-", k), fmt.Sprint("a", k))
	}
	first := storm()
	pinged := len(r.sim.Notifications())
	if !strings.Contains(first.PlainText(), "@sre-oncall") || pinged == 0 {
		t.Fatalf("the owners are not told of the storm: %d pings, and\n%s", pinged, first.PlainText())
	}
	if err := r.sim.Admin.DeleteMessage("incidents", first.TS); err != nil {
		t.Fatal(err)
	}
	r.fireGroup("group-9", "a9")
	r.eventually("the storm is posted anew", func() bool { return storm().TS != first.TS })
	again := storm()
	if all := r.sim.Notifications(); len(all) > pinged {
		t.Errorf("the storm posted anew notified %+v", all[pinged:])
	}
	if !strings.Contains(again.PlainText(), "@sre-oncall") {
		t.Errorf("the storm posted anew does not name its owners:\n%s", again.PlainText())
	}
}

// TestRootShowsWhatMoved: of two senders one says later than the other since when the
// alert fires, or another runbook. Nothing happened that is told, but the root says it.
func TestRootShowsWhatMoved(t *testing.T) {
	t.Parallel()
	r := startStrayRig(t)
	r.impatient()
	labels := map[string]string{"alertname": "DatabaseHighCPU"}
	now := time.Now().UTC().Truncate(time.Second)
	hour, half := now.Add(-time.Hour), now.Add(-time.Hour/2)
	for _, told := range []struct {
		since   time.Time
		runbook string
		shows   string
	}{
		{hour, "https://wiki.example/cpu", fmt.Sprint(hour.Unix())},
		{half, "https://wiki.example/cpu", fmt.Sprint(half.Unix())},
		{half, "https://wiki.example/hot", "https://wiki.example/hot"},
	} {
		n := alerts.Notification{Source: "default", Receiver: "bot", GroupKey: "db", Status: alerts.Firing, Firing: 1, CommonLabels: labels,
			Alerts: []alerts.Alert{{Fingerprint: "a", Status: alerts.Firing, StartsAt: told.since, Labels: labels, Annotations: map[string]string{"runbook_url": told.runbook}}}}
		if _, _, err := r.store.Put(t.Context(), event.Event{At: now, Notification: &n}); err != nil {
			t.Fatal(err)
		}
		r.eventually("the root shows "+told.shows, func() bool {
			roots := r.roots()
			return len(roots) == 1 && strings.Contains(fmt.Sprint(roots[0].Blocks), told.shows)
		})
		r.settled()
	}
}

// TestMentionBeforeThePostPingsNobody: somebody is mentioned in a note before Slack has
// the root. It is posted with the name alone, and edited to show the person.
func TestMentionBeforeThePostPingsNobody(t *testing.T) {
	t.Parallel()
	r := startStrayRig(t)
	r.impatient()
	r.sim.Faults.Fail(fault.Fault{Method: "chat.postMessage", Kind: fault.HTTP503})
	r.fire("a")
	anna, _ := r.sim.User("anna")
	ben, _ := r.sim.User("ben")
	act := incident.Act{Verb: incident.VerbNote, Incident: 1, User: incident.User{ID: anna.ID, Name: "anna"}, Text: "ask @ben", Named: []incident.User{{ID: ben.ID, Name: "ben"}}, Via: "command"}
	r.eventually("the incident is there", func() bool { _, ok, err := r.store.Incident(t.Context(), 1); return err == nil && ok })
	if _, _, err := r.store.Put(t.Context(), event.Event{Op: "op", At: time.Now().UTC().Truncate(time.Millisecond), Act: &act}); err != nil {
		t.Fatal(err)
	}
	r.eventually("the note is kept", func() bool { i, _, err := r.store.Incident(t.Context(), 1); return err == nil && i.Note.Text != "" })
	r.sim.Faults.Clear()
	r.eventually("the root shows ben", func() bool {
		roots := r.roots()
		return len(roots) == 1 && strings.Contains(fmt.Sprint(roots[0].Blocks), ben.ID)
	})
	for _, n := range r.sim.Notifications() {
		if n.Mention == "@ben" {
			t.Errorf("ben is notified by %+v", n)
		}
	}
}
