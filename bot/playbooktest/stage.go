package playbooktest

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/playbooks"
)

// Settings are what an incident depends on besides what happens.
type Settings struct {
	Rules     incident.Rules
	Playbooks *playbooks.Set
	Route     func(labels map[string]string) incident.Target
	Drills    string // the channel of exercises; empty: that of their route
	Command   string // the slash command: "/playbook"
	Folded    bool   // messages show what is needed now, as Slack does; else every step whole
}

// SettingsOf are those of a configuration and its playbooks.
func SettingsOf(c *config.Config, set *playbooks.Set) Settings {
	return Settings{Rules: c.Rules(), Playbooks: set, Route: c.Target, Drills: c.DrillChannel(), Command: c.Slack.Command}
}

// Stage is a coordinator and a channel of Slack in memory. Times must not go back from
// one call to the next. It is not safe for concurrent use.
type Stage struct {
	settings  Settings
	incidents []incident.Incident // by number, from 1
	groups    map[string]int
	books     map[string]*playbooks.Playbook // by hash
	told      map[string]bool                // the slots of pings that were posted, by incident
	pings     []Ping
}

// Ping is one reply that notified somebody.
type Ping struct {
	At       time.Time
	Incident int
	Slot     string   // without its opening: "deadline:immediate", "escalation:1", "reopened", "resolved"
	To       []string // owners, a level's mentions, or the lead
	Steps    []string // that are overdue
	Message  blockkit.Message
}

// NewStage is an empty channel.
func NewStage(s Settings) *Stage {
	return &Stage{settings: s, groups: map[string]int{}, books: map[string]*playbooks.Playbook{}, told: map[string]bool{}}
}

// Handle does at once what the coordinator and its hands do about one event.
func (s *Stage) Handle(ev incident.Event) incident.Outcome {
	out, _ := s.settings.Rules.Settle(s.input(ev), ev, s.read) // which fails without a plan alone
	for _, r := range out.Results {
		i := r.Incident
		if i.Number > len(s.incidents) {
			s.incidents = append(s.incidents, i)
		} else {
			s.incidents[i.Number-1] = i
		}
		if i.Group != "" && i.FollowedBy == 0 {
			s.groups[i.Group] = i.Number
		}
	}
	for _, r := range out.Results {
		if len(r.Changes) > 0 {
			s.post(r.Incident, ev.At)
		}
	}
	return out
}

// read loads what an event asks for. Nothing is known of channels and their storms.
func (s *Stage) read(needs incident.Needs, into *incident.Loaded) error {
	if needs.Plan != nil {
		plan := s.plan(*needs.Plan)
		into.Plan = &plan
	}
	for _, hash := range needs.Books {
		incident.Keep(&into.Books, hash, s.books[hash])
	}
	for _, name := range needs.Channels {
		incident.Keep(&into.Channels, name, &incident.Channel{Name: name})
	}
	for _, number := range needs.Incidents {
		incident.Keep(&into.Incidents, number, s.load(number))
	}
	return nil
}

func (s *Stage) input(ev incident.Event) incident.StepInput {
	in := incident.StepInput{Next: len(s.incidents) + 1}
	switch {
	case ev.Notification != nil:
		in.Current = s.load(s.groups[incident.GroupOf(*ev.Notification)])
	case ev.Act != nil:
		in.Current = s.load(ev.Act.Incident)
	case ev.Timer != nil:
		in.Current = s.load(ev.Timer.Incident)
		in.Neighbours = s.incidents
	}
	return in
}

func (s *Stage) plan(n alerts.Notification) incident.Plan {
	p := incident.PlanFor(n, s.settings.Playbooks, s.settings.Route)
	if incident.IsDrill(n) {
		p.Channel = cmp.Or(s.settings.Drills, p.Channel)
	}
	s.books[p.Hash] = p.Playbook
	return p
}

func (s *Stage) load(number int) *incident.Incident {
	if number < 1 || number > len(s.incidents) {
		return nil
	}
	i := s.incidents[number-1]
	return &i
}

// Pass lets time pass up to a moment: whatever becomes due happens on time. What
// is due at that very moment happens too when through is set.
func (s *Stage) Pass(to time.Time, through bool) {
	for {
		number, due := s.next()
		if number == 0 || due.After(to) || due.Equal(to) && !through {
			return
		}
		if out := s.Handle(incident.Event{At: due, Timer: &incident.Timer{Incident: number}}); len(out.Results) == 0 {
			return // it would be due for ever
		}
	}
}

// next finds the incident that is due first.
func (s *Stage) next() (number int, due time.Time) {
	for _, i := range s.incidents {
		if at := s.settings.Rules.NextDue(i); !at.IsZero() && (number == 0 || at.Before(due)) {
			number, due = i.Number, at
		}
	}
	return number, due
}

// Newest is the incident that opened last; ok is false while nothing is shown.
func (s *Stage) Newest() (newest incident.Incident, ok bool) {
	for _, i := range slices.Backward(s.incidents) {
		if !i.Quiet {
			return i, true
		}
	}
	return incident.Incident{}, false
}

// Messages are what stands in Slack of an incident, pings included.
func (s *Stage) Messages(i incident.Incident) []message.Slot {
	return message.Render(message.View{Incident: i, Playbook: s.books[i.Playbook.Hash], Command: s.settings.Command, Full: !s.settings.Folded})
}

// Pings are the replies that notified somebody, in the order of time.
func (s *Stage) Pings() []Ping { return s.pings }

// post writes the pings that are not there yet. What is posted once stays as it is.
func (s *Stage) post(i incident.Incident, now time.Time) {
	for _, slot := range s.Messages(i) {
		key := i.ID() + " " + slot.Name
		if !slot.Once || s.told[key] {
			continue
		}
		s.told[key] = true
		p := Ping{At: now, Incident: i.Number, Slot: slot.Name[:strings.LastIndex(slot.Name, ":")], Message: slot.Message}
		p.To, p.Steps = message.Called(i, p.Slot), nil
		if p.Slot == message.DeadlinePing {
			p.Steps = steps(i, func(st incident.Step) bool { return st.Tier == playbooks.Immediate && !st.Hidden && !st.Ended() })
		}
		s.pings = append(s.pings, p)
	}
}

// steps are the ids of the steps for which keep holds, in their order.
func steps(i incident.Incident, keep func(incident.Step) bool) []string {
	var ids []string
	for _, st := range i.Steps {
		if keep(st) {
			ids = append(ids, st.ID)
		}
	}
	return ids
}
