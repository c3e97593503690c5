package interaction

import (
	"context"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/slackapi"
)

// record stores an event whose answer the coordinator sends by itself, and says so
// privately when that fails.
func (d *Desk) record(ctx context.Context, ev incident.Event, who person, to slackapi.Private) {
	said := d.admit(ctx, &ev, who)
	switch {
	case said != "":
	case to.TriggerID != "":
		d.answered(ctx, ev, to)
		return
	default:
		said, _ = d.store(ctx, ev)
	}
	if said != "" {
		d.say(ctx, to, said)
	}
}

// answered stores an event and answers it here, because a long answer opens a modal,
// which only the click itself may do. What the edit of the thread says is not repeated.
func (d *Desk) answered(ctx context.Context, ev incident.Event, to slackapi.Private) {
	reply, _ := ev.Reply()
	switch { // nobody else answers
	case ev.Act != nil:
		ev.Act.Reply = incident.Reply{}
	case ev.Review != nil:
		ev.Review.Reply = incident.Reply{}
	}
	answer, known, text := d.put(ctx, ev, "", to, reply.Always)
	switch {
	case known && toldByThread(answer, reply.Always):
	case known:
		d.whisper(ctx, to, message.AskBack(answer, d.Settings().Command))
	case text != textLater:
		d.say(ctx, to, text)
	}
}

// toldByThread reports whether an answer says no more than the edit of the thread.
func toldByThread(a incident.Answer, always bool) bool {
	return a.Kind == incident.AnswerNone || a.Kind == incident.AnswerApplied && !always
}

// whisper tells one person something, best effort. All that can be lost is stored by
// then, so Slack is acknowledged first.
func (d *Desk) whisper(ctx context.Context, to slackapi.Private, said message.Message) {
	slackapi.Acknowledge(ctx)
	said = d.linked(ctx, person{id: to.User, channel: to.Channel}, said)
	if to.TriggerID != "" && said.Long() {
		err := d.Slack.OpenView(ctx, to.TriggerID, message.AnswerModal(said))
		if err == nil {
			return
		}
		d.Logger.Warn("an answer could not be shown in a modal", "user", to.User, "error", err)
	}
	to.Text, to.Blocks = said.Text, said.Blocks
	d.send(ctx, to)
}

// say is whisper for a sentence.
func (d *Desk) say(ctx context.Context, to slackapi.Private, text string) {
	d.whisper(ctx, to, message.Message{Text: text})
}

func (d *Desk) send(ctx context.Context, to slackapi.Private) {
	if err := d.Slack.Ephemeral(ctx, to); err != nil {
		d.Logger.Warn("a private answer did not reach its reader", "user", to.User, "error", err)
	}
}
