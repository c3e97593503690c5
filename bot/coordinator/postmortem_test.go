package coordinator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
)

// startExport lets INC-1 be exported while something goes wrong.
func startExport(t *testing.T, wrong fault.Fault) *strayRig {
	t.Helper()
	r := startStrayRig(t)
	r.timing.Parked, r.timing.Picture = 300*time.Millisecond, time.Hour
	k := r.keep(r.store, r.direct)
	r.eventually("the coordinator keeps", k.Keeping)
	r.fire("a")
	r.eventually("the root is there", func() bool { return len(r.roots()) == 1 })
	r.settled()
	r.sim.Faults.Fail(wrong)
	act := incident.Act{Verb: incident.VerbExport, Incident: 1, User: incident.User{ID: "U0SIM00001", Name: "anna"}, Via: "command"}
	if _, _, err := r.store.Put(t.Context(), event.Event{Op: "export", At: time.Now().UTC(), Act: &act}); err != nil {
		t.Fatal(err)
	}
	return r
}

// said is what stands in the thread of the one root.
func (r *strayRig) said() string {
	root := r.roots()[0]
	var all []string
	for _, m := range r.sim.Thread(root.Channel, root.TS) {
		all = append(all, m.PlainText())
	}
	return strings.Join(all, "\n")
}

// TestExportFaults: whatever goes wrong once on the way, the file is in the thread once.
func TestExportFaults(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"files.getUploadURLExternal", "upload", "files.completeUploadExternal"} {
		for _, kind := range []string{fault.LostAnswer, fault.LostRequest, fault.RateLimited429} {
			t.Run(method+" "+kind, func(t *testing.T) {
				t.Parallel()
				r := startExport(t, fault.Fault{Method: method, Kind: kind, Times: 1})
				r.eventually("the file is in the thread", func() bool { return strings.Contains(r.said(), "📎 INC-1.md") })
				r.settled()
				said := r.said()
				if strings.Count(said, "📎") != 1 || strings.Contains(said, "could not be brought") {
					t.Errorf("the thread has:\n%s", said)
				}
				if r.sim.Faults.Strikes()[kind] != 1 {
					t.Error("the fault never struck: the test proves nothing")
				}
			})
		}
	}
}

// TestExportRefused: when Slack takes no file, the thread says so, and how to come by it.
func TestExportRefused(t *testing.T) {
	t.Parallel()
	r := startExport(t, fault.Fault{Method: "files.getUploadURLExternal", Kind: "error:file_uploads_disabled"})
	r.eventually("the thread says so", func() bool {
		return strings.Contains(r.said(), "could not be brought here") && strings.Contains(r.said(), "signalbook export INC-1")
	})
}
