package incident_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// TestStillTogether: a deadline ping that waits for Slack tells of those that have
// steps left and that nobody else tells of, as they are by now.
func TestStillTogether(t *testing.T) {
	t.Parallel()
	late := func(number, toldIn int, change func(*incident.Incident)) incident.Incident {
		i := incident.Incident{
			Number: number, Title: "Hot", State: incident.Acknowledged, Opening: 1,
			Tiers: []incident.Tier{{Name: playbooks.Immediate, Due: epoch.Add(time.Hour), ToldIn: toldIn}},
			Steps: []incident.Step{
				{ID: "pool", Number: 1, Tier: playbooks.Immediate, Standing: incident.Standing{State: incident.StepOpen}},
				{ID: "scale", Number: 2, Tier: playbooks.Immediate, Standing: incident.Standing{State: incident.StepDone}},
			},
		}
		if change != nil {
			change(&i)
		}
		return i
	}
	listed := []incident.Incident{
		late(2, 1, nil),
		late(3, 0, nil), // it opened again: its deadline is ahead
		late(4, 7, nil), // and was told of since, in another
		late(5, 1, func(i *incident.Incident) { i.State = incident.Resolved }),
		late(6, 1, func(i *incident.Incident) { i.Steps[0].State = incident.StepSkipped }),
		late(7, 1, func(i *incident.Incident) { i.Tiers = nil }),
		late(8, 1, func(i *incident.Incident) { i.Title, i.Steps[1].State = "Hotter", incident.StepOpen }), // undone
	}
	want := []incident.Neighbour{{Number: 2, Title: "Hot", Due: epoch.Add(time.Hour), Left: 1}, {Number: 8, Title: "Hotter", Due: epoch.Add(time.Hour), Left: 2}}
	if diff := cmp.Diff(want, incident.StillTogether(1, listed)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestEarlierDeadlinePingsAreBounded: an incident that ends and begins again for ever
// keeps the newest pings that others rely on, and leaves the value that came in.
func TestEarlierDeadlinePingsAreBounded(t *testing.T) {
	t.Parallel()
	rules := incident.Rules{ReopenWithin: time.Hour}
	i := incident.Incident{Number: 1, State: incident.Acknowledged, Opening: 1, Tiers: []incident.Tier{{Name: playbooks.Immediate, Within: playbooks.Duration(time.Hour)}}}
	now := epoch
	for k := range 1000 {
		i.Tiers[0].Overdue, i.Tiers[0].ToldIn = true, 1
		i.Tiers[0].Together = []incident.Neighbour{{Number: k + 2}}
		before := len(i.Tiers[0].Earlier)
		for _, verb := range []incident.Verb{incident.VerbResolve, incident.VerbReopen} {
			now = now.Add(time.Second)
			next, _, answer := rules.Transition(i, incident.Event{Act: &incident.Act{Verb: verb, Incident: 1, User: user("anna")}}, now)
			if answer.Kind != incident.AnswerApplied {
				t.Fatalf("%s was answered %+v", verb, answer)
			}
			if len(i.Tiers[0].Earlier) != before {
				t.Fatal("the incident that came in was changed")
			}
			i = next
		}
	}
	want := []incident.Told{
		{Opening: 998, Together: []incident.Neighbour{{Number: 999}}}, {Opening: 999, Together: []incident.Neighbour{{Number: 1000}}}, {Opening: 1000, Together: []incident.Neighbour{{Number: 1001}}},
	}
	if diff := cmp.Diff(want, i.Tiers[0].Earlier); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
