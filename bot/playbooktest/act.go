package playbooktest

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/signalbook/signalbook/bot/incident"
)

// verb is one verb that an event gives.
type verb struct {
	key  string
	verb incident.Verb
	step bool // it takes a step
	node *yaml.Node
}

// text is what stands behind the verb, "" for nothing.
func (v verb) text() string {
	if v.node.Tag == "!!null" {
		return ""
	}
	return strings.TrimSpace(v.node.Value)
}

// verbs are those that the event gives.
func (e *TestEvent) verbs() []verb {
	var given []verb
	for _, v := range []verb{
		{"acknowledge", incident.VerbAcknowledge, true, &e.Acknowledge},
		{"done", incident.VerbDone, true, &e.Done},
		{"skip", incident.VerbSkip, true, &e.Skip},
		{"release", incident.VerbRelease, true, &e.Release},
		{"undo", incident.VerbUndo, true, &e.Undo},
		{"resolve", incident.VerbResolve, false, &e.Resolve},
		{"reopen", incident.VerbReopen, false, &e.Reopen},
	} {
		if v.node.Kind != 0 {
			given = append(given, v)
		}
	}
	return given
}

// act is the event as the state machine takes it, and the key that gives it. The
// person's id is his name, which mentions nobody in a rendered message.
func (e *TestEvent) act(number int) (incident.Act, string) {
	a := incident.Act{Verb: incident.VerbNote, Incident: number, User: incident.User{ID: e.By, Name: e.By}, Text: e.Note, Via: "test"}
	if verbs := e.verbs(); len(verbs) > 0 {
		v := verbs[0]
		a.Verb = v.verb
		switch {
		case v.step:
			a.Step = v.text()
			if v.verb == incident.VerbDone {
				a.Answer = &e.Says
			}
		case v.verb == incident.VerbResolve:
			reason, rest := incident.CutReason(v.text())
			a.Reason = reason
			a.Text = strings.TrimSpace(rest + " " + e.Note)
		}
		return a, v.key
	}
	return a, "note"
}
