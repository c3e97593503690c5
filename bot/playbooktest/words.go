package playbooktest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/incident"
)

// incidentState is a state of an incident, or "none" while there is no incident.
type incidentState string

// none says that no incident is shown yet.
const none incidentState = "none"

var incidentStates = []string{
	string(incident.Open), string(incident.Acknowledged), string(incident.Resolved), string(incident.Closed), string(none),
}

// UnmarshalText refuses what is no state.
func (s *incidentState) UnmarshalText(text []byte) error {
	*s = incidentState(text)
	return oneOf("state of an incident", string(text), incidentStates)
}

// stepState is a state of a step, or "hidden" when it does not apply.
type stepState string

const hidden stepState = "hidden"

var stepStates = []string{
	string(incident.StepOpen), string(incident.StepAcknowledged), string(incident.StepDone), string(incident.StepSkipped),
	string(incident.StepDropped), string(hidden),
}

// UnmarshalText refuses what is no state.
func (s *stepState) UnmarshalText(text []byte) error {
	*s = stepState(text)
	return oneOf("state of a step", string(text), stepStates)
}

// answers are what a person can be told of an act that is not applied.
var answers = []string{
	string(incident.AnswerTaken), string(incident.AnswerAlready), string(incident.AnswerOver), string(incident.AnswerActive), string(incident.AnswerKept),
	string(incident.AnswerEnded), string(incident.AnswerNotEnded), string(incident.AnswerNotTaken), string(incident.AnswerNotYours),
	string(incident.AnswerNoStep), string(incident.AnswerHidden), string(incident.AnswerNoReason), string(incident.AnswerAsks), string(incident.AnswerContinued),
	string(incident.AnswerLate), string(incident.AnswerGone), string(incident.AnswerApplied),
}

func oneOf(what, word string, known []string) error {
	if slices.Contains(known, word) {
		return nil
	}
	return fmt.Errorf("%q is no %s%s", textutil.Cut(word, 60), what, nearest(word, known))
}

// nearest ends a message with the word that may have been meant, or with all.
func nearest(word string, known []string) string {
	if meant := textutil.DidYouMean(word, known); meant != "" || len(known) == 0 {
		return meant
	}
	return ": known are " + strings.Join(known, ", ")
}
