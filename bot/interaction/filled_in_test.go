package interaction

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/incident"
)

// TestFilledIn is what each form asks for, and where it says what is wrong.
func TestFilledIn(t *testing.T) {
	for _, tt := range []struct {
		name    string
		form    action.Action
		values  map[string]string
		act     incident.Act
		block   string
		problem string
	}{
		{"a reason", action.StepSkip, map[string]string{"reason": " no larger size "}, incident.Act{Verb: incident.VerbSkip, Text: "no larger size"}, "reason", ""},
		{"no reason", action.StepSkip, map[string]string{"reason": " \u200b"}, incident.Act{}, "reason", "say why"},
		{"a note", action.IncidentNote, map[string]string{"note": "failover"}, incident.Act{Verb: incident.VerbNote, Text: "failover"}, "note", ""},
		{"taken", action.StepHow, map[string]string{"what": "ack"}, incident.Act{Verb: incident.VerbAcknowledge}, "words", ""},
		{"taken with words", action.StepHow, map[string]string{"what": "ack", "words": "on it"}, incident.Act{}, "words", "Done or Skip"},
		{"done", action.StepHow, map[string]string{"what": "done", "words": " "}, incident.Act{Verb: incident.VerbDone}, "words", ""},
		{"done with words", action.StepHow, map[string]string{"what": "done", "words": "pooled"}, incident.Act{Verb: incident.VerbDone, Text: "pooled"}, "words", ""},
		{"skipped", action.StepHow, map[string]string{"what": "skip", "words": "no"}, incident.Act{Verb: incident.VerbSkip, Text: "no"}, "words", ""},
		{"skipped without words", action.StepHow, map[string]string{"what": "skip"}, incident.Act{}, "words", "say why"},
		{"what no form offers", action.StepHow, map[string]string{"what": "how", "words": "x"}, incident.Act{}, "what", "choose"},
		{"nothing chosen", action.StepHow, nil, incident.Act{}, "what", "choose"},
		{"answered", action.StepDone, map[string]string{"answer": "low", "note": " 2 s "}, incident.Act{Verb: incident.VerbDone, Answer: new("low"), Text: "2 s"}, "answer", ""},
		{"not answered", action.StepDone, map[string]string{"answer": "", "note": "2 s"}, incident.Act{Verb: incident.VerbDone, Answer: new(""), Text: "2 s"}, "answer", ""},
		{"done with an answer", action.StepHow, map[string]string{"what": "done", "answer": "low", "words": "2 s"}, incident.Act{Verb: incident.VerbDone, Answer: new("low"), Text: "2 s"}, "answer", ""},
		{"skipped with an answer", action.StepHow, map[string]string{"what": "skip", "answer": "low", "words": "no"}, incident.Act{Verb: incident.VerbSkip, Text: "no"}, "words", ""},
		{"a lead", action.IncidentAssign, map[string]string{"lead": "U0BEN1234"}, incident.Act{Verb: incident.VerbAssign, Whom: incident.User{ID: "U0BEN1234"}}, "lead", ""},
		{"no lead", action.IncidentAssign, map[string]string{"lead": " "}, incident.Act{}, "lead", "choose who"},
		{"a lead that is nobody", action.IncidentAssign, map[string]string{"lead": "<!channel>"}, incident.Act{}, "lead", "choose who"},
		{"resolved", action.IncidentResolve, map[string]string{"reason": "noise", "note": "again"}, incident.Act{Verb: incident.VerbResolve, Reason: incident.ReasonNoise, Text: "again"}, "reason", ""},
		{"resolved as what there is not", action.IncidentResolve, map[string]string{"reason": "tired", "note": "again"}, incident.Act{}, "reason", "choose"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			act, block, problem := filledIn(tt.form, tt.values)
			if diff := cmp.Diff(tt.act, act); diff != "" || block != tt.block || (problem == "") != (tt.problem == "") || !strings.Contains(problem, tt.problem) {
				t.Errorf("block %q, problem %q, act (-want +got):\n%s", block, problem, diff)
			}
		})
	}
}
