// Package outbox decides what Slack is told next about a thread, which thread has its
// turn, and what the ledger says after an answer. It is rules over values: what there
// should be ([message.Slot]), what Slack is known to have ([ledger.Ledger]), Slack's
// word, and the time. It calls nobody: no store, no Slack, no clock, no lock.
package outbox

import (
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/slackapi"
)

// Kind says what a call does.
type Kind int

// The kinds of calls.
const (
	Post  Kind = iota // the message is not there
	Find              // it may be there: the outcome of a post is unknown
	Sweep             // it is there, and copies of it may be too
	Edit              // it is there and looks different

	WantFile // a picture is wanted for it; this asks nothing of Slack
	Upload   // the picture's file is not there
	Check    // the file may be there
	DropFile // a file is there that nothing shows any more
)

// AboutFile reports whether a call is about a picture's file and not about its
// message.
func (k Kind) AboutFile() bool { return k >= WantFile }

// Call is what has to be done about one message of a thread.
type Call struct {
	Kind   Kind
	Slot   message.Slot  // as it should be
	Have   ledger.Record // as Slack is known to have it
	Class  Class
	Urgent bool   // somebody waits for it
	Word   string // with which Slack refused the whole message
}

// None reports whether nothing is to be done.
func (c Call) None() bool { return c.Slot.Name == "" }

// Begins reports whether the call is about the first message of all of a thread.
func (c Call) Begins() bool {
	return c.Slot.Name == ledger.Root && c.Have.TS == "" && len(c.Have.Old) == 0
}

// Spends is the call's price in Slack's budgets.
func (c Call) Spends(channel string) slackapi.Call {
	switch c.Kind {
	case Edit:
		return slackapi.Call{Method: "chat.update", Urgent: c.Urgent}
	case Upload:
		return slackapi.Call{Method: "files.getUploadURLExternal"}
	case Check:
		return slackapi.Call{Method: "files.info"}
	case DropFile:
		return slackapi.Call{Method: "files.delete"}
	case Find, Sweep:
		if c.Slot.Thread {
			return slackapi.Call{Method: "conversations.replies"}
		}
		return slackapi.Call{Method: "conversations.history"}
	}
	return slackapi.Call{Method: "chat.postMessage", Channel: channel}
}
