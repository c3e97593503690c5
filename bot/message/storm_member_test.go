package message

import (
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/testkit/blocktest"
)

func TestHowMuchOfAnIncidentIsShown(t *testing.T) {
	v := opened(t).after(11 * time.Minute).timer().view()
	names := func() string {
		var all []string
		for _, s := range Render(v) {
			all = append(all, s.Name)
		}
		return strings.Join(all, " ")
	}
	if got, want := names(), "root tier:immediate tier:short_term tier:long_term escalation:1:1"; got != want {
		t.Errorf("all: got %s, want %s", got, want)
	}
	s := inStorm(t, incident.ShowUrgent).act(anna, incident.VerbShow, "", "")
	if got, want := Answer(s.answer, "/playbook"), "INC-142 gets a thread of its own in C1: it follows in a moment."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	s.act(ben, incident.VerbShow, "", "")
	if got, want := Answer(s.answer, "/playbook"), "INC-142 has its thread in C1 already."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	v.Incident.Storm, v.Incident.Show = 110, incident.ShowUrgent
	if got, want := names(), "root tier:immediate escalation:1:1"; got != want {
		t.Errorf("urgent: got %s, want %s", got, want)
	}
	v.Incident.Show = incident.ShowListed
	if got := names(); got != "" {
		t.Errorf("listed: got %s, want none", got)
	}
	status := blocktest.Readable(t, Status(v, night))
	if want := "`/playbook thread INC-142`"; !strings.Contains(status, want) {
		t.Errorf("the status of a listed incident does not say %s", want)
	}
	list := blocktest.Readable(t, Incidents(IncidentList{Incidents: []incident.Incident{v.Incident}, From: 1, Filter: "open", Now: night, Command: "/playbook"}))
	if want := "in a storm's list"; !strings.Contains(list, want) {
		t.Errorf("the list of incidents does not say %q", want)
	}
	story := blocktest.Readable(t, Timeline(v.Incident, []incident.Change{{Kind: incident.KindShown, At: night, By: anna, Via: "command"}}, 1, 0))
	if want := "has a thread of its own now by <@U0ANNA> (command)"; !strings.Contains(story, want) {
		t.Errorf("got %s, want %q in it", story, want)
	}
}
