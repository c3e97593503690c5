package interaction

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/message/digest"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/topic"
	"github.com/signalbook/signalbook/playbooks"
)

// review handles a click on a digest.
func (h *Handler) review(ctx context.Context, a slackapi.Action, button action.Action, who person, to slackapi.Private) {
	number, subject, ok := report.ParseTarget(a.Value)
	if !ok {
		h.Logger.Warn("a click that names no digest", "action", a.ActionID, "value", a.Value)
		h.say(ctx, to, "This button belongs to no digest that I know.")
		return
	}
	act := event.DigestAct{Verb: button.Digest, Digest: number, Subject: subject, User: incident.User{ID: a.UserID, Name: a.UserName}}
	ev := event.Event{
		Op: a.Op, At: received(a.At), Digest: &act, From: clicked(a, topic.Digest(number)),
		Reply: event.Reply{ResponseURL: a.ResponseURL, Channel: a.ChannelID, Thread: to.ThreadTS},
	}
	switch {
	case !button.Form.IsZero():
		h.openReview(ctx, a, button, who, to, number, subject)
		return
	case button.ID == action.DigestAgain.ID: // its value is the newest digest of the week, and their name
		act.Name, act.Again, act.Subject = subject, true, ""
		ev.From, ev.Reply.Always = nil, true // it may be clicked anywhere
	}
	h.record(ctx, ev, who, to, nil)
}

// openReview asks for the words that a click on a digest needs.
func (h *Handler) openReview(ctx context.Context, a slackapi.Action, button action.Action, who person, to slackapi.Private, number int, subject string) {
	if !h.owned(ctx, topic.Digest(number), a, to) {
		return
	}
	readCtx, cancel := context.WithTimeout(ctx, h.waits.read)
	document, ok, err := h.Store.Digests.Document(readCtx, number)
	cancel()
	if err != nil {
		h.say(ctx, to, h.notRead(err))
		return
	}
	if decision := h.maySee(ctx, who, document.Channel, document.Channel, h.responders(ctx, document.Channel)); ok && !decision.Allowed {
		h.say(ctx, to, blockkit.Escape(sentence(decision.Reason)))
		return
	}
	view := digest.View{Report: document.Report, Command: h.Settings().Command, Number: number}
	var modal slack.ModalViewRequest
	found := false
	switch button.ID {
	case action.DigestExpected.ID:
		var spike report.Anomaly
		if spike, _, found = document.Spike(subject); found {
			modal = digest.ExpectedModal(view, spike)
		}
	case action.DigestSnooze.ID:
		var step report.CostStep
		if step, found = document.FindStep(subject); found {
			modal = digest.SnoozeModal(view, step)
		}
	}
	if !ok || !found {
		h.say(ctx, to, message.DigestAnswer(event.DigestAnswer{Kind: event.DigestGone, Verb: button.Digest}, h.Settings().Command))
		return
	}
	h.openForm(ctx, a, to, modal, slog.String("digest", report.ID(number)), "click again")
}

// submitReview takes what was typed into a form about a digest.
func (h *Handler) submitReview(ctx context.Context, s slackapi.Submission, form action.Action) map[string]string {
	number, subject, ok := report.ParseTarget(s.PrivateMetadata)
	if !ok {
		return h.formMeansNothing(ctx, s)
	}
	act := event.DigestAct{Verb: form.Digest, Digest: number, Subject: subject, User: incident.User{ID: s.UserID, Name: s.UserName}}
	wrong := map[string]string{form.Form.Block: form.Form.Empty}
	switch form.ID {
	case action.DigestExpected.ID:
		act.Text = strings.TrimSpace(s.Values[form.Form.Block])
		if !playbooks.Shows(act.Text) {
			return wrong
		}
	case action.DigestSnooze.ID:
		act.Text = strings.TrimSpace(s.Values["note"])
		months, err := strconv.Atoi(s.Values[form.Form.Block])
		if err != nil || !slices.Contains(digest.Snoozes, months) {
			return wrong
		}
		act.Until = h.Store.Now().UTC().AddDate(0, months, 0).Truncate(24 * time.Hour)
	default:
		return h.formMeansNothing(ctx, s)
	}
	ev := event.Event{Op: s.Op, At: received(s.At), Digest: &act, From: opened(s, topic.Digest(number))}
	return h.sentIn(ctx, ev, s, form.Form.Block)
}
