package message

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/testkit/blocktest"
)

// readHome is all that a person reads in a Home.
func readHome(t *testing.T, v HomeView) string {
	t.Helper()
	return blocktest.Readable(t, blockkit.Message{Blocks: Home(v).Blocks.BlockSet})
}

// TestHome: whose steps come first, what is overdue before the rest; what is open stands
// by channel, and what is due this week without the person's own steps and without the hour.
func TestHome(t *testing.T) {
	s := opened(t).act(anna, incident.VerbAcknowledge, "add-read-replicas", "").act(anna, incident.VerbAcknowledge, "add-indices", "").act(ben, incident.VerbAcknowledge, "cache-queries", "")
	old := s.incident
	old.Number, old.Channel, old.State, old.Lead, old.Title = 118, "#db", incident.Resolved, incident.User{}, "billing-db"
	later := night.AddDate(0, 0, 6)
	v := HomeView{
		User: anna.ID, Mine: []incident.Incident{s.incident, old}, Open: []incident.Incident{s.incident}, Due: []incident.Incident{s.incident, old},
		Links: blockkit.Permalinks{"INC-142": "https://acme.slack.com/archives/C1/p1"}, Channels: map[string]string{"#db": "C0DB00"},
		Now: later, Until: later.Add(7 * 24 * time.Hour), Command: "/playbook",
	}
	got := readHome(t, v)
	for _, want := range []string{"Your steps: 4, 2 overdue", "INC-118", "You lead 1 incident", "https://acme.slack.com/archives/C1/p1", "Open now: 1", "Due this week"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in:\n%s", want, got)
		}
	}
	if first, last := strings.Index(got, "⏰ *1."), strings.Index(got, "🔵 *4."); first < 0 || last < first {
		t.Errorf("what is overdue does not stand first:\n%s", got)
	}
	week := got[strings.Index(got, "Due this week"):]
	if !strings.Contains(week, "<@"+ben.ID+">") || strings.Contains(week, "4. Add") {
		t.Errorf("due this week, of which anna's own steps are none:\n%s", week)
	}
	if strings.Contains(week, "2. ") && !strings.Contains(week, "INC-118") {
		t.Errorf("what is due within the hour of what is open stands there twice:\n%s", week)
	}
}

// TestHomeOfNobody: nothing to do is a few lines.
func TestHomeOfNobody(t *testing.T) {
	got := readHome(t, HomeView{User: anna.ID, Now: night, Until: night, Command: "/playbook"})
	for _, want := range []string{"No step is yours", "Nothing is open in your channels"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in:\n%s", want, got)
		}
	}
	if strings.Contains(got, "Due") || strings.Contains(got, "lead") {
		t.Errorf("got\n%s", got)
	}
	if got := readHome(t, HomeView{Now: night, Partial: true, Unsure: true}); !strings.Contains(got, partialWords) || !strings.Contains(got, unsureWords) {
		t.Errorf("what may be missing is not said:\n%s", got)
	}
}

// TestSlackTakesEveryHome: however much there is, whatever it is called.
func TestSlackTakesEveryHome(t *testing.T) {
	s := opened(t)
	var many []incident.Incident
	for k := range 30 {
		i := s.incident
		i.Number, i.Channel, i.Title = 1_000_000+k, fmt.Sprintf("#channel %d <!here>", k), strings.Repeat("<!channel> *界* & ", 40)
		i.Lead, i.Severity = anna, strings.Repeat("<", 100)
		i.Steps = append([]incident.Step(nil), i.Steps...)
		for n := range i.Steps {
			i.Steps[n].Title = strings.Repeat("`<!here>` 🔥", 60)
			if n%2 == 0 {
				i.Steps[n].Standing = incident.Standing{State: incident.StepAcknowledged, Holder: anna, At: night}
			}
		}
		many = append(many, i)
	}
	v := HomeView{User: anna.ID, Mine: many, MineRest: 7, Open: many, OpenRest: 400, Due: many, DueRest: 9, Now: night, Until: night.AddDate(1, 0, 0), Partial: true, Unsure: true, Command: "/playbook"}
	views := map[string]HomeView{"much": v, "nothing": {User: anna.ID, Now: night, Until: night, Command: "/playbook"}}
	for name, situation := range situations(t) {
		one := []incident.Incident{situation.Incident}
		views[name] = HomeView{User: anna.ID, Mine: one, Open: one, Due: one, Now: night, Until: night.AddDate(0, 0, 7), Command: "/playbook"}
	}
	for name, v := range views {
		home := Home(v)
		for _, problem := range blocktest.HomeProblems(t, home) {
			t.Errorf("%s: %s", name, problem)
		}
		if got := blocktest.Notified(t, blockkit.Message{Blocks: home.Blocks.BlockSet}); strings.Contains(strings.Join(got, " "), "!") {
			t.Errorf("%s calls %v", name, got)
		}
	}
	if n := len(Home(v).Blocks.BlockSet); n > 100 {
		t.Errorf("%d blocks", n)
	}
	if Home(v).Type != slack.VTHomeTab {
		t.Error("it is no Home")
	}
}
