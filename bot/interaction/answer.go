package interaction

import (
	"context"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/slackapi"
)

// record stores an event whose answer the coordinator sends by itself, and says so
// privately when that fails. With ask the answer is waited for here, because it may be
// that the step asks something: then ask does.
func (h *Handler) record(ctx context.Context, ev event.Event, who person, to slackapi.Private, ask func()) {
	said := h.admit(ctx, &ev, who)
	switch {
	case said != "":
	case to.TriggerID != "" || ask != nil:
		h.answered(ctx, ev, to, ask)
		return
	default:
		said, _ = h.store(ctx, ev)
	}
	if said != "" {
		h.say(ctx, to, said)
	}
}

// answered stores an event and answers it here, because a long answer opens a modal,
// which only the click itself may do. What the edit of the thread says is not repeated.
func (h *Handler) answered(ctx context.Context, ev event.Event, to slackapi.Private, ask func()) {
	always := ev.Reply.Always
	ev.Reply = event.Reply{} // nobody else answers
	answer, known, text := h.put(ctx, ev, "", to, always)
	switch {
	case known && ask != nil && answer.Incident.Kind == incident.AnswerAsks:
		ask()
	case known && toldByThread(answer, always):
	case known:
		h.sendEphemeral(ctx, to, message.Told(answer, h.Settings().Command))
	case text != textLater:
		h.say(ctx, to, text)
	}
}

// toldByThread reports whether an answer says no more than the edit of the thread.
func toldByThread(a event.Answer, always bool) bool {
	return a.None() || a.Applied() && !always
}

// sendEphemeral tells one person something, best effort. All that can be lost is stored by
// then, so Slack is acknowledged first.
func (h *Handler) sendEphemeral(ctx context.Context, to slackapi.Private, said blockkit.Message) {
	slackapi.Acknowledge(ctx)
	said = h.linked(ctx, person{id: to.User, channel: to.Channel}, said)
	if to.ViewID != "" {
		if err := h.Slack.UpdateView(ctx, to.ViewID, blockkit.AnswerModal(said)); err != nil {
			h.Logger.Warn("a modal could not show an answer", "user", to.User, "error", err) // it stays as it is
		}
		return
	}
	if nowhere := to.Channel == "" && to.ResponseURL == ""; to.TriggerID != "" && (said.Long() || nowhere) { // a Home takes no messages
		err := h.Slack.OpenView(ctx, to.TriggerID, blockkit.AnswerModal(said))
		if err == nil {
			return
		}
		h.Logger.Warn("an answer could not be shown in a modal", "user", to.User, "error", err)
	}
	to.Text, to.Blocks = said.Text, said.Blocks
	h.Slack.SendEphemeral(ctx, to)
}

// say is sendEphemeral for a sentence.
func (h *Handler) say(ctx context.Context, to slackapi.Private, text string) {
	h.sendEphemeral(ctx, to, blockkit.Message{Text: text})
}
