// Package ledger is what Slack is known to have of a thread: a slot for each message,
// which says where it is, what it shows and how the last call about it ended. It is
// values only: who keeps them is the store's business, what follows from them the
// outbox'.
package ledger

import (
	"time"

	"github.com/signalbook/signalbook/bot/compat"
)

// Root is the slot of a thread's first message.
const Root = "root"

// Picture is the slot for the file of a message's picture.
func Picture(slot string) string { return "picture:" + slot }

// State says how the last Slack call for a slot ended.
type State string

// The states of a slot.
const (
	Sending    State = "sending" // a post with this op is on its way, or its outcome is unknown
	Sent       State = "sent"    // Slack shows what Hash says
	Parked     State = "parked"  // Slack refuses until somebody acts
	Superseded State = "moot"    // never sent, and no longer worth sending
	Waiting    State = "waiting" // not sent: Slack said when to ask again, or took it back
	// Uploaded is of pictures' files: Slack has it, and may not let messages show it yet.
	Uploaded State = "uploaded"
	// Unreadable is never stored: what is cannot be read. Nobody knows what Slack has, so nothing may be sent.
	Unreadable State = "unreadable"
)

// Record is what Slack is known to have for one message of an incident. Once it is
// settled (sent, with no copies to look for) its Op and IntentAt are forgotten:
// they are for finding a message whose ts is not known.
type Record struct {
	Channel  string    `json:"channel,omitempty"` // id, as Slack answered
	TS       string    `json:"ts,omitempty"`
	Parent   string    `json:"parent,omitempty"` // ts of the root it was posted under
	Hash     string    `json:"hash,omitempty"`   // of the message as last sent
	State    State     `json:"state"`
	Op       string    `json:"op,omitempty"` // in the message's metadata, to find it again
	IntentAt time.Time `json:"intent_at,omitzero"`
	// Sweeps counts the looks for copies that a post of unknown outcome may have left; SweepAt is when the next is due.
	Sweeps  int       `json:"sweeps,omitempty"`
	SweepAt time.Time `json:"sweep_at,omitzero"`
	Old     []string  `json:"old,omitempty"` // ts of earlier messages that people deleted
	Why     string    `json:"why,omitempty"` // why it is parked
	// Refused is the hash of a message that Slack did not take as a whole; Form is which short form of it is to be sent, and
	// Slack's word. The next version is sent whole again.
	Refused string `json:"refused,omitempty"`
	Form    string `json:"form,omitempty"`
	// Of the file of a message's picture, whose Old are files: its id at Slack, how many tries failed, when the next step is due.
	File   string    `json:"file,omitempty"`
	Tries  int       `json:"tries,omitempty"`
	NextAt time.Time `json:"next_at,omitzero"`

	unknown *compat.Fields
}

// Ledger maps slot names to what Slack has.
type Ledger map[string]Record
