package outbox

import (
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/slackapi"
)

// A message that Slack does not take as it is written must not stay unsaid: a short
// form of it is sent in its place. The ledger says which, of which version; the next
// version is tried whole again. When Slack takes no short form either, the message is
// parked, and tried whole again with the rest of what is parked.

// ShortForm is the form in which the ledger asks for a message, and Slack's word for why
// the whole one was refused; [blockkit.FormWhole] when that was never refused.
func ShortForm(slot message.Slot, have ledger.Record) (form blockkit.Form, word string) {
	if have.Refused == "" || have.Refused != slot.Hash() {
		return blockkit.FormWhole, ""
	}
	name, word, _ := strings.Cut(have.Form, " ")
	return blockkit.Form(name), word
}

// wordOf is Slack's word for why a whole message was refused.
func wordOf(have ledger.Record) string {
	_, word, _ := strings.Cut(have.Form, " ")
	return word
}

// noteForm notes in the ledger which form of a message is sent.
func noteForm(slot *ledger.Record, c Call) {
	slot.Refused, slot.Form = "", ""
	if c.Slot.Form != blockkit.FormWhole {
		slot.Refused, slot.Form = c.Slot.Whole, string(c.Slot.Form)+" "+c.Word
	}
}

// shorten notes that a shorter form is to be sent next; false when there is none.
func shorten(slot *ledger.Record, c Call, refused *slackapi.Error) bool {
	next := Shortened(c, refused)
	if next == blockkit.FormWhole {
		slot.Refused, slot.Form = "", ""
		return false
	}
	slot.Refused, slot.Form = c.wholeHash(), string(next)+" "+refused.Code
	return true
}

// wholeHash is the hash of the whole message: what is parked is tried whole again.
func (c Call) wholeHash() string {
	if c.Slot.Whole != "" {
		return c.Slot.Whole
	}
	return c.Slot.Hash()
}

// Shortened is the form to try next after a refusal; [blockkit.FormWhole] when none is
// left, or when another form would not help.
func Shortened(c Call, refused *slackapi.Error) blockkit.Form {
	if refused.Concern != slackapi.ConcernForm && refused.Concern != slackapi.ConcernUnknown || c.Slot.Form == blockkit.FormBare {
		return blockkit.FormWhole
	}
	order := []blockkit.Form{blockkit.FormText, blockkit.FormRich}
	switch {
	case strings.Contains(refused.Code, "metadata"):
		order = []blockkit.Form{blockkit.FormBare}
	case c.Kind == Edit:
		// Text alone would take rich_text blocks out of the message, which Slack may refuse, too.
		order = []blockkit.Form{blockkit.FormRich, blockkit.FormText}
	case c.Kind != Post:
		return blockkit.FormWhole
	}
	if at := slices.Index(order, c.Slot.Form); at+1 < len(order) { // the whole one is at -1
		return order[at+1]
	}
	return blockkit.FormWhole
}
