package incident_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/topic"
	"github.com/signalbook/signalbook/playbooks"
)

// sky is the little of a coordinator that storms need: incidents, channels and storms,
// with the versions that Redis would check.
type sky struct {
	t         *testing.T
	rules     incident.Rules
	now       time.Time
	book      *playbooks.Playbook
	incidents map[int]incident.Incident
	channels  map[string]incident.Channel
	storms    map[int]incident.Storm
}

func newSky(t *testing.T) *sky {
	return &sky{
		t: t, now: epoch, book: scenarioPlaybook(t, "playbook"), incidents: map[int]incident.Incident{},
		channels: map[string]incident.Channel{}, storms: map[int]incident.Storm{},
		rules: incident.Rules{
			ReopenWithin: 4 * time.Hour, StaleAfter: 24 * time.Hour, SeverityLabel: "severity", SeverityOrder: []string{"critical", "warning"},
			Storm: incident.Limit{Above: 3, Per: time.Minute},
		},
	}
}

func (s *sky) do(ev incident.Event, current int) incident.Outcome {
	s.t.Helper()
	ev.At = s.now
	in := incident.StepInput{Next: len(s.incidents) + 1}
	if i, ok := s.incidents[current]; ok {
		in.Current = &i
	}
	if ev.Start != nil {
		in.StartPlan = s.plan(ev.Start.Labels)
	}
	out := handled(s.t, s.rules, in, ev, s.read)
	for _, r := range out.Results {
		if was := s.incidents[r.Incident.Number]; r.Incident.Version != was.Version+1 {
			s.t.Errorf("%s went from version %d to %d", r.Incident.ID(), was.Version, r.Incident.Version)
		}
		s.incidents[r.Incident.Number] = r.Incident
	}
	for _, storm := range out.Storms {
		if was := s.storms[storm.Number]; storm.Version != was.Version+1 {
			s.t.Errorf("%s went from version %d to %d", storm.ID(), was.Version, storm.Version)
		}
		s.storms[storm.Number] = storm
	}
	if c := out.Channel; c != nil {
		if was := s.channels[c.Name]; c.Version != was.Version+1 {
			s.t.Errorf("channel %s went from version %d to %d", c.Name, was.Version, c.Version)
		}
		s.channels[c.Name] = *c
	}
	return out
}

func (s *sky) plan(labels map[string]string) *incident.Plan {
	filled, _ := s.book.Fill(playbooks.Data{})
	return &incident.Plan{
		Channel: labels["channel"], Owners: []string{"@" + labels["team"]}, Playbook: s.book, Hash: s.book.Hash(), Filled: filled,
		Escalate: []incident.Escalation{{After: 10 * time.Minute, Mention: []string{"@leads"}}},
	}
}

// read loads what an event asks for.
func (s *sky) read(needs incident.Needs, into *incident.Loaded) {
	if needs.Plan != nil {
		into.Plan = s.plan(needs.Plan.CommonLabels)
	}
	for _, name := range needs.Channels {
		c, ok := s.channels[name]
		if !ok {
			c = incident.Channel{Schema: incident.Schema, Name: name}
		}
		incident.Keep(&into.Channels, name, &c)
	}
	for _, n := range needs.Storms {
		if storm, ok := s.storms[n]; ok {
			incident.Keep(&into.Storms, n, &storm)
		}
	}
	for _, n := range needs.Incidents {
		if i, ok := s.incidents[n]; ok {
			incident.Keep(&into.Incidents, n, &i)
		}
	}
}

// fire opens an incident of its own group and returns it.
func (s *sky) fire(channel, severity string) incident.Incident {
	s.t.Helper()
	n := len(s.incidents) + 1
	labels := map[string]string{"alertname": "Hot", "channel": channel, "severity": severity, "team": "team-" + channel}
	s.do(incident.Event{Notification: &alerts.Notification{
		Source: "default", Receiver: "bot", GroupKey: fmt.Sprint("g", n), Status: alerts.Firing, Firing: 1, CommonLabels: labels,
		Alerts: []alerts.Alert{{Status: alerts.Firing, Fingerprint: fmt.Sprint("f", n), StartsAt: s.now, Labels: labels}},
	}}, 0)
	return s.incidents[n]
}

func (s *sky) act(n int, verb incident.Verb, step string) incident.Outcome {
	s.t.Helper()
	return s.do(incident.Event{Act: &incident.Act{Verb: verb, Incident: n, Step: step, User: user("anna"), Via: "command"}}, n)
}

func (s *sky) timer(about topic.ID) incident.Outcome {
	s.t.Helper()
	if about.Kind == topic.OfStorm {
		return s.do(incident.Event{StormTimer: &incident.StormTimer{Storm: about.Number}}, 0)
	}
	return s.do(incident.Event{Timer: &incident.Timer{Incident: about.Number}}, about.Number)
}

// TestStormBegins: the first ones keep their threads, the one too many makes a
// storm, critical ones show what is urgent, other channels stay as they are.
func TestStormBegins(t *testing.T) {
	t.Parallel()
	s := newSky(t)
	for range 3 {
		if i := s.fire("a", "warning"); i.Storm != 0 || i.Show != incident.ShowAll {
			t.Fatalf("%s belongs to storm %d, shows %q: no storm is on", i.ID(), i.Storm, i.Show)
		}
		s.now = s.now.Add(time.Second)
	}
	if i := s.fire("b", "warning"); i.Storm != 0 {
		t.Errorf("an incident of another channel belongs to storm %d", i.Storm)
	}
	listed, critical := s.fire("a", "warning"), s.fire("a", "critical")
	if listed.Storm != 5 || listed.Show != incident.ShowListed {
		t.Errorf("the fourth belongs to storm %d and shows %q, want 5 and listed", listed.Storm, listed.Show)
	}
	if critical.Storm != 5 || critical.Show != incident.ShowUrgent {
		t.Errorf("the critical one belongs to storm %d and shows %q, want 5 and urgent", critical.Storm, critical.Show)
	}
	for n := 1; n <= 3; n++ {
		if i := s.incidents[n]; i.Storm != 5 || i.Show != incident.ShowAll {
			t.Errorf("%s belongs to storm %d and shows %q: the first ones are counted and keep their threads", i.ID(), i.Storm, i.Show)
		}
	}
	storm := s.storms[5]
	if !slices.Equal(storm.Owners, []string{"@team-a"}) || !storm.EndedAt.IsZero() || storm.Channel != "a" {
		t.Errorf("the storm is %+v", storm)
	}
	if len(s.storms) != 1 {
		t.Errorf("there are %d storms, want 1", len(s.storms))
	}
	started := s.do(incident.Event{Start: &incident.Start{Playbook: "p", User: user("anna"), Labels: map[string]string{"channel": "a"}}}, 0).Results[0].Incident
	if started.Storm != 5 || started.Show != incident.ShowAll {
		t.Errorf("what was started by hand belongs to storm %d and shows %q, want 5 and all", started.Storm, started.Show)
	}
}

// TestSlowOpeningsAreNoStorm: the window moves on.
func TestSlowOpeningsAreNoStorm(t *testing.T) {
	t.Parallel()
	s := newSky(t)
	for range 40 {
		if i := s.fire("a", "warning"); i.Storm != 0 {
			t.Fatalf("%s belongs to a storm, three a minute are allowed", i.ID())
		}
		s.now = s.now.Add(20 * time.Second)
	}
}

// TestStormEnds: five minutes below the limit, after which openings have threads
// again; a straggler that is one too many prolongs it.
func TestStormEnds(t *testing.T) {
	t.Parallel()
	s := newSky(t)
	for range 4 {
		s.fire("a", "warning")
	}
	first := s.storms[4].NextDue()
	if want := epoch.Add(time.Minute + incident.CalmFor); !first.Equal(want) {
		t.Errorf("the storm ends at %s, want %s", first, want)
	}
	s.now = s.now.Add(50 * time.Second) // the first four are still in the window
	s.fire("a", "warning")
	if due := s.storms[4].NextDue(); !due.After(first) && !due.Equal(first) {
		t.Errorf("a fifth incident moved the end from %s to %s", first, due)
	}
	s.now = first.Add(-time.Millisecond)
	if out := s.timer(topic.Storm(4)); len(out.Storms) != 0 {
		t.Errorf("an early timer ended the storm: %+v", out.Storms)
	}
	s.now = s.storms[4].NextDue()
	s.timer(topic.Storm(4))
	if storm := s.storms[4]; !storm.EndedAt.Equal(s.now) || !storm.NextDue().IsZero() {
		t.Errorf("the storm did not end: %+v", storm)
	}
	if i := s.fire("a", "warning"); i.Storm != 0 || i.Show != incident.ShowAll {
		t.Errorf("after the storm %s belongs to storm %d and shows %q", i.ID(), i.Storm, i.Show)
	}
	version := s.storms[4].Version
	s.act(4, incident.VerbAcknowledge, "")
	if s.storms[4].Version == version {
		t.Error("a storm that is over does not hear of its incidents any more")
	}
}

// TestStormOnDemand: whoever acts on an incident, or asks for it, gets its thread;
// who asks again is told that it is there.
func TestStormOnDemand(t *testing.T) {
	t.Parallel()
	s := newSky(t)
	for range 6 {
		s.fire("a", "warning")
	}
	for n, act := range map[int]func(){
		4: func() { s.act(4, incident.VerbShow, "") },
		5: func() { s.act(5, incident.VerbAcknowledge, "") },
		6: func() { s.act(6, incident.VerbDone, "1") },
	} {
		act()
		if i := s.incidents[n]; i.Show != incident.ShowAll {
			t.Errorf("%s shows %q, want everything", i.ID(), i.Show)
		}
	}
	if got := s.act(4, incident.VerbShow, "").Answer.Kind; got != incident.AnswerShown {
		t.Errorf("asking again is answered %q, want shown", got)
	}
	if got := s.act(1, incident.VerbShow, "").Answer.Kind; got != incident.AnswerShown {
		t.Errorf("asking for a first one is answered %q, want shown", got)
	}
}

// TestStormTurnsCritical: a listed incident whose severity rises gets its thread.
func TestStormTurnsCritical(t *testing.T) {
	t.Parallel()
	s := newSky(t)
	for range 4 {
		s.fire("a", "warning")
	}
	labels := map[string]string{"alertname": "Hot", "channel": "a", "severity": "critical"}
	s.do(incident.Event{Notification: &alerts.Notification{
		Source: "default", Receiver: "bot", GroupKey: "g4", Status: alerts.Firing, Firing: 2, CommonLabels: labels,
		Alerts: []alerts.Alert{{Status: alerts.Firing, Fingerprint: "other", StartsAt: s.now, Labels: labels}},
	}}, 4)
	if i := s.incidents[4]; i.Show != incident.ShowUrgent {
		t.Errorf("a critical incident shows %q, want urgent", i.Show)
	}
}

// TestStormCallsOnce: incidents without a thread call their escalation level and
// their owners once for all of them, in the storm's thread.
func TestStormCallsOnce(t *testing.T) {
	t.Parallel()
	s := newSky(t)
	for range 8 {
		s.fire("a", "warning")
	}
	for _, later := range []time.Duration{10 * time.Minute, time.Hour} {
		s.now = epoch.Add(later)
		for n := 1; n <= 8; n++ {
			s.timer(topic.Incident(n))
		}
	}
	var calls []string
	for _, c := range s.storms[4].Calls {
		calls = append(calls, fmt.Sprintf("%s %d %v", c.Kind, c.Level, c.Mention))
	}
	if want := []string{"escalated 1 [@leads]", "deadline_passed 0 [@team-a]"}; !slices.Equal(calls, want) {
		t.Errorf("the storm calls %v, want %v", calls, want)
	}
	if e := s.incidents[8].Entry(); !e.Overdue {
		t.Errorf("the entry of an overdue incident does not say so: %+v", e)
	}
}
