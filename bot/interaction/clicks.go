package interaction

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/interaction/command"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/topic"
)

// Action handles a click on a button or a choice in a menu.
func (h *Handler) Action(ctx context.Context, a slackapi.Action) {
	to := a.Private()
	who := person{a.UserID, a.UserTeam, a.ChannelID}
	button, known := action.Find(a.ActionID)
	if button.ID == action.StormPick.ID && a.Value == "" {
		return // the choice was taken back
	}
	if !known {
		h.meansNothing(ctx, a, to)
		return
	}
	if button.Value == action.OfDigest {
		h.review(ctx, a, button, who, to)
		return
	}
	if a.On != nil {
		h.addToTimeline(ctx, a, button, who, to)
		return
	}
	if button.ID == action.HomeStart.ID {
		if said := h.openStart(ctx, who, a.TriggerID); said != "" {
			to.TriggerID = a.TriggerID
			h.say(ctx, to, said)
		}
		return
	}
	if a.Home {
		if !h.homeOwned(ctx, a, to) {
			return
		}
		defer h.homeAgain(ctx, who)
	}
	value := a.Value
	choice, via := "", button.Via
	switch button.ID {
	case action.IncidentMenu.ID, action.IncidentReason.ID, action.StepMenu.ID, action.TimelineOlder.ID:
		choice, value, _ = strings.Cut(a.Value, "/")
	}
	if button.ID == action.StepMenu.ID {
		if button, known = action.OfChoice(choice); !known {
			h.meansNothing(ctx, a, to)
			return
		}
		choice = ""
	}
	number, step, ok := target(value)
	if !ok {
		h.Logger.Warn("a click that names no incident", "action", a.ActionID, "value", a.Value)
		h.say(ctx, to, "This button belongs to no incident that I know.")
		return
	}
	switch {
	case (step != "") != (button.Value == action.OfStep):
		h.meansNothing(ctx, a, to)
	case button.ID == action.TimelineOlder.ID:
		newer, _ := strconv.Atoi(choice)
		h.sendEphemeral(ctx, to, h.one(ctx, command.Command{Verb: command.VerbTimeline, Incident: number, From: newer + 1}, who, h.Store.Now()))
	case button.ID == action.IncidentMenu.ID:
		h.chosen(ctx, a, who, to, number, choice)
	case button.Acts() || !h.openModal(ctx, a, button, who, to, number, step):
		act := incident.Act{
			Verb: button.Act, Incident: number, Step: step, Reason: incident.Reason(choice), User: incident.User{ID: a.UserID, Name: a.UserName}, Via: via,
			CanAsk: button.Late,
		}
		ev := event.Event{
			Op: a.Op, At: received(a.At), Act: &act, From: clicked(a, topic.Incident(number)),
			Reply: event.Reply{ResponseURL: a.ResponseURL, Channel: a.ChannelID, Thread: to.ThreadTS, Always: button.ID == action.StormPick.ID || button.ID == action.IncidentExport.ID},
		}
		if !button.Late {
			h.record(ctx, ev, who, to, nil)
			return
		}
		h.record(ctx, ev, who, to, func() { h.openModal(ctx, a, button, who, to, number, step) })
	}
}

// chosen handles a choice in an incident's menu.
func (h *Handler) chosen(ctx context.Context, a slackapi.Action, who person, to slackapi.Private, number int, choice string) {
	switch choice {
	case action.ChoiceNote:
		h.openModal(ctx, a, action.IncidentNote, who, to, number, "")
	case action.ChoiceAssign:
		h.openModal(ctx, a, action.IncidentAssign, who, to, number, "")
	case action.ChoiceTimeline, action.ChoiceCatchup:
		if h.owned(ctx, topic.Incident(number), a, to) {
			asked := command.Command{Verb: command.Verb(choice), Incident: number} // the same word
			h.sendEphemeral(ctx, to, h.one(ctx, asked, who, h.Store.Now()))
		}
	case action.ChoiceExport:
		act := incident.Act{Verb: action.IncidentExport.Act, Incident: number, User: incident.User{ID: a.UserID, Name: a.UserName}, Via: action.IncidentMenu.Via}
		h.record(ctx, event.Event{
			Op: a.Op, At: received(a.At), Act: &act, From: clicked(a, topic.Incident(number)),
			Reply: event.Reply{ResponseURL: a.ResponseURL, Channel: a.ChannelID, Thread: to.ThreadTS, Always: true},
		}, who, to, nil)
	default:
		h.meansNothing(ctx, a, to)
	}
}

// target reads what a button is about: INC-142 or INC-142/step-id.
func target(value string) (number int, step string, ok bool) {
	id, step, _ := strings.Cut(value, "/")
	number, ok = command.ParseID(id)
	return number, step, ok
}

// openModal asks for the words of a form, within the 3 s that Slack gives a trigger.
// What cannot be done any more is said instead. When there is nothing to ask it says
// nothing, and asked is false.
func (h *Handler) openModal(ctx context.Context, a slackapi.Action, form action.Action, who person, to slackapi.Private, number int, step string) (asked bool) {
	if !h.owned(ctx, topic.Incident(number), a, to) {
		return true
	}
	gone := incident.Answer{Kind: incident.AnswerGone, Incident: number}
	readCtx, cancel := context.WithTimeout(ctx, h.waits.read)
	i, ok, err := h.Store.Incident(readCtx, number)
	cancel()
	switch {
	case err != nil:
		h.say(ctx, to, h.notRead(err))
		return true
	case !ok:
		h.say(ctx, to, message.Answer(gone, h.Settings().Command))
		return true
	}
	if decision := h.maySeeIncident(ctx, who, i); !decision.Allowed {
		h.say(ctx, to, h.refused(decision, gone))
		return true
	}
	if form.ID == action.IncidentResolve.ID && !message.AsksToResolve(i) {
		return false
	}
	var s incident.Step
	if step != "" {
		if s, _, ok = i.FindStep(step); !ok || s.Ended() {
			answer := incident.Answer{Kind: incident.AnswerEnded, Verb: form.Act, Incident: number, Step: s.Number, Title: s.Title, State: string(s.State), Who: s.By, When: s.At, Drill: i.Drill}
			if !ok {
				answer = incident.Answer{Kind: incident.AnswerNoStep, Incident: number, Text: step}
			}
			h.say(ctx, to, message.Answer(answer, h.Settings().Command))
			return true
		}
	}
	v := message.View{Incident: i}
	if form.ID == action.StepHow.ID {
		v = h.viewOf(ctx, i) // it alone shows what the playbook says
	}
	view, ok := message.Form(form, v, s)
	if !ok {
		h.meansNothing(ctx, a, to)
		return true
	}
	h.openForm(ctx, a, to, view, slog.String("incident", i.ID()), "click again, or type "+h.inWords(form, i, s))
	return true
}

// inWords is the command that does what a form is for.
func (h *Handler) inWords(form action.Action, i incident.Incident, s incident.Step) string {
	about := i.ID()
	if form.Value == action.OfStep {
		about += fmt.Sprintf(" %d", s.Number)
	}
	if form.ID == action.IncidentResolve.ID {
		return fmt.Sprintf("`%s %s %s`, which does not ask", h.Settings().Command, form.Act, about)
	}
	if form.ID == action.StepHow.ID {
		return fmt.Sprintf("`%s %s %s`, which shows the playbook's steps", h.Settings().Command, command.VerbShow, i.Playbook.Name)
	}
	return fmt.Sprintf("`%s %s %s` and the %s", h.Settings().Command, form.Act, about, form.Form.Block)
}

// openForm opens a form over the message of a click; about and advice are for when
// that fails.
func (h *Handler) openForm(ctx context.Context, a slackapi.Action, to slackapi.Private, view slack.ModalViewRequest, about slog.Attr, advice string) {
	view.ExternalID = externalID(a)
	slackapi.Acknowledge(ctx) // a form that is opened loses nothing
	if err := h.Slack.OpenView(ctx, a.TriggerID, view); err != nil {
		h.Logger.Warn("a modal could not be opened", about, "error", err)
		to.TriggerID = "" // it opens nothing else
		h.say(ctx, to, "The form could not be opened: "+blockkit.Escape(err.Error())+". Please "+advice+".")
	}
}

// submitter is who sent in a form; he does so where he opened it.
func submitter(s slackapi.Submission) person {
	who := person{id: s.UserID, team: s.UserTeam}
	if from := opened(s, topic.ID{}); from != nil {
		who.channel = from.Channel
	}
	return who
}

// Submit takes what was typed into a modal.
func (h *Handler) Submit(ctx context.Context, s slackapi.Submission) map[string]string {
	form, ok := action.Find(s.CallbackID)
	if form.Value == action.OfDigest {
		return h.submitReview(ctx, s, form)
	}
	if form.ID == action.IncidentStart.ID {
		return h.submitStart(ctx, s)
	}
	if form.ID == action.TimelineAdd.ID {
		return h.submitToTimeline(ctx, s)
	}
	number, step, known := target(s.PrivateMetadata)
	if !ok || !known || form.Form.IsZero() {
		return h.formMeansNothing(ctx, s)
	}
	act, block, problem := filledIn(form, s.Values)
	if problem != "" {
		return map[string]string{block: problem}
	}
	if act.Whom.ID != "" {
		named, cancel := context.WithTimeout(ctx, h.waits.names)
		act.Whom.Name = h.known(named, act.Whom.ID).Name
		cancel()
	}
	act.Incident, act.Step, act.User, act.Via = number, step, incident.User{ID: s.UserID, Name: s.UserName}, "modal"
	ev := event.Event{Op: s.Op, At: received(s.At), From: opened(s, topic.Incident(number)), Act: &act}
	return h.sentIn(ctx, ev, s, block)
}

// sentIn stores what a form says, and returns what is wrong, at the block that can
// show it.
func (h *Handler) sentIn(ctx context.Context, ev event.Event, s slackapi.Submission, block string) map[string]string {
	if said := h.admit(ctx, &ev, submitter(s)); said != "" {
		return map[string]string{block: said}
	}
	answer, answered, said := h.put(ctx, ev, s.Again, slackapi.Private{User: s.UserID}, true)
	switch {
	case !answered && said != textLater:
		return map[string]string{block: said}
	case answered && !answer.Applied() && answer.Incident.Kind != incident.AnswerStarted:
		return map[string]string{block: message.PlainAnswer(answer, h.Settings().Command)}
	}
	return nil
}
