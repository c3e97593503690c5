package interaction

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/playbooks"
)

// atOnce are the clicks on a digest that need no words.
var atOnce = map[string]report.Verb{
	"digest:investigate": report.VerbInvestigate, "digest:adopt": report.VerbAdopt, "digest:undo": report.VerbUndo,
}

// actionAgain is the button that posts a second digest of a week; its value is the
// newest of them and the digest's name.
const actionAgain = "digest:again"

// review handles a click on a digest.
func (h *Handler) review(ctx context.Context, a slackapi.Action, who person, to slackapi.Private) {
	number, subject, ok := report.ParseTarget(a.Value)
	if !ok {
		h.Logger.Warn("a click that names no digest", "action", a.ActionID, "value", a.Value)
		h.say(ctx, to, "This button belongs to no digest that I know.")
		return
	}
	if a.ActionID == actionAgain {
		h.record(ctx, incident.Event{Op: a.Op, At: received(a.At), Review: &incident.Review{
			Verb: incident.ReviewPost, Name: subject, Digest: number, Again: true, User: incident.User{ID: a.UserID, Name: a.UserName},
			Reply: incident.Reply{ResponseURL: a.ResponseURL, Channel: a.ChannelID, Thread: to.ThreadTS, Always: true},
		}}, who, to)
		return
	}
	if verb, ok := atOnce[a.ActionID]; ok {
		h.record(ctx, incident.Event{Op: a.Op, At: received(a.At), Review: &incident.Review{
			Verb: incident.ReviewVerb(verb), Digest: number, Subject: subject, User: incident.User{ID: a.UserID, Name: a.UserName}, From: clicked(a),
			Reply: incident.Reply{ResponseURL: a.ResponseURL, Channel: a.ChannelID, Thread: to.ThreadTS},
		}}, who, to)
		return
	}
	h.openReview(ctx, a, who, to, number, subject)
}

// openReview asks for the words that a click on a digest needs.
func (h *Handler) openReview(ctx context.Context, a slackapi.Action, who person, to slackapi.Private, number int, subject string) {
	if !h.owned(ctx, store.DigestSubject(number), a, to) {
		return
	}
	readCtx, cancel := context.WithTimeout(ctx, h.waits.read)
	document, ok, err := h.Store.Digest(readCtx, number)
	cancel()
	if err != nil {
		h.say(ctx, to, h.notRead(err))
		return
	}
	if decision := h.maySee(ctx, who, document.Channel, document.Channel, h.responders(ctx, document.Channel)); ok && !decision.Allowed {
		h.say(ctx, to, message.Escape(sentence(decision.Reason)))
		return
	}
	view := message.DigestView{Report: document.Report, Command: h.Settings().Command, Number: number}
	var modal slack.ModalViewRequest
	found := false
	switch a.ActionID {
	case "digest:expected":
		var spike report.Anomaly
		if spike, _, found = document.Spike(subject); found {
			modal = message.DigestExpectedModal(view, spike)
		}
	case "digest:snooze":
		var step report.CostStep
		if step, found = document.Step(subject); found {
			modal = message.DigestSnoozeModal(view, step)
		}
	default:
		h.Logger.Warn("a click that means nothing", "action", a.ActionID, "value", a.Value)
		return
	}
	if !ok || !found {
		h.say(ctx, to, message.Answer(incident.Answer{Kind: incident.AnswerNoDigest}, h.Settings().Command))
		return
	}
	h.openForm(ctx, a, to, modal, slog.String("digest", report.ID(number)), "click again")
}

// snoozes are the months that a cost step can be put off for.
var snoozes = []int{1, 3, 6}

// submitReview takes what was typed into a form about a digest.
func (h *Handler) submitReview(ctx context.Context, s slackapi.Submission) map[string]string {
	number, subject, ok := report.ParseTarget(s.PrivateMetadata)
	if !ok {
		h.Logger.Warn("a modal that means nothing", "callback", s.CallbackID)
		return nil
	}
	review := incident.Review{Digest: number, Subject: subject, User: incident.User{ID: s.UserID, Name: s.UserName}, From: opened(s)}
	block := ""
	switch s.CallbackID {
	case "digest:expected":
		block, review.Verb, review.Text = "reason", incident.ReviewVerb(report.VerbExpected), strings.TrimSpace(s.Values["reason"])
		if !playbooks.Shows(review.Text) {
			return map[string]string{block: "Please say why, so that the next reader knows."}
		}
	case "digest:snooze":
		block, review.Verb, review.Text = "until", incident.ReviewVerb(report.VerbSnooze), strings.TrimSpace(s.Values["note"])
		months, err := strconv.Atoi(s.Values["until"])
		if err != nil || !slices.Contains(snoozes, months) {
			return map[string]string{block: "Please choose for how long."}
		}
		review.Until = h.Store.Now().UTC().AddDate(0, months, 0).Truncate(24 * time.Hour)
	default:
		h.Logger.Warn("a modal that means nothing", "callback", s.CallbackID)
		return nil
	}
	ev := incident.Event{Op: s.Op, At: received(s.At), Review: &review}
	return h.sentIn(ctx, ev, s, block)
}
