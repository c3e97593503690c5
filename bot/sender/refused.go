package sender

import (
	"context"

	"github.com/signalbook/signalbook/bot/outbox"
	"github.com/signalbook/signalbook/bot/slackapi"
)

// What the health of a coordinator is about, besides "slack", "names" and "redis".
func aboutChannel(t thread) string { return "channel " + t.channel }

// AboutMessage is what the health of a thread's messages is about, by its name ("INC-7").
func AboutMessage(name string) string { return "message " + name }

func aboutLedger(t thread) string { return "document the ledger of " + t.name }

// assess turns Slack's word into when to try again, and into what people can read
// about it.
func (s *Sender) assess(t thread, c outbox.Call, refused *slackapi.Error, o outbox.Outcome) outbox.Outcome {
	if silent(refused) {
		s.unanswered(refused)
	} else {
		s.answered()
	}
	r := outbox.Assess(c, refused, s.otherChannel(t) != "", s.Timing)
	o.Wait, o.Pause, o.Close = r.Wait, r.Pause, r.Close
	switch r.About {
	case outbox.AboutSlack:
		says := refused.Error()
		if refused.Outcome == slackapi.OutcomeUnknown {
			says = "Slack does not answer: " + says
		}
		s.Health.Set("slack", says)
	case outbox.AboutChannel:
		s.Health.Set(aboutChannel(t), refused.Error())
	case outbox.AboutMessage:
		s.Health.Set(AboutMessage(t.name), t.name+": "+refused.Error())
	}
	s.Log.Log(context.Background(), r.Level, r.Says, "incident", t.name, "slot", c.Slot.Name, "error", refused, "again_in", r.Wait)
	return o
}
