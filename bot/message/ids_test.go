package message

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
)

// Ids as Slack makes them, of somebody whose name is not known, and of a group and a
// channel that the configuration names by id.
const (
	idOnly    = "U0SIMQ0001"
	groupOnly = "S0SIMQ0002"
	placeOnly = "C0SIMQ0003"
)

// shownBySlack is what Slack writes as a name.
var shownBySlack = regexp.MustCompile(`<(@|#|!subteam\^)[A-Z0-9]+(\|[^>]*)?>`)

var rawID = regexp.MustCompile(`[USC]0SIMQ000[0-9]`)

// readsID reports whether a reader of a text meets an id.
func readsID(text string, markup bool) bool {
	if markup {
		text = shownBySlack.ReplaceAllString(text, "")
	}
	return rawID.MatchString(text)
}

// idsRead are the texts of a message in which a reader meets an id.
func idsRead(t testing.TB, m blockkit.Message) (found []string) {
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			if s, ok := v["text"].(string); ok && readsID(s, v["type"] == "mrkdwn") {
				found = append(found, s)
			}
			for _, e := range v {
				walk(e)
			}
		}
	}
	if readsID(m.Text, true) {
		found = append(found, m.Text)
	}
	walk(generic(t, m.Blocks))
	return found
}

// nameless is a value whose people, owners and channel are known by their ids alone.
func nameless[T any](t testing.TB, v T) T {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	data = []byte(strings.NewReplacer(
		`"U0ANNA anna"`, `"`+idOnly+`"`, `"U0BEN ben"`, `"`+idOnly+`"`, `"@db-oncall"`, `"`+groupOnly+`"`, `"@db-leads"`, `"`+groupOnly+`"`, `"C1"`, `"`+placeOnly+`"`,
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
			for _, known := range []Names{{}, {groupOnly: "<!subteam^" + groupOnly + ">"}} {
				view.Uncalled, view.Names = uncalled, known
				for _, slot := range Render(view) {
					all[name+" "+slot.Name] = slot.Message
				}
			}
		}
		all[name+" status"] = Status(view, night)
		all[name+" list"] = Incidents(IncidentList{Incidents: []incident.Incident{view.Incident}, From: 1, Now: night, Command: "/playbook", Elsewhere: []string{placeOnly}})
		all[name+" timeline"] = Timeline(view.Incident, []incident.Change{{Kind: incident.KindAcknowledged, By: incident.User{ID: idOnly}, At: night}, {Kind: incident.KindAlertResolved, Alert: idOnly, At: night}}, 0)
	}
	all["list none"] = Incidents(IncidentList{From: 1, Now: night, Command: "/playbook", Elsewhere: []string{placeOnly}})
	for name, view := range storms() {
		for k := range view.Entries {
			view.Entries[k] = nameless(t, view.Entries[k])
		}
		view.Storm.Owners = []string{groupOnly, idOnly}
		for _, slot := range RenderStorm(view) {
			all["storm "+name+" "+slot.Name] = slot.Message
		}
	}
	for _, slot := range RenderDigest(clicked(richReport(t), "words", incident.User{ID: idOnly})) {
		all["digest "+slot.Name] = slot.Message
	}
	pb := hotDatabase(t)
	for k := range pb.Tiers {
		pb.Tiers[k].Owners = []string{groupOnly, idOnly}
	}
	all["playbook"] = Playbook(pb, "/playbook")
	for name, m := range all {
		for _, text := range idsRead(t, m) {
			t.Errorf("%s reads %q", name, textutil.CutUnits(text, 200))
		}
	}
	for _, kind := range answerKinds {
		for _, step := range []int{0, 3} {
			a := incident.Answer{Kind: kind, Verb: incident.VerbDone, Incident: 1, Step: step, Title: "T", State: "done", Who: incident.User{ID: idOnly}, When: night,
				Text: "only " + groupOnly + ", " + idOnly + " may act here; who is in " + groupOnly + " is not known yet"}
			if kind != incident.AnswerForbidden {
				a.Text = placeOnly
			}
			if kind == incident.AnswerNoStep || kind == incident.AnswerNoPlaybook || kind == incident.AnswerContinued || kind == incident.AnswerFailed {
				a.Text = "words" // what the person typed himself, or words of ours
			}
			if step == 0 {
				a.Text = strings.TrimPrefix(a.Text, placeOnly)
			}
			if got := Answer(a, "/playbook"); readsID(got, true) {
				t.Errorf("%s: got %q", kind, got)
			}
			if got := PlainAnswer(event.Answer{Incident: a}, "/playbook"); readsID(got, false) || strings.Contains(got, "<") {
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
