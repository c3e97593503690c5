package sender

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/outbox"
)

// aboutForms is what the health of short messages is about.
const aboutForms = "message forms"

// withForms puts short forms in the place of messages that Slack refused.
func (t *thread) withForms(command string) {
	for k := range t.slots {
		slot := &t.slots[k]
		form, word := outbox.ShortForm(*slot, t.ledger[slot.Name])
		if form == blockkit.FormWhole {
			continue
		}
		slot.Form, slot.Whole = form, slot.Hash()
		slot.Message = slot.Message.Short(slot.Form, t.how(command), word)
		slot.Picture, slot.File = nil, ""
	}
}

// how says how to act on the subject by command.
func (t thread) how(command string) string {
	switch {
	case t.digest != nil:
		return message.HowToRead(command)
	case t.storm != nil:
		return message.HowToList(command)
	case t.incident != nil:
		return message.HowToAct(*t.incident, command)
	}
	return ""
}

// tellForms says which messages are shown shortened, once all of a subject are there.
func (s *Sender) tellForms(t thread) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.short, t.topic)
	for _, slot := range t.slots {
		if slot.Form != blockkit.FormWhole {
			_, word, _ := strings.Cut(t.ledger[slot.Name].Form, " ")
			s.short[t.topic] = fmt.Sprintf("%s is shown shortened, because Slack refused its message %s: %s", t.name, slot.Name, word)
		}
	}
	says := s.short[t.topic]
	for _, other := range s.short {
		says = cmp.Or(says, other)
	}
	switch others := len(s.short) - 1; {
	case others < 0:
		s.Health.Clear(aboutForms)
		return
	case others > 0:
		says += fmt.Sprintf("; so are %d more", others)
	}
	s.Health.Set(aboutForms, says)
}
