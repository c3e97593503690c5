package event

import (
	"encoding/json"

	"github.com/signalbook/signalbook/bot/incident"
)

// Answer is what the person who acted is told privately, about an incident or about a
// digest: the kind of the other is none.
type Answer struct {
	Incident incident.Answer
	Digest   DigestAnswer
}

// None reports whether nothing is told.
func (a Answer) None() bool {
	return a.Incident.Kind == incident.AnswerNone && a.Digest.Kind == DigestNone
}

// Applied reports whether what was asked for is so now.
func (a Answer) Applied() bool {
	return a.Incident.Applied() || a.Digest.Kind == DigestApplied
}

// MarshalJSON writes the one that there is: both have the same form, because replicas of
// two versions work side by side and older ones know only one answer.
func (a Answer) MarshalJSON() ([]byte, error) {
	if a.Digest.Kind != DigestNone {
		return json.Marshal(a.Digest)
	}
	return json.Marshal(a.Incident)
}

// UnmarshalJSON reads an answer; which one it is says the verb. Undoing alone is done to
// steps of incidents, too, and these say of which.
func (a *Answer) UnmarshalJSON(data []byte) error {
	var d struct {
		DigestAnswer
		Incident int `json:"incident"`
	}
	if err := json.Unmarshal(data, &d); err != nil {
		return err
	}
	*a = Answer{}
	if d.Verb.Known() && d.Incident == 0 {
		a.Digest = d.DigestAnswer
		return nil
	}
	return json.Unmarshal(data, &a.Incident)
}
