package message

import (
	"fmt"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
)

// MaxHinted is how many incidents or steps a hint offers.
const MaxHinted = 12

// IncidentHint says which incidents a command that named none may be about, in mrkdwn, a
// line each; empty: there are none. Typed is what was typed, such as "done".
func IncidentHint(all []incident.Incident, typed, command string) string {
	var lines []string
	for _, i := range all[:min(len(all), MaxHinted)] {
		lines = append(lines, fmt.Sprintf("• `%s %s %s`: %s, %s", command, typed, i.ID(), hinted(title(i)), i.State))
	}
	return strings.Join(lines, "\n")
}

// StepHint says which steps of an incident a command that named none may be about, in
// mrkdwn, a line each; empty: there is none that it could change.
func StepHint(i incident.Incident, verb incident.Verb, typed, command string) string {
	var lines []string
	rest := 0
	for _, s := range i.Steps {
		if s.Hidden || !takes(s, verb) {
			continue
		}
		if len(lines) == MaxHinted {
			rest++
			continue
		}
		line := fmt.Sprintf("• `%s %s %s %d`: %s", command, typed, i.ID(), s.Number, hinted(s.Title))
		if s.State == incident.StepAcknowledged {
			line += ", " + blockkit.EscapeMrkdwn(PersonName(s.Holder)) + " has it"
		}
		lines = append(lines, line)
	}
	if rest > 0 {
		lines = append(lines, fmt.Sprintf("and %s more: `%s status %s`", textutil.Thousands(rest), command, i.ID()))
	}
	return strings.Join(lines, "\n")
}

// takes reports whether a verb can change a step as it stands.
func takes(s incident.Step, verb incident.Verb) bool {
	switch verb {
	case incident.VerbAcknowledge:
		return s.State == incident.StepOpen
	case incident.VerbRelease:
		return s.State == incident.StepAcknowledged
	case incident.VerbUndo:
		return s.Ended() && s.Before != nil
	}
	return !s.Ended()
}

// hinted is a title in a hint.
func hinted(title string) string {
	return blockkit.EscapeMrkdwn(textutil.CutUnits(blockkit.Line(title), 80))
}
