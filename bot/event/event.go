// Package event is what can happen, as it lies in the inbox, and what whoever acted is told
// about it. It is values and their form in Redis: it never decides anything.
package event

import (
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/topic"
)

// Event is a fact that happened, as it lies in the inbox. Exactly one of the
// pointers after Reply is set, or Body.
type Event struct {
	// Op tells copies of one act apart from a second act; it is made of Slack's own ids. Notifications and timers
	// need none: hearing them twice changes nothing.
	Op string
	// At is when Redis took it, as store.Read has it: all deadlines run from there. What an endpoint writes is its own clock's, for
	// binaries that still go by it.
	At time.Time
	// Schema is the least Schema that a reader has to know; 0: any does.
	Schema int
	// Access is what the endpoint found out about whoever acts, and about the channel that it concerns.
	Access access.Facts
	// From is the message that was clicked; nil when what it is about was named in words, or by an endpoint of an older
	// binary.
	From *Origin
	// Reply says where a private answer goes when nobody waits for it at an endpoint.
	Reply Reply

	Notification *alerts.Notification
	// Body is a notification as it came, of Source, for Encode only: Decode gives a Notification. Whoever sets it is
	// certain that alerts.Decode accepts it.
	Body       []byte
	Source     string
	Act        *incident.Act
	Start      *incident.Start
	Timer      *incident.Timer
	StormTimer *incident.StormTimer
	Digest     *DigestAct
	// Diverted is of the coordinator's own: a channel did not take what was to begin there.
	Diverted *incident.Diverted
	// Paged is of the coordinator's own, too: what came of telling a service outside Slack.
	Paged *incident.Paged
}

// Schema is the version of events that this binary reads. A change that an older
// binary would handle wrongly raises it, and stands in the events that need it; a
// new kind of event or a new verb is told by itself.
const Schema = 3

// severalSteps is the first Schema that knows acts on several steps, answers the first
// that knows what a form answers to a step's question.
const (
	severalSteps = 2
	answers      = 3
)

// Origin is the message in Slack that a click was made on, or that the form it
// came from was opened on.
type Origin struct {
	Channel string // id
	TS      string
	Thread  topic.ID // whose thread it stood in when it was posted: an incident's, a digest's, or that of the storm whose menu it was
}

// Reply is where a private answer can be sent.
type Reply struct {
	ResponseURL string `json:"response_url,omitempty"`
	Channel     string `json:"channel,omitempty"`
	Thread      string `json:"thread,omitempty"`
	// Always asks for an answer even when the edit of the thread says it all.
	Always bool `json:"always,omitempty"`
}

// Incident is the event as the state machine of incidents and storms takes it; of what
// happened to a digest it says nothing.
func (ev Event) Incident() incident.Event {
	return incident.Event{
		At: ev.At, Notification: ev.Notification, Act: ev.Act, Start: ev.Start,
		Timer: ev.Timer, StormTimer: ev.StormTimer, Diverted: ev.Diverted, Paged: ev.Paged,
	}
}

// User is the person who acted.
func (ev Event) User() incident.User {
	switch {
	case ev.Act != nil:
		return ev.Act.User
	case ev.Start != nil:
		return ev.Start.User
	case ev.Digest != nil:
		return ev.Digest.User
	}
	return incident.User{}
}

// May is who may do what somebody did; empty: it is no act.
func (ev Event) May() access.Right {
	switch {
	case ev.Act != nil:
		return ev.Act.Verb.May()
	case ev.Start != nil:
		return ev.Start.May()
	case ev.Digest != nil:
		return ev.Digest.Verb.May()
	}
	return ""
}

// NewTimer says that something of an incident, or of a storm, became due.
func NewTimer(about topic.ID, at time.Time) Event {
	switch about.Kind {
	case topic.OfStorm:
		return Event{At: at, StormTimer: &incident.StormTimer{Storm: about.Number}}
	case topic.OfIncident:
		return Event{At: at, Timer: &incident.Timer{Incident: about.Number}}
	}
	return Event{At: at, Timer: &incident.Timer{}}
}

// Due is of what something became due; nothing when the event is no timer.
func (ev Event) Due() topic.ID {
	switch {
	case ev.StormTimer != nil:
		return topic.Storm(ev.StormTimer.Storm)
	case ev.Timer != nil && ev.Timer.Incident > 0:
		return topic.Incident(ev.Timer.Incident)
	}
	return topic.ID{}
}
