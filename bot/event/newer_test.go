package event_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/compat"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
)

// TestNewerEventIsTold: what only a newer binary can handle is told from what is
// broken, and from what merely has a field more.
func TestNewerEventIsTold(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		`{"at":"2026-11-23T09:00:00Z","timer":{"incident":1},"more":1}`:                                                   "",
		`{"at":"2026-11-23T09:00:00Z","schema":1,"timer":{"incident":1,"more":1}}`:                                        "",
		`{"at":"2026-11-23T09:00:00Z","schema":2,"act":{"verb":"done","incident":1,"step":"1","more":["2"],"user":"U1"}}`: "",
		`{"at":"2026-11-23T09:00:00Z"}`:                                                                 "",
		`{"at":"2026-11-23T09:00:00Z","merge":{}}`:                                                      "newer: an event of kind \"merge\"",
		`{"at":"2026-11-23T09:00:00Z","act":{"verb":"merge","incident":1,"user":"U1"}}`:                 "newer: the act \"merge\"",
		`{"at":"2026-11-23T09:00:00Z","review":{"verb":"adopt","digest":1,"subject":"C1","user":"U1"}}`: "",
		`{"at":"2026-11-23T09:00:00Z","review":{"verb":"merge","digest":1,"subject":"C1","user":"U1"}}`: "newer: the act \"merge\" on a digest",
		`{"at":"2026-11-23T09:00:00Z","schema":4,"timer":{"incident":1}}`:                               "newer: schema 4",
		`{"at":{"of":"tomorrow"},"schema":4}`:                                                           "newer: schema 4",
		`{"at":"2026-11-23T09:00:00Z","schema":4,"source":"default","body":{"of":2}}`:                   "newer: schema 4",
		`{"at":"yesterday","merge":{}}`:                                                                 "broken",
		`no JSON`:                                                                                       "broken",
		`{"at":"2026-11-23T09:00:00Z","source":"default","body":{"version":"4"}}`:                       "broken",
	} {
		_, err := event.Decode([]byte(raw))
		got := ""
		switch {
		case errors.Is(err, compat.ErrNewer):
			got = "newer: " + err.Error()
		case err != nil:
			got = "broken"
		}
		if (want == "") != (got == "") || !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %q (%v), want %q", raw, got, err, want)
		}
	}
}

// TestSeveralStepsNeedTheirSchema: an older signalbook would act on the first step alone,
// so the event says that it needs a newer one.
func TestSeveralStepsNeedTheirSchema(t *testing.T) {
	t.Parallel()
	for want, act := range map[bool]incident.Act{
		true:  {Verb: incident.VerbDone, Incident: 1, Step: "1", More: []string{"2"}},
		false: {Verb: incident.VerbDone, Incident: 1, Step: "1"},
	} {
		data, err := event.Event{Op: "1", Act: &act}.Encode()
		if got := bytes.Contains(data, []byte(`"schema":2`)); err != nil || got != want {
			t.Errorf("steps 1 and %v: schema 2 is %t, want %t, in %s (%v)", act.More, got, want, data, err)
		}
	}
}

// TestAnswersNeedTheirSchema: an older signalbook would take the step for done without the
// answer that a form gave.
func TestAnswersNeedTheirSchema(t *testing.T) {
	t.Parallel()
	for _, act := range []incident.Act{
		{Verb: incident.VerbDone, Incident: 1, Step: "1", Answer: new("low")},
		{Verb: incident.VerbDone, Incident: 1, Step: "1", Answer: new("")},
		{Verb: incident.VerbDone, Incident: 1, Step: "1", CanAsk: true},
	} {
		data, err := event.Event{Op: "1", Act: &act}.Encode()
		if got := bytes.Contains(data, []byte(`"schema":3`)); err != nil || got != (act.Answer != nil) {
			t.Errorf("answer %v: schema 3 is %t in %s (%v)", act.Answer, got, data, err)
		}
		if back, err := event.Decode(data); err != nil || (back.Act.Answer == nil) != (act.Answer == nil) {
			t.Errorf("got %v (%v) of %s", back.Act, err, data)
		}
	}
}
