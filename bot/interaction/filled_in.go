package interaction

import (
	"strings"

	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/playbooks"
)

// filledIn is what a form asks of an incident, and the block that shows what is wrong
// with it. Problem is what is wrong already; then there is no act.
func filledIn(form action.Action, values map[string]string) (act incident.Act, block, problem string) {
	block = form.Form.Block
	words := func(block string) string { return strings.TrimSpace(values[block]) }
	switch form.ID {
	case action.StepHow.ID:
		act, block, problem = howFilledIn(words(block), words(message.HowWords))
		if act = answering(act, values); act.Answer != nil {
			block = message.DoneAnswer
		}
		return act, block, problem
	case action.StepDone.ID:
		return answering(incident.Act{Verb: form.Act, Text: words(message.DoneNote)}, values), block, ""
	case action.IncidentResolve.ID:
		act = incident.Act{Verb: form.Act, Reason: incident.Reason(words(block)), Text: words(message.ResolveNote)}
		if !act.Reason.Known() {
			return incident.Act{}, block, form.Form.Empty
		}
		return act, block, ""
	case action.IncidentAssign.ID:
		if !blockkit.IsUserID(words(block)) {
			return incident.Act{}, block, form.Form.Empty
		}
		return incident.Act{Verb: form.Act, Whom: incident.User{ID: words(block)}}, block, ""
	}
	act = incident.Act{Verb: form.Act, Text: words(block)}
	if !playbooks.Shows(act.Text) {
		return incident.Act{}, block, form.Form.Empty
	}
	return act, block, ""
}

// answering adds to Done the answer of a form that asks for one, be it empty: then the
// words beside it are none.
func answering(act incident.Act, values map[string]string) incident.Act {
	if answer, asked := values[message.DoneAnswer]; asked && act.Verb == action.StepDone.Act {
		act.Answer = &answer
	}
	return act
}

// howFilledIn is what somebody makes of a step, with his words.
func howFilledIn(what, words string) (act incident.Act, block, problem string) {
	block = message.HowWords
	switch what {
	case action.ChoiceAck:
		if words != "" {
			return act, block, "Words go with Done or Skip. Clear them to take the step, or add them to the incident as a note."
		}
		return incident.Act{Verb: action.StepAck.Act}, block, ""
	case action.ChoiceDone:
		return incident.Act{Verb: action.StepDone.Act, Text: words}, block, ""
	case action.ChoiceSkip:
		if !playbooks.Shows(words) {
			return act, block, action.StepSkip.Form.Empty
		}
		return incident.Act{Verb: action.StepSkip.Act, Text: words}, block, ""
	}
	return act, action.StepHow.Form.Block, action.StepHow.Form.Empty
}
