package interaction

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/interaction/command"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/playbooks"
)

// openStart opens the form that starts a playbook. It says why not when it cannot.
func (h *Handler) openStart(ctx context.Context, who person, trigger string) (said string) {
	if decision := h.seesPlaybooks(ctx, who); !decision.Allowed {
		return blockkit.Escape(sentence(decision.Reason))
	}
	view := message.StartForm()
	view.ExternalID = rand.Text()
	slackapi.Acknowledge(ctx) // a form that is opened loses nothing
	if err := h.Slack.OpenView(ctx, trigger, view); err != nil {
		h.Logger.Warn("the form that starts a playbook could not be opened", "user", who.id, "error", err)
		return "The form could not be opened: " + blockkit.Escape(err.Error()) + ". Please click again, or type `" + h.Settings().Command + " start NAME`."
	}
	return ""
}

// startTyped opens the form for whoever types that he starts something, and not what. It
// is not taken where Slack gave nothing that opens one.
func (h *Handler) startTyped(ctx context.Context, s slackapi.Slash, who person) (said string, taken bool) {
	if !strings.EqualFold(strings.TrimSpace(s.Text), string(command.VerbStart)) || s.TriggerID == "" {
		return "", false
	}
	return h.openStart(ctx, who, s.TriggerID), true
}

// suggestPlaybooks returns what can be started.
func (h *Handler) suggestPlaybooks(ctx context.Context, s slackapi.Suggestion) []*slack.OptionBlockObject {
	if !h.seesPlaybooks(ctx, person{s.UserID, s.UserTeam, s.ChannelID}).Allowed {
		return nil
	}
	return message.SuggestPlaybooks(h.Settings().Playbooks.All(), s.Query)
}

// submitStart starts the playbook that a form names.
func (h *Handler) submitStart(ctx context.Context, s slackapi.Submission) map[string]string {
	c, block, problem := started(s.Values)
	if problem != "" {
		return map[string]string{block: problem}
	}
	if _, ok := h.Settings().Playbooks.Find(c.Name); !ok {
		return map[string]string{block: "There is no such playbook any more: please choose another one."}
	}
	ev, _ := act(c, s.Op, s.At, incident.User{ID: s.UserID, Name: s.UserName}, "modal", event.Reply{})
	s.Again = "" // the same sent in again is never a second incident
	return h.sentIn(ctx, ev, s, block)
}

// started reads what was filled in as the command that says the same; block is where a
// problem is shown.
func started(values map[string]string) (c command.Command, block, problem string) {
	form := action.IncidentStart.Form
	name, title, labels := strings.TrimSpace(values[form.Block]), strings.TrimSpace(values[message.StartTitle]), values[message.StartLabels]
	if name == "" {
		return c, form.Block, form.Empty
	}
	c, err := command.Parse(string(command.VerbStart)+" "+name+" "+labels, 0)
	usage, understood := errors.AsType[*command.UsageError](err)
	switch {
	case understood:
		return c, message.StartLabels, blockkit.StripMrkdwn(usage.Text)
	case err != nil:
		return c, message.StartLabels, err.Error()
	case c.Text != "":
		return c, message.StartLabels, "Please write labels as engine=postgres, with blanks between two of them."
	case title != "" && !playbooks.Shows(title):
		return c, message.StartTitle, "The title shows nothing."
	}
	c.Text = title
	return c, form.Block, ""
}
