package keeper

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/chat"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
)

// A message that Slack does not take as it is written must not stay unsaid: a short
// form of it is sent in its place. The ledger says which, of which version; the next
// version is tried whole again. When Slack takes no short form either, the message is
// parked, and tried whole again with the rest of what is parked.

// aboutForms is what the health of short messages is about.
const aboutForms = "message forms"

// withForms puts short forms in the place of messages that Slack refused.
func (s *sight) withForms(command string) {
	for k := range s.slots {
		slot := &s.slots[k]
		have := s.ledger[slot.Name]
		if have.Refused == "" {
			continue
		}
		whole := slot.Hash()
		form, word, _ := strings.Cut(have.Form, " ")
		if have.Refused != whole || form == "" {
			continue
		}
		slot.Form, slot.Whole = message.Form(form), whole
		slot.Message = slot.Message.Short(slot.Form, s.how(command), word)
		slot.Picture, slot.File = nil, ""
	}
}

// how says how to act on the subject by command.
func (s sight) how(command string) string {
	switch {
	case s.digest != nil:
		return message.HowToRead(command)
	case s.storm != nil:
		return message.HowToList(command)
	case s.incident != nil:
		return message.HowToAct(*s.incident, command)
	}
	return ""
}

// wordOf is Slack's word for why a whole message was refused.
func wordOf(have ledger.Slot) string {
	_, word, _ := strings.Cut(have.Form, " ")
	return word
}

// shorten notes in the ledger which form of a message is sent.
func shorten(slot *ledger.Slot, sent message.Slot, word string) {
	slot.Refused, slot.Form = "", ""
	if sent.Form != message.FormWhole {
		slot.Refused, slot.Form = sent.Whole, string(sent.Form)+" "+word
	}
}

// shorter notes that a shorter form is to be sent next; false when there is none.
func shorter(slot *ledger.Slot, c call, refused *chat.Error) bool {
	next := shortened(c, refused)
	if next == message.FormWhole {
		slot.Refused, slot.Form = "", ""
		return false
	}
	slot.Refused, slot.Form = c.parkedHash(), string(next)+" "+refused.Code
	return true
}

// parkedHash is the hash of the whole message: what is parked is tried whole again.
func (c call) parkedHash() string {
	if c.slot.Whole != "" {
		return c.slot.Whole
	}
	return c.slot.Hash()
}

// shortened is the form to try next after a refusal; FormWhole when none is left, or
// when another form would not help.
func shortened(c call, refused *chat.Error) message.Form {
	if refused.Concern != chat.ConcernForm && refused.Concern != chat.ConcernUnknown || c.slot.Form == message.FormBare {
		return message.FormWhole
	}
	order := []message.Form{message.FormText, message.FormRich}
	switch {
	case strings.Contains(refused.Code, "metadata"):
		order = []message.Form{message.FormBare}
	case c.kind == callEdit:
		// Text alone would take rich_text blocks out of the message, which Slack may refuse, too.
		order = []message.Form{message.FormRich, message.FormText}
	case c.kind != callPost:
		return message.FormWhole
	}
	if at := slices.Index(order, c.slot.Form); at+1 < len(order) { // the whole one is at -1
		return order[at+1]
	}
	return message.FormWhole
}

// tellForms says which messages are shown shortened, once all of a subject are there.
func (h *hands) tellForms(s sight) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.short, s.number)
	for _, slot := range s.slots {
		if slot.Form != message.FormWhole {
			h.short[s.number] = fmt.Sprintf("%s is shown shortened, because Slack refused its message %s: %s", s.name, slot.Name, wordOf(s.ledger[slot.Name]))
		}
	}
	says := h.short[s.number]
	for _, other := range h.short {
		says = cmp.Or(says, other)
	}
	switch others := len(h.short) - 1; {
	case others < 0:
		h.health.clear(aboutForms)
		return
	case others > 0:
		says += fmt.Sprintf("; so are %d more", others)
	}
	h.health.set(aboutForms, says)
}
