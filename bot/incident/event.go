package incident

import (
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/topic"
	"github.com/signalbook/signalbook/playbooks"
)

// Event is a fact that happened, as it lies in the inbox. Exactly one of the
// pointers is set, or Body.
type Event struct {
	// Op tells copies of one act apart from a second act; it is made of Slack's own ids. Notifications and timers
	// need none: hearing them twice changes nothing.
	Op string `json:"op,omitempty"`
	// At is when Redis took it, as store.Read has it: all deadlines run from there. What an endpoint writes is its own clock's, for
	// binaries that still go by it.
	At time.Time `json:"at"`
	// Schema is the least EventSchema that a reader has to know; 0: any does.
	Schema int `json:"schema,omitempty"`

	// Access is what the endpoint found out about whoever acts, and about the channel that it concerns.
	Access access.Facts `json:"access,omitzero"`

	Notification *alerts.Notification `json:"notification,omitempty"`
	// Body is a notification as it came, of Source, for Encode only: DecodeEvent gives a Notification. Whoever sets it is
	// certain that alerts.Decode accepts it.
	Body   []byte     `json:"-"`
	Source string     `json:"-"`
	Act    *Act       `json:"act,omitempty"`
	Start  *Start     `json:"start,omitempty"`
	Review *DigestAct `json:"review,omitempty"`
	Timer  *Timer     `json:"timer,omitempty"`
	// Diverted is of the coordinator's own: a channel did not take what was to begin there.
	Diverted *Diverted `json:"diverted,omitempty"`
}

// Diverted says that Slack did not take the first message of an incident, or of a
// storm, in a channel, why, and to which other one it goes.
type Diverted struct {
	Topic   topic.ID `json:"incident"`
	Channel string   `json:"channel"`
	To      string   `json:"to"`
	Why     string   `json:"why,omitempty"`
}

// EventSchema is the version of events that this binary reads. A change that an older
// binary would handle wrongly raises it, and stands in the events that need it; a
// new kind of event or a new verb is told by itself.
const EventSchema = 1

// Reply returns where a private answer to the event goes, and to whom.
func (ev Event) Reply() (Reply, User) {
	switch {
	case ev.Act != nil:
		return ev.Act.Reply, ev.Act.User
	case ev.Start != nil:
		return ev.Start.Reply, ev.Start.User
	case ev.Review != nil:
		return ev.Review.Reply, ev.Review.User
	}
	return Reply{}, User{}
}

// Verb is what a person does to an incident or a step.
type Verb string

// The verbs of people.
const (
	VerbAcknowledge Verb = "acknowledge"
	VerbResolve     Verb = "resolve"
	VerbReopen      Verb = "reopen"
	VerbNote        Verb = "note"
	VerbDone        Verb = "done"
	VerbSkip        Verb = "skip"
	VerbRelease     Verb = "release"
	VerbUndo        Verb = "undo"
	VerbShow        Verb = "show"   // give an incident of a storm its thread
	VerbReason      Verb = "reason" // say why it is over
)

// known reports whether this binary knows the verb.
func (v Verb) known() bool {
	switch v {
	case VerbAcknowledge, VerbResolve, VerbReopen, VerbNote, VerbDone, VerbSkip, VerbRelease, VerbUndo, VerbShow, VerbReason:
		return true
	}
	return false
}

// Act is one thing that a person did. Step is empty when the act is on the
// incident itself, else a step's number or id.
type Act struct {
	Verb     Verb   `json:"verb"`
	Incident int    `json:"incident"`
	Step     string `json:"step,omitempty"`
	User     User   `json:"user"`
	Text     string `json:"text,omitempty"` // a note or a reason
	// Named are the people whom Text mentions, by the names that it has for them.
	Named []User `json:"named,omitempty"`
	// Reason says why the incident is over, with VerbResolve and VerbReason.
	Reason Reason `json:"reason,omitempty"`
	Via    string `json:"via,omitempty"` // button, menu, command, thread, modal
	// From is the message that was clicked; nil when the incident was named in words, or by an endpoint of an older binary.
	From *Origin `json:"from,omitempty"`
	// Reply says where a private answer goes when nobody waits for it at an endpoint.
	Reply Reply `json:"reply,omitzero"`
}

// Origin is the message in Slack that a click was made on, or that the form it
// came from was opened on.
type Origin struct {
	Channel string `json:"channel"` // id
	TS      string `json:"ts"`
	Storm   int    `json:"storm,omitempty"` // the storm whose menu it was; 0: it was no storm's
}

// Reply is where a private answer can be sent.
type Reply struct {
	ResponseURL string `json:"response_url,omitempty"`
	Channel     string `json:"channel,omitempty"`
	Thread      string `json:"thread,omitempty"`
	// Always asks for an answer even when the edit of the thread says it all.
	Always bool `json:"always,omitempty"`
}

// Start is a playbook that somebody started by hand.
type Start struct {
	Playbook string            `json:"playbook"`
	Title    string            `json:"title,omitempty"`
	Labels   map[string]string `json:"labels,omitempty"`
	User     User              `json:"user"`
	Via      string            `json:"via,omitempty"`
	Reply    Reply             `json:"reply,omitzero"`
}

// ReviewVerb is what a person asks of digests; those about a part of a digest are
// the digest's own words.
type ReviewVerb string

// ReviewPost asks for a digest that is not due.
const ReviewPost ReviewVerb = "post"

// DigestAct is what a person did to a digest, or asked of one. It concerns no
// incident: the state machine of incidents has no part in it.
type DigestAct struct {
	Verb    ReviewVerb `json:"verb"`
	Digest  int        `json:"digest,omitempty"`
	Subject string     `json:"subject,omitempty"` // a part of the digest
	Name    string     `json:"name,omitempty"`    // post: which of the configured digests
	Again   bool       `json:"again,omitempty"`   // post: beside those that the week has; Digest is the newest of them that is known, 0: any
	User    User       `json:"user"`
	Text    string     `json:"text,omitempty"`
	Until   time.Time  `json:"until,omitzero"`
	From    *Origin    `json:"from,omitempty"`
	Reply   Reply      `json:"reply,omitzero"`
}

// Timer says that something of an incident, or of a storm, became due.
type Timer struct {
	Topic topic.ID `json:"incident"` // an incident or a storm
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
