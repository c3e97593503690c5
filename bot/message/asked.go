package message

import (
	"fmt"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// asks says what a step asks, what is no answer to it, and how one is typed.
func (t told) asks() string {
	if t.Asks == nil {
		return fmt.Sprintf("%s of %s asks something: `%s done %s %s` and the answer.", t.step(), t.id(), t.command, t.id(), t.ref())
	}
	question := blockkit.EscapeMrkdwn(blockkit.Line(t.Asks.Text))
	says := fmt.Sprintf("%s of %s asks: “%s”", t.step(), t.id(), question)
	switch given := t.words(); {
	case given != "" && len(t.Asks.Choices) == 0:
		says = fmt.Sprintf("That answer is longer than %d characters. %s", playbooks.MaxAnswer, says)
	case given != "":
		says = fmt.Sprintf("“%s” is no answer. %s", given, says)
	}
	example := "ANSWER"
	if len(t.Asks.Choices) > 0 {
		choices := make([]string, len(t.Asks.Choices))
		for k, c := range t.Asks.Choices {
			choices[k] = "*" + blockkit.EscapeMrkdwn(blockkit.Line(c)) + "*"
		}
		says += " Say one of " + textutil.List(choices) + "."
		if first := t.Asks.Choices[0]; !strings.Contains(first, "`") {
			example = blockkit.Escape(first)
		}
	}
	return fmt.Sprintf("%s `%s done %s %s %s`", says, t.command, t.id(), t.ref(), example)
}

// hidden says why there is nothing to do about a step, or what it waits for.
func (t told) hidden() string {
	if len(t.WaitsFor) == 0 {
		return fmt.Sprintf("%s of %s does not apply here, so there is nothing to do.", t.step(), t.id())
	}
	return fmt.Sprintf("%s of %s is not shown yet: it waits for the answer to %s.", t.step(), t.id(), stepNumbers(t.WaitsFor))
}

// awaitsSecond reports whether an answer is about a done that a second person has to say, too.
func awaitsSecond(a incident.Answer) bool {
	return a.Verb == incident.VerbDone && a.Step != 0 && a.State == string(incident.StepAcknowledged)
}

// stepNumbers names steps: "step 4", "steps 4 and 5".
func stepNumbers(numbers []int) string {
	all := make([]string, len(numbers))
	for k, n := range numbers {
		all[k] = fmt.Sprint(n)
	}
	return textutil.Plural(len(all), "step ", "steps ") + textutil.List(all)
}

// waiting says which steps of a list are not shown until something is answered, by what
// they wait for.
func waiting(hidden []incident.Step, waits map[int][]int) string {
	var order []string
	steps := map[string][]int{}
	for _, s := range hidden {
		if needs := waits[s.Number]; len(needs) > 0 {
			what := stepNumbers(needs)
			if steps[what] == nil {
				order = append(order, what)
			}
			steps[what] = append(steps[what], s.Number)
		}
	}
	var all []string
	for _, what := range order {
		all = append(all, fmt.Sprintf("%s %s for the answer to %s.", textutil.Capital(stepNumbers(steps[what])), textutil.Plural(len(steps[what]), "waits", "wait"), what))
	}
	return strings.Join(all, " ")
}

// given is a step's answer beside its question, for people; empty: there is none.
func given(s incident.Step) string {
	if s.Ask == nil || s.Answer == "" || s.State == incident.StepSkipped || s.State == incident.StepDropped {
		return ""
	}
	answer := blockkit.CutJSON(textutil.CutUnits(blockkit.Line(s.Answer), playbooks.MaxAnswer), 3*playbooks.MaxAnswer)
	return blockkit.Line(s.Ask.Text) + " " + answer
}

// question is what a step will ask whoever has done it, with the choices; empty: nothing.
func question(s incident.Step) string {
	switch {
	case s.Ask == nil:
		return ""
	case len(s.Ask.Choices) == 0:
		return "asks: " + blockkit.Line(s.Ask.Text)
	}
	return "asks: " + blockkit.Line(s.Ask.Text) + " " + strings.Join(s.Ask.Choices, ", ")
}

// doneLabel is what the button reads that says that a step is done.
func doneLabel(s incident.Step) string {
	switch {
	case s.AwaitsSecond():
		return "Confirm done"
	case s.Ask != nil:
		return "Done…"
	}
	return "Done"
}

// doers are who says that a step is done, in mrkdwn: one, or the two that it needs.
func doers(s incident.Standing) string {
	if s.First == (incident.User{}) {
		return user(s.By)
	}
	return user(s.First) + " and " + user(s.By)
}

// spokenState is where a step stands, for ears.
func spokenState(s incident.Standing) string {
	if s.AwaitsSecond() {
		return "done, a second person confirms it"
	}
	return stepWord(s.State)
}
