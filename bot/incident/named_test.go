package incident_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/incident"
)

// TestWordsKeepTheirPeople: an incident knows whom its words mention; a name that two
// people have stands for neither, and there are never too many.
func TestWordsKeepTheirPeople(t *testing.T) {
	anna, ben := incident.User{ID: "U0ANNA", Name: "anna"}, incident.User{ID: "U0BEN", Name: "ben"}
	note := func(i incident.Incident, people ...incident.User) incident.Incident {
		t.Helper()
		act := incident.Act{Verb: incident.VerbNote, Incident: 1, User: ben, Text: "words", Named: people}
		out := incident.Rules{}.Handle(incident.StepInput{Current: &i, Next: 2}, incident.Event{At: i.OpenedAt, Act: &act})
		if out.Answer.Kind != incident.AnswerApplied || len(out.Results) != 1 {
			t.Fatalf("got %+v, want the note taken", out.Answer)
		}
		return out.Results[0].Incident
	}
	i := note(incident.Incident{Number: 1, State: incident.Open}, anna, ben)
	i = note(i, anna)
	if diff := cmp.Diff([]incident.User{anna, ben}, i.Named); diff != "" {
		t.Errorf("two people (-want +got):\n%s", diff)
	}
	other := incident.User{ID: "U0OTHER", Name: "anna"}
	for range 2 {
		i = note(i, other)
		i = note(i, anna)
	}
	if diff := cmp.Diff([]incident.User{ben, {Name: "anna"}}, i.Named); diff != "" {
		t.Errorf("two of one name (-want +got):\n%s", diff)
	}
	for k := range 60 {
		i = note(i, incident.User{ID: fmt.Sprint("U", k), Name: fmt.Sprint("n", k)})
	}
	if n := len(i.Named); n != 50 || i.Named[n-1].Name != "n59" {
		t.Errorf("got %d people, the last %v, want the newest 50", n, i.Named[n-1])
	}
}
