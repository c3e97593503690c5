package message

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/testkit/blocktest"
)

// nameless is a value whose people, owners and channel are known by their ids alone.
func nameless[T any](t testing.TB, v T) T {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	data = []byte(strings.NewReplacer(
		`"U0ANNA anna"`, `"`+blocktest.UnknownUser+`"`, `"U0BEN ben"`, `"`+blocktest.UnknownUser+`"`, `"@db-oncall"`, `"`+blocktest.UnknownGroup+`"`, `"@db-leads"`, `"`+blocktest.UnknownGroup+`"`, `"C1"`, `"`+blocktest.UnknownChannel+`"`,
	).Replace(string(data)))
	var out T
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestNobodyReadsIDs: neither in blocks nor in the plain texts of notifications does
// an id of Slack's stand for a person, a group or a channel.
func TestNobodyReadsIDs(t *testing.T) {
	all := map[string]blockkit.Message{}
	for name, view := range situations(t) {
		view.Incident = nameless(t, view.Incident)
		for _, uncalled := range []bool{false, true} {
			for _, known := range []Names{{}, {blocktest.UnknownGroup: "<!subteam^" + blocktest.UnknownGroup + ">"}} {
				view.Uncalled, view.Names = uncalled, known
				for _, slot := range Render(view) {
					all[name+" "+slot.Name] = slot.Message
				}
			}
		}
		all[name+" status"] = Status(view, night)
		all[name+" list"] = Incidents(IncidentList{Incidents: []incident.Incident{view.Incident}, From: 1, Now: night, Command: "/playbook", Elsewhere: []string{blocktest.UnknownChannel}})
		all[name+" timeline"] = Timeline(view.Incident, []incident.Change{{Kind: incident.KindAcknowledged, By: incident.User{ID: blocktest.UnknownUser}, At: night}, {Kind: incident.KindAlertResolved, Alert: blocktest.UnknownUser, At: night}}, 0, 0)
	}
	all["list none"] = Incidents(IncidentList{From: 1, Now: night, Command: "/playbook", Elsewhere: []string{blocktest.UnknownChannel}})
	pb := hotDatabase(t)
	for k := range pb.Tiers {
		pb.Tiers[k].Owners = []string{blocktest.UnknownGroup, blocktest.UnknownUser}
	}
	all["playbook"] = Playbook(pb, "/playbook")
	for name, m := range all {
		for _, text := range blocktest.IDsRead(t, m) {
			t.Errorf("%s reads %q", name, textutil.CutUnits(text, 200))
		}
	}
	for _, kind := range answerKinds {
		for _, step := range []int{0, 3} {
			a := incident.Answer{Kind: kind, Verb: incident.VerbDone, Incident: 1, Step: step, Title: "T", State: "done", Who: incident.User{ID: blocktest.UnknownUser}, When: night,
				Text: "only " + blocktest.UnknownGroup + ", " + blocktest.UnknownUser + " may act here; who is in " + blocktest.UnknownGroup + " is not known yet"}
			if kind != incident.AnswerForbidden {
				a.Text = blocktest.UnknownChannel
			}
			if kind == incident.AnswerNoStep || kind == incident.AnswerNoPlaybook || kind == incident.AnswerContinued || kind == incident.AnswerFailed {
				a.Text = "words" // what the person typed himself, or words of ours
			}
			if step == 0 {
				a.Text = strings.TrimPrefix(a.Text, blocktest.UnknownChannel)
			}
			if got := Answer(a, "/playbook"); blocktest.ReadsID(got, true) {
				t.Errorf("%s: got %q", kind, got)
			}
			if got := PlainAnswer(event.Answer{Incident: a}, "/playbook"); blocktest.ReadsID(got, false) || strings.Contains(got, "<") {
				t.Errorf("%s in a form: got %q", kind, got)
			}
		}
	}
}

// TestPlainAnswersName: where Slack shows no markup, people are named.
func TestPlainAnswersName(t *testing.T) {
	a := incident.Answer{Kind: incident.AnswerEnded, Incident: 142, Step: 2, State: "done", Who: anna, When: night}
	if got, want := PlainAnswer(event.Answer{Incident: a}, "/playbook"), "Step 2 of INC-142 is done already, by anna."; !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want %q first", got, want)
	}
}
