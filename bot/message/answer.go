package message

import (
	"fmt"
	"strings"
	"time"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
)

// Answer is what a person is told privately about what he did, in mrkdwn: one
// or two sentences, with the way on when there is one. What is said of a drill
// begins with that.
func Answer(a incident.Answer, command string) string {
	said := answer(a, command)
	if len(a.More) > 0 {
		said = several(a, command)
	}
	if a.Drill && said != "" {
		said = drillMark + ": " + said
	}
	return said
}

// several is the answer about several steps: what applies to most of them in one line,
// then what does not, step by step.
func several(a incident.Answer, command string) string {
	var done, others []string
	for _, one := range a.Each() {
		if one.Kind == incident.AnswerApplied && !awaitsSecond(one) {
			done = append(done, fmt.Sprint(one.Step))
		} else {
			others = append(others, answer(one, command))
		}
	}
	if len(done) == 0 {
		return strings.Join(others, "\n")
	}
	steps := fmt.Sprintf("%s %s of %s", textutil.Plural(len(done), "step", "steps"), textutil.List(done), incident.ID(a.Incident))
	first := "Recorded: " + steps + "."
	switch a.Verb {
	case incident.VerbAcknowledge:
		first = "You have " + steps + "."
	case incident.VerbDone:
		first = "Done: " + steps + ". Thank you."
	case incident.VerbSkip:
		first = "Skipped: " + steps + "."
	case incident.VerbRelease:
		first = "Released: " + steps + "."
	case incident.VerbUndo:
		first = "Undone: " + steps + "."
	}
	return blockkit.CutMrkdwn(strings.Join(append([]string{first}, others...), "\n"), blockkit.MaxText)
}

func answer(a incident.Answer, command string) string {
	t := told{a, parts{a.Title, a.Text, a.Who, a.When, command}}
	switch a.Kind {
	case incident.AnswerApplied:
		return t.applied()
	case incident.AnswerTaken:
		return t.taken()
	case incident.AnswerAlready:
		return t.already()
	case incident.AnswerOver:
		return fmt.Sprintf("%s is %s already%s%s. %s opens it again.", t.id(), t.stateOr("resolved"), t.when(", since "), t.by(), t.try("reopen"))
	case incident.AnswerActive:
		return fmt.Sprintf("%s is not over, so there is nothing to reopen.", t.id())
	case incident.AnswerKept:
		return fmt.Sprintf("No follow-up of %s is dropped, so there is nothing to keep.", t.id())
	case incident.AnswerEnded:
		return fmt.Sprintf("%s of %s is %s already%s. %s brings it back.", t.step(), t.id(), t.stateOr("ended"), t.by(), t.tryStep("undo"))
	case incident.AnswerNotEnded:
		return fmt.Sprintf("There is nothing to undo: %s of %s is %s.", t.lowStep(), t.id(), t.stateOr("open"))
	case incident.AnswerNotTaken:
		return fmt.Sprintf("Nobody has %s of %s, so there is nothing to release.", t.lowStep(), t.id())
	case incident.AnswerNotYours:
		return fmt.Sprintf("%s has %s of %s%s. Only the holder or the lead releases it; you can finish it, though: %s", t.who(), t.lowStep(), t.id(), t.since(), t.tryStep("done"))
	case incident.AnswerNoStep:
		if strings.TrimSpace(a.Text) == "" {
			return fmt.Sprintf("That needs a step of %s. %s lists them.", t.id(), t.try("status"))
		}
		return fmt.Sprintf("%s has no step “%s”. %s lists its steps.", t.id(), t.words(), t.try("status"))
	case incident.AnswerHidden:
		return t.hidden()
	case incident.AnswerAsks:
		return t.asks()
	case incident.AnswerNoReason:
		switch a.Verb {
		case incident.VerbAssign:
			return fmt.Sprintf("Who leads? `%s assign %s @somebody`", t.command, t.id())
		case incident.VerbReason:
			return "A reason is one of: fixed, false alarm, noise, expected."
		case incident.VerbSkip:
			return fmt.Sprintf("Skipping needs a reason, so that others know why: `%s skip %s %s because …`", t.command, t.id(), t.ref())
		}
		return fmt.Sprintf("A note needs words: `%s note %s what you saw`", t.command, t.id())
	case incident.AnswerGone:
		return fmt.Sprintf("There is no %s. `%s incidents` lists what is open.", t.id(), t.command)
	case incident.AnswerOlder:
		return t.older()
	case incident.AnswerContinued:
		return fmt.Sprintf("%s is continued in %s: please go on there.", t.id(), t.words())
	case incident.AnswerForbidden:
		return t.forbidden()
	case incident.AnswerNoPlaybook:
		return fmt.Sprintf("There is no playbook “%s”. `%s list` names them all.", t.words(), t.command)
	case incident.AnswerStarted:
		if a.Drill {
			return fmt.Sprintf("%s is open: %s. It calls nobody; its thread follows%s in a moment.", t.id(), t.title(), t.in())
		}
		return fmt.Sprintf("%s is open: %s. Its thread follows in a moment.", t.id(), t.title())
	case incident.AnswerLate:
		return fmt.Sprintf("Written down, and nothing else changed: %s of %s was no longer needed. Did it matter after all? %s", t.lowStep(), t.id(), t.tryStep("undo"))
	case incident.AnswerShown:
		return fmt.Sprintf("%s has its thread%s already.", t.id(), t.in())
	case incident.AnswerFailed:
		return t.failed()
	}
	return ""
}

// told turns an answer about an incident into words.
type told struct {
	incident.Answer
	parts
}

// parts are what answers about incidents and about digests have in common.
type parts struct {
	name, text string
	user       incident.User
	at         time.Time
	command    string
}

func (p parts) older() string {
	return fmt.Sprintf("This thread is older than what I remember, so nothing was changed. `%s incidents` lists what is open.", p.command)
}

func (p parts) forbidden() string {
	if p.words() == "" {
		return "You are not among those who may act on this. Nothing was changed."
	}
	return mentioned(textutil.Sentence(p.words())) + " Nothing was changed."
}

func (p parts) failed() string {
	if p.words() == "" {
		return "That did not work, and nothing was changed. Please try again."
	}
	return "That did not work: " + textutil.Sentence(p.words()) + " Nothing was changed."
}

func (t told) applied() string {
	if t.Step == 0 {
		switch t.Verb {
		case incident.VerbAcknowledge:
			return fmt.Sprintf("You have %s: %s.", t.id(), t.title())
		case incident.VerbResolve:
			firing := ""
			if t.Firing > 0 {
				firing = " " + textutil.CountIs(t.Firing, "alert") + " still firing."
			}
			if t.State == string(incident.Closed) {
				return fmt.Sprintf("%s is resolved and closed: nothing is left to do.%s", t.id(), firing)
			}
			return fmt.Sprintf("%s is resolved. Its open short-term and long-term steps stay as follow-ups.%s", t.id(), firing)
		case incident.VerbReopen:
			return fmt.Sprintf("%s is open again.", t.id())
		case incident.VerbKeep:
			return fmt.Sprintf("The follow-ups of %s are open again, with their deadlines.", t.id())
		case incident.VerbAssign:
			return fmt.Sprintf("%s leads %s now.", t.who(), t.id())
		case incident.VerbNote:
			return fmt.Sprintf("Noted in the timeline of %s.", t.id())
		case incident.VerbExport:
			return fmt.Sprintf("The post-mortem of %s comes into its thread in a moment, as a file.", t.id())
		case incident.VerbReason:
			return fmt.Sprintf("%s is closed as: %s.", t.id(), reasonWord(t.Text))
		case incident.VerbShow:
			return fmt.Sprintf("%s gets a thread of its own%s: it follows in a moment.", t.id(), t.in())
		}
		return fmt.Sprintf("Recorded: %s is %s.", t.id(), t.stateOr("as it was"))
	}
	switch t.Verb {
	case incident.VerbAcknowledge:
		return fmt.Sprintf("You have %s.", t.named())
	case incident.VerbDone:
		if awaitsSecond(t.Answer) {
			return fmt.Sprintf("Recorded: you say that %s is done. It takes two: a second person says %s, or presses Confirm done.", t.named(), t.tryStep("done"))
		}
		return fmt.Sprintf("Done: %s. Thank you.", t.named())
	case incident.VerbSkip:
		return fmt.Sprintf("Skipped: %s.", t.named())
	case incident.VerbRelease:
		return fmt.Sprintf("Released: %s is free to take.", t.named())
	case incident.VerbUndo:
		return fmt.Sprintf("Undone: %s is %s again.", t.named(), t.stateOr("open"))
	}
	return fmt.Sprintf("Recorded: %s is %s.", t.named(), t.stateOr("as it was"))
}

// first tells who was first.
func (p parts) first() string {
	name := "Somebody"
	if n := blockkit.EscapeMrkdwn(p.user.Name); n != "" {
		name = n
	}
	return name + " was first: " + p.who()
}

// taken tells who was first, and when.
func (t told) taken() string {
	first := t.first()
	if t.Verb == incident.VerbReason {
		return fmt.Sprintf("%s closed %s as: %s.", first, t.id(), reasonWord(t.Text))
	}
	if t.Step == 0 {
		return fmt.Sprintf("%s acknowledged %s%s.", first, t.id(), t.on())
	}
	switch incident.StepState(t.State) {
	case incident.StepDone:
		return fmt.Sprintf("%s did %s of %s%s.", first, t.lowStep(), t.id(), t.on())
	case incident.StepSkipped:
		return fmt.Sprintf("%s skipped %s of %s%s.", first, t.lowStep(), t.id(), t.on())
	}
	return fmt.Sprintf("%s has %s of %s%s.", first, t.lowStep(), t.id(), t.since())
}

func (t told) already() string {
	if t.Verb == incident.VerbReason {
		return fmt.Sprintf("%s is closed as: %s already.", t.id(), reasonWord(t.Text))
	}
	if t.Verb == incident.VerbAssign {
		return fmt.Sprintf("%s leads %s already.", t.who(), t.id())
	}
	if t.Step == 0 {
		return fmt.Sprintf("You have acknowledged %s already%s.", t.id(), t.comma())
	}
	if awaitsSecond(t.Answer) {
		return fmt.Sprintf("You have said so already%s: it takes a second person to say that %s of %s is done.", t.comma(), t.lowStep(), t.id())
	}
	switch incident.StepState(t.State) {
	case incident.StepDone:
		return fmt.Sprintf("You have done %s of %s already%s.", t.lowStep(), t.id(), t.comma())
	case incident.StepSkipped:
		return fmt.Sprintf("You have skipped %s of %s already%s.", t.lowStep(), t.id(), t.comma())
	}
	return fmt.Sprintf("You have %s of %s already%s.", t.lowStep(), t.id(), t.when(", since "))
}

func (t told) id() string { return incident.ID(t.Incident) }

func (p parts) title() string {
	return blockkit.EscapeMrkdwn(textutil.CutUnits(blockkit.Line(p.name), 200))
}

func (p parts) words() string {
	return blockkit.EscapeMrkdwn(textutil.CutUnits(blockkit.Line(p.text), 500))
}

// in says in which channel, when that is known.
func (p parts) in() string {
	switch where := p.words(); {
	case where == "":
		return ""
	case blockkit.IsChannelID(where):
		return " in <#" + where + ">"
	default:
		return " in " + where
	}
}

func (t told) ref() string {
	if t.Step == 0 {
		return "STEP"
	}
	return fmt.Sprint(t.Step)
}

func (t told) step() string { return "S" + t.lowStep()[1:] }

func (t told) lowStep() string {
	if t.Step == 0 {
		return "step “" + t.words() + "”"
	}
	return fmt.Sprintf("step %d", t.Step)
}

// named is a step with its incident and title.
func (t told) named() string {
	s := t.lowStep() + " of " + t.id()
	if t.Title != "" {
		s += " (" + t.title() + ")"
	}
	return s
}

func (p parts) who() string { return user(p.user) }

func (t told) stateOr(without string) string {
	switch t.State {
	case "":
		return without
	case string(incident.StepDropped):
		return stepWord(incident.StepDropped)
	}
	return blockkit.EscapeMrkdwn(t.State)
}

// by names who did it, when somebody did.
func (p parts) by() string {
	if p.user == (incident.User{}) {
		return ""
	}
	return ", by " + p.who()
}

func (p parts) since() string { return p.when(" since ") }
func (p parts) on() string    { return p.when(", ") }
func (p parts) comma() string { return p.when(", ") }

func (p parts) when(before string) string {
	if p.at.IsZero() {
		return ""
	}
	return before + blockkit.Date(p.at)
}

// try is a command on the incident that leads on.
func (t told) try(verb string) string { return fmt.Sprintf("`%s %s %s`", t.command, verb, t.id()) }

func (t told) tryStep(verb string) string {
	return fmt.Sprintf("`%s %s %s %s`", t.command, verb, t.id(), t.ref())
}
