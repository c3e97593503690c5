// Package postmortem turns an incident and its timeline into a post-mortem: a [Report],
// and that as Markdown or as JSON. Whatever people and alerts wrote stays in its place,
// calls nobody and is bounded. It reads no clock, asks nobody and keeps nothing.
package postmortem

import (
	"time"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
)

// Schema is the version of [Report] as JSON.
const Schema = 1

// Input is all that a post-mortem is made from.
type Input struct {
	Incident incident.Incident // required
	Timeline []incident.Change // oldest first
	Now      time.Time         // when it is made; required
	Zone     *time.Location    // whose time stands beside UTC; nil: UTC alone
	Names    map[string]string // by id what people are called whom [Nameless] lists
}

// Report is a post-mortem as values. Times are in UTC; one that there is not is left out.
// Durations are whole seconds.
type Report struct {
	Schema      int    `json:"schema"`
	ID          string `json:"id"` // INC-142
	Title       string `json:"title"`
	State       string `json:"state"` // open, acknowledged, resolved, closed
	Severity    string `json:"severity,omitempty"`
	Drill       bool   `json:"drill,omitempty"` // it was an exercise
	Summary     string `json:"summary,omitempty"`
	Description string `json:"description,omitempty"`
	Playbook    string `json:"playbook"`
	// PlaybookReason is why that one was chosen.
	PlaybookReason string            `json:"playbook_reason,omitempty"`
	Labels         map[string]string `json:"labels,omitempty"` // common to the alerts
	Lead           string            `json:"lead,omitempty"`
	Owners         []string          `json:"owners,omitempty"` // as configured
	People         []string          `json:"people,omitempty"` // who acted
	Impact         Impact            `json:"impact"`
	Follows        string            `json:"follows,omitempty"`     // the incident of the same group before
	FollowedBy     string            `json:"followed_by,omitempty"` // the one that took over
	Alerts         []Alert           `json:"alerts,omitempty"`
	AlertsLeftOut  int               `json:"alerts_left_out,omitempty"`
	Steps          []Step            `json:"steps,omitempty"`
	FollowUps      []FollowUp        `json:"follow_ups,omitempty"`
	// Dropped is why follow-ups are no longer needed: untouched, or the reason of the end.
	Dropped string  `json:"follow_ups_dropped,omitempty"`
	Notes   []Note  `json:"notes,omitempty"`
	Links   []Link  `json:"links,omitempty"`
	Entries []Entry `json:"timeline"`
	// LeftOut is how many entries of the timeline are not in it, between its beginning and its end.
	LeftOut  int       `json:"timeline_left_out,omitempty"`
	MadeAt   time.Time `json:"made_at"`
	TimeZone string    `json:"time_zone"` // of the local times in the Markdown

	zone *time.Location
}

// Impact is when it was, and how long it took.
type Impact struct {
	OpenedAt       time.Time `json:"opened_at"`
	AcknowledgedAt time.Time `json:"acknowledged_at,omitzero"`
	AcknowledgedBy string    `json:"acknowledged_by,omitempty"`
	ResolvedAt     time.Time `json:"resolved_at,omitzero"` // of the last opening; absent while it is open
	ResolvedBy     string    `json:"resolved_by,omitempty"`
	ClosedAt       time.Time `json:"closed_at,omitzero"`
	// ToAcknowledge and Duration count from the opening; Duration is what it took in all.
	ToAcknowledge *int64 `json:"seconds_to_acknowledge,omitempty"`
	Duration      *int64 `json:"seconds_to_resolve,omitempty"`
	Openings      int    `json:"openings"` // 1, and one more for each reopening
	Reason        string `json:"reason,omitempty"`
	ReasonBy      string `json:"reason_by,omitempty"`
	ByHand        bool   `json:"resolved_while_firing,omitempty"` // by hand, and the alerts fire on
}

// Alert is one alert of the group.
type Alert struct {
	Name    string            `json:"name"`
	Labels  map[string]string `json:"labels,omitempty"` // those that tell it apart
	Firing  bool              `json:"firing"`
	Started time.Time         `json:"started_at,omitzero"`
	Ended   time.Time         `json:"ended_at,omitzero"`
	// AtFiring and AtResolving are its own words then, with the values in them.
	AtFiring    string `json:"at_firing,omitempty"`
	AtResolving string `json:"at_resolving,omitempty"`
	Description string `json:"description,omitempty"`
}

// Step is one step of the playbook.
type Step struct {
	Number  int       `json:"number"`
	ID      string    `json:"id"`
	Tier    string    `json:"tier"` // immediate, short_term, long_term
	Title   string    `json:"title"`
	State   string    `json:"state"` // open, acknowledged, done, skipped, dropped
	Holder  string    `json:"holder,omitempty"`
	TakenAt time.Time `json:"taken_at,omitzero"`
	EndedBy string    `json:"ended_by,omitempty"`
	EndedAt time.Time `json:"ended_at,omitzero"`
	Took    *int64    `json:"seconds,omitempty"` // from its being taken to its end
	Due     time.Time `json:"due_at,omitzero"`
	Note    string    `json:"note,omitempty"`
	// Question is what it asks, and Answer what was answered. FirstBy said that it is done before EndedBy did, of a step
	// that takes two people.
	Question string `json:"question,omitempty"`
	Answer   string `json:"answer,omitempty"`
	FirstBy  string `json:"first_by,omitempty"`
	// From and To are the incidents that it was taken over from, and by.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// FollowUp is a step of a later tier that somebody still has to do.
type FollowUp struct {
	Number  int       `json:"number"`
	Tier    string    `json:"tier"`
	Title   string    `json:"title"`
	Holder  string    `json:"holder,omitempty"`
	Owners  []string  `json:"owners,omitempty"`
	Due     time.Time `json:"due_at,omitzero"`
	Overdue bool      `json:"overdue,omitempty"`
}

// Note is what somebody wrote down.
type Note struct {
	At   time.Time `json:"at"`
	By   string    `json:"by,omitempty"`
	Text string    `json:"text"`
}

// Link is a way out.
type Link struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// Entry is one entry of the timeline.
type Entry struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"` // as the timeline keeps it: opened, step_done, …
	Says string    `json:"says"` // the same in words
	By   string    `json:"by,omitempty"`
	Via  string    `json:"via,omitempty"`
	Step string    `json:"step,omitempty"`
	Text string    `json:"text,omitempty"` // what somebody said with it
}

// Of makes the report.
func Of(in Input) Report {
	i := in.Incident
	zone := in.Zone
	if zone == nil {
		zone = time.UTC
	}
	r := Report{
		Schema: Schema, ID: i.ID(), Title: message.Title(i), State: string(i.State), Severity: text(i.Severity, 60), Drill: i.Drill,
		Summary: text(i.Summary, maxWords), Description: text(i.Description, maxWords), Playbook: text(i.Playbook.Name, 100),
		PlaybookReason: text(i.Playbook.Reason, 300), Labels: labels(i.Labels), Lead: in.person(i.Lead), Owners: names(message.Owners(i)),
		Impact: in.impact(), Dropped: i.Dropped, MadeAt: in.Now.UTC(), TimeZone: zone.String(), zone: zone,
	}
	if i.Follows > 0 {
		r.Follows = incident.ID(i.Follows)
	}
	if i.FollowedBy > 0 {
		r.FollowedBy = incident.ID(i.FollowedBy)
	}
	r.Alerts, r.AlertsLeftOut = alertsOf(i)
	r.Steps, r.FollowUps = in.steps(), in.followUps()
	r.Entries, r.LeftOut = in.entries()
	r.Notes, r.People = in.notes(), in.people()
	for _, l := range message.Addresses(i) {
		r.Links = append(r.Links, Link(l))
	}
	return r
}

func (in Input) impact() Impact {
	i := in.Incident
	m := Impact{
		OpenedAt: i.OpenedAt.UTC(), AcknowledgedAt: i.AckedAt.UTC(), AcknowledgedBy: in.person(i.AckedBy),
		Openings: max(i.Opening, 1), Reason: string(i.Reason), ReasonBy: in.person(i.ReasonBy), ClosedAt: i.ClosedAt.UTC(),
	}
	m.ToAcknowledge = seconds(i.OpeningAt, i.AckedAt)
	if i.Over() {
		m.ResolvedAt, m.ResolvedBy, m.ByHand = i.ResolvedAt.UTC(), in.person(i.ResolvedBy), i.ByHand
		m.Duration = seconds(i.OpenedAt, i.ResolvedAt)
	}
	return m
}

// seconds is how long it was from one moment to another; nil when one of them is not
// known, or they are in the wrong order.
func seconds(from, to time.Time) *int64 {
	if from.IsZero() || to.IsZero() || to.Before(from) {
		return nil
	}
	s := int64(to.Sub(from) / time.Second)
	return &s
}
