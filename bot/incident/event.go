package incident

import (
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/topic"
	"github.com/signalbook/signalbook/playbooks"
)

// Event is what can happen to incidents and storms. Exactly one of the pointers is set.
type Event struct {
	At           time.Time
	Notification *alerts.Notification
	Act          *Act
	Start        *Start
	Timer        *Timer
	StormTimer   *StormTimer
	Diverted     *Diverted
	Paged        *Paged
}

// Diverted says that Slack did not take the first message of an incident, or of a
// storm, in a channel, why, and to which other one it goes.
type Diverted struct {
	Topic   topic.ID `json:"incident"`
	Channel string   `json:"channel"`
	To      string   `json:"to"`
	Why     string   `json:"why,omitempty"`
}

// Timer says that something of an incident became due.
type Timer struct{ Incident int }

// StormTimer says that a storm may be over.
type StormTimer struct{ Storm int }

// Act is one thing that a person did. Step is empty when the act is on the
// incident itself, else a step's number or id.
type Act struct {
	Verb     Verb   `json:"verb"`
	Incident int    `json:"incident"`
	Step     string `json:"step,omitempty"`
	// More are further steps to which the same is done, one after the other.
	More []string `json:"more,omitempty"`
	User User     `json:"user"`
	Text string   `json:"text,omitempty"` // a note or a reason
	// Answer is what a form was given to what the step asks, with VerbDone; nil: Text begins with it. CanAsk: it was a
	// click, and whoever clicked can be asked now.
	Answer *string `json:"answer,omitempty"`
	CanAsk bool    `json:"can_ask,omitempty"`
	// Named are the people whom Text mentions, by the names that it has for them.
	Named []User `json:"named,omitempty"`
	// Whom is who leads from now on, with VerbAssign.
	Whom User `json:"whom,omitzero"`
	// Reason says why the incident is over, with VerbResolve and VerbReason.
	Reason Reason `json:"reason,omitempty"`
	Via    string `json:"via,omitempty"` // button, menu, command, thread, modal
}

// Start is a playbook that somebody started by hand.
type Start struct {
	Playbook string            `json:"playbook"`
	Title    string            `json:"title,omitempty"`
	Labels   map[string]string `json:"labels,omitempty"`
	User     User              `json:"user"`
	Via      string            `json:"via,omitempty"`
	// Found is what found it when nobody started it by hand: nobody's rights are asked then. Channel is where it goes;
	// empty: the route's. Neither comes from outside.
	Found   string `json:"-"`
	Channel string `json:"-"`
}

// Pending is the newest firing notification of a group whose copies are held
// before its incident was ever opened.
type Pending struct {
	Notification alerts.Notification `json:"notification"`
}

// Plan is what the configuration says about an incident that is about to open:
// where it goes, who owns it, and the playbook filled with its alerts.
type Plan struct {
	Channel    string
	Fallback   string // the channel instead, when that cannot be written to
	Belongs    string // the channel that it is planned for, when that cannot be written to and Channel is another
	BelongsWhy string
	Owners     []string
	Responders []string
	Escalate   []Escalation
	Playbook   *playbooks.Playbook
	Hash       string
	Filled     playbooks.Filled
	Reason     string
	Note       string
}
