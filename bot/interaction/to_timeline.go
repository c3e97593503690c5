package interaction

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/interaction/command"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/slackapi"
)

// maxAdded bounds how much of a message is added to a timeline, in UTF-16 units.
const maxAdded = 1_200

// addToTimeline notes a message that somebody chose, with its author and address, in the
// incident in whose thread it stands; elsewhere it asks for the incident.
func (h *Handler) addToTimeline(ctx context.Context, a slackapi.Action, shortcut action.Action, who person, to slackapi.Private) {
	if shortcut.ID != action.TimelineAdd.ID {
		h.meansNothing(ctx, a, to)
		return
	}
	readCtx, cancel := context.WithTimeout(ctx, h.waits.read)
	number, err := h.Store.ThreadNumber(readCtx, a.ChannelID, a.ThreadTS)
	cancel()
	if err != nil {
		h.say(ctx, to, h.notRead(err))
		return
	}
	note := h.added(ctx, a)
	if number == 0 {
		view := message.ToTimeline(note)
		h.openForm(ctx, a, to, view, slog.String("shortcut", a.ActionID), "choose it again, or type `"+h.Settings().Command+" note INC-… text`")
		return
	}
	c, problem := noteOn(number, note)
	if problem != "" {
		h.say(ctx, to, problem)
		return
	}
	reply := event.Reply{ResponseURL: a.ResponseURL, Channel: a.ChannelID, Thread: to.ThreadTS, Always: true}
	ev, _ := act(c, a.Op, a.At, incident.User{ID: a.UserID, Name: a.UserName}, shortcut.Via, reply)
	h.record(ctx, ev, who, to, nil)
}

// added is what a timeline says of a message, in the form in which Slack sends words.
func (h *Handler) added(ctx context.Context, a slackapi.Action) string {
	text := strings.TrimSpace(a.On.Text)
	if text == "" {
		text = "(no text)"
	}
	by := "an app"
	if a.On.Author != "" {
		by = h.naming(ctx, "<@"+a.On.Author+">")
	}
	note := by + ": “" + blockkit.CutMrkdwn(h.naming(ctx, text), maxAdded) + "”"
	root := a.ThreadTS
	if root == a.MessageTS {
		root = ""
	}
	if address := h.Slack.Permalink(a.ChannelID, a.MessageTS, root); address != "" {
		note += " " + strings.ReplaceAll(address, "&", "&amp;")
	}
	return note
}

// noteOn reads a note as the command does that says the same.
func noteOn(number int, note string) (c command.Command, problem string) {
	c, err := command.Parse(string(command.VerbNote)+" "+incident.ID(number)+" "+note, 0)
	usage, understood := errors.AsType[*command.UsageError](err)
	switch {
	case understood:
		return c, usage.Text
	case err != nil:
		return c, blockkit.Escape(err.Error())
	}
	return c, ""
}

// submitToTimeline notes a message in the incident that a form names.
func (h *Handler) submitToTimeline(ctx context.Context, s slackapi.Submission) map[string]string {
	form := action.TimelineAdd.Form
	typed := strings.TrimSpace(s.Values[form.Block])
	number, ok := command.ParseID(strings.ReplaceAll(typed, " ", ""))
	switch {
	case typed == "":
		return map[string]string{form.Block: form.Empty}
	case !ok:
		return map[string]string{form.Block: "“" + textutil.CutUnits(blockkit.Line(typed), 40) + "” is no incident: write INC-142, or 142."}
	}
	c, problem := noteOn(number, s.PrivateMetadata)
	if problem != "" {
		return map[string]string{form.Block: blockkit.StripMrkdwn(problem)}
	}
	ev, _ := act(c, s.Op, s.At, incident.User{ID: s.UserID, Name: s.UserName}, action.TimelineAdd.Via, event.Reply{})
	return h.sentIn(ctx, ev, s, form.Block)
}
